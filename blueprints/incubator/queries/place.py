"""Reads of the place: its floors, who or what holds a workspace on which days, and how it stands on one.

Everyone sees the days. The name of a team is read only for the manager and for that team.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from ...accounts.models import Role
from ...core import clock
from ...core.db import db, rows
from .. import options, policy
from ..fitting import Fit
from ..models import Application, Block, Building, Floor, Kind, Tenancy, TenancyState, Workspace
from ..models.tenancy import COMING, HOLDING
from . import allotment

DAY = timedelta(days=1)
AROUND = timedelta(days=400)
"""How far around a day the plan looks for since when a workspace is free and until when."""


class Use(StrEnum):
    """How a workspace stands on a day."""

    FREE = "free"
    TAKEN = "taken"
    SOON = "soon"
    OFFER = "offer"
    BLOCKED = "blocked"

    @property
    def label(self) -> Any:
        return USE_WORDS[self][0]

    @property
    def short(self) -> Any:
        """For a desk on the plan."""
        return USE_WORDS[self][1]

    @property
    def tone(self) -> str:
        return USE_WORDS[self][2]


USE_WORDS = {
    Use.FREE: (_l("Free"), _l("Free"), "ok"),
    Use.TAKEN: (_l("In use"), _l("In use"), ""),
    Use.SOON: (_l("Ending soon"), _l("Ending"), "warn"),
    Use.OFFER: (_l("Under offer"), _l("Offer"), "info"),
    Use.BLOCKED: (_l("Blocked"), _l("Blocked"), ""),
}


@dataclass(frozen=True)
class Span:
    """Days on which a workspace is not free, both included.

    ``team`` is "" when the reader may not know it, and so is then ``url``; ``reason`` is that of a blocked period.
    """

    id: int
    workspace_id: int
    begins_on: date
    ends_on: date
    status: TenancyState | None
    team: str = ""
    url: str = ""
    reason: str = ""

    @property
    def use(self) -> Use:
        if self.status is None:
            return Use.BLOCKED
        return Use.OFFER if self.status in (TenancyState.OFFERED, TenancyState.ACCEPTED) else Use.TAKEN

    @property
    def ended(self) -> bool:
        return self.status is TenancyState.ENDED

    def holds(self, day: date) -> bool:
        return self.begins_on <= day <= self.ends_on


@dataclass(frozen=True)
class Standing:
    """How a workspace stands on a day. ``since`` and ``until`` are the first and last day of it, where known."""

    use: Use
    span: Span | None
    since: date | None
    until: date | None


def standing(spans: Sequence[Span], on: date) -> Standing:
    """What these spans of one workspace say about a day; a room that is free and promised counts as under offer."""
    now = min((s for s in spans if s.holds(on)), key=lambda s: (s.ended, s.status is None), default=None)
    if now is not None:
        use = now.use
        if use is Use.TAKEN and not now.ended and (now.ends_on - on).days <= options.SOON_DAYS.value:
            use = Use.SOON
        return Standing(use, now, now.begins_on, now.ends_on)
    before = max((s.ends_on for s in spans if s.ends_on < on), default=None)
    after = min((s for s in spans if s.begins_on > on), key=lambda s: s.begins_on, default=None)
    since = before + DAY if before else None
    if after is not None and after.use is Use.OFFER:
        return Standing(Use.OFFER, after, after.begins_on, after.ends_on)
    return Standing(Use.FREE, None, since, after.begins_on - DAY if after else None)


# -- Buildings, floors, workspaces ------------------------------------------------------------------------


def floors() -> list[Floor]:
    """All floors with their buildings, in the order of the house."""
    query = sa.select(Floor).join(Building, Building.id == Floor.building_id).options(joinedload(Floor.building))
    return list(db.session.scalars(query.order_by(Building.name, Floor.place, Floor.id)))


def floor_name(floor: Floor) -> str:
    return f"{floor.building.name} {floor.name}"


def buildings() -> list[Building]:
    return list(db.session.scalars(sa.select(Building).order_by(Building.name, Building.id)))


def _kept(on: date) -> sa.ColumnElement[bool]:
    """Workspaces that are not retired on this day, whether they are lent already or not."""
    return sa.or_(Workspace.retired_on.is_(None), Workspace.retired_on > on)


def in_use(on: date, until: date | None = None) -> sa.ColumnElement[bool]:
    """Workspaces that are lent on this day, or with ``until`` begin to be lent by then."""
    return sa.and_(_kept(on), sa.or_(Workspace.lent_from.is_(None), Workspace.lent_from <= (until or on)))


_KINDS = {Kind.STUDIO: 0, Kind.WORKSHOP: 1, Kind.DESK: 2}


def workspaces(
    on: date, floor_id: int | None = None, kind: Kind | None = None, until: date | None = None
) -> Sequence[Any]:
    """Rows of the workspaces of a floor, or of the whole place: studios, workshops, desks; see :func:`in_use`."""
    query = sa.select(
        Workspace.id,
        Workspace.floor_id,
        Workspace.code,
        Workspace.kind,
        Workspace.seats,
        Workspace.area,
        Workspace.x,
        Workspace.y,
        Workspace.w,
        Workspace.h,
        Workspace.lent_from,
    ).where(in_use(on, until))
    if floor_id is not None:
        query = query.where(Workspace.floor_id == floor_id)
    if kind is not None:
        query = query.where(Workspace.kind == kind)
    return sorted(rows(query), key=lambda r: (_KINDS[r.kind], r.floor_id, r.code, r.id))


def workspace_count(on: date) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Workspace).where(in_use(on))) or 0


def retired(floor_id: int, on: date) -> list[Workspace]:
    query = sa.select(Workspace).where(Workspace.floor_id == floor_id, ~_kept(on)).order_by(Workspace.code)
    return list(db.session.scalars(query))


def coming(floor_id: int, on: date) -> list[Workspace]:
    """Those of a floor that are lent only from a later day."""
    query = sa.select(Workspace).where(Workspace.floor_id == floor_id, _kept(on), Workspace.lent_from > on)
    return list(db.session.scalars(query.order_by(Workspace.lent_from, Workspace.code)))


def neighbours(floor_id: int, but: int | None = None) -> list[Workspace]:
    """The workspaces that have their place on a floor today, lent already or not, except one."""
    query = sa.select(Workspace).where(Workspace.floor_id == floor_id, _kept(clock.today()))
    return [w for w in db.session.scalars(query.order_by(Workspace.code)) if w.id != but]


# -- Spans -------------------------------------------------------------------------------------------------


def _known(actor: Any) -> sa.ColumnElement[bool]:
    """Whether the reader may know which team it is."""
    if policy.is_manager(actor):
        return sa.true()
    return policy.teams_of(actor) if actor.has(Role.STUDENT) else sa.false()


def spans(
    actor: Any, since: date, until: date, floor_id: int | None = None, workspace_id: int | None = None
) -> dict[int, list[Span]]:
    """All that holds these workspaces in these days, by workspace, in the order of time: two queries."""
    if workspace_id is not None:
        one: list[sa.ColumnElement[bool]] = [Tenancy.workspace_id == workspace_id]
        other: list[sa.ColumnElement[bool]] = [Block.workspace_id == workspace_id]
    elif floor_id is not None:
        there = sa.select(Workspace.id).where(Workspace.floor_id == floor_id)
        one, other = [Tenancy.workspace_id.in_(there)], [Block.workspace_id.in_(there)]
    else:
        one, other = [], []
    tenancies = (
        sa.select(
            Tenancy.id,
            Tenancy.workspace_id,
            Tenancy.begins_on,
            Tenancy.ends_on,
            Tenancy.status,
            sa.case((_known(actor), Application.team), else_=None).label("team"),
        )
        .join(Application, Application.id == Tenancy.application_id)
        .where(Tenancy.status.in_(HOLDING), Tenancy.ends_on >= since, Tenancy.begins_on <= until, *one)
    )
    blocks = sa.select(Block.id, Block.workspace_id, Block.begins_on, Block.ends_on, Block.reason).where(
        Block.ends_on >= since, Block.begins_on <= until, *other
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for r in rows(tenancies):
        url = f"/incubator/tenancies/{r.id}" if r.team is not None else ""
        found[r.workspace_id].append(Span(r.id, r.workspace_id, r.begins_on, r.ends_on, r.status, r.team or "", url))
    for r in rows(blocks):
        found[r.workspace_id].append(Span(r.id, r.workspace_id, r.begins_on, r.ends_on, None, reason=r.reason))
    for bars in found.values():
        bars.sort(key=lambda s: (s.begins_on, s.id))
    return found


def since_lent(room: Any, since: date, spans: Sequence[Span]) -> list[Span]:
    """These spans of a workspace, and before them the days since ``since`` on which it is not lent, as if blocked."""
    if room.lent_from is None or room.lent_from <= since:
        return list(spans)
    before = Span(0, room.id, since, room.lent_from - DAY, None, reason=gettext("not lent yet"))
    after = [s for s in spans if s.ends_on >= room.lent_from]
    return [before, *(replace(s, begins_on=max(s.begins_on, room.lent_from)) for s in after)]


def around(actor: Any, on: date, floor_id: int | None = None, workspace_id: int | None = None) -> dict[int, list[Span]]:
    """Enough to know how the workspaces stand on a day."""
    return spans(actor, on - AROUND, on + AROUND, floor_id, workspace_id)


def history(actor: Any, workspace_id: int) -> list[Span]:
    """Everything that ever held a workspace, the newest first."""
    found = spans(actor, date.min, date.max, workspace_id=workspace_id).get(workspace_id, [])
    return list(reversed(found))


def first_held(workspace_id: int) -> tuple[str, date] | None:
    """The first team that has, had or is promised a workspace, and its first day."""
    query = (
        sa.select(Application.team, Tenancy.begins_on)
        .join(Application, Application.id == Tenancy.application_id)
        .where(Tenancy.workspace_id == workspace_id, Tenancy.status.in_(HOLDING))
        .order_by(Tenancy.begins_on)
        .limit(1)
    )
    found = db.session.execute(query).first()
    return (found[0], found[1]) if found is not None else None


def in_the_way(workspace_id: int, begins_on: date, ends_on: date) -> list[tuple[str, Tenancy]]:
    """Who has a workspace on these days or will have it, with the teams' names."""
    query = (
        sa.select(Application.team, Tenancy)
        .join(Application, Application.id == Tenancy.application_id)
        .where(
            Tenancy.workspace_id == workspace_id,
            Tenancy.status.in_(COMING),
            Tenancy.begins_on <= ends_on,
            Tenancy.ends_on >= begins_on,
        )
        .order_by(Tenancy.begins_on)
    )
    return [(team, tenancy) for team, tenancy in db.session.execute(query)]


# -- Who fits ----------------------------------------------------------------------------------------------


def fitting_teams(workspace: Workspace, today: date, most: int = 5) -> tuple[list[tuple[Application, Fit]], int]:
    """The first teams in line that this workspace suits, and how many there are."""
    bars = allotment.held([workspace.id], today).get(workspace.id, [])
    found = [(team, allotment.fit_of(team, workspace, bars)) for team in allotment.waiting()]
    fits = [(team, fit) for team, fit in found if fit.fits]
    return fits[:most], len(fits)


def fits_by_room(teams: Sequence[Application], ids: Iterable[int], today: date) -> dict[int, int]:
    """How many of these teams each of these workspaces suits."""
    rooms = allotment.workspaces(ids)
    pairs = allotment.fits(teams, rooms, allotment.held([w.id for w in rooms], today))
    counts = {w.id: 0 for w in rooms}
    for (_team, room), fit in pairs.items():
        counts[room] += fit.fits
    return counts
