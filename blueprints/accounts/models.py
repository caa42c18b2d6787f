"""People, what they may do where and until when, and how they sign in."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..core import clock
from ..core.audit import Audited
from ..core.db import Model, reference, text_enum


class UnitKind(StrEnum):
    UNIVERSITY = "university"
    COLLEGE = "college"
    MAJOR = "major"
    CLASS = "class"


class Role(StrEnum):
    """What a person is here. ``rank`` decides which one is shown beside the name."""

    STUDENT = "student"
    REVIEWER = "reviewer"
    MENTOR = "mentor"
    COUNSELOR = "counselor"
    COLLEGE_LEADER = "college_leader"
    OFFICE = "office"
    SCHOOL_LEADER = "school_leader"
    INCUBATOR_MANAGER = "incubator_manager"
    ADMIN = "admin"

    @property
    def label(self) -> Any:
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.STUDENT: _l("Student"),
    Role.REVIEWER: _l("Clinic reviewer"),
    Role.MENTOR: _l("Mentor"),
    Role.COUNSELOR: _l("Counselor"),
    Role.COLLEGE_LEADER: _l("College leader"),
    Role.OFFICE: _l("Employment office"),
    Role.SCHOOL_LEADER: _l("School leader"),
    Role.INCUBATOR_MANAGER: _l("Incubator manager"),
    Role.ADMIN: _l("Administrator"),
}


class OrgUnit(Audited, Model):
    """A place in the tree university > college > major > class. ``code`` is unique among its siblings."""

    __tablename__ = "org_unit"
    __table_args__ = (
        sa.UniqueConstraint("parent_id", "kind", "code"),
        sa.CheckConstraint("(kind = 'university') = (parent_id IS NULL)", name="root"),
    )

    kind: Mapped[UnitKind] = mapped_column(text_enum(UnitKind, "kind"))
    parent_id: Mapped[int | None] = reference("org_unit.id")
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")


class Cohort(Audited, Model):
    """The class that graduates in a year: 2027 届."""

    __tablename__ = "cohort"

    year: Mapped[int] = mapped_column(sa.Integer, unique=True)
    is_current: Mapped[bool] = mapped_column(default=False)


class User(UserMixin, Audited, Model):
    """A person who may sign in, by user name or by number (学号, 工号)."""

    __tablename__ = "user_account"
    __masked__ = frozenset({"password_hash"})
    __unwatched__ = frozenset({"sort_key", "search_key"})

    username: Mapped[str] = mapped_column(sa.String(60), unique=True)
    number: Mapped[str | None] = mapped_column(sa.String(30), unique=True)
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(index=True)
    search_key: Mapped[str]
    email: Mapped[str | None]
    password_hash: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(sa.String(20))
    theme: Mapped[str | None] = mapped_column(sa.String(10))
    shortcuts: Mapped[bool] = mapped_column(default=True)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    grants: Mapped[list[Grant]] = relationship(lazy="raise", back_populates="user", passive_deletes=True)

    session_token: str = ""

    def get_id(self) -> str:
        """What the signed cookie holds: the token of this sign-in, not the user's id."""
        return self.session_token

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    def active(self, *roles: Role) -> Iterator[Grant]:
        """The grants of these roles that are in force today."""
        today = clock.today()
        return (g for g in self.grants if g.role in roles and g.in_force(today))

    def has(self, *roles: Role) -> bool:
        return next(self.active(*roles), None) is not None

    def units(self, role: Role) -> frozenset[int | None]:
        """Where the role is held: ids of units; ``None`` among them stands for the whole university."""
        return frozenset(g.unit_id for g in self.active(role))

    @property
    def standing(self) -> Hashable:
        """All that decides what this person may see today: who they are, and the roles in force."""
        today = clock.today()
        return self.id, frozenset((g.role, g.unit_id) for g in self.grants if g.in_force(today))

    @property
    def is_staff(self) -> bool:
        return any(g.role is not Role.STUDENT for g in self.grants)

    @property
    def role_label(self) -> Any:
        today = clock.today()
        held = [g.role for g in self.grants if g.in_force(today)]
        order = list(Role)
        return max(held, key=order.index).label if held else ""

    @property
    def initial(self) -> str:
        return self.name[:1]


class Grant(Audited, Model):
    """A role, where it holds (a unit, or the whole university) and from when until when."""

    __tablename__ = "role_grant"
    __table_args__ = (sa.CheckConstraint("ends_on IS NULL OR ends_on >= begins_on", name="term"),)

    user_id: Mapped[int] = reference("user_account.id", ondelete="CASCADE")
    role: Mapped[Role] = mapped_column(text_enum(Role, "role"))
    unit_id: Mapped[int | None] = reference("org_unit.id")
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]

    user: Mapped[User] = relationship(lazy="raise", back_populates="grants")

    def in_force(self, day: date) -> bool:
        return self.begins_on <= day and (self.ends_on is None or day <= self.ends_on)

    def audit_topic(self) -> tuple[str, int]:
        return "user_account", self.user_id


class SignIn(Model):
    """One signed-in browser. The row is the session: deleting it signs the browser out."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = reference("user_account.id", ondelete="CASCADE")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(sa.String(60))
    agent: Mapped[str] = mapped_column(sa.String(200))


class FailedSignIn(Model):
    """A failed attempt, counted per account and per address (``key`` is a hash of either)."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (sa.Index("ix_failed_sign_in_key_at", "key", "at"),)

    key: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


class OneTimeLink(Model):
    """A link that lets its owner set a password once, within a day."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = reference("user_account.id", ondelete="CASCADE")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Notice(Model):
    """A sentence for one person: its kind and facts, put into words when it is read."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index("ix_notice_user_created", "user_id", "created_at"),
        sa.Index(
            "ix_notice_unread",
            "user_id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
    )

    user_id: Mapped[int] = reference("user_account.id", ondelete="CASCADE", index=False)
    kind: Mapped[str] = mapped_column(sa.String(60))
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    url: Mapped[str]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class SavedView(Model):
    """A list as one person has filtered and sorted it, kept under a name: its query string."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("user_id", "listing", "name"),)

    user_id: Mapped[int] = reference("user_account.id", ondelete="CASCADE", index=False)
    listing: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(40))
    query: Mapped[str] = mapped_column(sa.String(400))
