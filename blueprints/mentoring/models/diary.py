"""The work diary's free lines, and who has had today's reminder."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ...core.audit import Audited
from ...core.db import Model, reference


class DiaryLine(Audited, Model):
    """A line a teacher adds to what the contacts already say of a day."""

    __tablename__ = "diary_line"
    __table_args__ = (sa.Index("ix_diary_line_user_day", "user_id", "day"),)

    user_id: Mapped[int] = reference("user_account.id", index=False)
    day: Mapped[date]
    text: Mapped[str] = mapped_column(sa.String(500))


class Reminded(Model):
    """This person has had the one reminder of this day."""

    __tablename__ = "reminded"
    __table_args__ = (sa.UniqueConstraint("user_id", "day"),)

    user_id: Mapped[int] = reference("user_account.id", index=False, ondelete="CASCADE")
    day: Mapped[date]
