"""The unit of work: one request, one transaction; the base of every model; the two databases.

Nobody else commits. A request's transaction is committed inside ``dispatch_request`` when the answer
is below 400 and rolled back otherwise; what must outlive a refusal goes through :func:`regardless`;
the worker and the command line use :func:`unit`. What kind of transaction begins is decided in the
engine's ``begin`` event from the request (method, or the route's ``writes=``), so it does not matter
who touches the database first. The findings behind this are in docs/adr/0002-unit-of-work.md.
"""

from __future__ import annotations

import ctypes
import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

import sqlalchemy as sa
from flask import Flask, Response, flash, g, has_app_context, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from . import doors
from .ids import new_id

Mode = Literal["read", "write"]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class WroteWhileReading(RuntimeError):
    """A request that only reads tried to write. Declare ``writes=True`` on its route or use POST."""


# -- Models -------------------------------------------------------------------------------------

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored datetime must know its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def text_enum(cls: type[StrEnum], name: str) -> sa.Enum:
    """Text with a CHECK on both databases, read back as the member; ``name`` names the CHECK."""
    return sa.Enum(
        cls,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


class Model(DeclarativeBase):
    """Every row has an id from the moment it is constructed."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigId, datetime: UtcDateTime(), str: sa.Text(), dict: sa.JSON(), list: sa.JSON()}

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False, sort_order=-1)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.__dict__.get('id')}>"


@event.listens_for(Model, "init", propagate=True)
def _give_id(target: Model, args: Any, kwargs: dict[str, Any]) -> None:
    kwargs.setdefault("id", new_id())


def reference(column: str, **options: Any) -> MappedColumn[Any]:
    """An indexed foreign key that refuses to lose its target."""
    ondelete = options.pop("ondelete", "RESTRICT")
    options.setdefault("index", True)
    return mapped_column(BigId, sa.ForeignKey(column, ondelete=ondelete), **options)


class HouseSession(Session):
    """Flask-SQLAlchemy's session, which also honours a bind given to it (a test's outer transaction)."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kw: Any) -> Any:
        if self.bind is not None:
            return self.bind
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **kw)


# Only as the binding of sessions and engines to the application: models inherit from ``Model`` above.
db = SQLAlchemy(metadata=Model.metadata, session_options={"class_": HouseSession})


# -- The mode of the transaction about to begin ----------------------------------------------------


def mode() -> Mode:
    if has_app_context() and "tx_mode" in g:
        return g.tx_mode  # type: ignore[no-any-return]
    if not has_request_context():
        return "read"
    declared = doors.writes(request.endpoint)
    if declared is None:
        return "read" if request.method in SAFE_METHODS else "write"
    return "write" if declared else "read"


def wait_to_write() -> None:
    """Leave the reading half of a ``writes=False`` request and begin to write.

    Everything loaded before must be loaded again: others could write meanwhile.
    """
    _forget()
    g.tx_mode = "write"


def _forget() -> None:
    db.session.rollback()
    g.pop("_login_user", None)


def _guard_flush(session: Any, context: Any, instances: Any) -> None:
    if mode() == "read" and (session.new or session.dirty or session.deleted):
        raise WroteWhileReading(f"{request.endpoint if has_request_context() else 'a reading unit'} tried to write")


def _guard_bulk(state: Any) -> None:
    if (state.is_update or state.is_delete or state.is_insert) and mode() == "read":
        raise WroteWhileReading(f"{request.endpoint if has_request_context() else 'a reading unit'} tried to write")


event.listen(HouseSession, "before_flush", _guard_flush)
event.listen(HouseSession, "do_orm_execute", _guard_bulk)


def _on_connect(dbapi: Any, record: Any) -> None:
    database = dbapi.execute("PRAGMA database_list").fetchone()[2]
    record.info["queue"] = open(database + ".writers", "ab") if database else None  # noqa: SIM115, PTH123
    dbapi.isolation_level = None  # we begin, the driver does not
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"):
        dbapi.execute("PRAGMA " + pragma)


def _on_begin(connection: sa.Connection) -> None:
    writing = (connection.get_execution_options().get("tx_mode") or mode()) == "write"
    if writing and (queue := connection.info.get("queue")):
        # SQLite wakes waiting writers unfairly; the kernel's queue is fair and dies with its process.
        fcntl.flock(queue, fcntl.LOCK_EX)
        connection.info["queued"] = True
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _on_checkin(dbapi: Any, record: Any) -> None:
    if record.info.pop("queued", False):
        fcntl.flock(record.info["queue"], fcntl.LOCK_UN)


def prepare_engine(engine: sa.Engine) -> None:
    """SQLite: WAL, our own BEGIN, and a fair queue of writers. PostgreSQL needs none of it."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        event.listen(engine, "checkin", _on_checkin)


# -- Units ----------------------------------------------------------------------------------------


@contextmanager
def unit(tx_mode: Mode = "write") -> Iterator[Any]:
    """One transaction of the worker, the command line, or after a refusal: begin, commit or roll back."""
    _forget()
    before, g.tx_mode = g.get("tx_mode"), tx_mode
    try:
        yield db.session
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        if before is None:
            g.pop("tx_mode", None)
        else:
            g.tx_mode = before


def regardless(fn: Callable[..., Any], *args: Any) -> None:
    """Do this in a short transaction of its own after the answer, also when the request is refused."""
    g.setdefault("_regardless", []).append((fn, args))


def say(text: str) -> None:
    """Flash this once the request's work is safely stored, and not before."""
    g.setdefault("_said", []).append(text)


class House(Flask):
    """The application class: where the unit of work begins and ends."""

    def dispatch_request(self) -> Response:  # type: ignore[override]
        doors.knock()
        response = self.make_response(super().dispatch_request())
        if response.status_code < 400:
            db.session.commit()  # its errors reach the ordinary error handlers
            for text in g.pop("_said", []):
                flash(text)
            g.tx_mode = "read"  # what a streamed body still reads holds no lock
        else:
            _forget()
            g.tx_mode = "read"
        return response

    def handle_user_exception(self, e: Exception) -> Any:
        _forget()
        g.tx_mode = "read"
        return super().handle_user_exception(e)

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Response:
        todo = g.pop("_regardless", [])
        response = super().finalize_request(rv, from_error_handler)
        if todo:
            with unit("write"):
                for fn, args in todo:
                    fn(*args)
        return response


def locked(obj: Any) -> Any:
    """Re-read a row's columns under its lock. A locking SELECT of a loaded object would keep its stale state.

    What this unit has changed of it is written first: a refresh would silently forget it.
    """
    db.session.flush()
    columns = [attribute.key for attribute in sa.inspect(obj).mapper.column_attrs]
    db.session.refresh(obj, attribute_names=columns, with_for_update=True)
    return obj


def queue_at(obj: Model) -> None:
    """Let the transactions that add to this row go one by one (SQLite's writers do anyway); nothing is re-read."""
    model: Any = type(obj)
    db.session.execute(sa.select(model.id).where(model.id == obj.id).with_for_update(key_share=True))


def rows(statement: Any, **facts: Any) -> Sequence[Any]:
    """Plain rows of a SELECT of columns, in this transaction: a third of the session's time for the same answer."""
    return db.session.connection().execute(statement, facts).all()


def rows_changed(statement: sa.UpdateBase) -> int:
    """Execute an UPDATE or DELETE; returns how many rows it changed."""
    result: Any = db.session.execute(statement)
    return int(result.rowcount)


def die_with_parent() -> None:
    """Linux: this process is killed when its parent ends, however it ends."""
    ctypes.CDLL(None).prctl(1, 9)
