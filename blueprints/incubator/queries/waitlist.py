"""Reads of the waitlist: the order, what a team's points are made of, and when a room may come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from ...core import clock
from ...core.db import db
from ...students.models import Student
from .. import fitting, options, points
from ..models import Application, ApplicationState, Decision, Kind, Tenancy, Workspace
from ..models.tenancy import LIVING
from ..policy import teams_of
from .allotment import IN_ORDER, held, need_of, room_of, workspaces

MOST = 500
SLACK = timedelta(days=60)
"""How much later a room may come when no other one follows: an agreement that ends may be renewed."""


def terms() -> points.Terms:
    """The rule as it is published today."""
    return points.Terms(
        month=options.POINTS_MONTH.value,
        months=options.POINTS_MONTHS.value,
        hardship=options.POINTS_HARDSHIP.value,
        share=options.POINTS_SHARE.value,
        free=options.FREE_REFUSALS.value,
        cost=options.REFUSAL_COST.value,
    )


def waiting() -> list[Application]:
    """Every approved team without a signed agreement, in the published order."""
    query = sa.select(Application).where(Application.status == ApplicationState.APPROVED)
    return list(db.session.scalars(query.order_by(*IN_ORDER).limit(MOST)))


def offered(ids: Iterable[int]) -> set[int]:
    """Those of them to whom a room is offered now."""
    query = sa.select(Tenancy.application_id).where(Tenancy.application_id.in_(list(ids)), Tenancy.status.in_(LIVING))
    return set(db.session.scalars(query))


def own(actor: object) -> set[int]:
    """The applications of this person's teams."""
    return set(db.session.scalars(sa.select(Application.id).where(teams_of(actor))))


def breakdowns(applications: Sequence[Application]) -> dict[int, points.Points]:
    """The points of each by the rule, as of today: three queries whatever their number."""
    ids, rule, today = [a.id for a in applications], terms(), clock.today()
    scored = sa.select(Decision.application_id, Decision.points).where(Decision.application_id.in_(ids))
    scores = {id: score or 0 for id, score in db.session.execute(scored)}
    short = _under_share({a.college_id for a in applications})
    return {
        a.id: points.of_team(
            rule,
            score=scores.get(a.id, 0),
            days=(today - clock.local(a.approved_at).date()).days if a.approved_at else 0,
            hardship=a.relief_met,
            under_share=a.college_id in short,
            refusals=a.refusals,
        )
        for a in applications
    }


def _under_share(colleges: set[int]) -> frozenset[int]:
    count = sa.func.count()
    graduates = db.session.execute(sa.select(Student.college_id, count).group_by(Student.college_id))
    housed = db.session.execute(
        sa.select(Application.college_id, count)
        .where(Application.status == ApplicationState.HOUSED)
        .group_by(Application.college_id)
    )
    return points.under_share(dict(graduates.all()), dict(housed.all()), colleges)  # type: ignore[arg-type]


def stale() -> bool:
    """Whether anybody's stored points are not those of today."""
    teams = waiting()
    found = breakdowns(teams)
    return any(t.points != found[t.id].total for t in teams)


# -- The forecast -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opening:
    """A room and the first day on which it is free: now, after the end of an agreement, or when it is lent at all."""

    workspace_id: int
    code: str
    kind: Kind
    free_on: date
    now: bool


@dataclass(frozen=True)
class Turn:
    """Which room would be a team's turn; ``latest`` is None where no further room is in sight."""

    opening: Opening
    earliest: date
    latest: date

    @property
    def now(self) -> bool:
        return self.opening.now


def openings(rooms: Sequence[Workspace]) -> list[Opening]:
    """When each room becomes free as agreed, the soonest first."""
    today = clock.today()
    bars = held([w.id for w in rooms], today)
    found = []
    for room in rooms:
        day = fitting.free_from([bar.taken for bar in bars[room.id]], max(today, room.lent_from or today), 1)
        if room.retired_on is None or day < room.retired_on:
            found.append(Opening(room.id, room.code, room.kind, day, day == today))
    return sorted(found, key=lambda o: (o.free_on, o.code))


def forecast(teams: Sequence[Application]) -> tuple[dict[int, Turn], list[Opening]]:
    """For each team in order the first room that suits it and is nobody's turn before; and all openings.

    It is what comes if every agreement ends as agreed. The next room that would suit as well is the far end of the
    span: an agreement may be renewed, and a team before may choose differently.
    """
    rooms = workspaces()
    described = {w.id: room_of(w) for w in rooms}
    found = openings(rooms)
    left, turns = list(found), {}
    for team in teams:
        need = need_of(team)
        suits = [o for o in left if o.kind is need.kind and not fitting.hindrances(need, described[o.workspace_id])]
        if not suits:
            continue
        wanted = need.from_on or suits[0].free_on
        first, then = suits[0], suits[1] if len(suits) > 1 else None
        earliest = max(first.free_on, wanted)
        latest = max(then.free_on, wanted) if then else earliest + SLACK
        turns[team.id] = Turn(first, earliest, latest)
        left.remove(first)
    return turns, found
