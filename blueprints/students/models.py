"""The graduate as the register knows them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Cohort, OrgUnit, User
from ..core.audit import Audited
from ..core.db import Model, reference


class Student(Audited, Model):
    """A graduate-to-be. ``support_level`` 0 none, 1 重点帮扶一级 (first), 2 二级; the office sets it."""

    __tablename__ = "student"
    __table_args__ = (sa.CheckConstraint("support_level BETWEEN 0 AND 2", name="support_level"),)
    __masked__ = frozenset({"phone"})

    user_id: Mapped[int] = reference("user_account.id", unique=True, index=False)
    cohort_id: Mapped[int] = reference("cohort.id")
    college_id: Mapped[int] = reference("org_unit.id")
    major_id: Mapped[int] = reference("org_unit.id")
    class_id: Mapped[int] = reference("org_unit.id")
    phone: Mapped[str | None] = mapped_column(sa.String(30))
    support_level: Mapped[int] = mapped_column(sa.SmallInteger, default=0)

    user: Mapped[User] = relationship(lazy="raise")
    cohort: Mapped[Cohort] = relationship(lazy="raise")
    college: Mapped[OrgUnit] = relationship(lazy="raise", foreign_keys=[college_id])
    major: Mapped[OrgUnit] = relationship(lazy="raise", foreign_keys=[major_id])
    class_: Mapped[OrgUnit] = relationship(lazy="raise", foreign_keys=[class_id])
