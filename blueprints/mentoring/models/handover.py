"""A hand-over of graduates from one mentor to another (交接)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import User
from ...core import clock
from ...core.audit import Audited
from ...core.db import Model, reference, text_enum
from ...core.workflow import Moving
from ...students.models import Student


class HandoverState(StrEnum):
    """Until it is signed, the mentor of before answers for everyone in it."""

    PREPARING = "preparing"
    OFFERED = "offered"
    SIGNED = "signed"
    DECLINED = "declined"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Any:
        return HANDOVER_WORDS[self]


HANDOVER_WORDS = {
    HandoverState.PREPARING: _l("Being prepared"),
    HandoverState.OFFERED: _l("Waiting for the signature"),
    HandoverState.SIGNED: _l("Signed"),
    HandoverState.DECLINED: _l("Declined"),
    HandoverState.CANCELLED: _l("Taken back"),
}


class HandoverCause(StrEnum):
    LEAVES = "leaves"
    ILL = "ill"
    COHORT = "cohort"
    OTHER = "other"

    @property
    def label(self) -> Any:
        return CAUSE_WORDS[self]


CAUSE_WORDS = {
    HandoverCause.LEAVES: _l("Leaves the school or the post"),
    HandoverCause.ILL: _l("Is ill for a long time"),
    HandoverCause.COHORT: _l("The cohort ends"),
    HandoverCause.OTHER: _l("Another reason"),
}


class Consent(StrEnum):
    """What the student says about the private notes; NONE where there are no notes."""

    NONE = "none"
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"

    @property
    def label(self) -> Any:
        return CONSENT_WORDS[self]


CONSENT_WORDS = {
    Consent.NONE: _l("No private notes"),
    Consent.ASKED: _l("Student not answered yet"),
    Consent.GIVEN: _l("Student agrees: private notes go along"),
    Consent.REFUSED: _l("Student refuses: private notes stay closed"),
}


class Handover(Moving, Audited, Model):
    """From whom to whom and why; its items are the graduates."""

    __tablename__ = "handover"
    __table_args__ = (sa.CheckConstraint("from_id <> to_id", name="two"),)
    __unwatched__ = frozenset({"last_move", "last_moved_by", "last_moved_at"})

    from_id: Mapped[int] = reference("user_account.id")
    to_id: Mapped[int] = reference("user_account.id")
    cause: Mapped[HandoverCause] = mapped_column(text_enum(HandoverCause, "cause"))
    note: Mapped[str] = mapped_column(default="")
    status: Mapped[HandoverState] = mapped_column(text_enum(HandoverState, "status"), default=HandoverState.PREPARING)
    made_by: Mapped[int] = reference("user_account.id")
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    signed_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(sa.String(200), default="")

    giver: Mapped[User] = relationship(lazy="raise", foreign_keys=[from_id])
    receiver: Mapped[User] = relationship(lazy="raise", foreign_keys=[to_id])
    items: Mapped[list[HandoverItem]] = relationship(lazy="raise", back_populates="handover")


class HandoverItem(Audited, Model):
    """One graduate in the packet: what the next mentor must know."""

    __tablename__ = "handover_item"
    __table_args__ = (sa.UniqueConstraint("handover_id", "student_id"),)

    handover_id: Mapped[int] = reference("handover.id", ondelete="CASCADE", index=False)
    student_id: Mapped[int] = reference("student.id")
    facts: Mapped[str] = mapped_column(default="")
    promises: Mapped[str] = mapped_column(default="")
    sore_points: Mapped[str] = mapped_column(default="")
    consent: Mapped[Consent] = mapped_column(text_enum(Consent, "consent"), default=Consent.NONE)

    handover: Mapped[Handover] = relationship(lazy="raise", back_populates="items")
    student: Mapped[Student] = relationship(lazy="raise")

    def audit_topic(self) -> tuple[str, int]:
        return "handover", self.handover_id
