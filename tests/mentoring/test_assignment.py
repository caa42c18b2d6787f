"""The assignment: proposed with one press, looked at, adjusted, confirmed in one act; or read from a workbook."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import load_workbook

from blueprints.accounts import service as accounts
from blueprints.accounts.models import Grant, Notice, OrgUnit, Role, User
from blueprints.core import audit, clock, jobs
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db, unit
from blueprints.mentoring import sheet
from blueprints.mentoring.models import Pairing, Proposal, ProposalState, Reason, Terms
from blueprints.mentoring.queries import assignment as queries
from blueprints.students import service as register
from blueprints.students.models import Absence, Adviser, AdviserKind, Student
from tests import people
from tests.browser import Browser
from tests.conftest import NOW

HERE = "/mentoring/assignments"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# -- The school ------------------------------------------------------------------------------------------------


def hire(login: str, name: str, where: int | None, role: Role = Role.MENTOR) -> int:
    """Another member of staff; returns their id."""
    with unit("write"):
        audit.act_as(None, "test")
        user = accounts.create_person(login, name, number=f"T-{login}")
        place = db.session.get_one(OrgUnit, where) if where else None
        accounts.grant(user, role, unit=place, begins_on=people.SINCE, ends_on=people.UNTIL)
        return user.id


def advise(student: people.Person, user_id: int, kind: AdviserKind = AdviserKind.THESIS) -> None:
    with unit("write"):
        audit.act_as(None, "test")
        db.session.add(Adviser(student_id=student.student_id, user_id=user_id, kind=kind))


def give(student: people.Person, user_id: int | None, by: int | None = None) -> None:
    with unit("write"):
        audit.act_as(by, "test")
        register.set_mentor(db.session.get_one(Student, student.student_id), user_id)


def away(user_id: int, deputy_id: int, days: int) -> None:
    with unit("write"):
        audit.act_as(None, "test")
        until = clock.today() + timedelta(days=days)
        db.session.add(Absence(user_id=user_id, deputy_id=deputy_id, begins_on=clock.today(), ends_on=until))


def enrol(count: int, like: people.Person) -> list[int]:
    """More graduates of the class of this one; returns their ids."""
    with unit("write"):
        audit.act_as(None, "test")
        known = db.session.get_one(Student, like.student_id)
        places = [db.session.get_one(OrgUnit, i) for i in (known.college_id, known.major_id, known.class_id)]
        cohort = db.session.get_one(queries.Cohort, known.cohort_id)
        made = [
            register.enrol(
                f"s{n}",
                f"学生{n}",
                f"20239{n:05d}",
                cohort=cohort,
                college=places[0],
                major=places[1],
                class_=places[2],
                pinyin=f"xue sheng {n:05d}",
            )
            for n in range(count)
        ]
        return [s.id for s in made]


def mentors_of(app: Flask) -> dict[str, str | None]:
    with app.app_context(), unit("read"):
        mentor = sa.orm.aliased(User)
        query = (
            sa.select(User.name, mentor.name)
            .select_from(Student)
            .join(User, User.id == Student.user_id)
            .outerjoin(mentor, mentor.id == Student.mentor_id)
        )
        return dict(db.session.execute(query).all())


def proposal_id(answer) -> int:
    assert answer.status == 303, answer.said
    return int(answer.location.rsplit("/", 1)[-1].partition("?")[0])


def propose(visitor: Browser, college: int, keeps: str = "yes") -> int:
    visitor.get(f"{HERE}/propose", query_string={"college": college})
    return proposal_id(visitor.submit("/propose", keeps=keeps))


def pairs(app: Flask, id_: int) -> dict[str, tuple[str | None, str]]:
    with app.app_context(), unit("read"):
        mentor = sa.orm.aliased(User)
        query = (
            sa.select(User.name, mentor.name, Pairing.reason)
            .select_from(Pairing)
            .join(Student, Student.id == Pairing.student_id)
            .join(User, User.id == Student.user_id)
            .outerjoin(mentor, mentor.id == Pairing.mentor_id)
            .where(Pairing.proposal_id == id_)
        )
        return {name: (who, reason.value) for name, who, reason in db.session.execute(query)}


def notices(app: Flask, who: people.Person) -> list[str]:
    with app.app_context(), unit("read"):
        found = db.session.scalars(sa.select(Notice).where(Notice.user_id == who.id).order_by(Notice.id)).all()
        return [n.kind for n in found if n.kind.startswith("mentoring.")]


def drain(app: Flask) -> None:
    with app.app_context():
        jobs.drain()


# -- Who may ---------------------------------------------------------------------------------------------------


def test_only_the_office_the_college_and_its_counselors_come_in(app, cast, browser):
    for name, who in cast.everyone.items():
        person = browser(who)
        allowed = name in ("office", "leader", "counselor")
        for path in ("", "/graduates", "/export.xlsx", "/template.xlsx"):
            assert person.get(HERE + path).status == (200 if allowed else 403), (name, path)
        college = {"query_string": {"college": cast.maths}}
        for path in ("/propose", "/import", f"/teachers/{cast.mentor.id}"):
            assert person.get(HERE + path, **college).status == (200 if allowed else 403), (name, path)


def test_another_college_does_not_exist_by_any_road(app, cast, browser):
    with app.app_context():
        hire("ai", "艾美", cast.arts)
    id_ = propose(browser(cast.office), cast.arts)
    far = cast.far.student_id
    for who in (cast.leader, cast.counselor):
        person = browser(who)
        assert person.get(HERE, query_string={"college": cast.arts}).status == 404
        assert person.get(f"{HERE}/propose", query_string={"college": cast.arts}).status == 404
        assert person.get(f"{HERE}/import", query_string={"college": cast.arts}).status == 404
        assert person.post(f"{HERE}/propose", {"college": cast.arts, "keeps": "yes"}).status == 404
        assert person.get(f"{HERE}/teachers/{cast.mentor.id}", query_string={"college": cast.arts}).status == 404
        for path in ("", "/export.xlsx", f"/graduates/{far}"):
            assert person.get(f"{HERE}/{id_}{path}").status == 404, path
        for path in ("/confirm", "/drop", f"/graduates/{far}"):
            assert person.post(f"{HERE}/{id_}{path}", {"mentor": "none", "was": "none"}).status == 404, path
        assert person.post(f"{HERE}/graduates/{far}/fix", {"fixed": "yes"}).status == 404
        assert "那木罕" not in person.get(f"{HERE}/graduates", query_string={"tab": "all", "college": cast.arts}).said


def test_a_mentor_sees_none_of_it_not_even_about_their_own(app, cast, browser):
    with app.app_context():
        give(cast.lin, cast.mentor.id)
    id_ = propose(browser(cast.leader), cast.maths)
    for who in (cast.mentor, cast.lin, cast.president, cast.admin):
        person = browser(who)
        assert person.get(f"{HERE}/{id_}").status == 403
        assert person.post(f"{HERE}/{id_}/confirm").status == 403
        assert person.post(f"{HERE}/graduates/{cast.lin.student_id}/fix", {"fixed": "yes"}).status == 403
    assert mentors_of(app)["孟归舟"] is None


def test_the_support_level_in_a_proposal_is_for_those_who_help(app, cast, browser):
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        college = db.session.get_one(OrgUnit, cast.maths)
        major = db.session.scalars(sa.select(OrgUnit).where(OrgUnit.parent_id == college.id)).one()
        other = accounts.add_unit(accounts.UnitKind.CLASS, "2", "数学 2 班", major)
        db.session.flush()
        cohort = db.session.scalars(sa.select(queries.Cohort)).one()
        them = register.enrol(
            "ji", "纪小川", "2023010299", cohort=cohort, college=college, major=major, class_=other, support_level=1
        )
        them = them.id
    id_ = propose(browser(cast.leader), cast.maths)
    leader = browser(cast.leader).get(f"{HERE}/{id_}")
    assert leader.text.count("Support level 1") == 2 and "counts as 1.5" in leader.said
    visitor = browser(cast.counselor)
    page = visitor.get(f"{HERE}/{id_}")
    row = page.page.xpath("//tr[contains(., '纪小川')]")[0].text_content()
    assert "纪小川" in row and "Support level" not in row and "counts as" not in row
    assert f"/mentoring/students/{them}" not in page.links()
    assert "Counts as" not in visitor.get(f"{HERE}/{id_}/graduates/{them}").said
    assert visitor.post(f"{HERE}/graduates/{them}/fix", {"fixed": "yes"}).status == 404


# -- How it is now ---------------------------------------------------------------------------------------------


def test_the_present_state_is_numbers_that_open_onto_the_people(app, cast, browser):
    with app.app_context():
        give(cast.meng, cast.mentor.id)
    leader = browser(cast.leader)
    page = leader.get(HERE)
    assert "数学科学学院" in page.said
    facts = [" ".join(d.text_content().split()) for d in page.page.xpath("//dl[@class='facts']//dd")]
    assert facts == ["2", "1", "1", "1"]
    for link in page.page.xpath("//dl[@class='facts']//a/@href")[:3]:
        assert leader.get(link).status == 200
    alone = leader.get(page.page.xpath("//dl[@class='facts']//a/@href")[2])
    assert "林知夏" in alone.said and "孟归舟" not in alone.said
    assert "1.5" in page.page.xpath("//tr[contains(., '贾泽南')]")[0].text_content()


def test_the_office_chooses_among_the_colleges_and_a_counselor_counts_their_classes(app, cast, browser):
    office = browser(cast.office)
    page = office.get(HERE)
    rows = [r.text_content().split() for r in page.page.xpath("//tbody/tr")]
    assert [r[0] for r in rows] == ["数学科学学院", "美术学院"]
    assert f"{HERE}?college={cast.arts}" in page.links()
    empty = office.get(HERE, query_string={"college": cast.arts})
    assert "no mentors yet" in empty.said
    assert "Graduates of your classes" in browser(cast.counselor).get(HERE).said


def test_a_pair_is_fixed_and_released_again(app, cast, browser):
    with app.app_context():
        give(cast.lin, cast.mentor.id)
    counselor = browser(cast.counselor)
    counselor.get(f"{HERE}/graduates", query_string={"tab": "with"})
    assert counselor.submit(f"{cast.lin.student_id}/fix").status == 303
    assert "fixed" in counselor.get(f"{HERE}/graduates", query_string={"tab": "fixed"}).said
    id_ = propose(counselor, cast.maths)
    assert pairs(app, id_)["林知夏"] == ("贾泽南", "fixed")
    assert "fixed" in counselor.get(f"{HERE}/{id_}/graduates/{cast.lin.student_id}").said
    by_hand = {"mentor": "none", "was": str(cast.mentor.id)}
    assert counselor.post(f"{HERE}/{id_}/graduates/{cast.lin.student_id}", by_hand).status == 409
    counselor.get(f"{HERE}/graduates", query_string={"tab": "fixed"})
    assert counselor.submit(f"{cast.lin.student_id}/fix").status == 303
    assert "Nobody here" in counselor.get(f"{HERE}/graduates", query_string={"tab": "fixed"}).said
    assert counselor.post(f"{HERE}/graduates/{cast.lin.student_id}/fix", {"fixed": "perhaps"}).status == 400


def test_a_teachers_limit_is_set_and_a_stale_form_is_told_so(app, cast, browser):
    leader, other = browser(cast.leader), browser(cast.counselor)
    where = f"{HERE}/teachers/{cast.mentor.id}"
    other.get(where)
    leader.get(where)
    refused = leader.submit(where, capacity="99", note="太多")
    assert refused.status == 422 and "Between 0 and 60" in refused.errors and 'value="太多"' in refused.text
    assert leader.submit(where, capacity="3", note="带毕业班").status == 303
    assert "带毕业班" in leader.get(HERE).said
    late = other.submit(where, capacity="5")
    assert late.status == 409 and "3 graduates at most" in late.errors
    assert other.submit(where, capacity="5").status == 303
    other.get(where)
    assert other.submit(where, capacity="").status == 303
    with app.app_context(), unit("read"):
        assert db.session.scalars(sa.select(Terms)).all() == []
    assert leader.get(f"{HERE}/teachers/{cast.ding.id}").status == 404, "no mentor"


# -- A proposal ------------------------------------------------------------------------------------------------


def test_a_proposal_says_why_and_changes_nothing(app, cast, browser):
    with app.app_context():
        second = hire("he", "贺青山", cast.maths)
        advise(cast.lin, second)
        advise(cast.meng, cast.mentor.id, AdviserKind.INTERNSHIP)
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    page = leader.get(f"{HERE}/{id_}")
    assert pairs(app, id_) == {"林知夏": ("贺青山", "thesis"), "孟归舟": ("贾泽南", "internship")}
    assert "Thesis adviser" in page.said and "counts as 1.5" in page.said
    assert "2 graduates and 2 mentors are told" in page.said
    assert set(mentors_of(app).values()) == {None}
    drain(app)
    assert notices(app, cast.lin) == []
    for link in page.page.xpath("//dl[@class='facts']//a/@href"):
        assert leader.get(link).status == 200


def test_confirming_is_one_act_and_everybody_concerned_gets_one_notice(app, cast, browser):
    with app.app_context():
        ids = enrol(3, cast.lin)
        old = hire("pan", "潘越", cast.maths)
        give(cast.lin, old)
        away(old, cast.mentor.id, 60)
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    page = leader.get(f"{HERE}/{id_}")
    assert "away until" in page.page.xpath("//tr[contains(., '林知夏')]")[0].text_content()
    answer = leader.submit("/confirm")
    assert answer.status == 303
    assert set(mentors_of(app).values()) == {"贾泽南", None}, "all of maths; the other college stays"
    assert mentors_of(app)["那木罕·巴特尔"] is None
    drain(app)
    assert notices(app, cast.lin) == ["mentoring.your_mentor"]
    assert notices(app, cast.mentor) == ["mentoring.assigned"]
    with app.app_context(), unit("read"):
        facts = db.session.scalars(sa.select(Notice.facts).where(Notice.kind == "mentoring.assigned")).all()
        assert sorted((f["gained"], f["lost"]) for f in facts) == [(0, 1), (len(ids) + 2, 0)]
        entry = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.topic_id == cast.lin.student_id).order_by(AuditEntry.id.desc())
        ).first()
        assert (entry.verb, entry.actor_id) == ("proposal.confirm", cast.leader.id)
    mentor = browser(cast.mentor)
    said = mentor.get("/notices").said
    assert "5 graduates have been assigned to you" in said
    after = leader.get(f"{HERE}/{id_}")
    assert "Confirmed by 叶念星" in after.said and not after.has_form("/confirm")
    assert leader.get(f"{HERE}/{id_}/graduates/{cast.lin.student_id}").status == 404


def test_the_same_confirmation_twice_is_one_and_a_later_one_is_refused(app, cast, browser):
    leader, counselor = browser(cast.leader), browser(cast.counselor)
    id_ = propose(leader, cast.maths)
    counselor.get(f"{HERE}/{id_}")
    assert [leader.post(f"{HERE}/{id_}/confirm").status for _n in range(2)] == [303, 303]
    late = counselor.submit("/confirm")
    assert late.status == 409 and "no draft any more" in late.said
    assert counselor.post(f"{HERE}/{id_}/drop").status == 409
    by_hand = {"mentor": "none", "was": str(cast.mentor.id)}
    assert counselor.post(f"{HERE}/{id_}/graduates/{cast.lin.student_id}", by_hand).status == 409
    drain(app)
    assert notices(app, cast.lin) == ["mentoring.your_mentor"]


def test_a_dropped_proposal_changes_nothing_and_makes_way(app, cast, browser):
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    leader.get(f"{HERE}/{id_}")
    assert leader.submit("/drop").status == 303
    assert set(mentors_of(app).values()) == {None}
    assert "Dropped by 叶念星" in leader.get(f"{HERE}/{id_}").said
    assert propose(leader, cast.maths) != id_


def test_the_second_of_two_who_propose_is_told_who_was_quicker(app, cast, browser):
    leader, counselor = browser(cast.leader), browser(cast.counselor)
    counselor.get(f"{HERE}/propose")
    id_ = propose(leader, cast.maths)
    second = counselor.submit("/propose", keeps="no")
    assert second.status == 409 and "叶念星 was quicker" in second.said
    assert f"{HERE}/{id_}" in second.links()
    replaced = proposal_id(counselor.submit("/propose", keeps="no"))
    assert "Dropped by 徐艺未" in leader.get(f"{HERE}/{id_}").said
    with app.app_context(), unit("read"):
        assert db.session.get_one(Proposal, replaced).status is ProposalState.DRAFT


def test_a_mentor_changed_meanwhile_stops_the_confirmation_with_who_did_it(app, cast, browser):
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    with app.app_context():
        other = hire("he", "贺青山", cast.maths)
        give(cast.lin, other, by=cast.counselor.id)
    answer = leader.post(f"{HERE}/{id_}/confirm")
    assert answer.status == 409
    assert "徐艺未 has meanwhile changed who answers for 1 graduate (林知夏)" in answer.said
    assert mentors_of(app)["孟归舟"] is None and mentors_of(app)["林知夏"] == "贺青山"
    page = leader.get(f"{HERE}/{id_}")
    assert "Work it out anew" in page.said
    again = propose(leader, cast.maths)
    assert leader.post(f"{HERE}/{again}/confirm").status == 303
    assert mentors_of(app)["孟归舟"] in ("贾泽南", "贺青山")


def test_a_pair_fixed_meanwhile_stops_it_too(app, cast, browser):
    with app.app_context():
        other = hire("he", "贺青山", cast.maths)
        advise(cast.lin, other)
        give(cast.lin, cast.mentor.id)
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths, keeps="no")
    assert pairs(app, id_)["林知夏"] == ("贺青山", "thesis")
    assert leader.post(f"{HERE}/graduates/{cast.lin.student_id}/fix", {"fixed": "yes"}).status == 303
    assert leader.post(f"{HERE}/{id_}/confirm").status == 409


def test_a_teacher_who_is_no_mentor_any_more_gets_nobody(app, cast, browser):
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    with app.app_context():
        hire("he", "贺青山", cast.maths)
        with unit("write"):
            audit.act_as(None, "test")
            grant = db.session.scalars(sa.select(Grant).where(Grant.user_id == cast.mentor.id)).one()
            grant.ends_on = clock.today() - timedelta(days=1)
    answer = leader.post(f"{HERE}/{id_}/confirm")
    assert answer.status == 409 and "贾泽南" in answer.said
    assert set(mentors_of(app).values()) == {None}


def test_the_unassignable_stand_there_with_the_reason_and_a_way_to_act(app, cast, browser):
    with app.app_context():
        enrol(2, cast.lin)
        old = hire("pan", "潘越", cast.maths)
        advise(cast.lin, old)
        away(old, cast.mentor.id, 60)
        with unit("write"):
            audit.act_as(None, "test")
            db.session.add(Terms(user_id=cast.mentor.id, capacity=1))
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    page = leader.get(f"{HERE}/{id_}")
    assert [reason for _who, reason in pairs(app, id_).values()].count("no_room") == 3
    card = page.page.xpath("//section[@aria-labelledby='unplaced_title']")[0].text_content()
    assert "Adviser 潘越 is away until" in card or "mentors are full" in card
    assert "All 2 mentors are full" in card
    link = f"{HERE}/{id_}/graduates/{cast.meng.student_id}"
    assert link in page.links()
    office = browser(cast.office)
    alone = propose(office, cast.arts) if "no mentors" not in office.get(HERE + f"?college={cast.arts}").said else None
    assert alone is None, "a college without mentors has nothing to propose"


def test_a_pair_is_chosen_by_hand_also_beyond_the_limit_with_a_warning(app, cast, browser):
    with app.app_context():
        other = hire("he", "贺青山", cast.maths)
        with unit("write"):
            audit.act_as(None, "test")
            db.session.add(Terms(user_id=other, capacity=1))
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    where = f"{HERE}/{id_}/graduates/{cast.meng.student_id}"
    form = leader.get(where)
    assert "Counts as 1.5" in form.said
    assert leader.submit(where, mentor="12345").status == 422
    answer = leader.submit(where, mentor=str(other), follow=True)
    answer = leader.get(answer.location)
    assert "ask them first" in answer.said and "Chosen by hand" in answer.said
    assert "贺青山 would have 1.5, agreed are 1" in leader.get(f"{HERE}/{id_}").said
    leader.get(where)
    assert leader.submit(where, mentor="none").status == 303
    assert pairs(app, id_)["孟归舟"] == (None, "by_hand")
    assert "Left open by hand" in leader.get(f"{HERE}/{id_}").said


def test_two_who_adjust_the_same_pair_are_told(app, cast, browser):
    with app.app_context():
        other = hire("he", "贺青山", cast.maths)
    leader, counselor = browser(cast.leader), browser(cast.counselor)
    id_ = propose(leader, cast.maths)
    where = f"{HERE}/{id_}/graduates/{cast.lin.student_id}"
    counselor.get(where)
    leader.get(where)
    now = pairs(app, id_)["林知夏"][0]
    chosen = other if now != "贺青山" else cast.mentor.id
    assert leader.submit(where, mentor=str(chosen)).status == 303
    late = counselor.submit(where, mentor="none")
    assert late.status == 409 and "meanwhile" in late.errors
    assert counselor.submit(where, mentor="none").status == 303
    assert pairs(app, id_)["林知夏"] == (None, "by_hand")


def test_who_counts_as_a_mentor_of_the_college(app, cast, browser):
    with app.app_context():
        with unit("read"):
            major = db.session.scalars(sa.select(OrgUnit.id).where(OrgUnit.parent_id == cast.maths)).one()
        hire("whole", "万里", None)
        hire("major", "钟点", major)
        hire("arts", "艾美", cast.arts)
        gone = hire("gone", "顾去", cast.maths)
        with unit("write"):
            audit.act_as(None, "test")
            db.session.get_one(User, gone).disabled_at = NOW
        deputy = hire("ill", "冉久", cast.maths)
        away(deputy, cast.mentor.id, 30)
        short = hire("trip", "史短", cast.maths)
        away(short, cast.mentor.id, 29)
        with unit("read"):
            found = {m.name: m for m in queries.mentors(cast.maths, queries.cohort().id)}
            assert set(found) == {"贾泽南", "万里", "钟点", "冉久", "史短"}
            assert found["冉久"].room == 0 and found["史短"].room == 600
            assert found["钟点"].majors == {major} and found["万里"].college is None


def test_the_lists_come_as_fragments_too(app, cast, browser):
    with app.app_context():
        give(cast.meng, cast.mentor.id)
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    for path, target in ((f"{HERE}/{id_}?tab=all", "pairs"), (f"{HERE}/graduates?tab=all", "assigned")):
        part = leader.get(path, headers={"HX-Request-Type": "partial", "HX-Target": f"section#{target}"})
        assert part.status == 200 and part.text.strip().startswith("<section"), path
        assert "孟归舟" in part.text and "Support level 1" in part.text


def test_pages_of_many_pairs_cost_as_many_queries_as_of_few(app, cast, browser):
    leader = browser(cast.leader)
    few = propose(leader, cast.maths)
    leader.get(f"{HERE}/{few}?tab=all")
    small = [len(leader.get(path).queries) for path in (HERE, f"{HERE}/{few}?tab=all", f"{HERE}/graduates?tab=all")]
    assert leader.post(f"{HERE}/{few}/drop").status == 303
    with app.app_context():
        enrol(300, cast.lin)
        for n in range(40):
            hire(f"m{n}", f"老师{n}", cast.maths)
    many = propose(leader, cast.maths)
    page = leader.get(f"{HERE}/{many}?tab=all")
    large = [len(leader.get(HERE).queries), len(page.queries), len(leader.get(f"{HERE}/graduates?tab=all").queries)]
    assert page.said.count("学生") == 25 + 8 or page.said.count("学生") >= 25
    assert [b <= a + 2 for a, b in zip(small, large, strict=True)] == [True] * 3, (small, large)


# -- Lists as workbooks ----------------------------------------------------------------------------------------

HEAD = ["学号", "包保教师工号", "论文指导教师工号", "实习指导教师工号"]


def workbook(*rows: list[str], head: list[str] | None = None) -> bytes:
    return sheet.written(head or HEAD, [list(r) for r in rows]).getvalue()


def look(visitor: Browser, content: bytes, college: int, name: str = "名单.xlsx"):
    visitor.get(f"{HERE}/import", query_string={"college": college})
    return visitor.submit("/import", files={"file": (content, name)})


def cells(content: bytes) -> list[list[str]]:
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_list_is_looked_at_first_then_becomes_a_proposal_then_is_confirmed(app, cast, browser):
    with app.app_context():
        hire("he", "贺青山", cast.maths)
    leader = browser(cast.leader)
    rows = (["2023010226", "T-he", "T-jia", ""], ["2023010214", "T-jia", "", "T-shen"])
    page = look(leader, workbook(*rows), cast.maths)
    assert page.status == 200, page.errors
    assert "林知夏" in page.said and "贺青山" in page.said
    with app.app_context(), unit("read"):
        assert db.session.scalars(sa.select(Proposal)).all() == []
        assert db.session.scalars(sa.select(Adviser)).all() == []
    id_ = proposal_id(leader.submit("/enter"))
    assert pairs(app, id_) == {"林知夏": ("贺青山", "imported"), "孟归舟": ("贾泽南", "imported")}
    assert set(mentors_of(app).values()) == {None}
    with app.app_context(), unit("read"):
        found = {(a.student_id, a.kind, a.user_id) for a in db.session.scalars(sa.select(Adviser))}
        assert found == {
            (cast.lin.student_id, AdviserKind.THESIS, cast.mentor.id),
            (cast.meng.student_id, AdviserKind.INTERNSHIP, cast.shen.id),
        }
    leader.get(f"{HERE}/{id_}")
    assert leader.submit("/confirm").status == 303
    assert mentors_of(app)["林知夏"] == "贺青山"
    again = look(leader, workbook(*rows), cast.maths)
    assert "nothing to enter" in again.said and not again.has_form("/enter")


def test_what_is_wrong_is_said_cell_by_cell_and_nothing_is_entered(app, cast, browser):
    with app.app_context():
        give(cast.meng, cast.mentor.id)
        hire("he", "贺青山", cast.maths)
    leader = browser(cast.leader)
    assert leader.post(f"{HERE}/graduates/{cast.meng.student_id}/fix", {"fixed": "yes"}).status == 303
    page = look(
        leader,
        workbook(
            ["2023020208", "T-jia", "", ""],
            ["2023010226", "T-ding", "T-nobody", ""],
            ["2023010226", "T-jia", "", ""],
            ["", "T-jia", "", ""],
            ["2023010214", "T-he", "", ""],
            ["", "", "", ""],
            ["2023010214", "lin", "", ""],
        ),
        cast.maths,
    )
    assert page.status == 422
    found = {r[0].text_content(): r[1].text_content() for r in page.page.xpath("//table//tbody/tr")}
    assert "No graduate of this college" in found["A2"], "a graduate of another college is as unknown as any"
    assert "丁伯言 is no mentor" in found["B3"]
    assert "No member of staff has the number T-nobody" in found["C3"]
    assert "in row 3 already" in found["A4"]
    assert "missing" in found["A5"]
    assert "fixed pair" in found["B6"]
    assert {"A8", "B8"} <= set(found)
    assert not page.has_form("/enter")


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"no workbook at all", "a.xlsx", "not an Excel workbook"),
        (people.pdf(), "a.pdf", "cannot be uploaded here"),
        (workbook(), "a.xlsx", ""),
        (workbook(["1"], head=["姓名"]), "a.xlsx", "no column"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(app, cast, browser, content, name, says):
    leader = browser(cast.leader)
    page = look(leader, content, cast.maths, name)
    assert page.status == (422 if says else 200)
    assert says in page.said and not page.has_form("/enter")
    leader.get(f"{HERE}/import", query_string={"college": cast.maths})
    assert leader.submit("/import").status == 422


def bombs() -> dict[str, bytes]:
    import xlsxwriter

    made = {}
    for name, place in {"far": (1_048_575, 16_383), "long": (12_005, 0)}.items():
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        page = book.add_worksheet()
        if name == "long":
            for row in range(place[0]):
                page.write_string(row, 0, "x")
        page.write_string(0, 0, "学号")
        page.write_string(*place, "x")
        book.close()
        made[name] = out.getvalue()
    hollow = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["1"]))) as old, zipfile.ZipFile(hollow, "w") as new:
        for item in old.namelist():
            new.writestr(item, b"<broken" if "sheet1" in item else old.read(item))
    made["broken"] = hollow.getvalue()
    return made


@pytest.mark.parametrize("kind", ["far", "long", "broken"])
def test_a_workbook_made_to_hurt_hurts_nobody(app, cast, browser, kind):
    page = look(browser(cast.leader), bombs()[kind], cast.maths)
    assert page.status == 422
    words = {"far": "too large to read", "long": "more than 12000 rows", "broken": "cannot be read"}
    assert words[kind] in page.said


def test_an_open_proposal_stands_in_the_way_of_mentors_but_not_of_advisers(app, cast, browser):
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    mentors = look(leader, workbook(["2023010226", "T-jia", "", ""]), cast.maths)
    assert "A proposal is open" in mentors.said and not mentors.has_form("/enter")
    advisers = look(leader, workbook(["2023010226", "", "T-jia", ""]), cast.maths)
    assert advisers.has_form("/enter")
    assert leader.submit("/enter").location.endswith(f"?college={cast.maths}")
    assert leader.get(f"{HERE}/{id_}").has_form("/confirm")


def test_a_draft_made_between_looking_and_entering_wins(app, cast, browser):
    leader, counselor = browser(cast.leader), browser(cast.counselor)
    page = look(leader, workbook(["2023010226", "T-jia", "T-jia", ""]), cast.maths)
    assert page.has_form("/enter")
    propose(counselor, cast.maths)
    late = leader.submit("/enter")
    assert late.status == 409 and "A proposal is open" in late.said
    with app.app_context(), unit("read"):
        assert db.session.scalars(sa.select(Adviser)).all() == []


def test_the_word_for_a_list_is_signed_and_another_persons_is_no_use(app, cast, browser):
    leader, counselor = browser(cast.leader), browser(cast.counselor)
    page = look(leader, workbook(["2023010226", "T-jia", "", ""]), cast.maths)
    token = page.page.xpath("//input[@name='token']/@value")[0]
    assert counselor.post(f"{HERE}/import/enter", {"token": token}).status == 400
    assert leader.post(f"{HERE}/import/enter", {"token": token[:-3]}).status == 400
    assert leader.post(f"{HERE}/import/enter").status == 400


def test_what_is_exported_can_be_imported_and_changes_nothing(app, cast, browser):
    with app.app_context():
        give(cast.lin, cast.mentor.id)
        advise(cast.meng, cast.shen.id)
    for language in ("en", "zh"):
        leader = browser(cast.leader)
        leader.language = language
        answer = leader.get(f"{HERE}/export.xlsx", query_string={"tab": "all", "college": cast.maths})
        assert answer.response.mimetype == XLSX
        rows = cells(answer.response.data)
        assert len(rows) == 3 and "T-jia" in rows[1] + rows[2]
        if language == "en":
            page = look(leader, answer.response.data, cast.maths)
            assert page.status == 200 and "nothing to enter" in page.said
    template = browser(cast.leader).get(f"{HERE}/template.xlsx").response.data
    assert cells(template) == [
        ["Student number", "Mentor number", "Thesis adviser number", "Internship adviser number"]
    ]


def test_a_proposal_is_exported_as_it_is_filtered(app, cast, browser):
    leader = browser(cast.leader)
    id_ = propose(leader, cast.maths)
    rows = cells(leader.get(f"{HERE}/{id_}/export.xlsx", query_string={"tab": "all"}).response.data)
    assert [r[1] for r in rows] == ["Graduate", "林知夏", "孟归舟"]
    assert rows[1][5] == "贾泽南"


# -- The command line ------------------------------------------------------------------------------------------


def test_the_command_writes_a_proposal_and_changes_nothing(app, cast, tmp_path: Path):
    out = tmp_path / "plan.xlsx"
    with app.app_context():
        found = app.test_cli_runner().invoke(args=["assign", "--college", "01", "--dry-run", "--out", str(out)])
    assert found.exit_code == 0, found.output
    assert "2 graduates, 1 mentors, 0 without one" in found.output
    rows = cells(out.read_bytes())
    assert len(rows) == 3 and rows[1][0] == "2023010214" and rows[1][4] == "贾泽南"
    with app.app_context(), unit("read"):
        assert db.session.scalars(sa.select(Proposal)).all() == []
    with app.app_context():
        piped = app.test_cli_runner().invoke(args=["assign", "--college", "01", "--dry-run"])
        assert cells(piped.stdout_bytes) == rows
        assert app.test_cli_runner().invoke(args=["assign", "--college", "99", "--dry-run"]).exit_code == 1
        assert app.test_cli_runner().invoke(args=["assign", "--college", "01"]).exit_code == 2


def test_the_web_does_not_load_the_solver_until_someone_proposes():
    code = "import sys, app; app.create_app; print(any(m.startswith('ortools') for m in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_every_reason_reads_in_words(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert len({str(r.label) for r in Reason}) == len(Reason)


# -- At the same moment ----------------------------------------------------------------------------------------


@pytest.fixture
def school(live: Flask) -> people.Cast:
    with live.app_context():
        cast = people.Cast.arrive()
        enrol(20, cast.lin)
        for n in range(4):
            hire(f"m{n}", f"老师{n}", cast.maths)
    return cast


def signed_in(app: Flask, who: people.Person) -> Browser:
    made = Browser(app)
    made.sign_in(who.login)
    return made


def at_once(*acts):
    """Run all acts at the same moment, each in a thread that knows the frozen time."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act) -> None:
        with clock.told(NOW):
            gate.wait()
            answers[place] = act()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def drafts(app: Flask) -> int:
    with app.app_context(), unit("read"):
        query = sa.select(sa.func.count()).where(Proposal.status == ProposalState.DRAFT)
        return db.session.scalar(query)


@pytest.mark.real
def test_of_two_who_propose_at_once_one_wins_and_the_other_is_told_by_whom(live, school):
    leader, counselor = signed_in(live, school.leader), signed_in(live, school.counselor)
    for _turn in range(5):
        answers = at_once(*(lambda b=b: b.post(f"{HERE}/propose", {"keeps": "yes"}) for b in (leader, counselor)))
        assert sorted(a.status for a in answers) == [303, 409]
        loser = next(a for a in answers if a.status == 409)
        assert "was quicker" in loser.said and ("叶念星 was" in loser.said or "徐艺未 was" in loser.said)
        assert drafts(live) == 1
        won = proposal_id(next(a for a in answers if a.status == 303))
        assert leader.post(f"{HERE}/{won}/drop").status == 303


@pytest.mark.real
def test_of_two_who_confirm_at_once_one_wins_and_everybody_is_told_once(live, school):
    leader, counselor = signed_in(live, school.leader), signed_in(live, school.counselor)
    id_ = proposal_id(leader.post(f"{HERE}/propose", {"keeps": "yes"}))
    answers = at_once(
        *(lambda b=b: b.post(f"{HERE}/{id_}/confirm") for b in (leader, counselor)),
        lambda: signed_in(live, school.office).post(f"{HERE}/{id_}/drop"),
    )
    assert sorted(a.status for a in answers) == [303, 409, 409]
    drain(live)
    won = answers[2].status != 303
    assert (mentors_of(live)["林知夏"] is not None) == won
    assert notices(live, school.lin) == (["mentoring.your_mentor"] if won else [])


@pytest.mark.real
def test_a_confirmation_and_a_change_of_the_same_graduate_come_one_after_the_other(live, school):
    leader = signed_in(live, school.leader)
    with live.app_context():
        other = hire("he", "贺青山", school.maths)
    for _turn in range(3):
        with live.app_context():
            give(school.lin, None)
        id_ = proposal_id(leader.post(f"{HERE}/propose", {"keeps": "no"}))

        def change() -> None:
            with live.app_context():
                give(school.lin, other, by=school.counselor.id)

        answer, _nothing = at_once(lambda n=id_: leader.post(f"{HERE}/{n}/confirm"), change)
        assert answer.status in (303, 409)
        assert mentors_of(live)["林知夏"] == "贺青山", "whoever is last is not overwritten by what was planned before"
        if answer.status == 409:
            assert leader.post(f"{HERE}/{id_}/drop").status == 303
