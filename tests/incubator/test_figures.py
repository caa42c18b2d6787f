"""What it all came to: the counts are right, few are hidden, and each opens onto its list."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.incubator.models import ApplicationState, ExitRecord, TenancyState
from blueprints.incubator.queries import figures
from blueprints.incubator.queries.figures import FEW, Acceptance, masked

from .rooms import a_block, a_workspace, an_application
from .test_place import HOUSED, a_stay

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
HANDED_IN = {"submitted_at": clock.start_of(date(2026, 9, 20))}
LEFT = {"status": ApplicationState.LEFT, "approved_at": clock.start_of(date(2025, 8, 1)), **HANDED_IN}


def a_past(cast) -> None:
    """Three teams: one has a room, one has left, one was not approved."""
    room = a_workspace()
    lin = an_application(cast.lin, team="竹编", members=(cast.far,), relief_met=True, **HOUSED, **HANDED_IN)
    a_stay(lin, room, date(2026, 9, 1), TODAY + 100 * DAY)
    meng = an_application(cast.meng, team="萤火", **LEFT)
    ended = a_stay(meng, room, date(2025, 9, 1), date(2026, 8, 31), TenancyState.ENDED, left_on=date(2026, 8, 31))
    an_application(cast.far, team="旧书", status=ApplicationState.REJECTED, **HANDED_IN)
    with unit("write"):
        audit.act_as(None, "test")
        db.session.add(ExitRecord(tenancy_id=ended, registered=True, people=4, became="公司", alive_6=True))


def test_the_counts_are_right(app, cast):
    with app.app_context():
        a_past(cast)
        with unit("read"):
            found = figures.acceptance()
            by_college = {r.name: (r.handed_in, r.approved, r.rejected, r.rate) for r in found["college"]}
            assert by_college == {"数学科学学院": (2, 2, 0, 100), "美术学院": (1, 0, 1, 0)}
            assert [(r.handed_in, r.approved, r.rejected) for r in found["call"]] == [(3, 2, 1)]
            assert {r.name: r.handed_in for r in found["relief"]} == {"yes": 1, "no": 2}
            assert figures.founders() == 3
            assert figures.teams_with_room() == 2
            survival = figures.survival()
            assert (survival.left, survival.registered, survival.people) == (1, 1, 4)
            assert survival.alive == {6: (1, 1), 12: (0, 0), 24: (0, 0)}
            assert figures.waiting(TODAY).housed_days == 31


def test_occupancy_by_month_does_not_count_blocked_days(app, cast):
    with app.app_context():
        a_past(cast)
        other = a_workspace("202")
        a_block(other, date(2026, 10, 1), date(2026, 10, 31))
        with unit("read"):
            found = dict(figures.occupancy(TODAY))
    assert list(found) == [date(2025, 12, 1) if n == 0 else date(2026, n, 1) for n in range(12)]
    assert found[date(2026, 9, 1)] == 50
    assert found[date(2026, 10, 1)] == 100
    assert found[date(2026, 11, 1)] == 50


def test_a_room_counts_from_the_day_on_which_it_was_lent_first(app, cast):
    with app.app_context():
        a_past(cast)
        new = a_workspace("202", lent_from=date(2026, 10, 16))
        a_block(new, date(2026, 10, 1), date(2026, 10, 20), "布线")
        a_workspace("203", lent_from=date(2027, 1, 1))
        a_workspace("204", lent_from=date(2026, 9, 10), retired_on=date(2026, 9, 5))
        with unit("read"):
            found = dict(figures.occupancy(TODAY))
    assert found[date(2026, 8, 1)] == 100, "it was not there"
    assert found[date(2026, 9, 1)] == 100
    assert found[date(2026, 10, 1)] == round(31 * 100 / (31 + 16 - 5))
    assert found[date(2026, 11, 1)] == 50, "what is lent from next year on does not count yet"


def test_every_figure_opens_onto_a_list_of_as_many(app, cast, browser):
    with app.app_context():
        a_past(cast)
    manager = browser(cast.incubator)
    page = manager.get("/incubator/figures").page
    links = [a for a in page.xpath("//main//a") if "/figures/" in a.get("href")]
    assert len(links) > 8
    for link in links:
        shown = link.text_content().strip()
        answer = manager.get(link.get("href"))
        assert answer.status == 200, link.get("href")
        path = urlsplit(link.get("href"))
        if (
            shown.isdecimal()
            and "waiting" not in path.query
            and "people" not in path.query
            and "rooms" not in path.query
        ):
            assert len(answer.page.xpath("//tbody/tr")) == int(shown), link.get("href")


def test_only_the_manager_opens_the_lists_and_only_who_leads_sees_the_figures(app, cast, browser):
    with app.app_context():
        a_past(cast)
    sees = {cast.incubator.login, cast.office.login, cast.president.login, cast.leader.login}
    lists = ("teams", "exits", "teams.xlsx", "exits.xlsx")
    for who in cast.everyone.values():
        person = browser(who)
        for path in ("/incubator/figures", "/incubator/figures.xlsx"):
            assert person.get(path).status == (200 if who.login in sees else 403), (who.login, path)
        for path in lists:
            expected = 200 if who is cast.incubator else 403
            assert person.get(f"/incubator/figures/{path}").status == expected, (who.login, path)


def test_a_shared_page_hides_few_and_links_nothing(app, cast, browser):
    with app.app_context():
        a_past(cast)
    page = browser(cast.office).get("/incubator/figures")
    assert "hidden: fewer than 5" in page.said
    assert [u for u in page.links() if "/figures/" in u] == []
    colleges = page.page.xpath("//section[@aria-labelledby='h_colleges']//tbody/tr")
    assert all("hidden" in row.text_content() for row in colleges)
    manager = browser(cast.incubator).get("/incubator/figures")
    assert "hidden" not in manager.said


rows = st.lists(
    st.builds(lambda n, a, r: (a + r + n, a, r), st.integers(0, 9), st.integers(0, 30), st.integers(0, 30)),
    max_size=8,
)


@given(rows)
def test_no_count_below_five_is_shown_nor_told_by_a_sum(found):
    given_ = [Acceptance(str(n), str(n), *counts) for n, counts in enumerate(found)]
    shown = masked(given_)
    for row in shown:
        assert all(n is None or n == 0 or n >= FEW for n in (row.handed_in, row.approved, row.rejected))
    hidden = [row for row in shown if row.hidden]
    others = [row for row in given_ if row.handed_in]
    assert len(hidden) != 1 or len(others) == 1


@pytest.mark.parametrize("path", ["teams?q=竹&relief=yes&call=abc&sort=-submitted", "exits?tab=nothing&q=%"])
def test_a_list_takes_any_query(app, cast, browser, path):
    with app.app_context():
        a_past(cast)
    assert browser(cast.incubator).get(f"/incubator/figures/{path}").status == 200
