"""Who changed what, when, by which act: written by the session itself, in the same transaction.

A listener sees every flush of an :class:`Audited` row and writes one entry a row with the old and new
value of each column; a model masks its secrets by declaration; a bulk update that would slip past
raises. What is only *seen* (a phone number shown, an original downloaded) is written by :func:`seen`.
Entries are never changed or deleted (the database refuses it). The worker numbers and chains them a
moment later (:func:`seal`): a chain inside the transaction would make all writers wait for each other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from flask import g, has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm import Session as OrmSession

from . import clock
from .db import Model, db
from .ids import new_id

GENESIS = "0" * 64
MASK = "•••"


class AuditEntry(Model):
    """One act on one row. ``topic`` is the thing it belongs to (a mark's topic is its document)."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_topic", "topic_type", "topic_id", "id"),
        sa.Index(
            "ix_audit_entry_unsealed",
            "id",
            sqlite_where=sa.text("seq IS NULL"),
            postgresql_where=sa.text("seq IS NULL"),
        ),
    )

    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    verb: Mapped[str] = mapped_column(sa.String(60))
    subject_type: Mapped[str] = mapped_column(sa.String(60))
    subject_id: Mapped[int]
    topic_type: Mapped[str] = mapped_column(sa.String(60))
    topic_id: Mapped[int]
    changes: Mapped[str] = mapped_column(default="{}")
    note: Mapped[str] = mapped_column(default="")
    seq: Mapped[int | None] = mapped_column(unique=True)
    hash: Mapped[str | None] = mapped_column(sa.String(64))


_TABLE = cast(sa.Table, AuditEntry.__table__)
_NO_DELETE_SQLITE = """
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END
"""
_NO_CHANGE_SQLITE = """
CREATE TRIGGER audit_entry_no_change BEFORE UPDATE ON audit_entry
WHEN OLD.seq IS NOT NULL OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.actor_id IS NOT OLD.actor_id
  OR NEW.verb <> OLD.verb OR NEW.subject_id <> OLD.subject_id OR NEW.changes <> OLD.changes OR NEW.note <> OLD.note
  OR NEW.subject_type <> OLD.subject_type OR NEW.topic_type <> OLD.topic_type OR NEW.topic_id <> OLD.topic_id
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END
"""
_GUARD_POSTGRESQL = """
CREATE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'audit entries are never deleted'; END IF;
  IF OLD.seq IS NOT NULL OR (to_jsonb(NEW) - 'seq' - 'hash') <> (to_jsonb(OLD) - 'seq' - 'hash') THEN
    RAISE EXCEPTION 'audit entries are never changed';
  END IF;
  RETURN NEW;
END $$
"""
_TRIGGER_POSTGRESQL = """
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_entry_guard()
"""
LAWS = {
    "sqlite": (_NO_DELETE_SQLITE, _NO_CHANGE_SQLITE),
    "postgresql": (_GUARD_POSTGRESQL, _TRIGGER_POSTGRESQL),
}
for _dialect, _statements in LAWS.items():
    for _statement in _statements:
        event.listen(
            _TABLE,
            "after_create",
            sa.DDL(  # type: ignore[no-untyped-call]
                _statement.replace("%", "%%")
            ).execute_if(dialect=_dialect),
        )


class Audited:
    """A model whose every change is written down. Names in ``__masked__`` leave no value behind."""

    __masked__: ClassVar[frozenset[str]] = frozenset()
    __unwatched__: ClassVar[frozenset[str]] = frozenset()

    def audit_topic(self) -> tuple[str, int]:
        """The thing whose history this entry belongs to; a part names its whole."""
        return self.__tablename__, self.id  # type: ignore[attr-defined,no-any-return]


@event.listens_for(Audited, "attribute_instrument", propagate=True)
def _keep_history(cls: Any, key: str, attribute: Any) -> None:
    if isinstance(attribute.property, sa.orm.ColumnProperty):
        event.listen(attribute, "set", lambda *a: None, active_history=True)  # else old = null after an expire


def act_as(actor_id: int | None, verb: str) -> None:
    """Who acts and by what verb, where there is no request: the worker, the command line, the demo."""
    g.actor_id, g.audit_verb = actor_id, verb


def because(verb: str, note: str = "") -> None:
    """Name the act of this unit more exactly than its endpoint does; a move says its name."""
    g.audit_verb, g.audit_note = verb, note


def _who() -> int | None:
    return g.get("actor_id")


def _verb() -> str:
    return g.get("audit_verb") or (request.endpoint if has_request_context() else None) or "system"


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, dict | list):
        return value
    return str(value)


def _changes(obj: Any) -> dict[str, list[Any]]:
    state = sa.inspect(obj)
    found = {}
    for attribute in state.mapper.column_attrs:
        name = attribute.key
        history = state.attrs[name].history
        if name in obj.__unwatched__ or name == "id" or not history.has_changes():
            continue
        old = history.deleted[0] if history.deleted else None
        new = history.added[0] if history.added else None
        if old == new:
            continue
        found[name] = (
            [MASK if old else None, MASK if new else None] if name in obj.__masked__ else [_plain(old), _plain(new)]
        )
    return found


@event.listens_for(OrmSession, "before_flush")
def _collect(session: Any, context: Any, instances: Any) -> None:
    """Remember what will be flushed; values are read after it, when the new ones are certain."""
    session.info["audit_deleted"] = [o for o in session.deleted if isinstance(o, Audited)]


@event.listens_for(OrmSession, "after_flush")
def _write(session: Any, context: Any) -> None:
    rows = []
    for kind, objects in (
        ("create", session.new),
        ("change", session.dirty),
        ("delete", session.info.pop("audit_deleted", ())),
    ):
        for obj in objects:
            if not isinstance(obj, Audited):
                continue
            changes = {} if kind == "delete" else _changes(obj)
            if changes or kind != "change":
                rows.append(_entry(obj, changes, g.get("audit_note", "") if kind == "change" else ""))
    if rows:
        session.execute(sa.insert(_TABLE), rows)


def _entry(obj: Any, changes: dict[str, Any], note: str = "", verb: str | None = None) -> dict[str, Any]:
    topic_type, topic_id = obj.audit_topic()
    return {
        "id": new_id(),
        "at": clock.now(),
        "actor_id": _who(),
        "verb": (verb or _verb())[:60],
        "subject_type": obj.__tablename__,
        "subject_id": obj.id,
        "topic_type": topic_type,
        "topic_id": topic_id,
        "changes": json.dumps(changes, ensure_ascii=False, sort_keys=True),
        "note": note,
    }


@event.listens_for(OrmSession, "do_orm_execute")
def _refuse_bulk(state: Any) -> None:
    if (state.is_update or state.is_delete) and state.bind_mapper and issubclass(state.bind_mapper.class_, Audited):
        raise RuntimeError(f"a bulk change of {state.bind_mapper.class_.__name__} would leave no audit entry")


def seen(obj: Any, verb: str, note: str = "") -> None:
    """Write that something was shown or taken away, not changed."""
    db.session.execute(sa.insert(_TABLE), [_entry(obj, {}, note, verb)])


def was_seen_today(obj: Any, verb: str, actor_id: int) -> bool:
    """Whether this person has such an entry on this thing today already."""
    query = sa.select(AuditEntry.id).where(
        AuditEntry.topic_type == obj.__tablename__,
        AuditEntry.topic_id == obj.id,
        AuditEntry.verb == verb,
        AuditEntry.actor_id == actor_id,
        AuditEntry.at >= clock.start_of(clock.today()),
    )
    return db.session.scalar(query.limit(1)) is not None


def event_of(verb: str, subject_type: str, subject_id: int, note: str = "", actor_id: int | None = None) -> None:
    """Write an act that changes no audited row: a sign-in, a failed one, an export."""
    row = {
        "id": new_id(),
        "at": clock.now(),
        "actor_id": actor_id if actor_id is not None else _who(),
        "verb": verb[:60],
        "subject_type": subject_type,
        "subject_id": subject_id,
        "topic_type": subject_type,
        "topic_id": subject_id,
        "changes": "{}",
        "note": note,
    }
    db.session.execute(sa.insert(_TABLE), [row])


def denied(actor_id: int, verb: str, subject_type: str, subject_id: int) -> None:
    event_of("denied", subject_type, subject_id, note=verb, actor_id=actor_id)


# -- The chain ------------------------------------------------------------------------------------

_FIELDS = ("id", "actor_id", "verb", "subject_type", "subject_id", "topic_type", "topic_id", "changes", "note")


def _link(previous: str, seq: int, row: Any) -> str:
    content = [previous, seq, row.at.isoformat(), *(getattr(row, name) for name in _FIELDS)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


class AuditHead(Model):
    """The one row that says where the chain ends; its lock is what makes the worker the only sealer."""

    __tablename__ = "audit_head"

    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(sa.String(64), default=GENESIS)


def seal(most: int = 2000) -> int:
    """Number and chain what is committed and unsealed, oldest first; returns how many."""
    head = db.session.scalars(sa.select(AuditHead).with_for_update()).one_or_none()
    if head is None:
        head = AuditHead(seq=0, hash=GENESIS)
        db.session.add(head)
    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.seq.is_(None)).order_by(AuditEntry.id).limit(most)
    ).all()
    for entry in entries:
        seq = head.seq + 1
        entry.hash = _link(head.hash, seq, entry)
        entry.seq = seq
        head.seq, head.hash = seq, entry.hash
    return len(entries)


def has_unsealed() -> bool:
    return db.session.scalar(sa.select(AuditEntry.id).where(AuditEntry.seq.is_(None)).limit(1)) is not None


def problems() -> Iterator[str]:
    """What is wrong with the chain: a broken link, a gap, or entries left unsealed for over a minute."""
    previous, expected = GENESIS, 1
    rows = db.session.execute(
        sa.select(AuditEntry.__table__)
        .where(AuditEntry.seq.is_not(None))
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=2000)
    )
    for row in rows:
        if row.seq != expected:
            yield f"audit chain: entry {expected} is missing"
            return
        if row.hash != _link(previous, row.seq, row):
            yield f"audit chain: entry {row.seq} does not match its hash"
            return
        previous, expected = row.hash, expected + 1
    head = db.session.scalars(sa.select(AuditHead)).one_or_none()
    if head is not None and head.hash != previous:
        yield "audit chain: its end does not match the head"
    late = db.session.scalar(
        sa.select(sa.func.count()).where(AuditEntry.seq.is_(None), AuditEntry.at < clock.now() - timedelta(minutes=1))
    )
    if late:
        yield f"audit chain: {late} entries have waited for over a minute to be sealed (is the worker running?)"


@dataclass(frozen=True)
class Event:
    """One line of a history in words."""

    at: datetime
    who: str
    text: str


def history(topics: list[tuple[str, int]], most: int = 500) -> list[AuditEntry]:
    """The entries of these things, newest first."""
    if not topics:
        return []
    where = sa.or_(*(sa.and_(AuditEntry.topic_type == t, AuditEntry.topic_id == i) for t, i in topics))
    return list(db.session.scalars(sa.select(AuditEntry).where(where).order_by(AuditEntry.id.desc()).limit(most)))
