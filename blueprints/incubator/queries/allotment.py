"""Reads of the allotment: who waits, what there is, when it is free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...core import clock
from ...core.db import db
from .. import options
from ..fitting import Fit, Need, Room, Taken, fit
from ..models import (
    Application,
    ApplicationState,
    Block,
    Floor,
    Renewal,
    Tenancy,
    TenancyState,
    WishState,
    Workspace,
)
from ..models.tenancy import HOLDING, LIVING

IN_ORDER = (Application.points.desc(), Application.approved_at, Application.id)


def is_waiting() -> sa.ColumnElement[bool]:
    """Approved, and neither offered a room nor in one."""
    living = sa.select(Tenancy.application_id).where(Tenancy.status.in_(LIVING))
    return sa.and_(Application.status == ApplicationState.APPROVED, Application.id.not_in(living))


def waiting() -> list[Application]:
    """The teams that wait for a room, in the order of the waitlist."""
    return list(db.session.scalars(sa.select(Application).where(is_waiting()).order_by(*IN_ORDER)))


def workspaces(only: Iterable[int] | None = None) -> list[Workspace]:
    """What can be lent, today or from a later day on, with floor and building."""
    query = (
        sa.select(Workspace)
        .where(sa.or_(Workspace.retired_on.is_(None), Workspace.retired_on > clock.today()))
        .options(joinedload(Workspace.floor).joinedload(Floor.building))
        .order_by(Workspace.code, Workspace.id)
    )
    if only is not None:
        query = query.where(Workspace.id.in_(list(only)))
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Held:
    """Days of a room that somebody has: the team's name, or the reason of a blocked period."""

    begins_on: date
    ends_on: date
    team: str = ""
    why: str = ""
    status: TenancyState | None = None
    tenancy_id: int = 0

    @property
    def taken(self) -> Taken:
        return Taken(self.begins_on, self.ends_on, self.why)


def held(workspace_ids: Iterable[int], since: date) -> dict[int, list[Held]]:
    """Everything that holds these rooms on or after a day, in the order of time: two queries."""
    ids = list(workspace_ids)
    found: dict[int, list[Held]] = defaultdict(list)
    tenancies = (
        sa.select(
            Tenancy.workspace_id, Tenancy.begins_on, Tenancy.ends_on, Application.team, Tenancy.status, Tenancy.id
        )
        .join(Application, Application.id == Tenancy.application_id)
        .where(Tenancy.workspace_id.in_(ids), Tenancy.status.in_(HOLDING), Tenancy.ends_on >= since)
    )
    for room, begins, ends, team, status, id in db.session.execute(tenancies):
        found[room].append(Held(begins, ends, team, "", status, id))
    blocks = sa.select(Block.workspace_id, Block.begins_on, Block.ends_on, Block.reason)
    for room, begins, ends, reason in db.session.execute(
        blocks.where(Block.workspace_id.in_(ids), Block.ends_on >= since)
    ):
        found[room].append(Held(begins, ends, "", reason))
    for bars in found.values():
        bars.sort(key=lambda h: h.begins_on)
    return found


def need_of(application: Application) -> Need:
    return Need(
        kind=application.kind,
        seats=application.seats,
        from_on=application.from_on,
        months=application.months,
        water=application.needs_water,
        v380=application.needs_380,
        quiet=application.needs_quiet,
        access=application.needs_access,
    )


def room_of(workspace: Workspace) -> Room:
    return Room(
        kind=workspace.kind,
        seats=workspace.seats,
        power=workspace.power,
        water=workspace.water,
        noise=workspace.noise,
        accessible=workspace.accessible,
        lent_from=workspace.lent_from,
        retired_on=workspace.retired_on,
    )


def fit_of(application: Application, workspace: Workspace, bars: Sequence[Held]) -> Fit:
    taken = [bar.taken for bar in bars]
    return fit(need_of(application), room_of(workspace), taken, clock.today(), options.TERM_MONTHS.value)


def fits(
    teams: Sequence[Application], rooms: Sequence[Workspace], bars: dict[int, list[Held]]
) -> dict[tuple[int, int], Fit]:
    """Every pair of (application, workspace)."""
    today, most = clock.today(), options.TERM_MONTHS.value
    described = [(w.id, room_of(w), [bar.taken for bar in bars.get(w.id, [])]) for w in rooms]
    found = {}
    for team in teams:
        need = need_of(team)
        for id, room, taken in described:
            found[team.id, id] = fit(need, room, taken, today, most)
    return found


def best(team: Application, rooms: Sequence[Workspace], found: dict[tuple[int, int], Fit]) -> Workspace | None:
    """The room for this team among these: of the kind it asked for, soonest, and no larger than need be."""
    possible = [w for w in rooms if found[team.id, w.id].fits]

    def cost(w: Workspace) -> tuple[bool, int, int, str]:
        return (w.kind is not team.kind, found[team.id, w.id].waits, w.seats, w.code)

    return min(possible, key=cost, default=None)


@dataclass(frozen=True)
class Stays:
    """A team that is in a room asks to stay; until that is answered the room is not suggested to others."""

    team: str
    tenancy_id: int
    until_on: date


def asked_to_stay(workspace_ids: Iterable[int]) -> dict[int, Stays]:
    query = (
        sa.select(Tenancy.workspace_id, Application.team, Tenancy.id, Renewal.until_on)
        .join(Renewal, Renewal.tenancy_id == Tenancy.id)
        .join(Application, Application.id == Tenancy.application_id)
        .where(Renewal.status == WishState.ASKED, Tenancy.workspace_id.in_(list(workspace_ids)))
    )
    return {room: Stays(team, id, until) for room, team, id, until in db.session.execute(query)}


def suggested(
    teams: Sequence[Application],
    rooms: Sequence[Workspace],
    found: dict[tuple[int, int], Fit],
    but: Collection[int] = (),
) -> dict[int, int]:
    """One after the other in the order of the waitlist, each team the best of what is left: application -> room.

    ``but``: rooms that are not suggested.
    """
    left, chosen = [w for w in rooms if w.id not in but], {}
    for team in teams:
        room = best(team, left, found)
        if room is not None:
            chosen[team.id] = room.id
            left.remove(room)
    return chosen


def turned_down(workspace_id: int) -> set[int]:
    """The applications that this very room was offered to in vain; it is not offered to them again by itself."""
    query = sa.select(Tenancy.application_id).where(
        Tenancy.workspace_id == workspace_id, Tenancy.status.in_((TenancyState.REFUSED, TenancyState.LAPSED))
    )
    return set(db.session.scalars(query))
