"""One bundled reminder a working day, never at night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.accounts import service as accounts_service
from blueprints.accounts.models import Notice, Role
from blueprints.core import audit, clock, jobs
from blueprints.core.db import db, unit
from blueprints.mentoring import options, reminders
from blueprints.students import service as students
from blueprints.students.models import NEVER, Absence, Student
from tests.people import SINCE, UNTIL, Person


def at(hour: int, minute: int = 0, day: date = date(2026, 11, 24)) -> datetime:
    """This time of the school's day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.ZONE).astimezone(UTC)


@pytest.fixture
def due(app, cast):
    """The mentor answers for lin (due since Nov 20) and meng (due today); nobody for far."""
    with app.app_context(), unit("write") as session:
        audit.act_as(None, "test")
        for who, day in ((cast.lin, date(2026, 11, 20)), (cast.meng, date(2026, 11, 24))):
            student = session.get_one(Student, who.student_id)
            students.set_mentor(student, cast.mentor.id, since=date(2026, 9, 28))
            student.due_on = day
        session.get_one(Student, cast.far.student_id).due_on = NEVER
    return cast


def run(moment: datetime) -> int:
    """What the worker does once a minute."""
    with clock.told(moment):
        with unit("read"):
            needed = reminders.needed()
        if not needed:
            return 0
        with unit("write"):
            return reminders.remind()


def told(who: Person) -> list[str]:
    with unit("read"):
        query = sa.select(Notice).where(Notice.user_id == who.id, Notice.kind == "mentoring.reminder")
        return [accounts_service.sentence(n) for n in db.session.scalars(query.order_by(Notice.id))]


def test_one_notice_says_how_many_and_since_when(app, due):
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert run(at(8)) == 1
        assert told(due.mentor) == ["2 graduates wait for you today; the longest since Nov 20."]
        with unit("read"):
            assert db.session.scalars(sa.select(Notice.url)).all() == ["/mentoring/"]
        for other in (due.counselor, due.leader, due.office, due.president, due.admin, due.lin):
            assert told(other) == []


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        (at(7, 59), 0),
        (at(8), 1),
        (at(19, 59), 1),
        (at(20, 1), 0),
        (at(23), 0),
        (at(2), 0),
        (at(10, day=date(2026, 11, 28)), 0),
        (at(10, day=date(2026, 11, 29)), 0),
        (at(10, day=date(2026, 10, 1)), 0),
        (at(10, day=date(2026, 11, 25)), 1),
    ],
    ids=str,
)
def test_only_by_day_and_only_on_working_days(app, due, moment, count):
    with app.app_context():
        assert run(moment) == count


def test_once_a_day_and_again_on_the_next(app, due):
    with app.app_context():
        assert run(at(8)) == 1
        assert run(at(8, 1)) == 0
        assert run(at(15)) == 0
        assert run(at(8, day=date(2026, 11, 25))) == 1
        assert len(told(due.mentor)) == 2


def test_the_hour_is_the_offices(app, due):
    with app.app_context():
        with unit("write"):
            options.REMIND_FROM.set(10)
        assert run(at(9, 59)) == 0
        assert run(at(10)) == 1


def test_a_deputy_is_reminded_in_place_of_who_is_away(app, due):
    with app.app_context():
        with unit("write") as session:
            audit.act_as(None, "test")
            accounts_service.grant(accounts.user(due.ding.id), Role.MENTOR, begins_on=SINCE, ends_on=UNTIL)
            session.add(
                Absence(
                    user_id=due.mentor.id,
                    deputy_id=due.ding.id,
                    begins_on=date(2026, 11, 24),
                    ends_on=date(2026, 11, 24),
                )
            )
        assert run(at(9)) == 1
        assert len(told(due.ding)) == 1 and told(due.mentor) == []
        assert run(at(9, day=date(2026, 11, 25))) == 1
        assert len(told(due.ding)) == 1 and len(told(due.mentor)) == 1


def test_a_counselor_hears_of_those_whom_no_mentor_answers_for(app, due):
    with app.app_context():
        with unit("write") as session:
            audit.act_as(None, "test")
            student = session.get_one(Student, due.lin.student_id)
            students.set_mentor(student, None)
            student.due_on = date(2026, 11, 24)
        assert run(at(9)) == 2
        assert len(told(due.counselor)) == len(told(due.mentor)) == 1


def test_nobody_is_reminded_of_what_is_not_due_or_without_the_role(app, due):
    with app.app_context():
        with unit("write") as session:
            for who in (due.lin, due.meng):
                session.get_one(Student, who.student_id).due_on = date(2026, 11, 25)
        assert run(at(9)) == 0
        assert run(at(9, day=date(2027, 8, 2))) == 0, "the role has ended"


def test_a_run_tells_a_batch_and_the_next_the_rest(app, due, monkeypatch):
    with app.app_context():
        with unit("write") as session:
            audit.act_as(None, "test")
            accounts_service.grant(accounts.user(due.ding.id), Role.MENTOR, begins_on=SINCE, ends_on=UNTIL)
            student = session.get_one(Student, due.meng.student_id)
            students.set_mentor(student, due.ding.id)
            student.due_on = date(2026, 11, 24)
        monkeypatch.setattr(reminders, "BATCH", 1)
        assert [run(at(9, n)) for n in range(3)] == [1, 1, 0]
        assert len(told(due.mentor)) == len(told(due.ding)) == 1


def test_the_worker_does_it_by_itself(app, due):
    (item,) = [c for c in jobs.CHORES if c.run is reminders.remind]
    assert item.every == timedelta(seconds=60) and item.needed is reminders.needed


def test_at_night_not_even_the_database_is_asked(app, due, monkeypatch):
    monkeypatch.setattr(reminders, "_waiting", lambda today: 1 / 0)
    with app.app_context():
        assert run(at(3)) == 0
