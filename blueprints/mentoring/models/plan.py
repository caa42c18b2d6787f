"""A career plan (职业规划, 一生一策)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...core import clock
from ...core.audit import Audited
from ...core.db import Model, reference, text_enum
from ...students.models import Student, Way


class Owner(StrEnum):
    """Who does a step."""

    STUDENT = "student"
    MENTOR = "mentor"
    COUNSELOR = "counselor"
    COLLEGE = "college"
    OFFICE = "office"

    @property
    def label(self) -> Any:
        return OWNER_WORDS[self]


OWNER_WORDS = {
    Owner.STUDENT: _l("The student"),
    Owner.MENTOR: _l("Mentor"),
    Owner.COUNSELOR: _l("Counselor"),
    Owner.COLLEGE: _l("College"),
    Owner.OFFICE: _l("Employment office"),
}


class Plan(Audited, Model):
    """One graduate's plan towards one goal; one open a graduate."""

    __tablename__ = "plan"
    __table_args__ = (
        sa.Index(
            "uq_plan_open",
            "student_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )

    student_id: Mapped[int] = reference("student.id")
    way: Mapped[Way] = mapped_column(text_enum(Way, "way"))
    goal: Mapped[str] = mapped_column(sa.String(200))
    made_by: Mapped[int] = reference("user_account.id")
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(sa.String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    student: Mapped[Student] = relationship(lazy="raise")
    steps: Mapped[list[PlanStep]] = relationship(lazy="raise", order_by="PlanStep.place", back_populates="plan")
    reviews: Mapped[list[PlanReview]] = relationship(lazy="raise", order_by="PlanReview.id.desc()")

    __mapper_args__ = {"version_id_col": version}

    def audit_topic(self) -> tuple[str, int]:
        return "student", self.student_id


class PlanStep(Audited, Model):
    """What is to be done, by whom, by when; ticked off by a teacher or the student."""

    __tablename__ = "plan_step"

    plan_id: Mapped[int] = reference("plan.id", ondelete="CASCADE")
    place: Mapped[int] = mapped_column(sa.SmallInteger)
    text: Mapped[str] = mapped_column(sa.String(200))
    owner: Mapped[Owner] = mapped_column(text_enum(Owner, "owner"))
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = reference("user_account.id", index=False)

    plan: Mapped[Plan] = relationship(lazy="raise", back_populates="steps")

    @property
    def is_late(self) -> bool:
        return self.done_at is None and self.due_on is not None and self.due_on < clock.today()


class PlanReview(Audited, Model):
    """The monthly look at a plan: what went well, what changes."""

    __tablename__ = "plan_review"

    plan_id: Mapped[int] = reference("plan.id", ondelete="CASCADE")
    by_id: Mapped[int] = reference("user_account.id")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    text: Mapped[str]
