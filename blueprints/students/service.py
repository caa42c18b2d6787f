"""What happens to the register."""

from __future__ import annotations

from datetime import date

from ..accounts import service as accounts
from ..accounts.models import Cohort, OrgUnit, Role
from ..core.db import db
from .models import Student


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
    db.session.add(student)
    return student


def set_level(student: Student, level: int) -> None:
    """The office's word on who is helped first; 0 none, 1 and 2 as in :class:`~.models.Student`."""
    student.support_level = level
