"""A call for applications: its rule, its criteria, the referees and their blind sheets, the decisions."""

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
from ...core.workflow import Moving


class IntakeState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    REVIEWING = "reviewing"
    DECIDED = "decided"

    @property
    def label(self) -> Any:
        return INTAKE_WORDS[self]


INTAKE_WORDS = {
    IntakeState.DRAFT: _l("Being prepared"),
    IntakeState.OPEN: _l("Open for applications"),
    IntakeState.REVIEWING: _l("Under review"),
    IntakeState.DECIDED: _l("Decided"),
}


class Intake(Moving, Audited, Model):
    """A round with a deadline. Bars are hundredths of points of 100: who reaches the bar that holds for the team is in.

    The rule (bars, criteria, weights) is published when the call opens and never changes after that. The deadline may
    be put off, for all and with a reason; ``first_closes_on`` is then the one that was published first.
    """

    __tablename__ = "intake"
    __table_args__ = (
        sa.CheckConstraint("closes_on >= opens_on", name="term"),
        sa.CheckConstraint("relaxed_bar <= entry_bar AND relaxed_bar >= 0 AND entry_bar <= 10000", name="bars"),
    )
    __unwatched__ = frozenset({"last_move", "last_moved_by", "last_moved_at"})

    name: Mapped[str] = mapped_column(sa.String(80))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    first_closes_on: Mapped[date | None]
    extended_why: Mapped[str] = mapped_column(sa.String(200), default="")
    pitch_on: Mapped[date | None]
    entry_bar: Mapped[int] = mapped_column(sa.Integer, default=7000)
    relaxed_bar: Mapped[int] = mapped_column(sa.Integer, default=6000)
    rule: Mapped[str] = mapped_column(default="")
    status: Mapped[IntakeState] = mapped_column(text_enum(IntakeState, "status"), default=IntakeState.DRAFT)
    made_by: Mapped[int] = reference("user_account.id", index=False)
    published_at: Mapped[datetime | None]

    criteria: Mapped[list[Criterion]] = relationship(lazy="raise", order_by="Criterion.place", back_populates="intake")
    referees: Mapped[list[Referee]] = relationship(lazy="raise", back_populates="intake")


class Criterion(Audited, Model):
    """What is scored, 0 to 10, and its weight in per cent; the weights of a call are 100 together."""

    __tablename__ = "criterion"
    __table_args__ = (sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),)

    intake_id: Mapped[int] = reference("intake.id", ondelete="CASCADE")
    place: Mapped[int] = mapped_column(sa.SmallInteger)
    name: Mapped[str] = mapped_column(sa.String(60))
    help: Mapped[str] = mapped_column(sa.String(200), default="")
    weight: Mapped[int] = mapped_column(sa.SmallInteger)

    intake: Mapped[Intake] = relationship(lazy="raise", back_populates="criteria")


class Referee(Audited, Model):
    """Who scores in this call."""

    __tablename__ = "referee"
    __table_args__ = (sa.UniqueConstraint("intake_id", "user_id"),)

    intake_id: Mapped[int] = reference("intake.id", ondelete="CASCADE", index=False)
    user_id: Mapped[int] = reference("user_account.id")

    intake: Mapped[Intake] = relationship(lazy="raise", back_populates="referees")
    user: Mapped[User] = relationship(lazy="raise")


class Sheet(Audited, Model):
    """One referee's scores of one application, entered blind; handed in, it does not change any more."""

    __tablename__ = "score_sheet"
    __masked__ = frozenset({"remark"})
    __table_args__ = (sa.UniqueConstraint("application_id", "user_id"),)

    application_id: Mapped[int] = reference("application.id", ondelete="CASCADE", index=False)
    user_id: Mapped[int] = reference("user_account.id")
    remark: Mapped[str] = mapped_column(default="")
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    handed_in_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")
    scores: Mapped[list[Score]] = relationship(lazy="raise", back_populates="sheet", passive_deletes=True)

    def audit_topic(self) -> tuple[str, int]:
        return "application", self.application_id


class Score(Model):
    """Points for one criterion, 0 to 10. Its sheet is audited, so that no score is read out of a log."""

    __tablename__ = "score"
    __table_args__ = (
        sa.UniqueConstraint("sheet_id", "criterion_id"),
        sa.CheckConstraint("points BETWEEN 0 AND 10", name="points"),
    )

    sheet_id: Mapped[int] = reference("score_sheet.id", ondelete="CASCADE", index=False)
    criterion_id: Mapped[int] = reference("criterion.id", index=False)
    points: Mapped[int] = mapped_column(sa.SmallInteger)

    sheet: Mapped[Sheet] = relationship(lazy="raise", back_populates="scores")


class Outcome(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"

    @property
    def label(self) -> Any:
        return {Outcome.APPROVED: _l("Approved"), Outcome.REJECTED: _l("Not approved")}[self]


class Decision(Audited, Model):
    """What was decided on one application, with a reason that quotes a criterion; and its one appeal.

    ``points`` is the weighted mean in hundredths. Which bar was used is seen by the manager alone.
    """

    __tablename__ = "incubator_decision"
    __table_args__ = (sa.CheckConstraint("reason <> ''", name="reason"),)

    application_id: Mapped[int] = reference("application.id", unique=True, index=False)
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome, "outcome"))
    points: Mapped[int | None] = mapped_column(sa.Integer)
    criterion_id: Mapped[int] = reference("criterion.id", index=False)
    reason: Mapped[str]
    by_id: Mapped[int] = reference("user_account.id", index=False)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    appeal: Mapped[str] = mapped_column(default="")
    appealed_at: Mapped[datetime | None]
    appealed_by: Mapped[int | None] = reference("user_account.id", index=False)
    appeal_answer: Mapped[str] = mapped_column(default="")
    appeal_answered_at: Mapped[datetime | None]
    appeal_outcome: Mapped[Outcome | None] = mapped_column(text_enum(Outcome, "appeal_outcome"))

    criterion: Mapped[Criterion] = relationship(lazy="raise")

    def audit_topic(self) -> tuple[str, int]:
        return "application", self.application_id
