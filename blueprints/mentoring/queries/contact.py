"""Reads of contacts: the last of each, one graduate's, and the calendar of all four levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...core import clock
from ...core.access import visible
from ...core.db import db
from ...students.models import Side, Student
from ..models import Contact, Level
from ..options import SECOND_CALL_DAYS

WEEKS = 8
FULL = (joinedload(Contact.author), joinedload(Contact.intention))


def last_of(student_ids: Iterable[int]) -> dict[int, Contact]:
    """The newest contact of each in which they were reached, with its author; one query."""
    ids = list(student_ids)
    newest = (
        sa.select(Contact.student_id, sa.func.max(Contact.at).label("at"))
        .where(Contact.student_id.in_(ids), Contact.reached)
        .group_by(Contact.student_id)
        .subquery()
    )
    query = (
        sa.select(Contact)
        .join(newest, sa.and_(newest.c.student_id == Contact.student_id, newest.c.at == Contact.at))
        .options(joinedload(Contact.author))
        .order_by(Contact.id)
    )
    return {c.student_id: c for c in db.session.scalars(query)}


def of_student(student_id: int, most: int = 20, before: int | None = None) -> list[Contact]:
    """One graduate's contacts, newest first, with author and intention; ``before`` is the id of the last one seen."""
    query = sa.select(Contact).where(Contact.student_id == student_id).options(*FULL)
    if before is not None:
        seen = sa.select(Contact.at).where(Contact.id == before).scalar_subquery()
        query = query.where(sa.or_(Contact.at < seen, sa.and_(Contact.at == seen, Contact.id < before)))
    return list(db.session.scalars(query.order_by(Contact.at.desc(), Contact.id.desc()).limit(most)))


def recent(student_id: int, actor_id: int) -> Contact | None:
    """The newest talk within the days in which a second call is warned about; one's own of today is no second call."""
    since = clock.start_of(clock.today() - timedelta(days=SECOND_CALL_DAYS.value))
    today = clock.start_of(clock.today())
    query = (
        sa.select(Contact)
        .where(
            Contact.student_id == student_id,
            Contact.at >= since,
            Contact.reached,
            sa.or_(Contact.author_id != actor_id, Contact.at < today),
        )
        .options(*FULL)
        .order_by(Contact.at.desc())
    )
    return db.session.scalars(query.limit(1)).first()


def promises(student_id: int, by: Side | None = None, most: int = 20) -> list[Contact]:
    """Contacts with a promise that has not been kept yet, oldest first."""
    query = sa.select(Contact).where(
        Contact.student_id == student_id, Contact.promise != "", Contact.promise_kept_at.is_(None)
    )
    if by is not None:
        query = query.where(Contact.promise_by == by)
    return list(db.session.scalars(query.options(*FULL).order_by(Contact.at).limit(most)))


def promises_of(student_ids: Iterable[int]) -> dict[int, Contact]:
    """The oldest open promise of a teacher to each of these; one query."""
    query = (
        sa.select(Contact)
        .where(
            Contact.student_id.in_(list(student_ids)),
            Contact.promise != "",
            Contact.promise_kept_at.is_(None),
            Contact.promise_by == Side.TEACHER,
        )
        .order_by(Contact.at.desc())
    )
    return {c.student_id: c for c in db.session.scalars(query)}


def agreed(student_id: int, most: int = 12) -> list[Contact]:
    """What was promised on either side, for the student's own page: open ones first, then what was kept lately."""
    query = (
        sa.select(Contact)
        .where(Contact.student_id == student_id, Contact.promise != "")
        .options(*FULL)
        .order_by(Contact.promise_kept_at.is_not(None), Contact.at.desc())
    )
    return list(db.session.scalars(query.limit(most)))


def by_key(author_id: int, form_key: str) -> Contact | None:
    """The contact that this very form has made already."""
    return db.session.scalar(sa.select(Contact).where(Contact.author_id == author_id, Contact.form_key == form_key))


def with_student(contact_id: int) -> tuple[Any, ...]:
    return (joinedload(Contact.student).joinedload(Student.user), *FULL)


# -- The calendar of all four levels ------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One level's week: how often it was tried and how often reached."""

    tried: int
    reached: int

    @property
    def mark(self) -> str:
        return "reached" if self.reached else "tried" if self.tried else ""


@dataclass(frozen=True)
class Calendar:
    """The last weeks, oldest first, a row for each level."""

    weeks: list[date]
    rows: list[tuple[Level, list[Cell]]]


def calendar(student_id: int) -> Calendar:
    monday = clock.today() - timedelta(days=clock.today().weekday())
    weeks = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]
    query = sa.select(Contact.level, Contact.at, Contact.reached).where(
        Contact.student_id == student_id, Contact.at >= clock.start_of(weeks[0])
    )
    tried: dict[tuple[Level, date], int] = {}
    reached: dict[tuple[Level, date], int] = {}
    for level, at, was in db.session.execute(query):
        day = clock.local(at).date()
        week = day - timedelta(days=day.weekday())
        tried[level, week] = tried.get((level, week), 0) + 1
        reached[level, week] = reached.get((level, week), 0) + was
    rows = [(lv, [Cell(tried.get((lv, w), 0), reached.get((lv, w), 0)) for w in weeks]) for lv in Level]
    return Calendar(weeks, rows)


# -- A caller's day ------------------------------------------------------------------------------------------


def of_today(author_id: int) -> list[tuple[bool, int]]:
    """What this person has logged today, in order: (reached, student id)."""
    query = (
        sa.select(Contact.reached, Contact.student_id)
        .where(Contact.author_id == author_id, Contact.written_at >= clock.start_of(clock.today()))
        .order_by(Contact.id)
    )
    return [(reached, student_id) for reached, student_id in db.session.execute(query)]


def six(actor: Any, in_care: sa.ColumnElement[bool], most: int) -> list[Student]:
    """The graduates in one's care, what falls due first; ``most`` + 1 of them, to know whether there are more."""
    query = (
        sa.select(Student)
        .where(visible(Student, actor), in_care)
        .options(joinedload(Student.user), joinedload(Student.class_), joinedload(Student.mentor))
        .order_by(Student.due_on, Student.id)
        .limit(most + 1)
    )
    return list(db.session.scalars(query))
