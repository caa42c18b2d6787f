"""Does a workspace fit a team, and from when? Pure: no database, no clock.

What is asked for and cannot be there (seats, water, 380 V, quiet, a step-free way) is a *hindrance*. Time is not:
a room that is taken is free later. The kind is not either: a team may take a workshop instead of a studio,
so it is a note, though no room of another kind is offered to a team by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from .models import Kind, Noise, Power

DAY = timedelta(days=1)
HORIZON_DAYS = 120
"""A room that is free only later than this many days after the team wants it is not waited for."""


class Hindrance(StrEnum):
    SEATS = "seats"
    WATER = "water"
    POWER = "power"
    NOISE = "noise"
    ACCESS = "access"

    @property
    def label(self) -> Any:
        return HINDRANCE_WORDS[self]


HINDRANCE_WORDS = {
    Hindrance.SEATS: _l("too small"),
    Hindrance.WATER: _l("no water"),
    Hindrance.POWER: _l("no 380 V"),
    Hindrance.NOISE: _l("too loud"),
    Hindrance.ACCESS: _l("no step-free access"),
}


@dataclass(frozen=True)
class Need:
    """What a team asks for. ``from_on`` None means: as soon as possible."""

    kind: Kind
    seats: int
    from_on: date | None
    months: int
    water: bool = False
    v380: bool = False
    quiet: bool = False
    access: bool = False


@dataclass(frozen=True)
class Room:
    """What a workspace has."""

    kind: Kind
    seats: int
    power: Power
    water: bool
    noise: Noise
    accessible: bool
    lent_from: date | None = None
    retired_on: date | None = None


@dataclass(frozen=True)
class Taken:
    """Days on which it is not free, both included. ``why`` is the reason of a blocked period, "" for a team's."""

    begins_on: date
    ends_on: date
    why: str = ""


@dataclass(frozen=True)
class Fit:
    """``begins_on`` is None when it does not fit; ``free_from`` is the first day of a long enough gap, if any."""

    hindrances: tuple[Hindrance, ...]
    wanted_on: date
    begins_on: date | None
    ends_on: date | None
    free_from: date | None
    blocked: str = ""

    @property
    def fits(self) -> bool:
        return self.begins_on is not None

    @property
    def waits(self) -> int:
        """Days that the team would wait longer than it asked."""
        return (self.begins_on - self.wanted_on).days if self.begins_on else 0


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (after - first).days))


def term_end(begins_on: date, months: int) -> date:
    """The last day of a term of so many months."""
    return add_months(begins_on, months) - DAY


def hindrances(need: Need, room: Room) -> tuple[Hindrance, ...]:
    missing = (
        (Hindrance.SEATS, room.seats < need.seats),
        (Hindrance.WATER, need.water and not room.water),
        (Hindrance.POWER, need.v380 and room.power is not Power.V380),
        (Hindrance.NOISE, need.quiet and room.noise is not Noise.QUIET),
        (Hindrance.ACCESS, need.access and not room.accessible),
    )
    return tuple(what for what, is_so in missing if is_so)


def clashes(taken: Iterable[Taken], begins_on: date, ends_on: date) -> list[Taken]:
    """Those that share a day with this term."""
    return [t for t in taken if t.begins_on <= ends_on and t.ends_on >= begins_on]


def free_from(taken: Sequence[Taken], begins_on: date, months: int) -> date:
    """The first day, not before ``begins_on``, from which the whole term is free."""
    day = begins_on
    for item in sorted(taken, key=lambda t: t.begins_on):
        if item.begins_on <= term_end(day, months) and item.ends_on >= day:
            day = item.ends_on + DAY
    return day


def fit(need: Need, room: Room, taken: Sequence[Taken], today: date, most_months: int) -> Fit:
    """Whether this room fits this team, and for which days."""
    months = min(need.months, most_months)
    wanted = max(need.from_on or today, today)
    missing = hindrances(need, room)
    first = free_from(taken, max(wanted, room.lent_from or wanted), months)
    last = term_end(first, months)
    blocked = next((t.why for t in clashes(taken, wanted, term_end(wanted, months)) if t.why), "")
    if room.retired_on is not None and last >= room.retired_on:
        return Fit(missing, wanted, None, None, None, blocked)
    if missing or (first - wanted).days > HORIZON_DAYS:
        return Fit(missing, wanted, None, None, first, blocked)
    return Fit(missing, wanted, first, last, first, blocked)


def months_of(begins_on: date, ends_on: date) -> list[date]:
    """The first day of each month for which a fee is due: one a month of the term, counted from its first day."""
    found: list[date] = []
    while (day := add_months(begins_on, len(found))) <= ends_on:
        found.append(day.replace(day=1))
    return found


def due_days(begins_on: date, ends_on: date, every: int) -> list[date]:
    """The days by which a check is due: the last of every so many months of the term."""
    found: list[date] = []
    while (day := term_end(begins_on, every * (len(found) + 1))) <= ends_on:
        found.append(day)
    return found
