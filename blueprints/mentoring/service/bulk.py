"""One act on one graduate of many; a sentence when it is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...accounts import queries as accounts
from ...accounts import service as people
from ...core.access import can
from ...core.db import locked
from ...students import service as students
from ...students.models import Student
from ..notices_contact import NOBODY, NUDGED, REFUSED


def act(student: Student, actor: Any, name: str, next_on: date | None) -> str | None:
    """``next_on`` sets the day of the next contact, ``nudge`` tells the mentor that someone waits."""
    if not can("contact", student, actor):
        return str(REFUSED)
    if name == "next_on":
        locked(student)
        student.next_on = next_on
        students.reckon(student)
        return None
    if student.mentor_id is None:
        return str(NOBODY)
    mentor = accounts.user(student.mentor_id)
    people.tell(mentor, NUDGED, f"/mentoring/students/{student.id}", who=actor.name, student=student.user.name)
    return None
