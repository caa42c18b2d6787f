"""What it all came to: applications, acceptance, occupancy, waiting, survival.

Few rows can name a person, so what is shared hides counts below :data:`FEW`; the manager sees them.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from ...accounts.queries import college_names
from ...core import clock
from ...core.db import db, rows
from ..fitting import add_months
from ..models import (
    Answer,
    Application,
    ApplicationState,
    Block,
    ExitRecord,
    Intake,
    Member,
    Tenancy,
    TenancyState,
    Workspace,
)
from . import allotment
from .place import DAY

FEW = 5
HAD_A_ROOM = (ApplicationState.HOUSED, ApplicationState.LEFT)


@dataclass(frozen=True)
class Acceptance:
    """Handed in, approved and not approved, of one call, college or kind of team. None is a count that is hidden."""

    key: str
    name: str
    handed_in: int | None
    approved: int | None
    rejected: int | None

    @property
    def rate(self) -> int | None:
        """Per cent approved of those that were decided."""
        if self.approved is None or self.rejected is None or not self.approved + self.rejected:
            return None
        return round(self.approved * 100 / (self.approved + self.rejected))

    @property
    def hidden(self) -> bool:
        return self.handed_in is None


def masked(found: list[Acceptance]) -> list[Acceptance]:
    """Rows with fewer than :data:`FEW` of anything are hidden, and one more, so that no sum tells the hidden one."""

    def is_few(row: Acceptance) -> bool:
        return any(0 < (n or 0) < FEW for n in (row.handed_in, row.approved, row.rejected))

    few = {row.key for row in found if is_few(row)}
    if len(few) == 1:
        others = [row for row in found if row.key not in few and row.handed_in]
        if others:
            few.add(min(others, key=lambda r: r.handed_in or 0).key)
    return [replace(r, handed_in=None, approved=None, rejected=None) if r.key in few else r for r in found]


_HANDED_IN = sa.and_(Application.submitted_at.is_not(None), Application.status != ApplicationState.DRAFT)


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def acceptance() -> dict[str, list[Acceptance]]:
    """By call, by college, by whether the hardship rule is met; one query and two for the names."""
    query = sa.select(
        Application.intake_id,
        Application.college_id,
        Application.relief_met,
        _count(_HANDED_IN).label("handed_in"),
        _count(Application.approved_at.is_not(None)).label("approved"),
        _count(Application.status == ApplicationState.REJECTED).label("rejected"),
    ).group_by(Application.intake_id, Application.college_id, Application.relief_met)
    found = rows(query)
    calls = rows(sa.select(Intake.id, Intake.name).order_by(Intake.opens_on, Intake.id))
    return {
        "call": _summed(found, 0, {str(id): name for id, name in calls}),
        "college": _summed(found, 1, {str(k): v for k, v in college_names().items()}),
        "relief": _summed(found, 2, {"True": "yes", "False": "no"}),
    }


def _summed(found: Iterable[Any], column: int, names: dict[str, str]) -> list[Acceptance]:
    sums: dict[str, list[int]] = {}
    for row in found:
        key = str(bool(row[column]) if column == 2 else row[column])
        have = sums.setdefault(key, [0, 0, 0])
        for n, value in enumerate((row.handed_in, row.approved, row.rejected)):
            have[n] += int(value or 0)
    return [Acceptance(key, name, *sums[key]) for key, name in names.items() if key in sums]


_LENT = sa.select(Workspace.lent_from, Workspace.retired_on)


def occupancy(today: date, months: int = 12) -> list[tuple[date, int | None]]:
    """Per cent of the days that could be used, by month up to this one.

    A workspace counts from the day from which it is lent until it is retired; blocked days do not count.
    """
    first = add_months(today.replace(day=1), 1 - months)
    last = add_months(first, months) - DAY
    lent = [(begun or date.min, gone or date.max) for begun, gone in rows(_LENT)]
    taken = rows(
        sa.select(Tenancy.begins_on, Tenancy.ends_on).where(
            Tenancy.status.in_((TenancyState.ACTIVE, TenancyState.ENDED)),
            Tenancy.ends_on >= first,
            Tenancy.begins_on <= last,
        )
    )
    blocked = [
        (max(b, begun or b), e)
        for b, e, begun in rows(
            sa.select(Block.begins_on, Block.ends_on, Workspace.lent_from)
            .join(Workspace, Workspace.id == Block.workspace_id)
            .where(Block.ends_on >= first, Block.begins_on <= last)
        )
    ]
    found: list[tuple[date, int | None]] = []
    for n in range(months):
        month = add_months(first, n)
        end = min(add_months(month, 1) - DAY, today)
        days = (end - month).days + 1
        there = sum(_days(max(month, begun), min(end, gone - DAY)) for begun, gone in lent) if days > 0 else 0
        usable = there - sum(_days(max(b, month), min(e, end)) for b, e in blocked)
        used = sum(_days(max(b, month), min(e, end)) for b, e in taken)
        found.append((month, min(100, round(used * 100 / usable)) if usable > 0 else None))
    return found


def _days(first: date, last: date) -> int:
    return max(0, (last - first).days + 1)


@dataclass(frozen=True)
class Waiting:
    """How many wait now, for how many days (median), and how many days those with a room had waited."""

    now: int
    days: int | None
    housed_days: int | None


def waiting(today: date) -> Waiting:
    still = [moment for (moment,) in rows(sa.select(Application.approved_at).where(allotment.is_waiting()))]
    first = sa.func.min(Tenancy.begins_on)
    query = (
        sa.select(Application.approved_at, first)
        .join(Tenancy, Tenancy.application_id == Application.id)
        .where(Tenancy.status.in_((TenancyState.ACTIVE, TenancyState.ENDED)), Application.approved_at.is_not(None))
        .group_by(Application.id, Application.approved_at)
    )
    waited = [max(0, (begun - clock.local(moment).date()).days) for moment, begun in rows(query)]
    since = [max(0, (today - clock.local(moment).date()).days) for moment in still]
    return Waiting(len(still), _median(since), _median(waited))


def _median(numbers: list[int]) -> int | None:
    return round(statistics.median(numbers)) if numbers else None


@dataclass(frozen=True)
class Survival:
    """What became of those who left: (alive, known) after so many months, firms registered, people employed there."""

    left: int
    registered: int
    people: int
    alive: dict[int, tuple[int, int]]


def survival() -> Survival:
    found = rows(
        sa.select(
            ExitRecord.registered, ExitRecord.people, ExitRecord.alive_6, ExitRecord.alive_12, ExitRecord.alive_24
        )
    )
    alive = {
        months: (sum(r[n] is True for r in found), sum(r[n] is not None for r in found))
        for n, months in ((2, 6), (3, 12), (4, 24))
    }
    return Survival(len(found), sum(r.registered for r in found), sum(r.people for r in found), alive)


def founders() -> int:
    """Students who were led into a start-up: who is or was on a team with a room."""
    leads = sa.select(Application.lead_id).where(Application.status.in_(HAD_A_ROOM))
    members = (
        sa.select(Member.student_id)
        .join(Application, Application.id == Member.application_id)
        .where(Application.status.in_(HAD_A_ROOM), Member.student_id.is_not(None), Member.answer == Answer.CONFIRMED)
    )
    both = sa.union(leads, members).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(both)) or 0


def teams_with_room() -> int:
    query = sa.select(sa.func.count()).select_from(Application).where(Application.status.in_(HAD_A_ROOM))
    return db.session.scalar(query) or 0


def intakes() -> list[tuple[str, str]]:
    """The calls as choices of a filter."""
    query = sa.select(Intake.id, Intake.name).order_by(Intake.opens_on.desc(), Intake.id)
    return [(str(id), name) for id, name in rows(query)]
