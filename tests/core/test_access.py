"""Who may see, who may do: rules that say why not, and one expression of what exists."""

from __future__ import annotations

import csv
import io
import re

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.clinic.models import Submission
from blueprints.core.access import Denied, Rule, can, require, rule, visible
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db, unit
from blueprints.core.doors import Slice, everyone
from tests import people

yes, no = Rule(lambda actor, row: True, "yes"), Rule(lambda actor, row: False, "no")


@rule("The name begins with this letter.")
def begins_with(actor, row):
    return row.startswith(actor)


def test_a_refusal_names_the_part_that_says_no():
    assert (yes & no).refusal(None, None) == "no"
    assert (yes & yes & Rule(lambda a, o: False, "the third")).refusal(None, None) == "the third"
    assert (no & Rule(lambda a, o: False, "the second")).refusal(None, None) == "no", "the first of several"
    assert (yes & yes).refusal(None, None) is None


def test_either_of_two_rules_is_enough():
    assert (no | yes)(None, None)
    assert not (no | no)(None, None)
    assert (no | no).refusal(None, None) == "no"


def test_a_predicate_becomes_a_rule():
    assert begins_with("q", "qihang")
    assert begins_with.refusal("x", "qihang") == "The name begins with this letter."


def test_a_route_without_a_door_does_not_import():
    with pytest.raises(TypeError, match="access"):
        Slice("open", __name__).get("/open")
    assert Slice("shut", __name__).get("/shut", access=everyone)


def test_a_denial_says_which_rule_and_is_written_down(app, cast, browser):
    with app.app_context():
        id_ = people.hand_in(cast.lin)
        people.move(id_, "claim", cast.shen)
    answer = browser(cast.ding).post(f"/clinic/{id_}/release")
    assert answer.status == 403
    assert "Only the reviewer who has claimed it can do this" in answer.said
    with app.app_context(), unit("read") as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "denied")).one()
        assert (entry.actor_id, entry.subject_id, entry.note) == (cast.ding.id, id_, "release")


def test_require_and_can_give_the_same_verdict(app, cast):
    with app.app_context():
        id_ = people.hand_in(cast.lin)
        people.move(id_, "claim", cast.shen)
        with unit("read"):
            held = people.submission(id_)
            for person in cast.everyone.values():
                actor = accounts.user(person.id)
                if can("annotate", held, actor):
                    require("annotate", held, actor)
                    assert person == cast.shen
                else:
                    with pytest.raises(Denied) as denied:
                        require("annotate", held, actor)
                    assert denied.value.rule == "annotate"


SEES = {
    "lin": {"lin"},
    "meng": {"meng"},
    "far": {"far", "draft"},
    "shen": {"lin", "meng", "far"},
    "ding": {"lin", "meng", "far"},
    "luo": {"lin", "meng"},
    "office": {"lin", "meng", "far"},
    "leader": {"lin", "meng"},
    "counselor": {"lin", "meng"},
    "admin": set(),
    "mentor": set(),
    "president": set(),
    "incubator": set(),
}
LISTS = ("shen", "ding", "luo", "office", "leader", "counselor")


@pytest.fixture
def handed_in(app, cast):
    """One queued résumé of each student, and one that is not confirmed yet."""
    with app.app_context():
        ids = {name: people.hand_in(getattr(cast, name)) for name in ("lin", "meng", "far")}
        ids["draft"] = people.hand_in(cast.far, "美术教师", confirm=False)
    return ids


def test_each_sees_what_the_role_and_its_scope_let_them_see(app, cast, handed_in):
    names = {id_: name for name, id_ in handed_in.items()}
    with app.app_context(), unit("read"):
        for name, person in cast.everyone.items():
            found = db.session.scalars(sa.select(Submission.id).where(visible(Submission, accounts.user(person.id))))
            assert {names[i] for i in found} == SEES[name], name


@pytest.mark.parametrize("name", LISTS)
def test_list_count_export_and_page_agree_on_what_exists(app, cast, browser, handed_in, name):
    reader, expected = browser(getattr(cast, name)), SEES[name]
    ids = {handed_in[n] for n in expected}
    page = reader.get("/clinic/")
    assert {int(i) for i in re.findall(r'href="/clinic/(\d+)"', page.text)} == ids
    assert f"of {len(ids)}" in page.said
    rows = list(csv.reader(io.StringIO(reader.get("/clinic/export.csv").text.lstrip("\ufeff"))))[1:]
    assert len(rows) == len(ids)
    for id_ in handed_in.values():
        assert reader.get(f"/clinic/{id_}").status == (200 if id_ in ids else 404)
