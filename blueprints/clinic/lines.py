"""The rows of the queue in words.

A page has 25 rows and only a few different sentences, so a :class:`Look` puts each sentence together once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from flask import g
from flask_babel import gettext as _
from flask_login import current_user

from ..accounts.models import Role
from ..core import clock
from ..core.i18n import full_day, spans, when
from . import queries
from .models import State

MINUTE = timedelta(minutes=1)
TONES = {"warn": "soon", "bad": "late"}
CLOSED = (State.RETURNED, State.SIGNED_OFF, State.WITHDRAWN)


class Queued(NamedTuple):
    """A row of the queue: the columns of its SELECT, in that order.

    SQLAlchemy's own row takes ten times as long to give a column, and a page of lines asks for 500 (0.09 ms).
    """

    id: int
    target: str
    status: State
    round_no: int
    queue_rank: int
    waiting_since: datetime | None
    interview_on: date | None
    holder_id: int | None
    claimed_at: datetime | None
    reviewer_id: int | None
    reserved_until: datetime | None
    last_moved_at: datetime
    name: str
    number: str
    college: str
    holder: str | None
    reviewer: str | None


@dataclass(slots=True)
class Line:
    """One row as one person sees it.

    ``tone`` is ``soon``, ``late`` or nothing, ``holder`` is empty unless someone has it, and ``is_free`` says
    whether this person may claim it: it waits, and is not kept for another reviewer.
    """

    id: int
    name: str
    number: str
    target: str
    college: str
    version: str
    reason: str
    tone: str
    waited: str
    is_late: bool
    holder: str
    is_mine: bool
    is_free: bool
    reviewer: str


class Look:
    """One person's look at the queue, now."""

    def __init__(self, actor: Any) -> None:
        self.me = actor.id
        self.may_take = actor.has(Role.REVIEWER)
        self.now, self.overdue_before = clock.now(), queries.overdue_before()
        self._reason, self._span, self._version = cache(_reason), spans(), cache(_version)

    def lines(self, rows: Sequence[Any]) -> list[Line]:
        return [self._line(Queued(*row)) for row in rows]

    def _line(self, row: Queued) -> Line:
        late, kept, is_mine = self._is_late(row), self._is_kept(row), row.holder_id == self.me
        reason, tone = self._why(row, late, kept)
        return Line(
            row.id,
            row.name,
            row.number,
            row.target,
            row.college,
            version=self._version(row.round_no),
            reason=reason,
            tone=TONES.get(tone, ""),
            waited=self.waited(row),
            is_late=late,
            holder=self._holder(row) if row.holder else "",
            is_mine=is_mine,
            is_free=self.may_take and row.status is State.WAITING and (not kept or row.reviewer_id == self.me),
            reviewer=row.reviewer or "",
        )

    def reason(self, row: Any) -> tuple[str, str]:
        """Why it stands where it stands, in words, and their tone. A support level is never named."""
        return self._why(row, self._is_late(row), self._is_kept(row))

    def _why(self, row: Any, late: bool, kept: bool) -> tuple[str, str]:
        if row.status in CLOSED:
            return str(row.status.label), row.status.tone
        return self._reason(row.interview_on if row.queue_rank == 0 else None, late, row.queue_rank < 9, kept)

    def waited(self, row: Any) -> str:
        if row.waiting_since is None:
            return ""
        minutes = (self.now - row.waiting_since) // MINUTE
        return self._span(minutes if minutes < 60 else minutes - minutes % 60)

    def _is_late(self, row: Any) -> bool:
        return row.waiting_since is not None and row.waiting_since < self.overdue_before

    def _is_kept(self, row: Any) -> bool:
        return row.reserved_until is not None and row.reserved_until > self.now

    def _holder(self, row: Any) -> str:
        """Who has it, since when."""
        name = _("you") if row.holder_id == self.me else row.holder
        return _("%(name)s, since %(time)s", name=name, time=when(row.claimed_at))


def look() -> Look:
    """The signed-in person's look of this request."""
    if "clinic_look" not in g:
        g.clinic_look = Look(current_user)
    found: Look = g.clinic_look
    return found


def _reason(interview_on: date | None, is_late: bool, is_first: bool, is_kept: bool) -> tuple[str, str]:
    if interview_on is not None:
        return _("Interview %(day)s", day=_soon(interview_on)), "warn"
    if is_late:
        return _("Has waited too long"), "bad"
    if is_first:
        return _("First by the rule"), ""
    return (_("New version, same reviewer first"), "") if is_kept else (_("In order of arrival"), "")


def _soon(day: date) -> str:
    days = (day - clock.today()).days
    return _("today") if days == 0 else _("tomorrow") if days == 1 else full_day(day)


def _version(number: int) -> str:
    return _("Version %(no)d", no=number)
