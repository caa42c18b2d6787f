"""A referee's sheet: blind, without conflict, kept by itself, handed in once."""

from __future__ import annotations

import sqlalchemy as sa

from blueprints.accounts import service as people
from blueprints.accounts.models import OrgUnit, Role
from blueprints.core import audit
from blueprints.core.db import db, unit
from blueprints.incubator.models import (
    Application,
    ApplicationState,
    Endorsement,
    EndorsementKind,
    Field,
    IntakeState,
    Member,
    Paper,
    Sheet,
)
from blueprints.incubator.queries import sheet as queries
from blueprints.students import service as students
from blueprints.students.models import Student
from tests.conftest import NOW
from tests.incubator import rooms
from tests.people import SINCE

SUBMITTED = ApplicationState.SUBMITTED


def write(application: int, name: str, text: str) -> None:
    with unit("write"):
        audit.act_as(None, "test")
        query = sa.select(Field).where(Field.application_id == application, Field.name == name)
        db.session.scalars(query).one().text = text


def endorse(application: int, who, text: str = "值得支持。", kind=EndorsementKind.MENTOR) -> None:
    with unit("write"):
        audit.act_as(None, "test")
        db.session.add(
            Endorsement(application_id=application, user_id=who.id, kind=kind, text=text, supports=True, written_at=NOW)
        )


def sheets() -> list[tuple[int, bool, dict[int, int]]]:
    with unit("read"):
        query = sa.select(Sheet).options(sa.orm.selectinload(Sheet.scores)).order_by(Sheet.id)
        return [
            (s.user_id, s.handed_in_at is not None, {x.criterion_id: x.points for x in s.scores})
            for s in db.session.scalars(query)
        ]


def points(call: int, *given: int) -> dict[str, str]:
    return {f"points_{c}": str(n) for c, n in zip(rooms.criteria_of(call), given, strict=False)}


# -- Blind ------------------------------------------------------------------------------------------------------


def test_the_sheet_shows_what_the_team_writes_and_not_who_they_are(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, cast.ding)
        rooms.an_application(cast.far, intake=call, status=SUBMITTED, team="先来的")
        made = rooms.an_application(
            cast.lin, intake=call, members=[cast.meng], status=SUBMITTED, team="松针手作", relief_asked=True
        )
        with unit("write"):
            audit.act_as(None, "test")
            db.session.add(Member(application_id=made, name="王外援", part="财务"))
        write(
            made,
            "team",
            "林知夏（linzhixia，知夏）做设计，孟归舟开网店（学号 2023010214），王外援管账，都来自数学科学学院。",
        )
        endorse(made, cast.luo, "罗映雪推荐林知夏的团队。")
    referee = browser(cast.shen)
    page = referee.get(f"/incubator/sheets/{made}")
    assert page.status == 200 and "Application 2" in page.said
    for hidden in ("林知夏", "孟归舟", "王外援", "数学科学学院", "罗映雪", "2023010214", "2023010226", "松针手作"):
        assert hidden not in page.text, hidden
    assert "林知夏-简历.pdf" not in page.text and "简历" not in page.said
    for asked in ("Reduced fee asked", "relief", "hardship"):
        assert asked not in page.text
    assert "▇（▇，▇）做设计，▇开网店（学号 ▇），▇管账，都来自▇。" in page.said
    assert "▇推荐▇的团队。" in page.said and "supports it" in page.said
    listed = referee.get("/incubator/sheets")
    assert "Application 1" in listed.said and "Application 2" in listed.said
    assert "松针手作" not in listed.text and "林知夏" not in listed.text


def test_the_named_page_of_the_application_stays_closed_to_its_referee(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
    referee = browser(cast.shen)
    assert referee.get(f"/incubator/sheets/{made}").status == 200
    assert referee.get(f"/incubator/applications/{made}").status in (403, 404)
    assert referee.get(f"/incubator/applications/{made}/decision").status == 404


def test_masking_covers_the_longest_name_first_and_nothing_of_one_letter():
    assert queries.masked("欧阳晨曦和欧阳晨", ["欧阳晨", "欧阳晨曦"]) == "▇和▇"
    assert queries.masked("a.b axb", ["a.b"]) == "▇ axb"
    assert queries.masked("nothing", []) == "nothing"
    assert queries.masked("lin 和 online，Lin Zhixia", ["lin", "lin zhi xia"]) == "▇ 和 online，▇"
    assert queries.masked("余 辉\u3000钧和余辉", ["余辉钧"]) == "▇和余辉", "blanks between the letters hide nothing"


def test_pages_come_as_pictures_through_the_blind_road_only(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        other = rooms.an_application(cast.far, intake=call, status=SUBMITTED)
        with unit("read"):
            paper = db.session.scalars(sa.select(Paper.id).where(Paper.application_id == made)).one()
    referee = browser(cast.shen)
    (src,) = referee.get(f"/incubator/sheets/{made}").page.xpath("//img[@class='judge-page']/@src")
    answer = referee.get(src)
    assert answer.status == 200
    assert "简历" not in str(answer.response.headers) and ".pdf" not in str(answer.response.headers)
    assert referee.get(f"/incubator/sheets/{other}/papers/{paper}/pages/1").status == 404
    assert referee.get(f"/incubator/sheets/{made}/papers/{paper}/pages/9").status == 404
    assert browser(cast.ding).get(src).status == 404
    assert browser(cast.lin).get(src).status == 403
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        db.session.get_one(Paper, paper).replaced_at = NOW
    assert referee.get(src).status == 404


# -- Without conflict -------------------------------------------------------------------------------------------


def test_own_graduates_helped_teams_and_the_college_one_leads_are_kept_from_a_referee(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, cast.ding, cast.mentor, cast.leader, cast.luo)
        led = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        joined = rooms.an_application(cast.far, intake=call, members=[cast.meng], status=SUBMITTED)
        with unit("write"):
            audit.act_as(None, "test")
            students.set_mentor(db.session.get_one(Student, cast.lin.student_id), cast.mentor.id)
            students.set_mentor(db.session.get_one(Student, cast.meng.student_id), cast.ding.id)
        endorse(joined, cast.luo)
    expected = {
        "shen": {led, joined},
        "ding": {led},  # meng, of the other team, is a graduate of his
        "mentor": {joined},
        "leader": {joined},  # leads the college of the first
        "luo": {led},
        "counselor": set(),
    }
    for name, ids in expected.items():
        who = browser(getattr(cast, name))
        text = who.get("/incubator/sheets").text
        for made in (led, joined):
            assert (f"/incubator/sheets/{made}" in text) == (made in ids), (name, made)
            assert who.get(f"/incubator/sheets/{made}").status == (200 if made in ids else 404), name
            if made not in ids:
                with app.app_context():
                    given = points(call, 5, 5)
                assert who.post(f"/incubator/sheets/{made}", given | {"then": "hand-in"}).status == 404, name
                assert who.post(f"/incubator/sheets/{made}/draft", given).status == 404, name
    with app.app_context():
        assert sheets() == []


def test_what_is_expected_of_the_referees_is_what_they_may_score(app, cast):
    """The results page reckons it for all at once; it must be the rule of each."""
    from blueprints.accounts import queries as accounts
    from blueprints.incubator.models import Intake
    from blueprints.incubator.policy import refereed_by
    from blueprints.incubator.queries import intake as intakes

    with app.app_context():
        referees = [cast.shen, cast.ding, cast.mentor, cast.leader, cast.luo]
        call = rooms.a_call(*referees)
        led = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        rooms.an_application(cast.far, intake=call, members=[cast.meng], status=SUBMITTED)
        with unit("write"):
            audit.act_as(None, "test")
            students.set_mentor(db.session.get_one(Student, cast.meng.student_id), cast.mentor.id)
            whole = accounts.user(cast.luo.id)
            people.grant(whole, Role.COLLEGE_LEADER, unit=db.session.get_one(OrgUnit, cast.arts), begins_on=SINCE)
        endorse(led, cast.ding)
        with unit("read"):
            found = db.session.scalars(sa.select(Intake).where(Intake.id == call).options(*intakes.FULL)).one()
            for r in intakes.results(found):
                mine = [
                    who.id
                    for who in referees
                    if db.session.scalar(
                        sa.select(Application.id).where(
                            Application.id == r.application.id, refereed_by(accounts.user(who.id))
                        )
                    )
                ]
                assert r.expected == len(mine), r.application.team


# -- Keeping and handing in -------------------------------------------------------------------------------------


def test_few_points_ask_for_a_word_once_it_is_handed_in(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        few, enough = points(call, 3, 8), points(call, 4, 8)
    referee = browser(cast.shen)
    url = f"/incubator/sheets/{made}"
    referee.get(url)
    assert referee.post(url, few).status == 303, "a draft may be kept without a word"
    refused = referee.post(url, few | {"then": "hand-in", "remark": "  "})
    assert refused.status == 422 and "Say in a few words why" in refused.errors
    assert referee.post(url, enough | {"then": "hand-in"}).status == 303


def test_only_handing_in_asks_and_the_draft_does_not(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
    form = browser(cast.shen).get(f"/incubator/sheets/{made}").form(f"/sheets/{made}")
    asks = {b.get("value"): b.get("data-asks") for b in form.xpath(".//button")}
    assert asks["hand-in"] and asks[None] is None and form.get("data-ask") is None


def test_a_sheet_keeps_itself_and_is_handed_in_once(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        then = rooms.an_application(cast.far, intake=call, status=SUBMITTED)
        first, second = rooms.criteria_of(call)
    referee = browser(cast.shen)
    url = f"/incubator/sheets/{made}"
    referee.get(url)
    partial = {"HX-Request-Type": "partial", "HX-Target": "section#mine"}
    kept = referee.post(f"{url}/draft", {f"points_{first}": "8", "remark": "有样品"}, headers=partial)
    assert kept.status == 200 and kept.text.lstrip().startswith('<section class="card" id="mine"')
    assert "48.0" in kept.said and "toast" not in kept.text
    with app.app_context():
        assert sheets() == [(cast.shen.id, False, {first: 8})]
    page = referee.get(url)
    assert page.form(url).fields[f"points_{first}"] == "8" and "有样品" in page.text
    answer = referee.submit(url, then="hand-in")
    assert answer.status == 422 and "Give it points" in answer.errors
    assert answer.form(url).fields[f"points_{first}"] == "8"
    answer = referee.submit(url, then="hand-in", **{f"points_{second}": "6"})
    assert answer.status == 303 and answer.location.endswith(f"/sheets/{then}")
    again = {f"points_{first}": "8", f"points_{second}": "6", "remark": "有样品", "then": "hand-in"}
    assert referee.post(url, again).status == 303, "the same act twice is one"
    assert referee.post(url, again | {f"points_{second}": "9"}).status == 409
    assert referee.post(f"{url}/draft", again | {"remark": "改了"}).status == 409
    with app.app_context():
        assert sheets() == [(cast.shen.id, True, {first: 8, second: 6})]
    page = referee.get(url)
    assert "does not change any more" in page.said and not page.page.xpath("//button[@value='hand-in']")
    with app.app_context():
        given = points(call, 5, 5)
    answer = referee.post(f"/incubator/sheets/{then}", given | {"then": "hand-in"})
    assert answer.location.endswith("/incubator/sheets")


def test_points_are_whole_and_between_0_and_10(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        first, second = rooms.criteria_of(call)
    referee = browser(cast.shen)
    for wrong in ("11", "-1", "5.5", "x", "1e1"):
        given = {f"points_{first}": wrong, f"points_{second}": "3", "then": "hand-in"}
        assert referee.post(f"/incubator/sheets/{made}", given).status == 422, wrong
    with app.app_context():
        assert sheets() == []
    nothing = {f"points_{first}": "0", f"points_{second}": "0", "then": "hand-in"}
    refused = referee.post(f"/incubator/sheets/{made}", nothing)
    assert refused.status == 422 and "3 points or less" in refused.errors, "few points have a word"
    nothing["remark"] = "没有写客户"
    assert referee.post(f"/incubator/sheets/{made}", nothing).status == 303, "nothing is a number of points"


def test_nothing_is_scored_while_teams_may_still_change_it_nor_after_the_decision(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
    referee = browser(cast.shen)
    assert referee.get(f"/incubator/sheets/{made}").status == 404
    assert "Nothing to score just now" in referee.get("/incubator/sheets").said
    assert browser(cast.incubator).post(f"/incubator/calls/{call}/close").status == 303
    with app.app_context():
        first, _second = rooms.criteria_of(call)
        given = points(call, 6, 6)
    assert referee.post(f"/incubator/sheets/{made}", given | {"then": "hand-in"}).status == 303
    decision = {"outcome": "rejected", "criterion": str(first), "reason": "客户没有问过。"}
    assert browser(cast.incubator).post(f"/incubator/applications/{made}/decision", decision).status == 303
    answer = referee.get(f"/incubator/sheets/{made}")
    assert answer.status == 409 and "decided or was taken back" in answer.said
    assert referee.post(f"/incubator/sheets/{made}", given).status == 409
    page = referee.get("/incubator/sheets")
    assert "60.0" in page.said and "Not approved" in page.said, "what all sheets came to is shown after"


def test_what_all_sheets_came_to_is_not_told_of_a_team_that_waits_for_a_room(app, cast, browser):
    """With the total of the waitlist it would say how many points come by rule, and so who is in need."""
    with app.app_context():
        call = rooms.a_call(cast.shen, cast.ding)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        rooms.a_sheet(made, cast.shen, 8, 8)
        rooms.a_sheet(made, cast.ding, 9, 9)
        criterion = rooms.criteria_of(call)[0]
    facts = {"outcome": "approved", "criterion": str(criterion), "reason": "可以。"}
    assert browser(cast.incubator).post(f"/incubator/applications/{made}/decision", facts).status == 303
    page = browser(cast.shen).get("/incubator/sheets")
    assert "Approved" in page.said and "80.0" in page.said and "85.0" not in page.said


def test_another_referees_points_are_nowhere_before_the_decision(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen, cast.ding)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        rooms.a_sheet(made, cast.ding, 9, 10, remark="太好了")
    referee = browser(cast.shen)
    for page in (referee.get("/incubator/sheets"), referee.get(f"/incubator/sheets/{made}")):
        assert "94.0" not in page.said and "太好了" not in page.said and "丁伯言" not in page.said


def test_a_sheet_costs_the_same_for_one_application_and_for_many(app, cast, browser):
    with app.app_context():
        call = rooms.a_call(cast.shen)
        made = rooms.an_application(cast.lin, intake=call, status=SUBMITTED)
        rooms.a_sheet(made, cast.shen, 3, 4)
    referee = browser(cast.shen)
    few = [len(referee.get(url).queries) for url in ("/incubator/sheets", f"/incubator/sheets/{made}")]
    with app.app_context():
        for who in rooms.more_students(9, cast.lin):
            rooms.a_sheet(rooms.an_application(who, intake=call, status=SUBMITTED, plan=False), cast.shen, 3, 4)
    assert [len(referee.get(url).queries) for url in ("/incubator/sheets", f"/incubator/sheets/{made}")] == few
