"""Reads of the clinic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..accounts import queries as accounts
from ..accounts.models import Role, User
from ..core import clock
from ..core.access import visible
from ..core.db import db, rows
from ..documents.models import Document, Drawing
from ..students.models import Student
from . import options
from .models import (
    IN_QUEUE_SQL,
    OPEN,
    RETURNED_SQL,
    SIGNED_OFF_SQL,
    Call,
    Decision,
    Duty,
    ReviewDraft,
    Round,
    State,
    Submission,
)


def _in_words(condition: str) -> sa.ColumnElement[bool]:
    """A condition in the very words of a partial index, so that the database uses it.

    Of type Boolean it would reach SQLite as ``… = 1``, which answers to no index.
    """
    return sa.literal_column(f"submission.{condition}")


IN_QUEUE, RETURNED, SIGNED_OFF = (_in_words(sql) for sql in (IN_QUEUE_SQL, RETURNED_SQL, SIGNED_OFF_SQL))
WAITING: sa.ColumnElement[bool] = sa.and_(IN_QUEUE, Submission.holder_id.is_(None))

PERSON = joinedload(Submission.student)
FULL = (
    PERSON.joinedload(Student.user),
    PERSON.joinedload(Student.college),
    PERSON.joinedload(Student.major),
    PERSON.joinedload(Student.class_),
    selectinload(Submission.rounds).joinedload(Round.document).joinedload(Document.drawing).joinedload(Drawing.blob),
    selectinload(Submission.rounds).selectinload(Round.calls),
)
"""What a page of one submission needs; three queries whatever the number of rounds."""

RATE_DAYS, FEWEST_CLOSINGS = 10, 5


def mine(user_id: int, *, open_only: bool = False) -> list[Submission]:
    """A student's own submissions, open ones first, newest first."""
    query = (
        sa.select(Submission)
        .join(Student)
        .where(Student.user_id == user_id)
        .options(*FULL)
        .order_by(Submission.status.not_in(OPEN), Submission.created_at.desc())
    )
    if open_only:
        query = query.where(Submission.status.in_(OPEN))
    return list(db.session.scalars(query))


def held_by(user_id: int) -> list[Submission]:
    """What a reviewer has claimed, and what came back to them or waits for the student, most pressing first."""
    query = (
        sa.select(Submission)
        .where(
            sa.or_(
                sa.and_(Submission.holder_id == user_id, Submission.status == State.REVIEWING),
                sa.and_(Submission.reviewer_id == user_id, Submission.status.in_((State.WAITING, State.RETURNED))),
            )
        )
        .options(PERSON.joinedload(Student.user), selectinload(Submission.rounds))
        .order_by(
            sa.case({State.REVIEWING.value: 0, State.WAITING.value: 1}, value=Submission.status, else_=2),
            Submission.last_moved_at.desc(),
        )
        .limit(20)
    )
    return list(db.session.scalars(query))


def takeable(actor: Any) -> sa.Select[Any]:
    """What this reviewer may take now, in the published order."""
    now = clock.now()
    query = sa.select(Submission).where(
        WAITING,
        sa.or_(
            Submission.reserved_until.is_(None), Submission.reserved_until <= now, Submission.reviewer_id == actor.id
        ),
    )
    colleges = actor.units(Role.REVIEWER)
    if None not in colleges:
        query = query.where(Submission.college_id.in_(colleges))
    return query.order_by(Submission.queue_rank, Submission.waiting_since, Submission.id)


def next_for(actor: Any) -> Submission | None:
    """What ``take next`` would give this reviewer; looking never claims."""
    query = takeable(actor).options(
        PERSON.joinedload(Student.user), selectinload(Submission.rounds).joinedload(Round.document)
    )
    return db.session.scalar(query.limit(1))


def overdue_before() -> datetime:
    """Who has waited since before this moment has waited too long."""
    return clock.start_of(clock.working_days_before(clock.today(), options.OVERDUE_DAYS.value) + timedelta(days=1))


def overdue(actor: Any, most: int = 5) -> list[Submission]:
    query = (
        takeable(actor)
        .where(Submission.waiting_since < overdue_before())
        .order_by(None)
        .order_by(Submission.waiting_since)
        .options(PERSON.joinedload(Student.user))
    )
    return list(db.session.scalars(query.limit(most)))


def any_lapsed() -> bool:
    query = sa.select(Submission.id).where(Submission.lease_until <= clock.now())
    return db.session.scalar(query.limit(1)) is not None


def stuck(actor: Any, most: int = 5) -> list[Submission]:
    """What has waited too long among all that this person sees, longest first."""
    query = (
        sa.select(Submission)
        .where(visible(Submission, actor), IN_QUEUE, Submission.waiting_since < overdue_before())
        .order_by(Submission.waiting_since)
        .options(PERSON.joinedload(Student.user))
    )
    return list(db.session.scalars(query.limit(most)))


# -- The place in the queue ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """A place in the queue: how many are ahead, how many reviewers are on duty, about how many working days."""

    ahead: int
    on_duty: int
    days: int | None


def standing(submission: Submission) -> Standing:
    ahead = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Submission)
        .where(
            WAITING,
            sa.tuple_(Submission.queue_rank, Submission.waiting_since, Submission.id)
            < sa.tuple_(
                sa.literal(submission.queue_rank, Submission.queue_rank.type),
                sa.literal(submission.waiting_since, Submission.waiting_since.type),
                sa.literal(submission.id, Submission.id.type),
            ),
        )
    )
    duty = sum(1 for p in roster() if p.is_on_duty and p.covers(submission.college_id))
    return Standing(ahead or 0, duty, _days(ahead or 0))


def _days(ahead: int) -> int | None:
    """Working days until the turn comes, at the pace of the last ten working days; None without five closings."""
    since = clock.start_of(clock.working_days_before(clock.today(), RATE_DAYS) + timedelta(days=1))
    closings = db.session.scalar(sa.select(sa.func.count()).where(Round.published_at >= since)) or 0
    if closings < FEWEST_CLOSINGS:
        return None
    return max(1, math.ceil((ahead + 1) * RATE_DAYS / closings))


def turnaround(most: int = 30) -> int | None:
    """The median of working days from confirming to publishing, of the last rounds; None with fewer than five."""
    recent: Any = db.session.execute(
        sa.select(Round.confirmed_at, Round.published_at)
        .where(Round.published_at.is_not(None))
        .order_by(Round.published_at.desc())
        .limit(most)
    ).all()
    if len(recent) < FEWEST_CLOSINGS:
        return None
    days = sorted(
        clock.working_days_between(clock.local(confirmed).date(), clock.local(published).date())
        for confirmed, published in recent
    )
    return days[len(days) // 2]


def waiting_count() -> int:
    """How many are in the queue, those being read included: what the queue's first tab counts."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Submission).where(IN_QUEUE)) or 0


def closed_this_week() -> int:
    monday = clock.start_of(clock.today() - timedelta(days=clock.today().weekday()))
    query = sa.select(sa.func.count()).where(Round.published_at >= monday, Round.decision == Decision.SIGN_OFF)
    return db.session.scalar(query) or 0


# -- The roster -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OnRoster:
    """A reviewer of today: the person, the terms of their duty, and how many they hold."""

    user: User
    duty: Duty | None
    holds: int
    this_week: int

    @property
    def is_on_duty(self) -> bool:
        return self.duty is None or not self.duty.is_away(clock.today())

    @property
    def back_on(self) -> date | None:
        if self.duty is None or self.is_on_duty or self.duty.away_until is None:
            return None
        return self.duty.away_until + timedelta(days=1)

    @property
    def colleges(self) -> frozenset[int | None]:
        return self.user.units(Role.REVIEWER)

    def college_names(self, names: dict[int, str]) -> list[str]:
        return [names[c] for c in self.colleges if c in names]

    def covers(self, college_id: int) -> bool:
        return None in self.colleges or college_id in self.colleges


def roster() -> list[OnRoster]:
    """Everyone who reviews today, in pinyin order; four queries whatever their number."""
    people = accounts.holders(Role.REVIEWER)
    duties = {d.user_id: d for d in db.session.scalars(sa.select(Duty))}
    holds = dict(
        db.session.execute(
            sa.select(Submission.holder_id, sa.func.count())
            .where(Submission.status == State.REVIEWING)
            .group_by(Submission.holder_id)
        ).all()
    )
    monday = clock.start_of(clock.today() - timedelta(days=clock.today().weekday()))
    week = dict(
        db.session.execute(
            sa.select(Round.reviewer_id, sa.func.count())
            .where(Round.published_at >= monday)
            .group_by(Round.reviewer_id)
        ).all()
    )
    return [OnRoster(p, duties.get(p.id), holds.get(p.id, 0), week.get(p.id, 0)) for p in people]


def duty_of(user_id: int) -> Duty | None:
    return db.session.scalar(sa.select(Duty).where(Duty.user_id == user_id))


# -- Drafts and calls -------------------------------------------------------------------------------------


def draft(round_id: int, author_id: int) -> ReviewDraft | None:
    return db.session.scalar(
        sa.select(ReviewDraft).where(ReviewDraft.round_id == round_id, ReviewDraft.author_id == author_id)
    )


def called(round_: Round, reviewer_id: int) -> list[Call]:
    """The calls of this round by this reviewer, oldest first."""
    return [c for c in round_.calls if c.reviewer_id == reviewer_id]


def newest_of(student_ids: list[int]) -> Sequence[Any]:
    """Each graduate's submissions, the one that counts last: closed ones first, then open ones, newest at the end.

    Rows of ``id``, ``student_id``, ``round_no``, ``status``, ``first_queued_at``.
    """
    query = (
        sa.select(
            Submission.id,
            Submission.student_id,
            Submission.round_no,
            Submission.status,
            Submission.first_queued_at,
        )
        .where(Submission.student_id.in_(student_ids), Submission.status != State.WITHDRAWN)
        .order_by(Submission.status.in_(OPEN), Submission.created_at)
    )
    return rows(query)


def round_numbered(submission: Submission, number: int | None) -> Round | None:
    """A round by its number; without one, the newest that is confirmed (for staff) or the newest of all."""
    if number is None:
        return submission.rounds[-1]
    return next((r for r in submission.rounds if r.no == number), None)


def newest_confirmed(submission: Submission) -> Round | None:
    return next((r for r in reversed(submission.rounds) if r.confirmed_at is not None), None)
