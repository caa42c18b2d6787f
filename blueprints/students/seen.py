"""Who has looked at a graduate's information (谁看过我的信息), read from the audit log.

A slice says which of its things are about a graduate (:func:`about`) and what the entries about looking mean in
the student's words (:func:`says`); so this floor tells of slices it does not know. One query for the entries, one
for the people behind them, whatever their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import User
from ..core import clock
from ..core.audit import AuditEntry
from ..core.db import db
from .models import Student

RECENT = timedelta(days=30)
ONE_ACT = timedelta(seconds=5)
MOST = 500
NEWEST = (AuditEntry.at.desc(), AuditEntry.id.desc())


@dataclass(frozen=True)
class Words:
    """What an entry says: ``text`` is what was done, ``what_for`` makes words of its note."""

    text: Any
    what_for: Callable[[str], str]
    sealed: bool


@dataclass(frozen=True)
class Look:
    """One look: who, in which role today, when, at what, what for."""

    id: int
    at: datetime
    who: str
    role: Any
    text: Any
    what_for: str
    sealed: bool


@dataclass(frozen=True)
class Sum:
    """The last thirty days in two numbers: how many people looked, how often something sealed was opened."""

    people: int
    opened: int


About = Callable[[int], tuple[str, sa.Select[Any]]]

_ABOUT: list[About] = []
_SAYS: dict[str, Words] = {}


def about(fn: About) -> About:
    """Register things of a slice: ``fn(student_id)`` gives their audit topic and a SELECT of their ids."""
    _ABOUT.append(fn)
    return fn


def says(verb: str, text: Any, what_for: Callable[[str], str] = lambda note: "", *, sealed: bool = False) -> None:
    """Register the verb of an entry that tells of a look, in words that follow the name of who looked."""
    _SAYS[verb] = Words(text, what_for, sealed)


def _entries(student: Student) -> sa.ColumnElement[bool]:
    """Looks of others at this graduate."""
    topics = [sa.and_(AuditEntry.topic_type == "student", AuditEntry.topic_id == student.id)]
    for fn in _ABOUT:
        topic, ids = fn(student.id)
        topics.append(sa.and_(AuditEntry.topic_type == topic, AuditEntry.topic_id.in_(ids)))
    return sa.and_(sa.or_(*topics), AuditEntry.verb.in_(list(_SAYS)), AuditEntry.actor_id != student.user_id)


def looks(student: Student, most: int = 50, before: int | None = None) -> list[Look]:
    """Newest first; ``before`` is the id of the last one seen."""
    query = sa.select(AuditEntry).where(_entries(student))
    if before is not None:
        query = query.where(_earlier_than(before))
    entries = db.session.scalars(query.order_by(*NEWEST).limit(most)).all()
    people = _people({e.actor_id for e in entries if e.actor_id is not None})
    return [_look(e, people.get(e.actor_id or 0)) for e in _acts(entries)]


def _earlier_than(id: int) -> sa.ColumnElement[bool]:
    at = sa.select(AuditEntry.at).where(AuditEntry.id == id).scalar_subquery()
    return sa.or_(AuditEntry.at < at, sa.and_(AuditEntry.at == at, AuditEntry.id < id))


def has_earlier(student: Student, id: int) -> bool:
    """Whether there are looks before this one."""
    query = sa.select(AuditEntry.id).where(_entries(student), _earlier_than(id))
    return db.session.scalar(query.limit(1)) is not None


def _acts(entries: Iterable[Any]) -> list[Any]:
    """One entry an act: several sealed facts opened at once are several entries within the same moment."""
    kept: list[Any] = []
    for entry in entries:
        if kept and _same_act(kept[-1], entry):
            kept[-1] = entry  # the oldest stands for the act, so that "earlier than this" begins after all of it
        else:
            kept.append(entry)
    return kept


def _same_act(one: Any, other: Any) -> bool:
    alike = (one.actor_id, one.verb, one.note) == (other.actor_id, other.verb, other.note)
    return alike and abs(one.at - other.at) < ONE_ACT


def _people(ids: set[int]) -> dict[int, User]:
    if not ids:
        return {}
    query = sa.select(User).where(User.id.in_(ids)).options(joinedload(User.grants))
    return {user.id: user for user in db.session.scalars(query).unique()}


def _look(entry: AuditEntry, user: User | None) -> Look:
    words = _SAYS[entry.verb]
    who, role = (user.name, user.role_label) if user is not None else ("", "")
    return Look(entry.id, entry.at, who, role, words.text, words.what_for(entry.note), words.sealed)


def lately(student: Student) -> Sum:
    """How it was in the last thirty days."""
    recent = sa.and_(_entries(student), AuditEntry.at > clock.now() - RECENT)
    people = db.session.scalar(sa.select(sa.func.count(AuditEntry.actor_id.distinct())).where(recent)) or 0
    sealed = [verb for verb, words in _SAYS.items() if words.sealed]
    columns = (AuditEntry.actor_id, AuditEntry.verb, AuditEntry.note, AuditEntry.at)
    opened = sa.select(*columns).where(recent, AuditEntry.verb.in_(sealed)).order_by(*NEWEST).limit(MOST)
    return Sum(people, len(_acts(db.session.execute(opened))))
