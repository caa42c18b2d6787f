"""“Come and learn first”: a student asks a team for a place, and the team answers."""

from __future__ import annotations

from ...core import clock
from ...core.db import db, locked, queue_at
from ...students.models import Student
from ..models import Internship, Tenancy
from ..queries import internship as queries


class Full(Exception):
    """All places of this team are taken."""


def ask(tenancy: Tenancy, student: Student, why: str) -> tuple[Internship, bool]:
    """Ask for a place. Asked again, the words are changed while nobody has answered; True when it is new."""
    queue_at(tenancy)
    found = queries.of(tenancy.id, student.id)
    if found is not None:
        if found.accepted is None:
            found.why = why
        return found, False
    made = Internship(tenancy_id=tenancy.id, student_id=student.id, why=why, at=clock.now())
    db.session.add(made)
    return made, True


def take_back(asked: Internship) -> None:
    """The student does not want it any more."""
    db.session.delete(asked)


def answer(asked: Internship, tenancy: Tenancy, yes: bool) -> bool:
    """The team says yes or no, and may change it; True when this is news. Raises :class:`Full`."""
    queue_at(tenancy)
    locked(asked)
    if asked.accepted is yes:
        return False
    if yes and queries.taken([tenancy.id]).get(tenancy.id, 0) >= tenancy.workspace.interns:
        raise Full
    asked.accepted, asked.answered_at = yes, clock.now()
    return True
