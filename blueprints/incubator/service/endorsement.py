"""Teachers are asked to help, mark the plan, and say whether they support the team."""

from __future__ import annotations

from typing import Any

from ...accounts import queries as accounts
from ...accounts.models import Role, User
from ...core import clock
from ...core.db import db, queue_at
from ...documents import service as documents
from ..models import Application, ApplicationState, Endorsement, EndorsementKind, IntakeState, Paper
from ..queries import application as queries

MOST_TEACHERS = 6


class TooManyTeachers(Exception):
    """A team asks no more than :data:`MOST_TEACHERS` teachers."""


class Referees(Exception):
    """This teacher scores the teams of this call, without knowing who they are."""


class Settled(Exception):
    """The review has begun or is over: what is written stays, and what is not written is too late."""


def ask(application: Application, teacher: User) -> tuple[Endorsement, bool]:
    """Ask a teacher; asked before, they are not asked again. True when it is new. Raises :class:`Referees`."""
    queue_at(application)
    there = [e for e in queries.endorsements(application.id) if e.kind is EndorsementKind.MENTOR]
    found = next((e for e in there if e.user_id == teacher.id), None)
    if found is not None:
        return found, False
    if queries.is_referee(application.intake_id, teacher.id):
        raise Referees
    if len(there) >= MOST_TEACHERS:
        raise TooManyTeachers
    if (before := queries.taken_back(application.id, teacher.id)) is not None:
        before.taken_back_at, before.asked_at = None, clock.now()
        return before, True
    return _ask(application, teacher, EndorsementKind.MENTOR), True


def _ask(application: Application, teacher: User, kind: EndorsementKind) -> Endorsement:
    made = Endorsement(application_id=application.id, user_id=teacher.id, kind=kind, asked_at=clock.now())
    db.session.add(made)
    return made


def ask_college(application: Application) -> list[User]:
    """Ask who leads the college; any one of them may answer. Returns who was not asked before."""
    asked = {e.user_id for e in queries.endorsements(application.id) if e.kind is EndorsementKind.COLLEGE}
    leaders = [
        u for u in accounts.holders(Role.COLLEGE_LEADER) if application.college_id in u.units(Role.COLLEGE_LEADER)
    ]
    fresh = [u for u in leaders if u.id not in asked]
    for leader in fresh:
        _ask(application, leader, EndorsementKind.COLLEGE)
    return fresh


def can_write(endorsement: Endorsement, application: Application) -> bool:
    """Until the team is decided on; and once the review has begun, what is written is not changed any more."""
    if application.status not in (ApplicationState.DRAFT, ApplicationState.SUBMITTED):
        return False
    return endorsement.written_at is None or application.intake.status is IntakeState.OPEN


def write(endorsement: Endorsement, application: Application, supports: bool, text: str) -> bool:
    """Write or change it; True when it was not written before. Raises :class:`Settled`."""
    if (endorsement.supports, endorsement.text) == (supports, text):
        return False
    if not can_write(endorsement, application):
        raise Settled
    is_new = endorsement.written_at is None
    endorsement.supports, endorsement.text, endorsement.written_at = supports, text, clock.now()
    return is_new


def withdraw_request(endorsement: Endorsement) -> None:
    """The team asks somebody else instead, while nothing is written."""
    if endorsement.written_at is None:
        endorsement.taken_back_at = clock.now()


def send_marks(paper: Paper, actor: Any) -> int:
    """The teacher's marks become readable for the team; how many."""
    queue_at(paper)
    return documents.publish(paper.document, actor.id)
