"""What happens to the register."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts import service as accounts
from ..accounts.models import Cohort, OrgUnit, Role
from ..core import clock
from ..core.db import db, locked
from . import options
from .models import NEVER, Channel, Intention, Side, Situation, Student


def enrol(
    username: str,
    name: str,
    number: str,
    *,
    cohort: Cohort,
    college: OrgUnit,
    major: OrgUnit,
    class_: OrgUnit,
    phone: str | None = None,
    email: str | None = None,
    pinyin: str | None = None,
    support_level: int = 0,
    since: date | None = None,
) -> Student:
    """Enter a graduate into the register; the person may sign in with the number."""
    user = accounts.create_person(username, name, number=number, email=email, pinyin=pinyin)
    accounts.grant(user, Role.STUDENT, unit=class_, begins_on=since)
    student = Student(
        user_id=user.id,
        cohort_id=cohort.id,
        college_id=college.id,
        major_id=major.id,
        class_id=class_.id,
        phone=phone,
        support_level=support_level,
    )
    student.user = user
    reckon(student)
    db.session.add(student)
    return student


def set_level(student: Student, level: int) -> None:
    """The office's word on who is helped first; 0 none, 1 and 2 as in :class:`~.models.Student`."""
    student.support_level = level
    reckon(student)


# -- Who answers for them --------------------------------------------------------------------------------


def set_mentor(student: Student, mentor_id: int | None, since: date | None = None) -> None:
    """From now on this teacher answers for the graduate; the one before loses sight of them at once."""
    if student.mentor_id == mentor_id:
        return
    student.mentor_id = mentor_id
    student.mentor_since = (since or clock.today()) if mentor_id else None
    student.mentor_fixed = False  # a fixed pair was fixed with the one before
    reckon(student)


def contact_every(student: Student) -> timedelta:
    """After how many days without a conversation the graduate falls due, by the support level."""
    return timedelta(days=options.CONTACT_DAYS[student.support_level].value)


def reckon(student: Student) -> None:
    """From which day on it is a teacher's turn.

    What was agreed for a day stands; with a support level the duty to ask comes first if it is earlier. Without
    an agreement it is the duty; for who has found a place, nothing. Whoever has no mentor falls due as well:
    the counselor's list shows them.
    """
    since = clock.local(student.contacted_at).date() if student.contacted_at else student.mentor_since
    duty = (since or clock.today()) + contact_every(student)
    if student.next_on is not None:
        student.due_on = min(student.next_on, duty) if student.support_level else student.next_on
    elif student.situation is Situation.SETTLED:
        student.due_on = NEVER
    else:
        student.due_on = duty


def note_contact(
    student: Student,
    at: datetime,
    *,
    reached: bool,
    situation: Situation | None = None,
    next_on: date | None = None,
    next_what: str = "",
    turn: Side = Side.TEACHER,
) -> None:
    """The register's share of a contact record: when, how it stands, what was agreed for which day."""
    student.tried_at = max(at, student.tried_at or at)
    if reached:
        student.contacted_at = max(at, student.contacted_at or at)
        if situation is not None:
            student.situation = situation
        student.turn, student.turn_since = turn, clock.local(at).date()
        student.next_on, student.next_what = next_on, next_what
    elif next_on is not None:
        student.next_on = next_on
    reckon(student)


def reckon_all(after: int = 0, most: int = 500) -> int:
    """Reckon a batch anew after the settings have changed; returns the last id, 0 when there are none left."""
    query = sa.select(Student).where(Student.id > after).order_by(Student.id).limit(most)
    found = db.session.scalars(query.with_for_update()).all()
    for student in found:
        reckon(student)
    return found[-1].id if found else 0


# -- What they wish for, and how to reach them -----------------------------------------------------------


WISHES = ("way", "regions", "industries", "posts", "stage", "pay_from", "second_plan", "obstacle")


def set_intention(student: Student, by_id: int, at: datetime | None = None, **wishes: Any) -> Intention | None:
    """Write down what has changed of the intention; what is not named stays. None when nothing is new."""
    locked(student)
    current = db.session.scalar(sa.select(Intention).where(Intention.student_id == student.id, Intention.is_current))
    before = {name: getattr(current, name) for name in WISHES} if current else {}
    after = {**before, **wishes}
    if after == before:
        return None
    if current is not None:
        current.is_current = False
        db.session.flush()
    made = Intention(student_id=student.id, by_id=by_id, at=at or clock.now(), **after)
    db.session.add(made)
    return made


def set_reach(student: Student, *, by: Channel | None, hours: str, quiet_until: date | None) -> None:
    """The student's word on how and when to be reached."""
    student.reach_by, student.reach_hours, student.quiet_until = by, hours, quiet_until
