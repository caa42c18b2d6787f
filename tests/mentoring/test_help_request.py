"""“Please take this one up”: a question goes up the chain and comes back answered."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import Notice
from blueprints.core import audit
from blueprints.core.db import db, unit
from blueprints.mentoring.models import HelpRequest, HelpState, Level
from blueprints.mentoring.queries import help_request as queries
from blueprints.mentoring.service import help_request as service
from blueprints.students import queries as register
from blueprints.students import service as students
from blueprints.students.models import Student
from tests.people import Person


@pytest.fixture
def mentored(app, cast):
    """The mentor answers for lin and meng; nobody for far."""
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        for who in (cast.lin, cast.meng):
            students.set_mentor(db.session.get_one(Student, who.student_id), cast.mentor.id, since=date(2026, 9, 28))
    return cast


def ask(who: Person, student: Person, level: Level, question: str = "Who pays for the trip to Suihua?") -> int:
    with unit("write"):
        audit.act_as(who.id, "test")
        held = db.session.scalars(
            sa.select(Student).where(Student.id == student.student_id).options(*register.WITH_PERSON)
        ).one()
        return service.ask(held, accounts.user(who.id), level, question).id


def told(who: Person) -> list[str]:
    with unit("read"):
        return list(db.session.scalars(sa.select(Notice.kind).where(Notice.user_id == who.id).order_by(Notice.id)))


def latest() -> HelpRequest:
    return db.session.scalars(sa.select(HelpRequest).order_by(HelpRequest.id.desc()).limit(1)).one()


def test_a_question_goes_to_the_next_level_and_comes_back_answered(app, mentored, browser):
    cast = mentored
    mentor = browser(cast.mentor)
    mentor.get(f"/mentoring/students/{cast.lin.student_id}/help")
    assert "The next level above yours is: Counselor" in mentor.at.said
    answer = mentor.submit("/help", question="Who pays for the trip to Suihua?")
    assert answer.status == 303 and answer.location.endswith(f"/mentoring/students/{cast.lin.student_id}")
    with app.app_context():
        assert told(cast.counselor) == ["mentoring.help_asked"] and told(cast.leader) == told(cast.office) == []
        with unit("read"):
            id_ = latest().id
    assert "Who pays for the trip" in mentor.get("/mentoring/help?tab=asked").said
    counselor = browser(cast.counselor)
    assert "Who pays for the trip" in counselor.get("/mentoring/help").said
    counselor.get(f"/mentoring/help/{id_}")
    empty = counselor.submit("/answer", answer=" ")
    assert empty.status == 422 and "Write an answer" in empty.errors
    counselor.get(f"/mentoring/help/{id_}")
    assert counselor.submit("/answer", answer="The college does, ask me for the form.").status == 303
    assert "The college does" in mentor.get(f"/mentoring/help/{id_}").said
    assert "The college does" in mentor.get(f"/mentoring/students/{cast.lin.student_id}/help").said
    assert "No question waits for you" in counselor.get("/mentoring/help").said
    assert "The college does" in counselor.get("/mentoring/help?tab=answered").said
    with app.app_context():
        assert told(cast.mentor) == ["mentoring.help_answered"]


def test_each_level_asks_the_one_above_it(app, mentored, browser):
    cast = mentored
    for who, level in ((cast.mentor, "counselor"), (cast.counselor, "college"), (cast.leader, "school")):
        asker = browser(who)
        asker.get(f"/mentoring/students/{cast.lin.student_id}/help")
        assert asker.submit("/help", question=f"From {who.login}").status == 303
        with app.app_context(), unit("read"):
            assert latest().to_level == level
    office = browser(cast.office)
    page = office.get(f"/mentoring/students/{cast.lin.student_id}/help")
    assert not page.has_form("/help")
    answer = office.post(f"/mentoring/students/{cast.lin.student_id}/help", {"question": "And above me?"})
    assert answer.status == 422


def test_a_level_without_people_is_passed_over(app, mentored, browser):
    """The arts have neither counselor nor leader in the cast; the office answers for far."""
    cast = mentored
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        students.set_mentor(db.session.get_one(Student, cast.far.student_id), cast.mentor.id)
    mentor = browser(cast.mentor)
    mentor.get(f"/mentoring/students/{cast.far.student_id}/help")
    assert mentor.submit("/help", question="Whom do I ask?").status == 303
    with app.app_context():
        assert told(cast.office) == ["mentoring.help_asked"]


def test_passed_further_up_the_question_stays_and_the_answer_reaches_everyone_on_its_way(app, mentored, browser):
    cast = mentored
    with app.app_context():
        id_ = ask(cast.mentor, cast.lin, Level.MENTOR)
    counselor = browser(cast.counselor)
    counselor.get(f"/mentoring/help/{id_}")
    assert counselor.submit("/pass-on", **{"on-answer": "I do not know either."}).status == 303
    mentor = browser(cast.mentor)
    assert "Passed on: College" in mentor.get(f"/mentoring/help/{id_}").said
    with app.app_context():
        assert told(cast.mentor) == ["mentoring.help_passed_on"] and told(cast.leader) == ["mentoring.help_asked"]
        with unit("read"):
            up = latest()
            assert (
                up.id != id_ and up.question == "Who pays for the trip to Suihua?" and up.asked_by == cast.counselor.id
            )
            up_id = up.id
    leader = browser(cast.leader)
    leader.get(f"/mentoring/help/{up_id}")
    assert leader.submit("/answer", answer="We pay.").status == 303
    with app.app_context():
        assert told(cast.counselor)[-1] == told(cast.mentor)[-1] == "mentoring.help_answered"
    assert "We pay." in mentor.get(f"/mentoring/help/{up_id}").said


def test_at_the_top_there_is_no_passing_on(app, mentored, browser):
    cast = mentored
    with app.app_context():
        id_ = ask(cast.leader, cast.lin, Level.COLLEGE)
    office = browser(cast.office)
    assert not office.get(f"/mentoring/help/{id_}").has_form("/pass-on")
    answer = office.post(f"/mentoring/help/{id_}/pass-on", {"on-answer": ""})
    assert answer.status == 403 and "no level above" in answer.said


def test_two_questions_do_not_wait_at_one_level_and_what_was_typed_is_kept(app, mentored, browser):
    cast = mentored
    with app.app_context():
        id_ = ask(cast.mentor, cast.lin, Level.MENTOR, "The first")
    mentor = browser(cast.mentor)
    mentor.get(f"/mentoring/students/{cast.lin.student_id}/help")
    answer = mentor.submit("/help", question="The second")
    assert answer.status == 409 and "already waiting there" in answer.errors and "The second" in answer.text
    assert mentor.submit("/help", question="The first").status == 303, "the same form sent twice is one question"
    mentor.get(f"/mentoring/help/{id_}")
    assert mentor.submit("/take-back").status == 303
    mentor.get(f"/mentoring/students/{cast.lin.student_id}/help")
    assert mentor.submit("/help", question="The second").status == 303
    with app.app_context():
        assert told(cast.counselor) == ["mentoring.help_asked", "mentoring.help_taken_back", "mentoring.help_asked"]


def test_who_answers_second_is_told_that_someone_was_quicker(app, mentored, browser):
    cast = mentored
    with app.app_context():
        id_ = ask(cast.mentor, cast.lin, Level.MENTOR)
    assert browser(cast.counselor).post(f"/mentoring/help/{id_}/answer", {"answer": "Yes."}).status == 303
    answer = browser(cast.leader).post(f"/mentoring/help/{id_}/answer", {"answer": "No."})
    assert answer.status == 409 and "answered or taken back" in answer.said
    assert browser(cast.mentor).post(f"/mentoring/help/{id_}/take-back").status == 409
    with app.app_context(), unit("read"):
        assert latest().answer == "Yes."


def test_an_empty_question_is_refused_with_what_to_do(app, mentored, browser):
    mentor = browser(mentored.mentor)
    mentor.get(f"/mentoring/students/{mentored.lin.student_id}/help")
    answer = mentor.submit("/help", question="  ")
    assert answer.status == 422 and "so that the next level knows" in answer.errors


def test_who_does_not_help_this_graduate_sees_no_question_by_any_road(app, mentored, browser):
    cast = mentored
    with app.app_context():
        id_ = ask(cast.mentor, cast.lin, Level.MENTOR)
        with unit("write"):
            audit.act_as(None, "test")
            students.set_mentor(db.session.get_one(Student, cast.lin.student_id), None)
    for who in (cast.mentor, cast.lin, cast.far, cast.admin, cast.shen):
        visitor = browser(who)
        for path in ("", "/answer", "/pass-on", "/take-back"):
            got = visitor.post(f"/mentoring/help/{id_}{path}") if path else visitor.get(f"/mentoring/help/{id_}")
            assert got.status in (403, 404), (who.login, path)
        path = f"/mentoring/students/{cast.lin.student_id}/help"
        assert visitor.get(path).status in (403, 404) and visitor.post(path, {"question": "x"}).status in (403, 404)
    assert "Who pays" not in browser(cast.mentor).get("/mentoring/help?tab=asked").said


def test_who_lost_sight_of_the_graduate_is_not_told_the_answer_but_who_answers_now_is(app, mentored, browser):
    cast = mentored
    with app.app_context():
        id_ = ask(cast.mentor, cast.lin, Level.MENTOR)
        with unit("write"):
            audit.act_as(None, "test")
            students.set_mentor(db.session.get_one(Student, cast.lin.student_id), cast.shen.id)
    assert browser(cast.counselor).post(f"/mentoring/help/{id_}/answer", {"answer": "Yes."}).status == 303
    with app.app_context():
        assert told(cast.mentor) == [] and told(cast.shen) == ["mentoring.help_answered"]


def test_the_president_reads_and_may_answer_but_does_not_ask(app, mentored, browser):
    cast = mentored
    president = browser(cast.president)
    assert not president.get(f"/mentoring/students/{cast.lin.student_id}/help").has_form("/help")
    assert president.post(f"/mentoring/students/{cast.lin.student_id}/help", {"question": "x"}).status == 403
    with app.app_context():
        id_ = ask(cast.leader, cast.lin, Level.COLLEGE)
    assert president.post(f"/mentoring/help/{id_}/answer", {"answer": "I will see to it."}).status == 303


def test_a_mentor_does_not_answer_for_the_counselor(app, mentored, browser):
    with app.app_context():
        id_ = ask(mentored.mentor, mentored.lin, Level.MENTOR)
    answer = browser(mentored.mentor).post(f"/mentoring/help/{id_}/answer", {"answer": "Myself."})
    assert answer.status == 403 and "Only the level that was asked" in answer.said
    with app.app_context(), unit("read"):
        assert latest().status is HelpState.OPEN


def test_more_questions_take_no_more_queries(app, mentored, browser):
    cast = mentored
    counselor = browser(cast.counselor)
    with app.app_context():
        ask(cast.mentor, cast.lin, Level.MENTOR, "One")
    counselor.get("/mentoring/help")
    few = counselor.get("/mentoring/help")
    with app.app_context():
        ask(cast.mentor, cast.meng, Level.MENTOR, "Two")
        with unit("read"):
            assert queries.waiting(accounts.user(cast.counselor.id)) == 2
            assert queries.waiting(accounts.user(cast.leader.id)) == 0
    more = counselor.get("/mentoring/help")
    assert "Two" in more.said and len(more.queries) == len(few.queries)
    assert counselor.get("/mentoring/help?q=lzx").said.count("One") == 1
