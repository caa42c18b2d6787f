"""The waitlist: the published rule, the order for everybody, the breakdown for the team alone, the forecast."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.incubator import jobs_intake, options, points
from blueprints.incubator.models import Application, ApplicationState, Decision, Kind, Outcome, Tenancy, TenancyState
from blueprints.incubator.queries import waitlist as queries
from tests.conftest import NOW
from tests.incubator import rooms

TERMS = points.Terms(month=200, months=12, hardship=500, share=300, free=1, cost=500)


# -- The rule -----------------------------------------------------------------------------------------------------


def test_the_rule_by_examples():
    assert points.of_team(TERMS, score=8000, days=0).total == 8000
    assert points.of_team(TERMS, score=8000, days=45).total == 8300, "by the day"
    assert points.of_team(TERMS, score=8000, days=5000).total == 8000 + 12 * 200, "at most so many months"
    assert points.of_team(TERMS, score=8000, days=0, hardship=True, under_share=True).by_rule == 800
    assert points.of_team(TERMS, score=8000, days=0, refusals=1).total == 8000, "the first refusal costs nothing"
    assert points.of_team(TERMS, score=8000, days=0, refusals=3).total == 7000
    assert points.of_team(TERMS, score=300, days=-3, refusals=9).total == 0


teams = st.fixed_dictionaries(
    {
        "score": st.integers(0, 10_000),
        "days": st.integers(-5, 3000),
        "hardship": st.booleans(),
        "under_share": st.booleans(),
        "refusals": st.integers(0, 9),
    }
)


@given(teams, st.integers(0, 400))
def test_waiting_never_costs_and_no_sum_is_below_nothing(team, longer):
    now, later = points.of_team(TERMS, **team), points.of_team(TERMS, **{**team, "days": team["days"] + longer})
    assert later.total >= now.total >= 0
    assert points.of_team(TERMS, **{**team, "refusals": team["refusals"] + 1}).total <= now.total
    assert points.of_team(TERMS, **{**team, "hardship": True}).total >= now.total


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=9))
def test_a_mean_lies_between_the_lowest_and_the_highest_sheet(given_points):
    weights = {1: 70, 2: 30}
    totals = [points.of_sheet({1: a, 2: b}, weights) for a, b in given_points]
    assert all(0 <= t <= 10_000 for t in totals)
    assert min(totals) <= (points.mean(totals) or 0) <= max(totals)
    assert points.mean([1, 2]) == 2 and points.mean([]) is None


def test_a_college_with_a_smaller_part_of_the_rooms_than_of_the_graduates_is_under_its_share():
    graduates = {1: 60, 2: 30, 3: 10}
    assert points.under_share(graduates, {1: 6, 2: 3, 3: 1}, graduates) == frozenset()
    assert points.under_share(graduates, {1: 9, 3: 1}, graduates) == {2}
    assert points.under_share(graduates, {}, graduates) == frozenset()
    assert points.under_share({}, {1: 1}, [1, 4]) == frozenset()


# -- The page -----------------------------------------------------------------------------------------------------


def approved(lead, call: int, score: int, days: int = 0, **facts) -> int:
    """A team that was approved so many days ago with this score."""
    at = NOW - timedelta(days=days)
    made = rooms.an_application(
        lead, intake=call, status=ApplicationState.APPROVED, approved_at=at, from_on=None, plan=False, **facts
    )
    with unit("write"):
        audit.act_as(None, "test")
        by = db.session.get_one(Application, made)
        criterion = rooms_criterion(call)
        db.session.add(
            Decision(
                application_id=made,
                outcome=Outcome.APPROVED,
                points=score,
                criterion_id=criterion,
                reason="好",
                by_id=by.intake_id and _manager(),
            )
        )
    return made


def rooms_criterion(call: int) -> int:
    from blueprints.incubator.models import Criterion

    return db.session.scalars(sa.select(Criterion.id).where(Criterion.intake_id == call).limit(1)).one()


def _manager() -> int:
    from blueprints.accounts.models import Grant, Role

    return db.session.scalars(sa.select(Grant.user_id).where(Grant.role == Role.INCUBATOR_MANAGER)).one()


def reckon() -> None:
    with unit("write"):
        jobs_intake.reckon_waitlist()


def test_everybody_sees_order_and_totals_and_a_team_its_own_breakdown(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        approved(cast.lin, call, 7000, days=30, team="松针手作", relief_met=True)
        approved(cast.far, call, 8000, team="雪场助手")
        reckon()
    expected = {"lin": True, "far": True, "meng": False, "mentor": False, "office": False, "shen": False}
    for name, own in expected.items():
        page = browser(getattr(cast, name)).get("/incubator/waitlist")
        rows = [" ".join(r.text_content().split()) for r in page.page.xpath("//table/tbody/tr")]
        assert "雪场助手" in rows[0] and "80.0" in rows[0] and "松针手作" in rows[1] and "77.0" in rows[1], name
        assert all(len(r.xpath("./*")) == 5 for r in page.page.xpath("//table/tbody/tr")), "no breakdown in the list"
        (main,) = page.page.xpath("//main")
        assert cast.lin.name not in main.text_content() and cast.far.name not in main.text_content(), name
        assert ("What our points are made of" in page.said) == own, name
    page = browser(cast.lin).get("/incubator/waitlist")
    (own,) = page.page.xpath("//section[@aria-labelledby='points_title']")
    said = " ".join(own.text_content().split())
    assert "Score of the review 70.0" in said and "Waiting time 2.0" in said and "Points by rule 5.0" in said
    assert "hardship" not in said and "share" not in said, "what counts by rule is one figure"
    assert "us" in page.said and "3.0 points to the place before" in page.said


def test_the_manager_sees_what_all_points_are_made_of(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        approved(cast.lin, call, 7000, days=30, relief_met=True)
        reckon()
    manager = browser(cast.incubator)
    (row,) = manager.get("/incubator/waitlist").page.xpath("//table/tbody/tr")
    cells = [" ".join(c.text_content().split()) for c in row.xpath("./td")]
    assert cells[-1] == "70.0 + 2.0 + 5.0"
    assert manager.get("/incubator/waitlist.xlsx").response.data[:2] == b"PK"
    assert browser(cast.lin).get("/incubator/waitlist.xlsx").status == 403


def test_the_stored_points_are_brought_up_to_the_day_and_then_rest(app, cast):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = approved(cast.lin, call, 7000)
        reckon()
        with unit("read"):
            assert not queries.stale() and db.session.get_one(Application, made).points == 7000
        with clock.told(NOW + timedelta(days=30)):
            with unit("read"):
                assert queries.stale()
            reckon()
            with unit("read"):
                assert not queries.stale() and db.session.get_one(Application, made).points == 7200
                assert db.session.get_one(Application, made).version > 1


def test_a_refusal_takes_what_the_rule_says_so_that_the_next_reckoning_changes_nothing(app, cast):
    """The move of a tenancy takes the points at once; the rule, asked a moment later, must agree."""
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = approved(cast.lin, call, 7000)
        reckon()
        with unit("write"):
            audit.act_as(None, "test")
            held = db.session.get_one(Application, made)
            for _n in range(2):
                held.refusals += 1
                if held.refusals > options.FREE_REFUSALS.value:
                    held.points = max(0, held.points - options.REFUSAL_COST.value)
        with unit("read"):
            assert db.session.get_one(Application, made).points == 6500 and not queries.stale()


def test_equal_points_are_ordered_by_the_approval(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        approved(cast.lin, call, 7000, days=0, team="后来")
        approved(cast.far, call, 6800, days=30, team="先来")
        reckon()
    rows = browser(cast.meng).get("/incubator/waitlist").page.xpath("//table/tbody/tr/th")
    assert [r.text.strip() for r in rows] == ["先来", "后来"]


# -- The forecast -------------------------------------------------------------------------------------------------


def let(workspace: int, application: int, ends_on: date, status: TenancyState = TenancyState.ACTIVE) -> None:
    with unit("write"):
        audit.act_as(None, "test")
        by = _manager()
        answer = {"answer_by": clock.today()} if status is TenancyState.OFFERED else {}
        db.session.add(
            Tenancy(
                application_id=application,
                workspace_id=workspace,
                begins_on=clock.today() - timedelta(days=90),
                ends_on=ends_on,
                status=status,
                offered_by=by,
                **answer,
            )
        )


def test_the_forecast_says_which_agreement_ends_and_whose_turn_it_is(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        tenants = rooms.more_students(2, cast.lin)
        for code, who, days in (("201", tenants[0], 38), ("202", tenants[1], 100)):
            room = rooms.a_workspace(code)
            held = rooms.an_application(
                who, intake=call, status=ApplicationState.HOUSED, approved_at=NOW, plan=False, team=f"租户 {code}"
            )
            let(room, held, clock.today() + timedelta(days=days))
        rooms.a_workspace("301", kind=Kind.WORKSHOP)
        first = approved(cast.far, call, 9000, team="雪场助手")
        second = approved(cast.lin, call, 7000, team="松针手作")
        third = approved(cast.meng, call, 6000, team="作坊", kind=Kind.WORKSHOP)
        reckon()
        with unit("read"):
            turns, openings = queries.forecast(queries.waiting())
            assert [o.code for o in openings] == ["301", "201", "202"]
            assert turns[first].opening.code == "201" and turns[second].opening.code == "202"
            assert turns[first].earliest == clock.today() + timedelta(days=39)
            assert turns[first].latest == clock.today() + timedelta(days=101), "the far end is the next room"
            assert turns[third].now
    page = browser(cast.lin).get("/incubator/waitlist")
    rows = [" ".join(r.text_content().split()) for r in page.page.xpath("//table/tbody/tr")]
    assert "Jan 2027 to Mar 2027" in rows[0] and "a room is free now" in rows[2]
    assert "about 3 months" in page.said and "202, if every agreement ends as agreed" in page.said
    assert "Studio 201 turn of 雪场助手" in page.said and "租户" not in page.text, "who leaves is not told"


def test_a_room_that_is_lent_from_a_later_day_is_nobodys_turn_before(app, cast):
    opens = NOW.date() + timedelta(days=50)
    with app.app_context():
        call = rooms.a_call(cast.shen)
        rooms.a_workspace("201", lent_from=opens)
        rooms.a_workspace("202", lent_from=opens + timedelta(days=9), retired_on=opens)
        team = approved(cast.lin, call, 7000, team="松针手作")
        with unit("read"):
            found = queries.openings(queries.workspaces())
            turns, _openings = queries.forecast(queries.waiting())
    assert [(o.code, o.free_on, o.now) for o in found] == [("201", opens, False)]
    assert (turns[team].earliest, turns[team].now) == (opens, False)


def test_a_room_that_does_not_suit_is_nobodys_turn_and_what_is_offered_is_not_forecast(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        small, room = rooms.a_workspace("201", seats=1), rooms.a_workspace("202")
        made = approved(cast.lin, call, 7000, team="松针手作")
        other = approved(cast.far, call, 6000, team="雪场助手")
        let(room, made, clock.today() + timedelta(days=30), TenancyState.OFFERED)
        reckon()
        with unit("read"):
            turns, openings = queries.forecast([t for t in queries.waiting() if t.id == other])
            assert turns[other].opening.workspace_id == room and {o.workspace_id for o in openings} == {small, room}
    rows = [
        " ".join(r.text_content().split())
        for r in browser(cast.meng).get("/incubator/waitlist").page.xpath("//table/tbody/tr")
    ]
    assert "a room is offered" in rows[0]


def test_an_empty_waitlist_says_so(app, cast, browser):
    assert "Nobody is waiting" in browser(cast.lin).get("/incubator/waitlist").said


def test_the_waitlist_costs_the_same_for_one_team_and_for_many(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        rooms.a_workspace("201")
        approved(cast.lin, call, 7000)
    student = browser(cast.lin)
    few = len(student.get("/incubator/waitlist").queries)
    with app.app_context():
        for n, who in enumerate(rooms.more_students(9, cast.lin)):
            approved(who, call, 6000 + n)
            rooms.a_workspace(f"3{n:02}")
    assert len(student.get("/incubator/waitlist").queries) == few
