"""The decision: by the bar that holds, with a reason that names a criterion; what the team reads; its one appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from blueprints.accounts.models import Notice
from blueprints.core import clock
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db, unit
from blueprints.incubator.models import Application, ApplicationState, Decision, IntakeState, Outcome
from blueprints.incubator.queries import intake as queries
from tests.browser import Answer, Browser
from tests.clinic.test_races import at_once, signed_in
from tests.conftest import NOW
from tests.incubator import rooms
from tests.people import Cast

SUBMITTED = ApplicationState.SUBMITTED
REASON = "成本一栏没有来源，请写清楚问过谁。"


def of(id_: int) -> Application:
    query = sa.select(Application).where(Application.id == id_)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def decision(id_: int) -> Decision | None:
    query = sa.select(Decision).where(Decision.application_id == id_)
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def kinds(user_id: int) -> list[str]:
    query = sa.select(Notice.kind).where(Notice.user_id == user_id).order_by(Notice.id)
    return list(db.session.scalars(query))


def words(page: Answer, where: str) -> str:
    (found,) = page.page.xpath(where)
    return " ".join(found.text_content().split())


def a_scored_team(cast: Cast, *points: int, **facts) -> tuple[int, int, int]:
    """lin's team in a call that shen and ding referee; both gave these points. (call, application, a criterion)"""
    call = rooms.a_call(cast.shen, cast.ding)
    made = rooms.an_application(cast.lin, intake=call, members=[cast.meng], status=SUBMITTED, **facts)
    for referee in (cast.shen, cast.ding):
        rooms.a_sheet(made, referee, *points, remark=f"{referee.name}的话")
    return call, made, rooms.criteria_of(call)[1]


def decide(manager: Browser, id_: int, outcome: str, criterion: int, **more: str) -> Answer:
    data = {"outcome": outcome, "criterion": str(criterion), "reason": REASON, **more}
    return manager.post(f"/incubator/applications/{id_}/decision", data)


# -- What the team reads ------------------------------------------------------------------------------------------


def test_the_preview_is_word_for_word_what_the_team_reads(app, cast, browser):
    with app.app_context():
        call, made, criterion = a_scored_team(cast, 6, 5)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/calls/{call}/results?at={made}")
    typed = {"outcome": "rejected", "criterion": str(criterion), "reason": REASON}
    url = f"/incubator/applications/{made}/decision/preview"
    headers = {"HX-Request-Type": "partial", "HX-Target": "div#preview"}
    preview = manager.post(url, typed, headers=headers)
    assert preview.text.lstrip().startswith('<div class="quoted" id="preview"')
    whole = manager.post(url, typed)
    assert words(whole, "//*[@id='preview']") == preview.said, "without JavaScript it is the whole page"
    assert whole.form("/decision").fields["reason"].strip() == REASON
    with app.app_context():
        assert decision(made) is None, "a preview stores nothing"
    assert manager.submit(f"/{made}/decision").status == 303
    team = browser(cast.lin).get(f"/incubator/applications/{made}/decision")
    assert words(team, "//*[@id='decision']/div[@class='quoted']") == preview.said
    assert REASON in preview.said and "56.0 of 100" in preview.said and "可行性" in preview.said


def test_a_rejected_team_sees_the_reason_and_nobody_elses_score(app, cast, browser):
    with app.app_context():
        call, made, criterion = a_scored_team(cast, 6, 5)
        other = rooms.an_application(cast.far, intake=call, status=SUBMITTED, team="雪场助手")
        rooms.a_sheet(other, cast.shen, 9, 8)
    manager = browser(cast.incubator)
    assert decide(manager, made, "rejected", criterion).status == 303
    for who in (cast.lin, cast.meng):
        page = browser(who).get(f"/incubator/applications/{made}/decision")
        assert REASON in page.said and "56.0" in page.said
        for hidden in ("雪场助手", "86.0", "沈怀瑾", "丁伯言", "的话", "70.0", "60.0", "relaxed"):
            assert hidden not in page.said, hidden
        assert browser(who).get(f"/incubator/applications/{other}/decision").status == 404
    with app.app_context():
        assert kinds(cast.lin.id) == kinds(cast.meng.id) == ["incubator.rejected"]
        assert of(made).status is ApplicationState.REJECTED


def test_only_the_team_and_the_manager_read_a_decision(app, cast, browser):
    with app.app_context():
        _call, made, criterion = a_scored_team(cast, 8, 8)
    assert decide(browser(cast.incubator), made, "approved", criterion).status == 303
    for name, who in cast.everyone.items():
        page = browser(who).get(f"/incubator/applications/{made}/decision")
        assert (page.status == 200) == (name in ("lin", "meng", "incubator")), name
        assert (REASON in page.text) == (page.status == 200), name


# -- By the bar that holds ----------------------------------------------------------------------------------------


def test_under_its_bar_a_team_is_approved_only_as_an_exception_that_says_why(app, cast, browser):
    with app.app_context():
        call, made, criterion = a_scored_team(cast, 7, 6)
    manager = browser(cast.incubator)
    answer = decide(manager, made, "approved", criterion)
    assert answer.status == 422 and "66.0 is under the bar of 70.0" in answer.errors
    assert answer.form("/decision").fields["reason"].strip() == REASON
    assert decide(manager, made, "approved", criterion, exception="y").status == 422
    with app.app_context():
        assert decision(made) is None and of(made).status is SUBMITTED
    why = "评审分歧来自一份旧计划书"
    assert decide(manager, made, "approved", criterion, exception="y", exception_why=why).status == 303
    with app.app_context():
        assert of(made).status is ApplicationState.APPROVED and of(made).points == 6600
        note = sa.select(AuditEntry.note).where(AuditEntry.subject_id == made, AuditEntry.verb == "application.approve")
        assert db.session.scalars(note).one() == why
    assert why in manager.get(f"/incubator/calls/{call}/results?at={made}").said
    assert why not in browser(cast.lin).get(f"/incubator/applications/{made}/decision").said


def test_the_relaxed_bar_holds_for_a_team_under_the_rule_and_the_manager_alone_knows(app, cast, browser):
    with app.app_context():
        call, made, criterion = a_scored_team(cast, 7, 6, relief_asked=True, relief_met=True)
        rooms.an_application(cast.far, intake=call, status=SUBMITTED, relief_asked=True)
    manager = browser(cast.incubator)
    page = manager.get(f"/incubator/calls/{call}/results")
    assert page.said.count("relaxed bar") >= 1
    rows = [" ".join(r.text_content().split()) for r in page.page.xpath("//table//tbody/tr")]
    assert ["relaxed bar" in r for r in rows] == [True, False], "asked for is not met"
    assert decide(manager, made, "approved", criterion).status == 303
    team = browser(cast.lin).get(f"/incubator/applications/{made}/decision")
    assert "relaxed" not in team.said and "60.0" not in team.said


def test_without_any_sheet_approving_is_an_exception_and_rejecting_is_not(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        criterion = rooms.criteria_of(call)[0]
    manager = browser(cast.incubator)
    assert "No sheet is handed in" in decide(manager, made, "approved", criterion).errors
    assert decide(manager, made, "rejected", criterion).status == 303


@pytest.mark.parametrize(
    ("field", "sentence"),
    [("outcome", "Approve, or do not approve"), ("criterion", "Choose the criterion"), ("reason", "Write the reason")],
)
def test_a_decision_names_outcome_criterion_and_reason(app, cast, browser, field, sentence):
    with app.app_context():
        _call, made, criterion = a_scored_team(cast, 8, 8)
    given = {"outcome": "approved", "criterion": str(criterion), "reason": REASON, field: ""}
    answer = browser(cast.incubator).post(f"/incubator/applications/{made}/decision", given)
    assert answer.status == 422 and sentence in answer.errors
    with app.app_context():
        assert decision(made) is None


def test_the_criterion_is_one_of_this_call(app, cast, browser):
    with app.app_context():
        _call, made, _criterion = a_scored_team(cast, 8, 8)
        foreign = rooms.criteria_of(rooms.a_call(cast.shen))[0]
    assert decide(browser(cast.incubator), made, "approved", foreign).status == 422


def test_nothing_is_decided_while_the_call_is_open_nor_twice(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        criterion = rooms.criteria_of(call)[0]
    manager = browser(cast.incubator)
    answer = decide(manager, made, "rejected", criterion)
    assert answer.status == 409 and "Close the call first" in answer.said
    assert manager.post(f"/incubator/calls/{call}/close").status == 303
    assert decide(manager, made, "rejected", criterion).status == 303
    assert decide(manager, made, "rejected", criterion).status == 303, "the same act twice is one"
    answer = decide(manager, made, "approved", criterion, exception="y", exception_why="x")
    assert answer.status == 409 and "Only an appeal" in answer.said
    with app.app_context():
        assert kinds(cast.lin.id) == ["incubator.rejected"]


# -- The appeal ---------------------------------------------------------------------------------------------------


def test_one_appeal_is_answered_once_and_may_approve_the_team(app, cast, browser):
    with app.app_context():
        call, made, criterion = a_scored_team(cast, 6, 5)
    manager, team = browser(cast.incubator), browser(cast.lin)
    assert decide(manager, made, "rejected", criterion).status == 303
    url = f"/incubator/applications/{made}/decision"
    team.get(url)
    assert team.submit("/appeal", appeal="").status == 422
    assert team.submit("/appeal", appeal="成本的来源写在附件第 3 页。").status == 303
    assert team.post(f"/incubator/applications/{made}/appeal", {"appeal": "成本的来源写在附件第 3 页。"}).status == 303
    answer = team.post(f"/incubator/applications/{made}/appeal", {"appeal": "再说一次"})
    assert answer.status == 409 and "possible once" in answer.said
    with app.app_context():
        assert kinds(cast.incubator.id) == ["incubator.appealed"]
    page = manager.get(f"/incubator/calls/{call}/results?at={made}")
    assert "成本的来源写在附件第 3 页" in page.said
    assert manager.submit("/appeal-answer", appeal_outcome="approved").status == 422
    assert manager.submit("/appeal-answer", appeal_outcome="approved", appeal_answer="确实写了，抱歉。").status == 303
    again = {"appeal_outcome": "rejected", "appeal_answer": "不行"}
    assert manager.post(f"/incubator/applications/{made}/appeal-answer", again).status == 409
    page = team.get(url)
    assert "approved after all" in page.said and "确实写了，抱歉。" in page.said and not page.has_form("/appeal")
    with app.app_context():
        assert of(made).status is ApplicationState.APPROVED and of(made).points == 5600
        assert decision(made).outcome is Outcome.REJECTED and decision(made).appeal_outcome is Outcome.APPROVED
        assert kinds(cast.meng.id) == ["incubator.rejected", "incubator.appeal_answered"]


def test_an_appeal_comes_within_the_working_days_that_are_set(app, cast, browser):
    with app.app_context():
        _call, made, criterion = a_scored_team(cast, 6, 5)
    assert decide(browser(cast.incubator), made, "rejected", criterion).status == 303
    last = clock.add_working_days(clock.today(), 5)
    team = browser(cast.lin)
    with clock.told(clock.start_of(last) + timedelta(hours=30)):
        team.sign_in("lin")
        assert not team.get(f"/incubator/applications/{made}/decision").has_form("/appeal")
        assert team.post(f"/incubator/applications/{made}/appeal", {"appeal": "晚了"}).status == 409
    with clock.told(clock.start_of(last) + timedelta(hours=20)):
        team.sign_in("lin")
        assert team.get(f"/incubator/applications/{made}/decision").has_form("/appeal")
        assert team.post(f"/incubator/applications/{made}/appeal", {"appeal": "正好"}).status == 303


def test_who_may_appeal(app, cast, browser):
    with app.app_context():
        _call, made, criterion = a_scored_team(cast, 8, 8)
    manager = browser(cast.incubator)
    team = browser(cast.lin)
    appeal = f"/incubator/applications/{made}/appeal"
    assert team.post(appeal, {"appeal": "还没决定"}).status == 404
    assert decide(manager, made, "approved", criterion).status == 303
    assert team.post(appeal, {"appeal": "已经通过"}).status == 409
    assert browser(cast.far).post(appeal, {"appeal": "别人"}).status == 404
    for name in ("incubator", "mentor", "office", "shen"):
        assert browser(getattr(cast, name)).post(appeal, {"appeal": "别人"}).status == 403, name
    unasked = {"appeal_outcome": "rejected", "appeal_answer": "x"}
    assert manager.post(f"/incubator/applications/{made}/appeal-answer", unasked).status == 409


def test_an_appeal_is_not_granted_while_its_lead_has_another_application(app, cast, browser):
    with app.app_context():
        call, made, criterion = a_scored_team(cast, 6, 5)
    manager, team = browser(cast.incubator), browser(cast.lin)
    assert decide(manager, made, "rejected", criterion).status == 303
    assert team.post(f"/incubator/applications/{made}/appeal", {"appeal": "请再看"}).status == 303
    with app.app_context():
        rooms.an_application(cast.lin, intake=call)
    manager.get(f"/incubator/calls/{call}/results?at={made}")
    answer = manager.submit("/appeal-answer", appeal_outcome="approved", appeal_answer="好的")
    assert answer.status == 422 and "has another open one" in answer.errors
    with app.app_context():
        assert of(made).status is ApplicationState.REJECTED and decision(made).appeal_answered_at is None


def test_above_its_bar_a_team_is_rejected_only_as_an_exception_that_says_why(app, cast, browser):
    with app.app_context():
        _call, made, criterion = a_scored_team(cast, 8, 8)
    manager = browser(cast.incubator)
    refused = decide(manager, made, "rejected", criterion)
    assert refused.status == 422 and "who reaches it is in" in refused.errors and REASON in refused.text
    assert decide(manager, made, "rejected", criterion, exception="y").status == 422
    sent = decide(manager, made, "rejected", criterion, exception="y", exception_why="申请人已毕业")
    assert sent.status == 303
    assert "申请人已毕业" not in browser(cast.lin).get(f"/incubator/applications/{made}/decision").said, "for the books"


# -- A whole call -------------------------------------------------------------------------------------------------


def test_a_call_of_forty_is_decided_on_one_page_after_the_other_by_itself(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, cast.ding)
        criterion = rooms.criteria_of(call)[0]
        for n, who in enumerate(rooms.more_students(40, cast.lin)):
            made = rooms.an_application(
                who, intake=call, status=SUBMITTED, team=f"团队 {n:02}", plan=False, texts=False
            )
            rooms.a_sheet(made, cast.shen, n % 11, 8)
            rooms.a_sheet(made, cast.ding, 9, 8)
    manager = browser(cast.incubator)
    manager.get("/incubator/calls")
    assert f"/incubator/calls/{call}/results" in manager.at.text
    page = manager.get(f"/incubator/calls/{call}/results")
    (first,) = page.page.xpath("//a[@data-key='n']/@href")
    page, rounds, queries_ = manager.get(first.partition("#")[0]), 0, set()
    while page.has_form("/decision"):
        queries_.add(len(page.queries))
        below = "It is under the bar" in page.said
        outcome = "rejected" if below else "approved"
        answer = manager.submit("/decision", outcome=outcome, criterion=str(criterion), reason=REASON)
        assert answer.status == 303, answer.errors
        assert "/results?at=next" in answer.location
        page, rounds = manager.get(answer.location.replace("http://localhost", "").partition("#")[0]), rounds + 1
    assert rounds == 40 and "Everything is decided" in page.said
    assert max(queries_) - min(queries_) <= 2
    assert manager.submit("/finish").status == 303
    with app.app_context(), unit("read"):
        by_state = db.session.execute(sa.select(Application.status, sa.func.count()).group_by(Application.status)).all()
        assert dict(by_state).keys() == {ApplicationState.APPROVED, ApplicationState.REJECTED}
        below = sa.select(sa.func.count()).where(Decision.points < 7000, Decision.outcome == Outcome.APPROVED)
        assert db.session.scalar(below) == 0


def test_from_one_application_to_the_next_by_key(app, cast, browser):
    with app.app_context():
        call, made, _criterion = a_scored_team(cast, 9, 9)
        rooms.an_application(cast.far, intake=call, status=SUBMITTED)
    page = browser(cast.incubator).get(f"/incubator/calls/{call}/results?at={made}")
    assert page.page.xpath("//a[@data-key='j' and @rel='next']") and not page.page.xpath("//a[@data-key='k']")


def test_results_cost_the_same_for_one_and_for_many(app, cast, browser):
    with app.app_context():
        call, _made, _criterion = a_scored_team(cast, 9, 9)
    manager = browser(cast.incubator)
    few = len(manager.get(f"/incubator/calls/{call}/results").queries)
    with app.app_context():
        for who in rooms.more_students(8, cast.lin):
            made = rooms.an_application(who, intake=call, status=SUBMITTED, plan=False, texts=False)
            rooms.a_sheet(made, cast.shen, 3, 3)
    assert len(manager.get(f"/incubator/calls/{call}/results").queries) == few


def test_the_results_are_taken_away_as_a_workbook_and_that_is_written_down(app, cast, browser):
    with app.app_context():
        call, _made, _criterion = a_scored_team(cast, 9, 9)
    answer = browser(cast.incubator).get(f"/incubator/calls/{call}/results.xlsx")
    assert answer.status == 200 and answer.response.data[:2] == b"PK"
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(AuditEntry.id).where(AuditEntry.verb == "export.incubator.results"))


# -- Pitches ------------------------------------------------------------------------------------------------------


def test_every_team_gets_a_time_and_hears_of_it_once(app, cast, browser):
    with app.app_context():
        call, made, _criterion = a_scored_team(cast, 9, 9)
        other = rooms.an_application(cast.far, intake=call, status=SUBMITTED)
    manager = browser(cast.incubator)
    day = (clock.today() + timedelta(days=6)).isoformat()
    times = {"day": day, "begins": "13:30", "each": "15"}
    for _twice in range(2):
        assert manager.post(f"/incubator/calls/{call}/pitches", times).status == 303
    with app.app_context():
        at = [clock.local(of(id_).pitch_at).strftime("%H:%M") for id_ in (made, other)]
        assert at == ["13:30", "13:45"]
        assert kinds(cast.far.id) == kinds(cast.meng.id) == ["incubator.pitch"]
    page = browser(cast.far).get(f"/incubator/applications/{other}/decision")
    assert "13:45" in page.said
    manager.get(f"/incubator/calls/{call}/results?at={other}")
    assert manager.submit("/pitch", at="16:00", minutes="问了三个问题。").status == 303
    assert "问了三个问题" not in browser(cast.far).get(f"/incubator/applications/{other}/decision").text
    manager.get(f"/incubator/calls/{call}/results?at={other}")
    answer = manager.submit("/pitch", at="")
    assert answer.status == 422 and "Choose the day and the time" in answer.errors
    assert manager.post(f"/incubator/calls/{call}/pitches", times | {"begins": "20:55", "each": "120"}).status == 422


# -- At the same moment -------------------------------------------------------------------------------------------


@pytest.mark.real
def test_two_managers_who_decide_at_the_same_moment_make_one_decision(live):
    with live.app_context():
        cast = Cast.arrive()
        _call, made, criterion = a_scored_team(cast, 8, 8)
        with unit("write"):
            from blueprints.accounts import queries as accounts
            from blueprints.accounts import service as people
            from blueprints.accounts.models import Role

            people.grant(accounts.user(cast.luo.id), Role.INCUBATOR_MANAGER, begins_on=clock.today())
    one, two = signed_in(live, cast.incubator), signed_in(live, cast.luo)
    why = {"exception": "y", "exception_why": "另有安排"}
    acts = [
        lambda: decide(one, made, "approved", criterion),
        lambda: decide(two, made, "rejected", criterion, **why),
    ] * 2
    with clock.told(NOW):
        statuses = [a.status for a in at_once(acts[0], acts[1])]
    assert sorted(statuses) == [303, 409]
    with live.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 1
        approved = of(made).status is ApplicationState.APPROVED
        assert decision(made).outcome is (Outcome.APPROVED if approved else Outcome.REJECTED)


@pytest.mark.real
def test_a_sheet_that_comes_with_the_decision_counts_in_it_or_is_refused(live):
    with live.app_context():
        cast = Cast.arrive()
        call = rooms.a_call(cast.shen, cast.ding)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        rooms.a_sheet(made, cast.ding, 9, 9)
        first, second = rooms.criteria_of(call)
    manager, referee = signed_in(live, cast.incubator), signed_in(live, cast.shen)
    given = {f"points_{first}": "7", f"points_{second}": "7", "then": "hand-in"}
    with clock.told(NOW):
        decided, handed_in = at_once(
            lambda: decide(manager, made, "approved", first),
            lambda: referee.post(f"/incubator/sheets/{made}", given),
        )
    assert decided.status == 303 and handed_in.status in (303, 404, 409)
    with live.app_context():
        assert decision(made).points == (8000 if handed_in.status == 303 else 9000)


def test_the_mean_of_the_sheets_is_the_one_that_is_stored(app, cast):
    with app.app_context():
        call, made, _criterion = a_scored_team(cast, 7, 6)
        rooms.a_sheet(made, cast.luo, 10, 10)
        with unit("read"):
            from blueprints.incubator.models import Intake

            found = db.session.scalars(sa.select(Intake).where(Intake.id == call).options(*queries.FULL)).one()
            (one,) = queries.results(found)
            assert one.totals == [6600, 6600, 10000] and one.points == 7733 and one.spread == 3400
            assert one.to_discuss and one.reaches
