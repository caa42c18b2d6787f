"""“Please take this one up”: a case handed to the next level of the chain with a question."""

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
from .contact import Level


class HelpState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    TAKEN_BACK = "taken_back"

    @property
    def label(self) -> Any:
        return HELP_WORDS[self]


HELP_WORDS = {
    HelpState.OPEN: _l("Waiting for an answer"),
    HelpState.ANSWERED: _l("Answered"),
    HelpState.TAKEN_BACK: _l("Taken back"),
}


class HelpRequest(Moving, Audited, Model):
    """One question to the next level about one graduate, and its answer. One open a graduate and level."""

    __tablename__ = "help_request"
    __table_args__ = (
        sa.Index(
            "uq_help_request_open",
            "student_id",
            "to_level",
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.CheckConstraint("status <> 'answered' OR answer <> ''", name="answer"),
    )
    __unwatched__ = frozenset({"last_move", "last_moved_by", "last_moved_at"})

    student_id: Mapped[int] = reference("student.id")
    asked_by: Mapped[int] = reference("user_account.id")
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    from_level: Mapped[Level] = mapped_column(text_enum(Level, "from_level"))
    to_level: Mapped[Level] = mapped_column(text_enum(Level, "to_level"))
    question: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[int | None] = reference("user_account.id")
    answered_at: Mapped[datetime | None]
    status: Mapped[HelpState] = mapped_column(text_enum(HelpState, "status"), default=HelpState.OPEN)

    student: Mapped[Student] = relationship(lazy="raise")
    asker: Mapped[User] = relationship(lazy="raise", foreign_keys=[asked_by])
    answerer: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[answered_by])

    def audit_topic(self) -> tuple[str, int]:
        return "student", self.student_id
