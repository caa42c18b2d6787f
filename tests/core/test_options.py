"""What the office sets on a page."""

from __future__ import annotations

import json

import sqlalchemy as sa

from blueprints.clinic import options
from blueprints.core.audit import AuditEntry
from blueprints.core.db import unit
from blueprints.core.options import OptionRow


def rows(app) -> dict[str, int]:
    with app.app_context(), unit("read") as session:
        return dict(session.execute(sa.select(OptionRow.key, OptionRow.value)).all())


def test_an_option_is_its_default_until_the_office_sets_it(app):
    with app.app_context():
        assert options.LEASE_MINUTES.value == 30
        with unit("write"):
            options.LEASE_MINUTES.set(30)
            assert options.LEASE_MINUTES.value == 30
    assert rows(app) == {}
    with app.app_context(), unit("write"):
        options.LEASE_MINUTES.set(45)
        assert options.LEASE_MINUTES.value == 45
    with app.app_context(), unit("write"):
        options.LEASE_MINUTES.set(30)
    assert rows(app) == {"clinic.lease_minutes": 30}


def test_the_office_sets_it_on_a_page_and_that_is_written_down(app, cast, browser):
    office = browser(cast.office)
    office.get("/clinic/settings")
    assert office.submit("/clinic/settings", clinic_lease_minutes="60", clinic_level_1_first=[]).status == 303
    assert rows(app) == {"clinic.lease_minutes": 60, "clinic.level_1_first": False}
    page = office.get("/clinic/settings")
    assert page.page.get_element_by_id("clinic_lease_minutes").value == "60"
    with app.app_context(), unit("read") as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.changes.like('%"clinic.lease_minutes"%'))).one()
        assert (entry.actor_id, entry.verb) == (cast.office.id, "clinic.settings")
        assert json.loads(entry.changes)["value"] == [None, 60]


def test_a_value_out_of_bounds_is_refused_and_nothing_is_set(app, cast, browser):
    office = browser(cast.office)
    office.get("/clinic/settings")
    for wrong in ("4", "241", "soon", ""):
        answer = office.submit("/clinic/settings", clinic_lease_minutes=wrong, clinic_open_limit="3")
        assert answer.status == 422
        assert answer.errors
    assert rows(app) == {}
