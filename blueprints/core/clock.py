"""The only place that knows the time. Stored and compared in UTC, shown in Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

ZONE = ZoneInfo("Asia/Shanghai")
_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _told.get() or datetime.now(UTC)


def today() -> date:
    """The date on the wall of the school."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    return moment.astimezone(ZONE)


def start_of(day: date) -> datetime:
    """Midnight of a school day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


@contextmanager
def told(moment: datetime) -> Iterator[None]:
    """Tests and the demo's story say what time it is."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


@cache
def is_working_day(day: date) -> bool:
    """By the State Council's yearly notice (holidays and made-up Saturdays); weekdays where none is out yet."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(day: date, count: int) -> date:
    """The working day that comes ``count`` working days after ``day``."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_before(day: date, count: int) -> date:
    """The day since which ``count`` working days have passed."""
    while count > 0:
        count -= is_working_day(day)
        day -= timedelta(days=1)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days lie after ``first`` up to and with ``last``; 0 when last is not later."""
    return sum(is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
