"""The résumé clinic's nouns: a submission, its rounds, the call, the drafts, who is on duty."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..core import clock
from ..core.audit import Audited
from ..core.db import Model, reference, text_enum
from ..core.workflow import Moving
from ..documents.models import Document
from ..students.models import Student


class State(StrEnum):
    """Where a submission stands. ``tone`` and ``label`` are what a badge shows."""

    PREPARING = "preparing"
    WAITING = "waiting"
    REVIEWING = "reviewing"
    RETURNED = "returned"
    SIGNED_OFF = "signed_off"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Any:
        return STATE_WORDS[self][0]

    @property
    def tone(self) -> str:
        return STATE_WORDS[self][1]


STATE_WORDS = {
    State.PREPARING: (_l("To be confirmed"), "warn"),
    State.WAITING: (_l("Waiting for the teacher"), "info"),
    State.REVIEWING: (_l("Being reviewed"), "warn"),
    State.RETURNED: (_l("Waiting for the student"), "warn"),
    State.SIGNED_OFF: (_l("Signed off"), "ok"),
    State.WITHDRAWN: (_l("Withdrawn"), ""),
}
OPEN = (State.PREPARING, State.WAITING, State.REVIEWING, State.RETURNED)
IN_QUEUE_SQL = "status IN ('waiting', 'reviewing')"
RETURNED_SQL = "status = 'returned'"
SIGNED_OFF_SQL = "status = 'signed_off'"
_OPEN_SQL = "status IN ('preparing', 'waiting', 'reviewing', 'returned')"
_SEEN = ("college_id", "first_queued_at")


def _partial(name: str, where: str, *columns: str, unique: bool = False) -> sa.Index:
    """An index of the rows that satisfy a condition."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


class Decision(StrEnum):
    REVISE = "revise"
    SIGN_OFF = "sign_off"

    @property
    def label(self) -> Any:
        return {Decision.REVISE: _l("Revise and hand in again"), Decision.SIGN_OFF: _l("Signed off: ready to send")}[
            self
        ]


class Outcome(StrEnum):
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"

    @property
    def label(self) -> Any:
        return {
            Outcome.REACHED: _l("Reached"),
            Outcome.NOT_REACHED: _l("Not reached"),
            Outcome.DECLINED: _l("The student asked not to be called"),
        }[self]


class Submission(Moving, Audited, Model):
    """A résumé for one target post, from the first upload to the sign-off.

    ``slot`` is the student's first, second, … open place: with its unique index the database itself
    keeps anyone from having more open submissions than there are slots. ``queue_rank`` 0 stands for an
    interview soon, then come the support levels as the office has ordered them, then everyone else; it is
    stored so that the queue is read in the order of an index (:func:`~.service.rank_queue`).
    """

    __tablename__ = "submission"
    __unwatched__ = frozenset(
        {"last_move", "last_moved_by", "last_moved_at", "target_key", "lease_until", "queue_rank"}
    )
    __table_args__ = (
        _partial("uq_submission_open_target", _OPEN_SQL, "student_id", "target_key", unique=True),
        _partial("uq_submission_open_slot", _OPEN_SQL, "student_id", "slot", unique=True),
        # One for each list, in its order, with the columns that visibility looks at. None begins with the status
        # or the college: without statistics SQLite would rather take that one and sort the whole queue.
        _partial("ix_submission_queue", IN_QUEUE_SQL, "queue_rank", "waiting_since", "id", *_SEEN),
        _partial("ix_submission_waiting", IN_QUEUE_SQL, "waiting_since", "id", *_SEEN),
        _partial("ix_submission_returned", RETURNED_SQL, "last_moved_at", "id", *_SEEN),
        _partial("ix_submission_signed_off", SIGNED_OFF_SQL, "last_moved_at", "id", *_SEEN),
        _partial("ix_submission_lease", "lease_until IS NOT NULL", "lease_until"),
        sa.Index("ix_submission_holder", "holder_id", "status"),
        sa.Index("ix_submission_reviewer", "reviewer_id", "status"),
        sa.CheckConstraint("(status = 'reviewing') = (holder_id IS NOT NULL)", name="holder"),
        sa.CheckConstraint("(holder_id IS NULL) = (lease_until IS NULL)", name="lease"),
        sa.CheckConstraint("status NOT IN ('waiting', 'reviewing') OR waiting_since IS NOT NULL", name="waiting"),
        sa.CheckConstraint("slot BETWEEN 1 AND 9", name="slot"),
    )

    student_id: Mapped[int] = reference("student.id")
    college_id: Mapped[int] = reference("org_unit.id", index=False)
    target: Mapped[str] = mapped_column(sa.String(80))
    target_key: Mapped[str] = mapped_column(sa.String(80))
    slot: Mapped[int] = mapped_column(sa.SmallInteger)
    status: Mapped[State] = mapped_column(text_enum(State, "status"), default=State.PREPARING)
    round_no: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    interview_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    first_queued_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    queue_rank: Mapped[int] = mapped_column(sa.SmallInteger, default=9)
    holder_id: Mapped[int | None] = reference("user_account.id", index=False)
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]
    reviewer_id: Mapped[int | None] = reference("user_account.id", index=False)
    reserved_until: Mapped[datetime | None]

    student: Mapped[Student] = relationship(lazy="raise")
    rounds: Mapped[list[Round]] = relationship(lazy="raise", order_by="Round.no", back_populates="submission")

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def current(self) -> Round:
        """The newest round; the student may still be preparing it."""
        return self.rounds[-1]

    def label_for(self, user_id: int) -> Any:
        """The state in words: who of the two sides holds the next act, said to this person."""
        if self.status is State.RETURNED and self.student.user_id == user_id:
            return _l("Waiting for you")
        return self.status.label


class Round(Audited, Model):
    """One version of the résumé and what the reviewer made of it (诊次)."""

    __tablename__ = "round"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "no"),
        sa.UniqueConstraint("rx_year", "rx_number"),
        sa.Index("ix_round_published_at", "published_at", "reviewer_id", "decision"),
        sa.CheckConstraint("(published_at IS NULL) = (decision IS NULL)", name="published"),
        sa.CheckConstraint("published_at IS NULL OR summary <> ''", name="summary"),
    )

    submission_id: Mapped[int] = reference("submission.id", index=False)
    no: Mapped[int] = mapped_column(sa.SmallInteger)
    document_id: Mapped[int] = reference("document.id")
    focus: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    ask: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    reviewer_id: Mapped[int | None] = reference("user_account.id")
    decision: Mapped[Decision | None] = mapped_column(text_enum(Decision, "decision"))
    summary: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    published_at: Mapped[datetime | None]
    rx_year: Mapped[int | None] = mapped_column(sa.SmallInteger)
    rx_number: Mapped[int | None] = mapped_column(sa.Integer)

    submission: Mapped[Submission] = relationship(lazy="raise", back_populates="rounds")
    document: Mapped[Document] = relationship(lazy="raise")
    calls: Mapped[list[Call]] = relationship(lazy="raise", order_by="Call.at")

    def audit_topic(self) -> tuple[str, int]:
        return "submission", self.submission_id

    @property
    def rx(self) -> str:
        """The prescription's number, as people say it: ``RX-2026-0117``."""
        return f"RX-{self.rx_year}-{self.rx_number:04d}" if self.rx_number else ""


class Call(Audited, Model):
    """The phone call before the marking (电话问诊): what the student can, wants, and is held up by."""

    __tablename__ = "call"

    submission_id: Mapped[int] = reference("submission.id")
    round_id: Mapped[int] = reference("round.id")
    reviewer_id: Mapped[int] = reference("user_account.id")
    at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome, "outcome"))
    minutes: Mapped[int | None] = mapped_column(sa.SmallInteger)
    skills: Mapped[str] = mapped_column(default="")
    wishes: Mapped[str] = mapped_column(default="")
    obstacle: Mapped[str] = mapped_column(default="")

    def audit_topic(self) -> tuple[str, int]:
        return "submission", self.submission_id


class ReviewDraft(Model):
    """What a reviewer has typed and not published yet: the prescription, the call, the open composer."""

    __tablename__ = "review_draft"
    __table_args__ = (sa.UniqueConstraint("round_id", "author_id"),)

    round_id: Mapped[int] = reference("round.id", index=False)
    author_id: Mapped[int] = reference("user_account.id")
    typed: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    saved_at: Mapped[datetime]


class Duty(Audited, Model):
    """How a reviewer serves this year; from when, until when and for which colleges is said by the role."""

    __tablename__ = "duty"
    __table_args__ = (
        sa.CheckConstraint("(away_from IS NULL) = (away_until IS NULL) AND away_from <= away_until", name="away"),
    )

    user_id: Mapped[int] = reference("user_account.id", unique=True, index=False)
    weekly_capacity: Mapped[int] = mapped_column(sa.SmallInteger, default=10)
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def is_away(self, day: date) -> bool:
        return self.away_from is not None and self.away_until is not None and self.away_from <= day <= self.away_until


class PrescriptionCounter(Model):
    """The last prescription number of a year; its lock makes the numbers run without gaps."""

    __tablename__ = "prescription_counter"

    year: Mapped[int] = mapped_column(sa.SmallInteger, unique=True)
    last: Mapped[int] = mapped_column(sa.Integer, default=0)
