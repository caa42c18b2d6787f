"""Work that must not keep a page waiting: rows enqueued in the business transaction, done by the worker.

A job runs at least once. Its handler takes ids only, and its effect in the database happens once: the
row's token, checked when it is closed in the *same* transaction as the effect, tells a worker that lost
its lease to roll back. Three tries with growing pauses, then the job is dead and mentioned by ``flask verify``.
Huey's SQLite queue loses the running job on ``kill -9`` and Procrastinate is PostgreSQL only (measured:
docs/adr/0003-jobs.md), which is why this small table is ours.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from . import audit, clock, files
from .db import Model, db, rows_changed, unit

log = logging.getLogger("qihang.jobs")
POLL_SECONDS = 0.1
TRIES = 3


class Job(Model):
    """One thing to do: a handler's name and its arguments (ids as text: they exceed JSON's integers)."""

    __tablename__ = "job"
    __table_args__ = (
        sa.Index(
            "ix_job_open",
            "due",
            "id",
            sqlite_where=sa.text("done_at IS NULL AND dead = 0"),
            postgresql_where=sa.text("done_at IS NULL AND NOT dead"),
        ),
    )

    name: Mapped[str] = mapped_column(sa.String(60))
    args: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    due: Mapped[datetime]
    lease: Mapped[datetime | None]
    token: Mapped[int | None]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    dead: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(default="")


class LostLease(RuntimeError):
    """Another worker has the job now; whatever this one did is rolled back."""


class GiveUp(RuntimeError):
    """The handler says that another try would end the same way."""


@dataclass(frozen=True)
class Handler:
    run: Callable[..., None]
    lease: timedelta
    failed: Callable[..., None] | None


@dataclass
class Chore:
    """Something the worker does now and then, whoever else does it too."""

    run: Callable[[], Any]
    every: timedelta
    needed: Callable[[], Any]
    due: float = 0.0


HANDLERS: dict[str, Handler] = {}
CHORES: list[Chore] = []


def handles(name: str, *, lease: int = 60, failed: Callable[..., None] | None = None) -> Callable[[Any], Any]:
    """Register a handler ``fn(job, **args)``; it opens its own units and ends with :func:`close` in the last one.

    ``lease`` is in seconds and must outlast the longest run. ``failed(**args)`` is called in a unit of its
    own when the last try has failed.
    """

    def register(fn: Callable[..., None]) -> Callable[..., None]:
        HANDLERS[name] = Handler(fn, timedelta(seconds=lease), failed)
        return fn

    return register


def chore(seconds: int, needed: Callable[[], Any] = lambda: True) -> Callable[[Any], Any]:
    """Register something to do every so many seconds, in a writing unit of its own.

    ``needed()`` is asked in a reading unit first, so that an idle worker never takes the write lock.
    """

    def register(fn: Callable[[], Any]) -> Callable[[], Any]:
        CHORES.append(Chore(fn, timedelta(seconds=seconds), needed))
        return fn

    return register


def enqueue(name: str, *, due: datetime | None = None, **args: Any) -> Job:
    """Add a job to this transaction; it exists exactly if the transaction does."""
    if name not in HANDLERS:
        raise LookupError(f"no handler for the job {name}")
    job = Job(name=name, args={k: str(v) if isinstance(v, int) else v for k, v in args.items()}, due=due or clock.now())
    db.session.add(job)
    return job


def _open(now: datetime) -> sa.Select[Any]:
    free = sa.or_(Job.lease.is_(None), Job.lease < now)
    return sa.select(Job).where(Job.done_at.is_(None), ~Job.dead, Job.due <= now, free, Job.name.in_(list(HANDLERS)))


def claim() -> Job | None:
    """Take the next open job under a lease, or None. A reading look comes first: an idle worker never writes."""
    while True:
        with unit("read"):
            if db.session.scalar(_open(clock.now()).with_only_columns(Job.id).limit(1)) is None:
                return None
        with unit("write"):
            now = clock.now()
            query = _open(now).order_by(Job.due, Job.id).limit(1).with_for_update(skip_locked=True)
            job = db.session.scalar(query)
            if job is None:
                return None
            handler = HANDLERS[job.name]
            if job.tries >= TRIES:  # its worker died of it every time, so no exception has told of it
                job.dead, job.lease, job.error = True, None, "the worker ended at every try"
                if handler.failed is not None:
                    handler.failed(**_arguments(job))
                continue
            job.lease, job.token, job.tries = now + handler.lease, secrets.randbits(62), job.tries + 1
            db.session.flush()
            db.session.expunge(job)
        return job


def close(job: Job) -> None:
    """Close the job in the transaction of its effect; raises :class:`LostLease` when it is another's now."""
    mine = sa.update(Job).where(Job.id == job.id, Job.token == job.token, Job.done_at.is_(None))
    if rows_changed(mine.values(done_at=clock.now(), lease=None, error="")) != 1:
        raise LostLease(job.name)


def still_mine(job: Job) -> None:
    """Check, in the transaction of a part of the effect, that the lease has not gone to another."""
    query = sa.select(Job.id).where(Job.id == job.id, Job.token == job.token, Job.done_at.is_(None)).with_for_update()
    if db.session.scalar(query) is None:
        raise LostLease(job.name)


def _arguments(job: Job) -> dict[str, Any]:
    return {k: int(v) if isinstance(v, str) and v.isdecimal() else v for k, v in job.args.items()}


def run(job: Job) -> None:
    """Run one claimed job to its end, its next try, or its death."""
    handler = HANDLERS[job.name]
    try:
        audit.act_as(None, job.name)
        handler.run(job, **_arguments(job))
    except LostLease:
        log.info("lost lease", extra={"job": job.name})
    except Exception as error:
        log.exception("job failed", extra={"job": job.name, "try": job.tries})
        _put_back(job, handler, error)


def _put_back(job: Job, handler: Handler, error: Exception) -> None:
    last = job.tries >= TRIES or isinstance(error, GiveUp)
    with unit("write"):
        mine = rows_changed(
            sa.update(Job)
            .where(Job.id == job.id, Job.token == job.token, Job.done_at.is_(None))
            .values(
                lease=None,
                dead=last,
                error=f"{type(error).__name__}: {error}"[:500],
                due=clock.now() + timedelta(seconds=2 * 4 ** (job.tries - 1)),
            )
        )
        if mine and last and handler.failed is not None:
            handler.failed(**_arguments(job))


def run_chores() -> None:
    for item in CHORES:
        if time.monotonic() >= item.due:
            item.due = time.monotonic() + item.every.total_seconds()
            try:
                with unit("read"):
                    needed = item.needed()
                if needed:
                    with unit("write"):
                        audit.act_as(None, item.run.__name__)
                        item.run()
            except Exception:
                log.exception("chore failed", extra={"chore": item.run.__name__})


def drain() -> int:
    """Run every job that is due, in this process; returns how many. For tests and the demo."""
    count = 0
    while (job := claim()) is not None:
        run(job)
        count += 1
    return count


def work(app: Flask) -> None:
    """The worker's loop; ends after the running job on SIGTERM or SIGINT, or when its parent is gone."""
    stopping = False

    def stop(number: int, frame: Any) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    parent = os.getppid()
    while not stopping and os.getppid() == parent:
        with app.app_context():
            try:
                job = claim()
                if job is not None:
                    run(job)
                    continue
                run_chores()
            except sa.exc.OperationalError:
                log.exception("database not reachable, trying again")
                time.sleep(2)
        time.sleep(POLL_SECONDS)


@chore(seconds=1, needed=audit.has_unsealed)
def seal_audit() -> None:
    audit.seal()


@chore(seconds=6 * 3600)
def sweep_files() -> None:
    files.sweep_orphans()
    files.sweep_scratch()


def buried() -> list[str]:
    """Jobs that are dead after their last try, for ``flask verify`` to mention: ``3 × documents.draw``."""
    rows = db.session.execute(
        sa.select(Job.name, sa.func.count()).where(Job.dead).group_by(Job.name).order_by(Job.name)
    )
    return [f"{count} × {name}" for name, count in rows]
