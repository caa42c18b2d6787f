"""A contact with a graduate (联系记录)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import User
from ...core import clock
from ...core.audit import Audited
from ...core.db import Model, reference, text_enum
from ...core.sealed import Sealed
from ...students.models import Channel, Intention, Side, Student


class Level(StrEnum):
    """Which of the four levels of the chain a person acts for."""

    MENTOR = "mentor"
    COUNSELOR = "counselor"
    COLLEGE = "college"
    SCHOOL = "school"

    @property
    def label(self) -> Any:
        return LEVEL_WORDS[self]

    @property
    def above(self) -> Level | None:
        """The next level up the chain."""
        order = list(Level)
        return order[order.index(self) + 1] if self is not Level.SCHOOL else None


LEVEL_WORDS = {
    Level.MENTOR: _l("Mentor"),
    Level.COUNSELOR: _l("Counselor"),
    Level.COLLEGE: _l("College"),
    Level.SCHOOL: _l("School"),
}


class Mood(StrEnum):
    HOPEFUL = "hopeful"
    STEADY = "steady"
    TENSE = "tense"
    TIRED = "tired"
    LOW = "low"

    @property
    def label(self) -> Any:
        return MOOD_WORDS[self]


MOOD_WORDS = {
    Mood.HOPEFUL: _l("Hopeful"),
    Mood.STEADY: _l("Steady"),
    Mood.TENSE: _l("A little tense"),
    Mood.TIRED: _l("Tired"),
    Mood.LOW: _l("Low"),
}


class Contact(Audited, Model):
    """One call, message or meeting, or the try of one.

    ``note`` is for the chain; ``private`` is sealed and opens for ``keeper_id`` alone: its author, or whoever took
    the graduate over with the student's consent; None after a hand-over without it. ``corrects_id`` is the earlier
    entry that this one puts right. ``overrode`` is the stated safety reason for a call the student had asked to be
    spared.
    """

    __tablename__ = "contact"
    __table_args__ = (
        sa.Index("ix_contact_student_at", "student_id", "at"),
        sa.Index("ix_contact_author_at", "author_id", "at"),
        sa.Index(
            "ix_contact_keeper",
            "keeper_id",
            "student_id",
            sqlite_where=sa.text("keeper_id IS NOT NULL"),
            postgresql_where=sa.text("keeper_id IS NOT NULL"),
        ),
        sa.UniqueConstraint("author_id", "form_key"),
        sa.CheckConstraint("minutes IS NULL OR minutes BETWEEN 0 AND 600", name="minutes"),
        sa.CheckConstraint("keeper_id IS NULL OR private_sealed IS NOT NULL", name="keeper"),
    )
    __masked__ = frozenset({"private_sealed"})

    student_id: Mapped[int] = reference("student.id", index=False)
    author_id: Mapped[int] = reference("user_account.id", index=False)
    form_key: Mapped[str | None] = mapped_column(sa.String(32))
    level: Mapped[Level] = mapped_column(text_enum(Level, "level"))
    at: Mapped[datetime]
    written_at: Mapped[datetime] = mapped_column(default=clock.now)
    channel: Mapped[Channel] = mapped_column(text_enum(Channel, "channel"))
    reached: Mapped[bool]
    minutes: Mapped[int | None] = mapped_column(sa.SmallInteger)
    mood: Mapped[Mood | None] = mapped_column(text_enum(Mood, "mood"))
    note: Mapped[str] = mapped_column(default="")
    obstacle: Mapped[str] = mapped_column(sa.String(200), default="")
    promise: Mapped[str] = mapped_column(sa.String(200), default="")
    promise_by: Mapped[Side | None] = mapped_column(text_enum(Side, "promise_by"))
    promise_kept_at: Mapped[datetime | None]
    next_on: Mapped[date | None]
    intention_id: Mapped[int | None] = reference("intention.id", index=False)
    private_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    keeper_id: Mapped[int | None] = reference("user_account.id", index=False)
    corrects_id: Mapped[int | None] = reference("contact.id", index=False)
    overrode: Mapped[str] = mapped_column(sa.String(200), default="")

    private = Sealed("private_sealed")
    student: Mapped[Student] = relationship(lazy="raise")
    author: Mapped[User] = relationship(lazy="raise", foreign_keys=[author_id])
    intention: Mapped[Intention | None] = relationship(lazy="raise")

    def audit_topic(self) -> tuple[str, int]:
        return "student", self.student_id
