"""Reads of the questions handed up the chain."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...accounts.models import Role, User
from ...core.access import visible
from ...core.db import db
from ...students.models import Student
from ..models import HelpRequest, HelpState, Level
from . import chain

FULL = (
    joinedload(HelpRequest.student).options(
        joinedload(Student.user), joinedload(Student.class_), joinedload(Student.college)
    ),
    joinedload(HelpRequest.asker),
    joinedload(HelpRequest.answerer),
)


def of(student_id: int, most: int = 5) -> list[HelpRequest]:
    """One graduate's questions: open ones first, then the latest."""
    query = (
        sa.select(HelpRequest)
        .where(HelpRequest.student_id == student_id)
        .options(joinedload(HelpRequest.asker), joinedload(HelpRequest.answerer))
        .order_by(HelpRequest.status != HelpState.OPEN, HelpRequest.id.desc())
    )
    return list(db.session.scalars(query.limit(most)))


def open_at(student_id: int, level: Level) -> HelpRequest | None:
    return db.session.scalar(
        sa.select(HelpRequest).where(
            HelpRequest.student_id == student_id, HelpRequest.to_level == level, HelpRequest.status == HelpState.OPEN
        )
    )


def waits_for(actor: Any) -> sa.ColumnElement[bool]:
    """Open questions to exactly the levels this person acts for."""
    colleges, classes = actor.units(Role.COLLEGE_LEADER), actor.units(Role.COUNSELOR)
    of_class = sa.select(Student.id).where(Student.class_id.in_(classes))
    of_college = sa.select(Student.id).where(sa.true() if None in colleges else Student.college_id.in_(colleges))
    parts: list[sa.ColumnElement[bool]] = []
    if classes:
        parts.append(sa.and_(HelpRequest.to_level == Level.COUNSELOR, HelpRequest.student_id.in_(of_class)))
    if colleges:
        parts.append(sa.and_(HelpRequest.to_level == Level.COLLEGE, HelpRequest.student_id.in_(of_college)))
    if actor.has(Role.OFFICE):
        parts.append(HelpRequest.to_level == Level.SCHOOL)
    return sa.and_(HelpRequest.status == HelpState.OPEN, sa.or_(*parts)) if parts else sa.false()


def waiting(actor: Any) -> int:
    """How many questions wait for this person, for a home page."""
    query = sa.select(sa.func.count()).select_from(HelpRequest)
    return db.session.scalar(query.where(visible(HelpRequest, actor), waits_for(actor))) or 0


def next_level(student: Student, level: Level) -> tuple[Level | None, list[User]]:
    """The level above this one with somebody in it, and who is there; a level without people is passed over."""
    above = level.above
    while above is not None:
        people = chain.people_at(above, student)
        if people or above is Level.SCHOOL:
            return above, people
        above = above.above
    return None, []


def askers(request: HelpRequest) -> list[tuple[int, Level]]:
    """Who waits for the answer, and for which level: who asked, and who asked them, if it was passed on."""
    query = sa.select(HelpRequest).where(
        HelpRequest.student_id == request.student_id,
        HelpRequest.question == request.question,
        HelpRequest.status == HelpState.ANSWERED,
        HelpRequest.id < request.id,
    )
    found = [(request.asked_by, request.from_level)]
    for earlier in db.session.scalars(query.order_by(HelpRequest.id.desc())):
        if earlier.answered_by == found[-1][0] and earlier.to_level is found[-1][1]:
            found.append((earlier.asked_by, earlier.from_level))
    return found


def sees_student(user: User, student_id: int) -> bool:
    return db.session.scalar(sa.select(Student.id).where(Student.id == student_id, visible(Student, user))) is not None
