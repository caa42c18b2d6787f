"""A tenancy (入驻): one team in one workspace from–to, from the offer to what became of the firm.

Two living tenancies of one workspace never overlap, nor a tenancy and a blocked period, nor has a team two rooms at
once: an exclusion constraint on PostgreSQL, triggers on SQLite, where every writer begins immediately.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...core import clock
from ...core.audit import Audited
from ...core.db import Model, reference, text_enum
from ...core.workflow import Moving
from ...documents.models import Document
from .application import Application
from .place import Block, Workspace


class TenancyState(StrEnum):
    """OFFERED waits for the team's yes until ``answer_by``; ACTIVE is a signed agreement."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    ENDED = "ended"
    REFUSED = "refused"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Any:
        return TENANCY_WORDS[self][0]

    @property
    def tone(self) -> str:
        return TENANCY_WORDS[self][1]


TENANCY_WORDS = {
    TenancyState.OFFERED: (_l("Offered"), "info"),
    TenancyState.ACCEPTED: (_l("Accepted, to be signed"), "warn"),
    TenancyState.ACTIVE: (_l("In the room"), "ok"),
    TenancyState.ENDED: (_l("Ended"), ""),
    TenancyState.REFUSED: (_l("Refused"), ""),
    TenancyState.LAPSED: (_l("Not answered in time"), ""),
    TenancyState.CANCELLED: (_l("Taken back"), ""),
}
LIVING = (TenancyState.OFFERED, TenancyState.ACCEPTED, TenancyState.ACTIVE)
HOLDING_SQL = "status IN ('offered', 'accepted', 'active', 'ended')"
"""These hold the room for their days. An ended one keeps the days it had: its end is the day it left."""
LIVING_SQL = "status IN ('offered', 'accepted', 'active')"


class Tenancy(Moving, Audited, Model):
    """``begins_on`` to ``ends_on``, both included. ``fee`` is fen a month as agreed, ``waived`` the part not asked."""

    __tablename__ = "tenancy"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= begins_on", name="term"),
        sa.CheckConstraint("fee >= 0 AND waived BETWEEN 0 AND fee", name="fee"),
        sa.CheckConstraint("status <> 'offered' OR answer_by IS NOT NULL", name="offer"),
        sa.Index("ix_tenancy_workspace", "workspace_id", "begins_on"),
        sa.Index("ix_tenancy_application", "application_id", "status"),
        sa.Index(
            "uq_tenancy_living",
            "application_id",
            unique=True,
            sqlite_where=sa.text(LIVING_SQL),
            postgresql_where=sa.text(LIVING_SQL),
        ),
        sa.Index(
            "ix_tenancy_answer",
            "answer_by",
            sqlite_where=sa.text("status = 'offered'"),
            postgresql_where=sa.text("status = 'offered'"),
        ),
    )
    __unwatched__ = frozenset({"last_move", "last_moved_by", "last_moved_at"})

    application_id: Mapped[int] = reference("application.id", index=False)
    workspace_id: Mapped[int] = reference("workspace.id", index=False)
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[TenancyState] = mapped_column(text_enum(TenancyState, "status"), default=TenancyState.OFFERED)
    offered_by: Mapped[int] = reference("user_account.id", index=False)
    offered_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer_by: Mapped[date | None]
    fee: Mapped[int] = mapped_column(sa.Integer, default=0)
    waived: Mapped[int] = mapped_column(sa.Integer, default=0)
    waived_why: Mapped[str] = mapped_column(sa.String(120), default="")
    number: Mapped[str] = mapped_column(sa.String(20), default="")
    signed_id: Mapped[int | None] = reference("document.id", index=False)
    left_on: Mapped[date | None]
    left_why: Mapped[str] = mapped_column(sa.String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    application: Mapped[Application] = relationship(lazy="raise")
    workspace: Mapped[Workspace] = relationship(lazy="raise")
    signed: Mapped[Document | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def audit_topic(self) -> tuple[str, int]:
        return "application", self.application_id


# -- The law of the database ---------------------------------------------------------------------------------

_TENANCY, _BLOCK = cast(sa.Table, Tenancy.__table__), cast(sa.Table, Block.__table__)
_HOLDS = "('offered', 'accepted', 'active', 'ended')"


def _sqlite(name: str, table: str, moment: str, columns: str, guard: str, clash: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {moment}{columns} ON {table} WHEN {guard} AND EXISTS ({clash}) "
        f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ex_tenancy_room'); END"
    )


_TENANT_CLASH = (
    "SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id AND t.id <> NEW.id "
    "AND t.status IN ('offered', 'accepted', 'active', 'ended') "
    "AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on"
)
_BLOCK_CLASH = (
    "SELECT 1 FROM block b WHERE b.workspace_id = NEW.workspace_id "
    "AND b.begins_on <= NEW.ends_on AND b.ends_on >= NEW.begins_on"
)
_BLOCKED_TENANT = (
    "SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id "
    "AND t.status IN ('offered', 'accepted', 'active') AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on"
)
_CHANGED = " OF workspace_id, begins_on, ends_on, status"
SQLITE = (
    _sqlite("tenancy_room_insert", "tenancy", "INSERT", "", f"NEW.status IN {_HOLDS}", _TENANT_CLASH),
    _sqlite("tenancy_room_update", "tenancy", "UPDATE", _CHANGED, f"NEW.status IN {_HOLDS}", _TENANT_CLASH),
    _sqlite(
        "tenancy_block_insert",
        "tenancy",
        "INSERT",
        "",
        "NEW.status IN ('offered', 'accepted', 'active')",
        _BLOCK_CLASH,
    ),
    _sqlite(
        "tenancy_block_update",
        "tenancy",
        "UPDATE",
        " OF workspace_id, begins_on, ends_on, status",
        "NEW.status IN ('offered', 'accepted', 'active')",
        _BLOCK_CLASH,
    ),
    _sqlite("block_tenancy_insert", "block", "INSERT", "", "1", _BLOCKED_TENANT),
    _sqlite("block_tenancy_update", "block", "UPDATE", " OF workspace_id, begins_on, ends_on", "1", _BLOCKED_TENANT),
)
POSTGRESQL_EXTENSION = "CREATE EXTENSION IF NOT EXISTS btree_gist"
POSTGRESQL_EXCLUDE = (
    "ALTER TABLE tenancy ADD CONSTRAINT ex_tenancy_room EXCLUDE USING gist "
    "(workspace_id WITH =, daterange(begins_on, ends_on, '[]') WITH &&) "
    f"WHERE ({HOLDING_SQL})"
)
# Blocked periods are in another table, which an exclusion constraint cannot see: a trigger that locks the room.
POSTGRESQL_GUARD = """
CREATE FUNCTION incubator_room_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM workspace WHERE id = NEW.workspace_id FOR UPDATE;
  IF TG_TABLE_NAME = 'tenancy' THEN
    IF NEW.status IN ('offered', 'accepted', 'active') AND EXISTS (
      SELECT 1 FROM block b WHERE b.workspace_id = NEW.workspace_id
      AND b.begins_on <= NEW.ends_on AND b.ends_on >= NEW.begins_on
    ) THEN RAISE EXCEPTION 'ex_tenancy_room' USING ERRCODE = 'exclusion_violation'; END IF;
  ELSE
    IF EXISTS (
      SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id AND t.status IN ('offered', 'accepted', 'active')
      AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on
    ) THEN RAISE EXCEPTION 'ex_tenancy_room' USING ERRCODE = 'exclusion_violation'; END IF;
  END IF;
  RETURN NEW;
END $$
"""
POSTGRESQL_TRIGGERS = (
    "CREATE TRIGGER tenancy_room_guard BEFORE INSERT OR UPDATE ON tenancy "
    "FOR EACH ROW EXECUTE FUNCTION incubator_room_guard()",
    "CREATE TRIGGER block_room_guard BEFORE INSERT OR UPDATE ON block "
    "FOR EACH ROW EXECUTE FUNCTION incubator_room_guard()",
)


def _after(table: sa.Table, statement: str, dialect: str) -> None:
    ddl = sa.DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


# The tenancy is created after the block it looks at, as it refers to what the block refers to, and more.
for _statement in SQLITE:
    _after(_TENANCY, _statement, "sqlite")
for _statement in (POSTGRESQL_EXTENSION, POSTGRESQL_EXCLUDE, POSTGRESQL_GUARD, *POSTGRESQL_TRIGGERS):
    _after(_TENANCY, _statement, "postgresql")
_TENANCY.add_is_dependent_on(_BLOCK)


# -- What happens during it ------------------------------------------------------------------------------------


class HandOut(Audited, Model):
    """A key or a piece of equipment, given out and given back."""

    __tablename__ = "hand_out"

    tenancy_id: Mapped[int] = reference("tenancy.id", ondelete="CASCADE")
    what: Mapped[str] = mapped_column(sa.String(80))
    out_on: Mapped[date]
    out_by: Mapped[int] = reference("user_account.id", index=False)
    back_on: Mapped[date | None]
    back_by: Mapped[int | None] = reference("user_account.id", index=False)
    note: Mapped[str] = mapped_column(sa.String(200), default="")


class FeeLine(Audited, Model):
    """What is due for one month, what is waived and why, and when it was paid. Amounts in fen."""

    __tablename__ = "fee_line"
    __table_args__ = (
        sa.UniqueConstraint("tenancy_id", "month"),
        sa.CheckConstraint("amount >= 0 AND waived BETWEEN 0 AND amount", name="amount"),
    )

    tenancy_id: Mapped[int] = reference("tenancy.id", ondelete="CASCADE", index=False)
    month: Mapped[date]
    amount: Mapped[int] = mapped_column(sa.Integer)
    waived: Mapped[int] = mapped_column(sa.Integer, default=0)
    why: Mapped[str] = mapped_column(sa.String(120), default="")
    paid_on: Mapped[date | None]


class Check(Audited, Model):
    """The quarterly check (考核): points 0 to 10 for attendance, safety and activity, money in fen, people employed."""

    __tablename__ = "tenancy_check"
    __table_args__ = (
        sa.UniqueConstraint("tenancy_id", "due_on"),
        sa.CheckConstraint("attendance BETWEEN 0 AND 10", name="attendance"),
        sa.CheckConstraint("safety BETWEEN 0 AND 10", name="safety"),
        sa.CheckConstraint("activity BETWEEN 0 AND 10", name="activity"),
    )

    tenancy_id: Mapped[int] = reference("tenancy.id", ondelete="CASCADE", index=False)
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    by_id: Mapped[int | None] = reference("user_account.id", index=False)
    attendance: Mapped[int | None] = mapped_column(sa.SmallInteger)
    safety: Mapped[int | None] = mapped_column(sa.SmallInteger)
    activity: Mapped[int | None] = mapped_column(sa.SmallInteger)
    money: Mapped[int | None]
    people: Mapped[int | None] = mapped_column(sa.SmallInteger)
    note: Mapped[str] = mapped_column(default="")
    photo_id: Mapped[int | None] = reference("document.id", index=False)


class RenewalState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"

    @property
    def label(self) -> Any:
        return {
            RenewalState.ASKED: _l("Asked for"),
            RenewalState.GRANTED: _l("Granted"),
            RenewalState.REFUSED: _l("Refused"),
        }[self]


class Renewal(Moving, Audited, Model):
    """A team asks to stay until another day; decided with a reason. One open one a tenancy."""

    __tablename__ = "renewal"
    __table_args__ = (
        sa.Index(
            "uq_renewal_open",
            "tenancy_id",
            unique=True,
            sqlite_where=sa.text("status = 'asked'"),
            postgresql_where=sa.text("status = 'asked'"),
        ),
    )
    __unwatched__ = frozenset({"last_move", "last_moved_by", "last_moved_at"})

    tenancy_id: Mapped[int] = reference("tenancy.id", ondelete="CASCADE")
    until_on: Mapped[date]
    why: Mapped[str]
    status: Mapped[RenewalState] = mapped_column(text_enum(RenewalState, "status"), default=RenewalState.ASKED)
    asked_by: Mapped[int] = reference("user_account.id", index=False)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str] = mapped_column(default="")

    tenancy: Mapped[Tenancy] = relationship(lazy="raise")


class ExitRecord(Audited, Model):
    """What became of a team that left: people employed, registered, still alive after 6, 12 and 24 months."""

    __tablename__ = "exit_record"

    tenancy_id: Mapped[int] = reference("tenancy.id", unique=True, index=False)
    list_done: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    registered: Mapped[bool] = mapped_column(default=False)
    people: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    became: Mapped[str] = mapped_column(default="")
    alive_6: Mapped[bool | None]
    alive_12: Mapped[bool | None]
    alive_24: Mapped[bool | None]


class Internship(Audited, Model):
    """“Come and learn first”: a student asks a team that takes interns for a place."""

    __tablename__ = "incubator_internship"
    __table_args__ = (sa.UniqueConstraint("tenancy_id", "student_id"),)

    tenancy_id: Mapped[int] = reference("tenancy.id", ondelete="CASCADE", index=False)
    student_id: Mapped[int] = reference("student.id")
    why: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    accepted: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
