"""Invariants of mentoring for ``flask verify``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Grant, Role
from ..core.audit import AuditEntry
from ..core.db import db
from ..core.verify import check
from ..core.workflow import MACHINES
from ..students.models import Intention, Student
from .models import Contact, Handover, HandoverState, HelpRequest, Pairing, Plan, PlanStep, Proposal, Reason

WITHOUT = (Reason.NO_TEACHER, Reason.NO_ROOM)
MOVING = (Proposal, Handover, HelpRequest)


def _ids(model: Any, wrong: sa.ColumnElement[bool]) -> Iterator[int]:
    yield from db.session.scalars(sa.select(model.id).where(wrong).order_by(model.id))


def _many(column: Any, where: Any) -> Iterator[int]:
    """Values of a column that more than one of these rows has."""
    yield from db.session.scalars(sa.select(column).where(where).group_by(column).having(sa.func.count() > 1))


@check
def mentors_are_mentors() -> Iterator[str]:
    """Who answers for a graduate holds the role of a mentor, or held it: a term may end before a hand-over."""
    held = sa.select(Grant.user_id).where(Grant.role == Role.MENTOR)
    for id in _ids(Student, sa.and_(Student.mentor_id.is_not(None), Student.mentor_id.not_in(held))):
        yield f"mentoring: student {id} has a mentor who never was one"


@check
def one_of_each() -> Iterator[str]:
    for id in _many(Intention.student_id, Intention.is_current):
        yield f"mentoring: student {id} has two intentions at once"
    for id in _many(Plan.student_id, Plan.closed_at.is_(None)):
        yield f"mentoring: student {id} has two open plans"


@check
def notes_and_steps() -> Iterator[str]:
    """Only a sealed note has a keeper; who ticked a step off is known exactly when it is ticked off."""
    for id in _ids(Contact, sa.and_(Contact.keeper_id.is_not(None), Contact.private_sealed.is_(None))):
        yield f"mentoring: contact {id} has a keeper and no private note"
    for id in _ids(PlanStep, PlanStep.done_at.is_(None) != PlanStep.done_by.is_(None)):
        yield f"mentoring: step {id} is ticked off by nobody, or by someone at no time"


@check
def papers_fit() -> Iterator[str]:
    for id in _ids(Pairing, sa.and_(Pairing.reason.in_(WITHOUT), Pairing.mentor_id.is_not(None))):
        yield f"mentoring: pairing {id} says why there is no mentor, and has one"
    for id in _ids(Handover, (Handover.status == HandoverState.SIGNED) != Handover.signed_at.is_not(None)):
        yield f"mentoring: hand-over {id} is signed without a day, or has a day and is not signed"


@check
def legal_moves() -> Iterator[str]:
    """Every recorded change of a state is a move of its machine, from the state it was in."""
    for machine in MACHINES.values():
        if machine.model not in MOVING:
            continue
        table, column = machine.model.__tablename__, machine.column
        legal = {(s.value, m.target.value) for m in machine.moves.values() for s in m.sources}
        rows = db.session.execute(
            sa.select(AuditEntry.subject_id, AuditEntry.changes)
            .where(AuditEntry.subject_type == table, AuditEntry.changes.like(f'%"{column}"%'))
            .order_by(AuditEntry.id)
            .execution_options(yield_per=1000)
        )
        for subject, changes in rows:
            old, new = json.loads(changes)[column]
            if old is not None and (old, new) not in legal:
                yield f"mentoring: {table} {subject} went from {old} to {new}, which no move does"
