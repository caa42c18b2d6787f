"""A call: its rule is prepared, published and then fixed; its referees; its deadline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import Notice
from blueprints.core import audit, clock
from blueprints.core.access import Denied
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db, unit
from blueprints.incubator import jobs_intake
from blueprints.incubator.models import (
    Application,
    ApplicationState,
    Criterion,
    Endorsement,
    EndorsementKind,
    Intake,
    IntakeState,
    Referee,
)
from blueprints.incubator.queries import application as applications
from blueprints.incubator.queries import intake as queries
from blueprints.incubator.workflow.application import APPLICATION
from tests import people
from tests.browser import Answer, Browser
from tests.clinic.test_races import at_once, copies
from tests.conftest import NOW
from tests.incubator import rooms

NEW = "/incubator/calls/new"


def calls() -> list[Intake]:
    query = sa.select(Intake).options(*queries.FULL)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SELECTs of a block."""
    asked: list[str] = []

    def count(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)


def kinds(user_id: int) -> list[str]:
    with unit("read"):
        return list(db.session.scalars(sa.select(Notice.kind).where(Notice.user_id == user_id)))


def the_form(**facts: str) -> dict[str, str]:
    today = clock.today()
    days = {"opens_on": today.isoformat(), "closes_on": (today + timedelta(days=20)).isoformat(), "pitch_on": ""}
    return {"name": "2027 春季批次", **days, "rule": "达到入驻线即可入驻。", **facts}


# -- From the draft to the publication ------------------------------------------------------------------------


def test_a_call_is_prepared_gets_its_referees_and_is_published(app, cast, browser):
    manager = browser(cast.incubator)
    manager.get(NEW)
    assert manager.submit("/calls/new", **the_form()).status == 303
    with app.app_context():
        (call,) = calls()
        assert call.status is IntakeState.DRAFT and (call.entry_bar, call.relaxed_bar) == (7000, 6000)
        assert sum(c.weight for c in call.criteria) == 100
    page = manager.get(f"/incubator/calls/{call.id}")
    assert "Name at least one referee" in page.said and not page.has_form("/open")
    assert manager.submit("/referees", who="shen").status == 303
    page = manager.get(f"/incubator/calls/{call.id}")
    assert "沈怀瑾" in page.said
    assert manager.submit("/open").status == 303
    with app.app_context():
        assert calls()[0].status is IntakeState.OPEN
    page = browser(cast.lin).get(f"/incubator/calls/{call.id}")
    for word in ("达到入驻线即可入驻", "70.0 of 100", "60.0 of 100", "Feasible"):
        assert word in page.said
    assert "沈怀瑾" not in page.said, "who scores is not published"


def test_what_was_typed_stays_when_something_is_wrong(app, cast, browser):
    manager = browser(cast.incubator)
    manager.get(NEW)
    wrong = the_form(
        closes_on=(clock.today() - timedelta(days=1)).isoformat(),
        relaxed_bar="80",
        weight_0="",
        name_6="",
        weight_6="5",
    )
    answer = manager.submit("/calls/new", **wrong)
    assert answer.status == 422
    for sentence in ("The end lies before", "cannot be higher", "Type its weight", "Name what is scored"):
        assert sentence in answer.errors
    assert answer.form("/calls/new").fields["name"] == "2027 春季批次"
    assert answer.form("/calls/new").fields["weight_6"] == "5"
    with app.app_context():
        assert calls() == []


@pytest.mark.parametrize("bar", ["nan", "-1", "101", "1e400", "x"])
def test_a_bar_is_a_number_between_0_and_100(app, cast, browser, bar):
    manager = browser(cast.incubator)
    manager.get(NEW)
    assert manager.submit("/calls/new", **the_form(entry_bar=bar)).status == 422


def test_weights_are_100_together_before_it_is_published(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.DRAFT, weights=(60, 30))
    manager = browser(cast.incubator)
    assert "90 together and must be 100" in manager.get(f"/incubator/calls/{call}").said
    assert manager.post(f"/incubator/calls/{call}/open").status == 403
    manager.get(f"/incubator/calls/{call}/edit")
    assert manager.submit("/edit", weight_1="40").status == 303
    manager.get(f"/incubator/calls/{call}")
    assert manager.submit("/open").status == 303


def test_a_criterion_can_be_taken_out_of_a_draft(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.DRAFT, weights=(40, 20, 40))
    manager = browser(cast.incubator)
    manager.get(f"/incubator/calls/{call}/edit")
    assert manager.submit("/edit", name_1="", weight_1="", weight_0="60").status == 303
    with app.app_context(), unit("read"):
        query = sa.select(Criterion.name, Criterion.weight).where(Criterion.intake_id == call)
        assert db.session.execute(query.order_by(Criterion.place)).all() == [("项目价值", 60), ("团队", 40)]


def test_a_published_rule_does_not_change(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
    manager = browser(cast.incubator)
    assert manager.get(f"/incubator/calls/{call}/edit").status == 403
    assert manager.post(f"/incubator/calls/{call}/edit", the_form(entry_bar="10")).status == 403
    assert manager.post(f"/incubator/calls/{call}/discard").status == 403
    with app.app_context():
        assert calls()[0].entry_bar == 7000


def test_a_draft_is_discarded_with_all_that_belongs_to_it(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.DRAFT)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/calls/{call}")
    assert manager.submit("/discard").status == 303
    with app.app_context(), unit("read"):
        for model in (Intake, Criterion, Referee):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0


def test_a_draft_is_there_for_the_manager_alone(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.DRAFT)
    for name, who in cast.everyone.items():
        page = browser(who).get(f"/incubator/calls/{call}")
        assert page.status == (200 if name == "incubator" else 404), name
        assert ("2026 秋季批次" in browser(who).get("/incubator/calls").said) == (name == "incubator")


def test_nobody_but_the_manager_acts_on_a_call(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
        made = rooms.an_application(cast.lin, intake=call, status=ApplicationState.SUBMITTED)
    acts = ["edit", "discard", "open", "close", "finish", "referees", "pitches"]
    for name, who in cast.everyone.items():
        if name == "incubator":
            continue
        other = browser(who)
        for act in acts:
            assert other.post(f"/incubator/calls/{call}/{act}").status == 403, (name, act)
        for act in ("decision", "decision/preview", "appeal-answer", "pitch"):
            assert other.post(f"/incubator/applications/{made}/{act}").status == 403, (name, act)
        for page in (NEW, f"/incubator/calls/{call}/results", f"/incubator/calls/{call}/results.xlsx"):
            assert other.get(page).status == 403, (name, page)


# -- Referees ---------------------------------------------------------------------------------------------------


def test_a_referee_is_any_teacher_by_name_but_nobody_who_sees_names(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(status=IntakeState.DRAFT)
    manager = browser(cast.incubator)
    for words, sentence in (
        ("曹岩远", "sees applications with names"),
        ("bai", "sees applications with names"),
        ("林知夏", "Nobody is found"),
        ("T-", "More than one person fits"),
        ("", "Name the teacher"),
    ):
        manager.get(f"/incubator/calls/{call}")
        answer = manager.submit("/referees", who=words)
        assert answer.status == 422 and sentence in answer.errors, (words, answer.errors)
        assert answer.form("/referees").fields["who"] == words
    for words in ("贾泽南", "shj", "叶念星", "贾泽南"):
        manager.get(f"/incubator/calls/{call}")
        assert manager.submit("/referees", who=words).status == 303, words
    with app.app_context():
        assert {r.user_id for r in calls()[0].referees} == {cast.mentor.id, cast.shen.id, cast.leader.id}


def test_a_referee_is_removed_while_no_sheet_is_handed_in(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, cast.ding)
        made = rooms.an_application(cast.lin, intake=call, status=ApplicationState.SUBMITTED)
        rooms.a_sheet(made, cast.shen, 5, 5)
        rooms.a_sheet(made, cast.ding, 5, hand_in=False)
        (found,) = calls()
        ids = {r.user_id: r.id for r in found.referees}
    manager = browser(cast.incubator)
    url = f"/incubator/calls/{call}/referees"
    assert manager.post(f"{url}/{ids[cast.shen.id]}/remove").status == 409
    assert manager.post(f"{url}/{ids[cast.ding.id]}/remove").status == 303
    assert manager.post(f"{url}/{ids[cast.ding.id]}/remove").status == 404
    assert browser(cast.ding).get(f"/incubator/sheets/{made}").status == 409
    with app.app_context():
        assert [r.user_id for r in calls()[0].referees] == [cast.shen.id]


# -- The deadline -----------------------------------------------------------------------------------------------


def submit(id_: int, who: object) -> None:
    with unit("write"):
        query = sa.select(Application).where(Application.id == id_).options(*applications.WHOLE)
        APPLICATION.fire("submit", db.session.scalars(query).unique().one(), accounts.user(who.id))  # type: ignore[attr-defined]


def test_a_published_call_takes_nothing_before_its_first_day_and_nothing_after_its_last(app, cast):
    with app.app_context():
        today = clock.today()
        days = {"opens_on": today + timedelta(days=2), "closes_on": today + timedelta(days=9)}
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN, **days)
        made = rooms.an_application(cast.lin, intake=call)
        with pytest.raises(Denied, match=r"from a later day|还没到"):
            submit(made, cast.lin)
        with (
            clock.told(NOW + timedelta(days=10)),
            pytest.raises(Denied, match=r"deadline of this call has passed|截止"),
        ):
            submit(made, cast.lin)
        with clock.told(NOW + timedelta(days=9)):
            submit(made, cast.lin)


def test_a_deadline_that_passes_closes_the_call_and_tells_the_referees(app, cast):
    with app.app_context():
        rooms.a_call(cast.shen, cast.ding, status=IntakeState.OPEN)
        with unit("write"):
            jobs_intake.lapse_intakes()
        assert calls()[0].status is IntakeState.OPEN and not kinds(cast.shen.id)
        with clock.told(NOW + timedelta(days=21)):
            with unit("read"):
                assert queries.overdue()
            with unit("write"):
                jobs_intake.lapse_intakes()
            with unit("read"):
                assert not queries.overdue()
        assert calls()[0].status is IntakeState.REVIEWING
        assert kinds(cast.shen.id) == kinds(cast.ding.id) == ["incubator.sheets_wait"]


def extend(manager: Browser, call: int, **fields: str) -> Answer:
    manager.get(f"/incubator/calls/{call}")
    return manager.submit("/extend", **fields)


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def test_a_deadline_is_put_off_with_a_reason_that_everybody_reads(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
        draft = rooms.an_application(cast.lin, intake=call, asked=[cast.meng])
        handed_in = rooms.an_application(cast.far, intake=call, status=ApplicationState.SUBMITTED)
        with unit("write"):
            audit.act_as(None, "test")
            db.session.add(Endorsement(application_id=draft, user_id=cast.mentor.id, kind=EndorsementKind.MENTOR))
        later, first = in_days(27), calls()[0].closes_on
    manager = browser(cast.incubator)
    assert extend(manager, call, closes_on=later, why="系统停了两天。").status == 303
    with app.app_context():
        (found,) = calls()
        assert (found.closes_on.isoformat(), found.first_closes_on) == (later, first)
        for who in (cast.lin, cast.meng, cast.far, cast.mentor):
            assert kinds(who.id) == ["incubator.extended"], who
        assert not kinds(cast.shen.id) and not kinds(cast.incubator.id)
        with unit("read"):
            entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "intake.extend")).one()
            assert entry.note == "系统停了两天。" and later in entry.changes
            assert db.session.scalar(sa.select(Notice.url).where(Notice.user_id == cast.far.id)).endswith(
                str(handed_in)
            )
    said = "Deadline put off from Dec 14 to Dec 21: 系统停了两天。"
    lin = browser(cast.lin)
    for path in (f"/incubator/calls/{call}", "/incubator/calls", f"/incubator/applications/{draft}"):
        assert said in lin.get(path).said, path
    assert said in browser(cast.shen).get(f"/incubator/calls/{call}").said, "everybody"
    assert "put off from Dec 14 to Dec 21: 系统停了两天。" in lin.get("/notices").said


def test_put_off_twice_the_first_day_stays_and_the_same_twice_is_once(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
        rooms.an_application(cast.lin, intake=call)
        first = calls()[0].closes_on
    manager = browser(cast.incubator)
    manager.get(f"/incubator/calls/{call}")
    fields = {"closes_on": in_days(22), "why": "雪。"}
    for _n in range(2):
        assert manager.submit("/extend", **fields).status == 303
    assert extend(manager, call, closes_on=in_days(25), why="雪还在下。").status == 303
    with app.app_context():
        (found,) = calls()
        assert (found.first_closes_on, found.closes_on) == (first, clock.today() + timedelta(days=25))
        assert kinds(cast.lin.id) == ["incubator.extended"] * 2


def test_after_the_deadline_and_before_the_review_it_can_still_be_put_off(app, cast, browser):
    with app.app_context():
        past = {"opens_on": clock.today() - timedelta(days=9), "closes_on": clock.today() - timedelta(days=1)}
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN, **past)
        made = rooms.an_application(cast.lin, intake=call)
        with pytest.raises(Denied):
            submit(made, cast.lin)
    manager = browser(cast.incubator)
    for days in (-1, 0):
        assert extend(manager, call, closes_on=in_days(days), why="停电。").status == 422, days
    assert extend(manager, call, closes_on=in_days(1), why="停电。").status == 303
    with app.app_context():
        submit(made, cast.lin)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"closes_on": "2026-12-14"}, "It is Mon, Dec 14 now, and can only become later."),
        ({"closes_on": "2026-12-01"}, "can only become later"),
        ({"closes_on": "2028-01-01"}, "At most a year from today."),
        ({"closes_on": "9999-12-31"}, "At most a year from today."),
        ({"closes_on": "morgen"}, ""),
        ({"closes_on": ""}, "Choose a date."),
        ({"why": ""}, "Say why; everybody reads it."),
        ({"why": " \0 "}, "Say why; everybody reads it."),
        ({"why": "长" * 201}, "At most 200 characters"),
        ({"closes_on": "2026-12-20"}, "The pitches are on Sun, Dec 20, and come after the deadline"),
        ({"closes_on": "2026-12-20", "pitch_on": ""}, "The pitches are on Sun, Dec 20"),
        ({"closes_on": "2026-12-20", "pitch_on": "2026-12-19"}, "The pitches are on Sat, Dec 19"),
        ({"pitch_on": "9999-12-31"}, "At most two years from today."),
    ],
)
def test_what_cannot_be_a_new_deadline(app, cast, browser, fields, sentence):
    with app.app_context():
        pitches = clock.today() + timedelta(days=26)
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN, pitch_on=pitches)
    manager = browser(cast.incubator)
    typed = {"closes_on": "2026-12-16", "why": "雪。", **fields}
    answer = extend(manager, call, **typed)
    assert answer.status == 422 and sentence in answer.errors
    assert answer.form("/extend").fields["why"] == ("" if not typed["why"].strip(" \0") else typed["why"])
    with app.app_context():
        found = calls()[0]
        assert (found.first_closes_on, found.pitch_on) == (None, pitches)


def test_the_day_of_the_pitches_moves_with_it(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN, pitch_on=clock.today() + timedelta(days=26))
    fields = {"closes_on": "2026-12-20", "pitch_on": "2026-12-28", "why": "<b>雪</b>"}
    manager = browser(cast.incubator)
    assert extend(manager, call, **fields).status == 303
    page = manager.get(f"/incubator/calls/{call}")
    assert "<b>雪</b>" in page.said and "Mon, Dec 28" in page.said


@pytest.mark.parametrize("state", [IntakeState.DRAFT, IntakeState.REVIEWING, IntakeState.DECIDED])
def test_only_an_open_call_is_put_off(app, cast, browser, state):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=state)
    manager = browser(cast.incubator)
    assert not manager.get(f"/incubator/calls/{call}").has_form("/extend")
    answer = manager.post(f"/incubator/calls/{call}/extend", {"closes_on": in_days(30), "why": "雪。"})
    assert answer.status == 403 and "Only the deadline of a call that is open" in answer.said


def test_two_managers_at_once_put_it_off(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
    mine, theirs = browser(cast.incubator), browser(cast.incubator)
    mine.get(f"/incubator/calls/{call}")
    assert extend(theirs, call, closes_on=in_days(25), why="他们的。").status == 303
    answer = mine.submit("/extend", closes_on=in_days(30), why="我的。")
    assert answer.status == 409 and "Someone has put it off to Sat, Dec 19 meanwhile" in answer.errors
    assert answer.form("/extend").fields["why"] == "我的。"
    with app.app_context():
        assert calls()[0].extended_why == "他们的。"
    mine.at = answer
    assert mine.submit("/extend").status == 303
    with app.app_context():
        assert calls()[0].extended_why == "我的。"


def test_of_two_who_put_it_off_at_the_same_moment_one_does_and_the_other_is_told(live):
    with live.app_context():
        cast = people.Cast.arrive()
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
        rooms.an_application(cast.lin, intake=call)
        seen = calls()[0].closes_on.isoformat()
    tabs = copies(live, cast.incubator, 2)
    url = f"/incubator/calls/{call}/extend"
    acts = [
        lambda b=b, n=n: b.post(url, {"closes_on": in_days(25 + n), "why": f"第{n}个。", "seen": seen})
        for n, b in enumerate(tabs)
    ]
    statuses = sorted(a.status for a in at_once(*acts))
    assert statuses[0] == 303 and set(statuses[1:]) <= {409, 422}, statuses
    with live.app_context():
        assert kinds(cast.lin.id) == ["incubator.extended"]


@pytest.mark.parametrize("name", ["lin", "shen", "leader", "office", "president", "admin", "mentor"])
def test_a_deadline_is_the_managers(app, cast, browser, name):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
    other = browser(getattr(cast, name))
    assert other.post(f"/incubator/calls/{call}/extend", {"closes_on": in_days(30), "why": "雪。"}).status == 403
    with app.app_context():
        assert calls()[0].first_closes_on is None


def test_putting_it_off_asks_as_many_queries_for_many_teams_as_for_one(app, cast):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
        for student in rooms.more_students(6, cast.lin):
            rooms.an_application(student, intake=call, plan=False, texts=False)
        with unit("read"), counted() as asked:
            assert len(queries.concerned(call)) == 6
        assert len(asked) == 3


def test_a_call_is_finished_when_everything_is_decided(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = rooms.an_application(cast.lin, intake=call, status=ApplicationState.SUBMITTED)
    manager = browser(cast.incubator)
    answer = manager.post(f"/incubator/calls/{call}/finish")
    assert answer.status == 409 and "1 application is not decided yet" in answer.said
    with app.app_context(), unit("write"):
        query = sa.select(Application).where(Application.id == made).options(*applications.WHOLE)
        APPLICATION.fire("withdraw", db.session.scalars(query).unique().one(), accounts.user(cast.lin.id))
    assert manager.post(f"/incubator/calls/{call}/finish").status == 303
    with app.app_context():
        assert calls()[0].status is IntakeState.DECIDED


def test_the_list_costs_the_same_for_one_call_and_for_many(app, cast, browser):
    with app.app_context():
        rooms.a_call(cast.shen)
    manager = browser(cast.incubator)
    few = len(manager.get("/incubator/calls").queries)
    with app.app_context():
        for n in range(6):
            rooms.a_call(cast.shen, name=f"批次 {n}")
    assert len(manager.get("/incubator/calls").queries) == few
