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
    """OFFERED waits for the team's yes until ``answer_by``; ACTIVE is a signed agreement.

    PLANNED is the room to which a team that is in another one moves on a later day.
    """

    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    PLANNED = "planned"
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
    TenancyState.PLANNED: (_l("Moves in later"), "info"),
    TenancyState.ENDED: (_l("Ended"), ""),
    TenancyState.REFUSED: (_l("Refused"), ""),
    TenancyState.LAPSED: (_l("Not answered in time"), ""),
    TenancyState.CANCELLED: (_l("Taken back"), ""),
}
LIVING = (TenancyState.OFFERED, TenancyState.ACCEPTED, TenancyState.ACTIVE)
"""A team has one of these at most."""
COMING = (*LIVING, TenancyState.PLANNED)
"""No blocked period lies in the days of these."""
HOLDING = (*COMING, TenancyState.ENDED)
"""These hold the room for their days. An ended one keeps the days it had: its end is the day it left."""


def _sql(states: tuple[TenancyState, ...]) -> str:
    return "(" + ", ".join(f"'{state.value}'" for state in states) + ")"


LIVING_SQL = f"status IN {_sql(LIVING)}"


class AgreementTerms(Audited, Model):
    """What both agree on, a clause a line. A change is a new row: what is signed keeps the words it was signed with.

    ``text`` holds; ``english`` is for those who read it better, and "" when there is none.
    """

    __tablename__ = "agreement_terms"

    text: Mapped[str]
    english: Mapped[str] = mapped_column(default="")
    made_by: Mapped[int | None] = reference("user_account.id", index=False)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class Tenancy(Moving, Audited, Model):
    """``begins_on`` to ``ends_on``, both included. ``fee`` is fen a month as agreed, ``waived`` the part not asked.

    ``terms`` is the wording that was agreed on: a later change of the settings does not change it.
    """

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
            "uq_tenancy_planned",
            "application_id",
            unique=True,
            sqlite_where=sa.text("status = 'planned'"),
            postgresql_where=sa.text("status = 'planned'"),
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
    accepted_on: Mapped[date | None]
    signed_on: Mapped[date | None]
    terms_id: Mapped[int | None] = reference("agreement_terms.id", index=False)
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
    terms: Mapped[AgreementTerms | None] = relationship(lazy="raise")
    signed: Mapped[Document | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def audit_topic(self) -> tuple[str, int]:
        return "application", self.application_id


# -- The law of the database ---------------------------------------------------------------------------------

_TENANCY, _BLOCK = cast(sa.Table, Tenancy.__table__), cast(sa.Table, Block.__table__)
_HOLDS, _COMES = f"NEW.status IN {_sql(HOLDING)}", f"NEW.status IN {_sql(COMING)}"


def _sqlite(name: str, moment: str, guard: str, clash: str, law: str = "ex_tenancy_room") -> str:
    table, _about, _moment = name.split("_")
    return (
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {guard} AND EXISTS ({clash}) "
        f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {law}'); END"
    )


def _shared(column: str) -> str:
    return (
        f"SELECT 1 FROM tenancy t WHERE t.{column} = NEW.{column} AND t.id <> NEW.id "
        f"AND t.status IN {_sql(HOLDING)} AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on"
    )


_BLOCK_CLASH = (
    "SELECT 1 FROM block b WHERE b.workspace_id = NEW.workspace_id "
    "AND b.begins_on <= NEW.ends_on AND b.ends_on >= NEW.begins_on"
)
_BLOCKED_TENANT = (
    "SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id "
    f"AND t.status IN {_sql(COMING)} AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on"
)
_ROOM, _TEAM = _shared("workspace_id"), _shared("application_id")
SQLITE = (
    _sqlite("tenancy_room_insert", "INSERT", _HOLDS, _ROOM),
    _sqlite("tenancy_room_update", "UPDATE OF workspace_id, begins_on, ends_on, status", _HOLDS, _ROOM),
    _sqlite("tenancy_team_insert", "INSERT", _HOLDS, _TEAM, "ex_tenancy_team"),
    _sqlite(
        "tenancy_team_update", "UPDATE OF application_id, begins_on, ends_on, status", _HOLDS, _TEAM, "ex_tenancy_team"
    ),
    _sqlite("tenancy_block_insert", "INSERT", _COMES, _BLOCK_CLASH),
    _sqlite("tenancy_block_update", "UPDATE OF workspace_id, begins_on, ends_on, status", _COMES, _BLOCK_CLASH),
    _sqlite("block_tenancy_insert", "INSERT", "1", _BLOCKED_TENANT),
    _sqlite("block_tenancy_update", "UPDATE OF workspace_id, begins_on, ends_on", "1", _BLOCKED_TENANT),
)
POSTGRESQL_EXTENSION = "CREATE EXTENSION IF NOT EXISTS btree_gist"
POSTGRESQL_EXCLUDE = tuple(
    f"ALTER TABLE tenancy ADD CONSTRAINT ex_tenancy_{law} EXCLUDE USING gist "
    f"({column} WITH =, daterange(begins_on, ends_on, '[]') WITH &&) WHERE (status IN {_sql(HOLDING)})"
    for law, column in (("room", "workspace_id"), ("team", "application_id"))
)
# Blocked periods are in another table, which an exclusion constraint cannot see: a trigger that locks the room.
POSTGRESQL_GUARD = f"""
CREATE FUNCTION incubator_room_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM workspace WHERE id = NEW.workspace_id FOR UPDATE;
  IF TG_TABLE_NAME = 'tenancy' THEN
    IF NEW.status IN {_sql(COMING)} AND EXISTS (
      SELECT 1 FROM block b WHERE b.workspace_id = NEW.workspace_id
      AND b.begins_on <= NEW.ends_on AND b.ends_on >= NEW.begins_on
    ) THEN RAISE EXCEPTION 'ex_tenancy_room' USING ERRCODE = 'exclusion_violation'; END IF;
  ELSE
    IF EXISTS (
      SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id AND t.status IN {_sql(COMING)}
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
for _statement in (POSTGRESQL_EXTENSION, *POSTGRESQL_EXCLUDE, POSTGRESQL_GUARD, *POSTGRESQL_TRIGGERS):
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

    def audit_topic(self) -> tuple[str, int]:
        return "tenancy", self.tenancy_id


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

    def audit_topic(self) -> tuple[str, int]:
        return "tenancy", self.tenancy_id


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

    def audit_topic(self) -> tuple[str, int]:
        return "tenancy", self.tenancy_id


class WishState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"

    @property
    def label(self) -> Any:
        return {
            WishState.ASKED: _l("Asked for"),
            WishState.GRANTED: _l("Granted"),
            WishState.REFUSED: _l("Refused"),
        }[self]


class Asked(Moving, Audited):
    """What a team asks of the manager about its tenancy: open until it is answered, with words."""

    __unwatched__ = frozenset({"last_move", "last_moved_by", "last_moved_at"})

    tenancy_id: Mapped[int]
    status: Mapped[WishState] = mapped_column(text_enum(WishState, "status"), default=WishState.ASKED)
    asked_by: Mapped[int] = reference("user_account.id", index=False)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str] = mapped_column(default="")

    def audit_topic(self) -> tuple[str, int]:
        return "tenancy", self.tenancy_id


class Renewal(Asked, Model):
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

    tenancy_id: Mapped[int] = reference("tenancy.id", ondelete="CASCADE")
    until_on: Mapped[date]
    why: Mapped[str]

    tenancy: Mapped[Tenancy] = relationship(lazy="raise")


class WishKind(StrEnum):
    MEMBERS = "members"
    ROOM = "room"

    @property
    def label(self) -> Any:
        return {WishKind.MEMBERS: _l("Other members"), WishKind.ROOM: _l("Another room")}[self]


class Wish(Asked, Model):
    """A team asks for other members or another room; done or refused, with an answer. One open one of a kind."""

    __tablename__ = "tenancy_wish"
    __table_args__ = (
        sa.Index(
            "uq_tenancy_wish_open",
            "tenancy_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("status = 'asked'"),
            postgresql_where=sa.text("status = 'asked'"),
        ),
        sa.Index("ix_tenancy_wish_tenancy", "tenancy_id"),
    )

    tenancy_id: Mapped[int] = reference("tenancy.id", ondelete="CASCADE", index=False)
    kind: Mapped[WishKind] = mapped_column(text_enum(WishKind, "kind"))
    text: Mapped[str] = mapped_column(sa.String(200))

    tenancy: Mapped[Tenancy] = relationship(lazy="raise")


class Photo(Audited, Model):
    """A picture of a workspace, or of what was found at a check."""

    __tablename__ = "incubator_photo"
    __table_args__ = (sa.CheckConstraint("(workspace_id IS NULL) <> (check_id IS NULL)", name="of"),)

    workspace_id: Mapped[int | None] = reference("workspace.id")
    check_id: Mapped[int | None] = reference("tenancy_check.id", ondelete="CASCADE")
    document_id: Mapped[int] = reference("document.id", index=False)
    caption: Mapped[str] = mapped_column(sa.String(80), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    def audit_topic(self) -> tuple[str, int]:
        return ("workspace", self.workspace_id) if self.workspace_id else ("tenancy_check", self.check_id or 0)


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

    def audit_topic(self) -> tuple[str, int]:
        return "tenancy", self.tenancy_id


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
