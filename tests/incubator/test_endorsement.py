"""A teacher is asked, marks the plan with the red pen, talks with the team, writes; the college does the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.documents.models import Annotation
from blueprints.incubator.models import (
    Application,
    ApplicationState,
    Endorsement,
    EndorsementKind,
    Intake,
    IntakeState,
    Message,
    Paper,
    Referee,
)
from blueprints.incubator.service import endorsement as service
from blueprints.students import service as students
from blueprints.students.models import Student
from tests.people import Person, pdf

from .rooms import a_call, an_application
from .test_application import application, at, move, told, upload

MARK = {"page": "1", "line": "1", "kind": "must-fix", "body": "这个数从哪里来？"}


def asked(id_: int, who: Person, kind: EndorsementKind = EndorsementKind.MENTOR) -> int:
    """This teacher was asked to help this team; the id of the question."""
    with unit("write"):
        audit.act_as(None, "test")
        made = Endorsement(application_id=id_, user_id=who.id, kind=kind, asked_at=clock.now())
        db.session.add(made)
        db.session.flush()
        return made.id


def plan_of(id_: int) -> int:
    with unit("read"):
        query = sa.select(Paper.id).where(Paper.application_id == id_, Paper.replaced_at.is_(None))
        return db.session.scalars(query).one()


@pytest.fixture
def helped(app, cast) -> tuple[int, int, int]:
    """Lin's draft with meng on the team, the question to the mentor, and the plan."""
    with app.app_context():
        id_ = an_application(cast.lin, members=[cast.meng])
        return id_, asked(id_, cast.mentor), plan_of(id_)


# -- Asking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["贾泽南", "jiazenan", "jzn", "T-jia", "jia"])
def test_any_teacher_is_found_by_name_pinyin_or_number_and_told_once(app, cast, browser, words):
    with app.app_context():
        id_ = an_application(cast.lin)
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/teachers", teacher=words).status == 303
    assert lin.submit(f"{at(id_)}/teachers", teacher=words).status == 303
    with app.app_context():
        assert told(cast.mentor) == ["incubator.teacher_asked"]


def test_the_own_mentor_is_a_button(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
        with unit("write"):
            audit.act_as(None, "test")
            students.set_mentor(db.session.get_one(Student, cast.lin.student_id), cast.mentor.id, clock.today())
    lin = browser(cast.lin)
    page = lin.get(at(id_))
    assert "Ask my mentor 贾泽南" in page.said
    assert lin.submit(f"{at(id_)}/teachers").status == 303
    assert "Ask my mentor" not in lin.get(at(id_)).said


@pytest.mark.parametrize("words", ["nobody", "2023010214", "贾", "root"])
def test_students_administrators_and_nobody_are_no_teachers(app, cast, browser, words):
    with app.app_context():
        id_ = an_application(cast.lin)
    lin = browser(cast.lin)
    lin.get(at(id_))
    refused = lin.submit(f"{at(id_)}/teachers", teacher=words)
    assert refused.status == 422
    assert "No teacher is found" in refused.errors


def test_a_question_is_taken_back_while_nothing_is_written(app, cast, browser, helped):
    id_, question, _plan = helped
    lin, mentor = browser(cast.lin), browser(cast.mentor)
    lin.get(at(id_))
    assert lin.submit(f"/teachers/{question}/remove").status == 303
    assert mentor.get(at(id_)).status == 404
    assert mentor.get(f"/incubator/endorsements/{question}").status == 404


# -- What the teacher sees -----------------------------------------------------------------------------------------


def test_who_was_once_asked_does_not_score_the_team_although_the_question_is_taken_back(app, cast, browser):
    """Who has read the names is not blind any more."""
    with app.app_context():
        call = a_call(cast.ding, status=IntakeState.OPEN)
        id_ = an_application(cast.lin, intake=call)
        question = asked(id_, cast.shen)
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/teachers/{question}/remove").status == 303
    assert browser(cast.shen).get(at(id_)).status == 404
    with app.app_context(), unit("write") as session:
        audit.act_as(None, "test")
        session.add(Referee(intake_id=call, user_id=cast.shen.id))
        held = session.get_one(Application, id_)
        for row, state in ((held, ApplicationState.SUBMITTED), (session.get_one(Intake, call), IntakeState.REVIEWING)):
            row.__dict__["_moving"] = True
            row.status = state
    assert browser(cast.ding).get(f"/incubator/sheets/{id_}").status == 200
    assert browser(cast.shen).get(f"/incubator/sheets/{id_}").status == 404
    refused = lin.post(f"{at(id_)}/teachers", {"teacher": "贾泽南"})
    assert refused.status == 403, "once the review has begun nobody new is asked"


def test_a_question_that_was_taken_back_can_be_asked_again(app, cast, browser, helped):
    id_, question, _plan = helped
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/teachers/{question}/remove").status == 303
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/teachers", teacher="贾泽南").status == 303
    assert browser(cast.mentor).get(at(id_)).status == 200
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Endorsement)) == 1


def test_a_referee_of_the_call_is_not_asked(app, cast, browser):
    with app.app_context():
        call = a_call(cast.shen, status=IntakeState.OPEN)
        id_ = an_application(cast.lin, intake=call)
    lin = browser(cast.lin)
    lin.get(at(id_))
    answer = lin.submit(f"{at(id_)}/teachers", teacher=cast.shen.name)
    assert answer.status == 422 and "cannot be asked in this call" in answer.errors


def test_the_teacher_sees_what_waits_and_no_draft_of_anybody_else(app, cast, browser, helped):
    id_, question, plan = helped
    mentor = browser(cast.mentor)
    listed = mentor.get("/incubator/endorsements")
    assert "waits for you" in listed.said
    page = mentor.get(f"/incubator/endorsements/{question}")
    assert "写好的problem" in page.said
    assert f"/incubator/papers/{plan}" in page.links()
    assert mentor.get(at(id_)).status == 200
    for other in (cast.shen, cast.leader, cast.incubator, cast.far):
        assert browser(other).get(f"/incubator/endorsements/{question}").status in (403, 404)
        assert browser(other).get(f"/incubator/papers/{plan}").status == 404
    assert browser(cast.lin).get(f"/incubator/endorsements/{question}").status == 403, "the team reads it at its page"
    assert "No team has asked you yet" in browser(cast.shen).get("/incubator/endorsements").said


# -- The red pen ---------------------------------------------------------------------------------------------------


def test_marks_are_the_teachers_own_until_they_are_sent_and_then_the_team_answers(app, cast, browser, helped):
    _id, _question, plan = helped
    room = f"/incubator/papers/{plan}"
    mentor, lin = browser(cast.mentor), browser(cast.lin)
    mentor.get(room)
    assert mentor.get(f"{room}/annotations?page=1&line=1").status == 200
    assert mentor.post(f"{room}/annotations", MARK).status == 303
    assert "Send 1 mark to the team" in mentor.get(room).said
    assert "这个数从哪里来" not in lin.get(room).said
    assert mentor.submit(f"{room}/send").status == 303
    with app.app_context():
        assert told(cast.lin) == told(cast.meng) == ["incubator.marks_sent"]
        with unit("read"):
            mark = db.session.scalars(sa.select(Annotation.id)).one()
    assert "这个数从哪里来" in lin.get(room).said
    assert lin.post(f"{room}/annotations/{mark}/answers", {"kind": "question", "body": "哪个数？"}).status == 303
    assert lin.post(f"{room}/annotations/{mark}/answers", {"kind": "reply", "body": "x"}).status == 403
    assert mentor.post(f"{room}/annotations/{mark}/answers", {"kind": "reply", "body": "第二行"}).status == 303
    assert mentor.post(f"{room}/annotations/{mark}/answers", {"kind": "done", "body": ""}).status == 403
    assert mentor.post(f"{room}/annotations/{mark}/close").status == 303
    with app.app_context():
        assert told(cast.mentor) == ["incubator.mark_answered"]
        assert told(cast.lin) == ["incubator.marks_sent", "incubator.mark_answered"]


def test_nobody_but_the_teachers_who_were_asked_marks(app, cast, browser, helped):
    id_, _question, plan = helped
    room = f"/incubator/papers/{plan}"
    assert browser(cast.lin).post(f"{room}/annotations", MARK).status == 403
    assert browser(cast.shen).post(f"{room}/annotations", MARK).status == 404
    with app.app_context():
        move(id_, "submit", cast.lin)
    assert browser(cast.incubator).get(room).status == 200
    assert browser(cast.incubator).post(f"{room}/annotations", MARK).status == 403
    assert browser(cast.incubator).post(f"{room}/send").status == 403
    assert browser(cast.leader).post(f"{room}/annotations", MARK).status == 303, "the college was asked by handing in"


def test_an_old_version_is_read_with_its_marks_and_not_marked_any_more(app, cast, browser, helped):
    id_, _question, plan = helped
    room = f"/incubator/papers/{plan}"
    mentor = browser(cast.mentor)
    mentor.post(f"{room}/annotations", MARK)
    mentor.post(f"{room}/send")
    upload(browser(cast.lin), id_, pdf("version two"))
    assert "这个数从哪里来" in mentor.get(room).said
    refused = mentor.post(f"{room}/annotations", {**MARK, "body": "noch eins"})
    assert refused.status == 403
    assert "newer version" in refused.said


def test_a_mark_deleted_can_be_put_back(app, cast, browser, helped):
    _id, _question, plan = helped
    room = f"/incubator/papers/{plan}"
    mentor = browser(cast.mentor)
    mentor.post(f"{room}/annotations", MARK)
    with app.app_context(), unit("read"):
        mark = db.session.scalars(sa.select(Annotation.id)).one()
    assert mentor.post(f"{room}/annotations/{mark}/delete").location.endswith(f"?undo={mark}")
    mentor.get(f"{room}?undo={mark}")
    assert mentor.submit(f"/annotations/{mark}/restore").status == 303
    assert "这个数从哪里来" in mentor.get(room).said


# -- The endorsement -----------------------------------------------------------------------------------------------


def test_the_endorsement_is_written_changed_and_read_by_the_team(app, cast, browser, helped):
    id_, question, _plan = helped
    mentor, lin = browser(cast.mentor), browser(cast.lin)
    mentor.get(f"/incubator/endorsements/{question}")
    empty = mentor.submit(f"/endorsements/{question}", **{"mentor-reasons": "写了一半"})
    assert empty.status == 422
    assert "Say yes or not yet" in empty.errors
    assert "写了一半" in empty.text
    form = {"mentor-supports": "yes", "mentor-reasons": "真卖过两次，我愿意带。"}
    assert mentor.submit(f"/endorsements/{question}", **form).status == 303
    assert mentor.submit(f"/endorsements/{question}", **{**form, "mentor-reasons": "真卖过三次。"}).status == 303
    page = lin.get(at(id_))
    assert "真卖过三次" in page.said
    assert "supports it" in page.said
    with app.app_context():
        assert told(cast.lin) == ["incubator.endorsed"], "told once"
    assert lin.post(f"{at(id_)}/teachers/{question}/remove").status == 409


def test_what_is_kept_in_the_tab_belongs_to_what_was_last_saved_on_both_pages(app, cast, browser, helped):
    """static/opinion.js keeps what is typed under the form's address and data-kept, until that changes."""
    _id, question, plan = helped
    mentor = browser(cast.mentor)

    def kept() -> set[tuple[str, str]]:
        found = set()
        for path in (f"/incubator/endorsements/{question}", f"/incubator/papers/{plan}"):
            page = mentor.get(path).page
            (form,) = page.xpath("//form[@data-kept]")
            assert form.xpath(".//*[@data-kept-at and @role='status']")
            assert page.xpath("//script[contains(@src, 'opinion.js')]")
            found.add((form.get("action"), form.get("data-kept")))
        return found

    (first,) = kept()
    mentor.get(f"/incubator/endorsements/{question}")
    refused = mentor.submit(f"/endorsements/{question}", **{"mentor-reasons": "写了一半"})
    assert refused.form(f"/endorsements/{question}").get("data-kept") == first[1], "refused, it is kept on"
    form = {"mentor-supports": "yes", "mentor-reasons": "真卖过两次。"}
    assert mentor.submit(f"/endorsements/{question}", **form).status == 303
    (second,) = kept()
    assert first[0] == second[0] and first[1] != second[1]


def test_once_the_review_has_begun_what_is_written_stays(app, cast, browser, helped):
    id_, question, _plan = helped
    mentor = browser(cast.mentor)
    form = {"mentor-supports": "yes", "mentor-reasons": "好。"}
    mentor.post(f"/incubator/endorsements/{question}", form)
    with app.app_context():
        move(id_, "submit", cast.lin)
        late = asked(id_, cast.shen)
        with unit("write"):
            audit.act_as(None, "test")
            db.session.execute(
                sa.update(Intake.__table__).values(status=IntakeState.REVIEWING)  # type: ignore[arg-type]
            )
    settled = mentor.post(f"/incubator/endorsements/{question}", {**form, "mentor-supports": "no"})
    assert settled.status == 409
    assert "stays as it is" in settled.said
    first = browser(cast.shen).post(f"/incubator/endorsements/{late}", form)
    assert first.status == 303, "who was slow may still write"


def test_nobody_writes_anothers_endorsement(app, cast, browser, helped):
    _id, question, _plan = helped
    form = {"mentor-supports": "yes", "mentor-reasons": "我自己好。"}
    assert browser(cast.lin).post(f"/incubator/endorsements/{question}", form).status == 403
    assert browser(cast.shen).post(f"/incubator/endorsements/{question}", form).status == 404
    with app.app_context(), unit("read"):
        assert db.session.get_one(Endorsement, question).written_at is None


def test_the_college_gives_its_opinion_in_the_same_way(app, cast, browser, helped):
    id_, _question, _plan = helped
    with app.app_context():
        move(id_, "submit", cast.lin)
        with unit("read"):
            college = sa.select(Endorsement.id).where(Endorsement.kind == EndorsementKind.COLLEGE)
            opinion = db.session.scalars(college).one()
    leader = browser(cast.leader)
    leader.get(f"/incubator/endorsements/{opinion}")
    form = {"college-supports": "no", "college-reasons": "课业太重，建议先完成毕业设计。"}
    assert leader.submit(f"/endorsements/{opinion}", **form).status == 303
    assert "课业太重" in browser(cast.lin).get(at(id_)).said
    assert browser(cast.lin).post(f"{at(id_)}/teachers/{opinion}/remove").status == 409


def test_a_leader_of_another_college_is_not_asked(app, cast):
    with app.app_context():
        id_ = an_application(cast.far)
        move(id_, "submit", cast.far)
        assert told(cast.leader) == []


def test_a_team_asks_six_teachers_at_most(app, cast):
    with app.app_context():
        id_ = an_application(cast.lin)
        people = (cast.shen, cast.ding, cast.luo, cast.office, cast.leader, cast.counselor)
        assert len(people) == service.MOST_TEACHERS
        for who in people:
            asked(id_, who)
        with unit("write"), pytest.raises(service.TooManyTeachers):
            service.ask(application(id_), accounts.user(cast.mentor.id))


# -- The thread ----------------------------------------------------------------------------------------------------


def test_the_thread_is_between_the_team_and_its_teachers(app, cast, browser, helped):
    id_, question, _plan = helped
    lin, mentor = browser(cast.lin), browser(cast.mentor)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/messages", message="产能怎么算？").status == 303
    assert lin.submit(f"{at(id_)}/messages", message="产能怎么算？").status == 303
    mentor.get(f"/incubator/endorsements/{question}")
    assert "产能怎么算" in mentor.at.said
    said = mentor.submit(f"{at(id_)}/messages", message="两个人一天四十包。")
    assert said.location == f"/incubator/endorsements/{question}#thread"
    assert "四十包" in lin.get(at(id_)).said
    with app.app_context():
        assert told(cast.meng) == ["incubator.message", "incubator.message"]
        assert told(cast.mentor) == ["incubator.message"]
        with unit("read"):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2
    assert "Write a few words" in lin.submit(f"{at(id_)}/messages", message=" ").errors


def test_the_teachers_pages_take_as_many_queries_for_many_as_for_few(app, cast, browser, helped):
    mentor = browser(cast.mentor)
    few = len(mentor.get("/incubator/endorsements").queries)
    with app.app_context():
        for lead in (cast.far, cast.meng):
            asked(an_application(lead, team=lead.name), cast.mentor)
    many = mentor.get("/incubator/endorsements")
    assert len(many.queries) == few
