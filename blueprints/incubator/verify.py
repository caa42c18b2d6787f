"""Invariants of the incubator for ``flask verify``."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..core.audit import AuditEntry
from ..core.db import db
from ..core.verify import check
from ..core.workflow import MACHINES
from .fitting import DAY
from .models import (
    Application,
    ApplicationState,
    Block,
    FeeLine,
    Intake,
    Renewal,
    Tenancy,
    TenancyState,
    WishState,
    Workspace,
)
from .models.tenancy import COMING, HOLDING, LIVING

MOVING = (Application, Intake, Tenancy, Renewal)
_One, _Other = aliased(Tenancy), aliased(Tenancy)


def _pairs(same: str) -> Iterator[Any]:
    """Two tenancies with the same room or team that share a day: (what they share, one, the other)."""
    query = (
        sa.select(getattr(_One, same), _One.id, _Other.id)
        .join(_Other, sa.and_(getattr(_One, same) == getattr(_Other, same), _One.id < _Other.id))
        .where(
            _One.status.in_(HOLDING),
            _Other.status.in_(HOLDING),
            _One.begins_on <= _Other.ends_on,
            _Other.begins_on <= _One.ends_on,
        )
    )
    yield from db.session.execute(query.order_by(_One.id, _Other.id))


@check
def no_room_has_two_teams() -> Iterator[str]:
    for room, one, other in _pairs("workspace_id"):
        yield f"incubator: room {room} has the tenancies {one} and {other} on the same day"


@check
def no_team_has_two_rooms() -> Iterator[str]:
    for team, one, other in _pairs("application_id"):
        yield f"incubator: application {team} has the tenancies {one} and {other} on the same day"


@check
def nobody_is_in_a_blocked_room() -> Iterator[str]:
    query = (
        sa.select(Tenancy.id, Block.id)
        .join(Block, Block.workspace_id == Tenancy.workspace_id)
        .where(Tenancy.status.in_(COMING), Block.begins_on <= Tenancy.ends_on, Block.ends_on >= Tenancy.begins_on)
    )
    for tenancy, block in db.session.execute(query.order_by(Tenancy.id)):
        yield f"incubator: tenancy {tenancy} lies in the blocked period {block}"


@check
def nobody_is_in_a_room_before_it_is_lent() -> Iterator[str]:
    query = (
        sa.select(Tenancy.id, Workspace.code)
        .join(Workspace, Workspace.id == Tenancy.workspace_id)
        .where(Tenancy.status.in_(HOLDING), Tenancy.begins_on < Workspace.lent_from)
    )
    for tenancy, code in db.session.execute(query.order_by(Tenancy.id)):
        yield f"incubator: tenancy {tenancy} begins before {code} is lent"


@check
def every_application_has_the_tenancy_of_its_state() -> Iterator[str]:
    """HOUSED has exactly one signed one; APPROVED waits or has one offer; nobody else holds a room."""
    living: dict[int, list[TenancyState]] = defaultdict(list)
    for id, held in db.session.execute(
        sa.select(Tenancy.application_id, Tenancy.status).where(Tenancy.status.in_(LIVING))
    ):
        living[id].append(held)
    wanted = (ApplicationState.APPROVED, ApplicationState.HOUSED)
    query = sa.select(Application.id, Application.status, Application.approved_at).where(
        sa.or_(Application.status.in_(wanted), Application.id.in_(list(living)))
    )
    for id, status, approved_at in db.session.execute(query.order_by(Application.id)):
        have = living.get(id, [])
        if status is ApplicationState.HOUSED and have != [TenancyState.ACTIVE]:
            yield f"incubator: application {id} is in a room and has no signed agreement"
        elif status is ApplicationState.APPROVED and TenancyState.ACTIVE in have:
            yield f"incubator: application {id} waits for a room and has a signed agreement"
        elif status not in wanted and have:
            yield f"incubator: application {id} is {status.value} and still holds a room"
        if status in wanted and approved_at is None:
            yield f"incubator: application {id} is approved since no day, so it is in no order"


@check
def who_moves_later_has_a_room_until_then() -> Iterator[str]:
    """A planned room follows a signed one of the same team, from the day after it ends."""
    query = (
        sa.select(_One.id, _Other.ends_on, _One.begins_on)
        .outerjoin(_Other, sa.and_(_Other.application_id == _One.application_id, _Other.status == TenancyState.ACTIVE))
        .where(_One.status == TenancyState.PLANNED)
    )
    for id, ends_on, begins_on in db.session.execute(query.order_by(_One.id)):
        if ends_on is None or ends_on + DAY != begins_on:
            yield f"incubator: the change of room {id} does not begin the day after the old room ends"


@check
def numbers_run_without_gaps() -> Iterator[str]:
    given: dict[str, list[int]] = defaultdict(list)
    for number in db.session.scalars(sa.select(Tenancy.number).where(Tenancy.number != "")):
        year, _dash, last = number.rpartition("-")
        given[year].append(int(last) if last.isdecimal() else 0)
    for year, numbers in sorted(given.items()):
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"incubator: the agreements {year} are not numbered from 1 without gaps"


@check
def signed_agreements_are_whole() -> Iterator[str]:
    # Who changes the room has paid the month for the one before, so the last days of a term may have no line.
    has_line = sa.select(_Other.application_id).join(FeeLine, FeeLine.tenancy_id == _Other.id)
    signed = (TenancyState.ACCEPTED, TenancyState.ACTIVE, TenancyState.PLANNED)
    for id in db.session.scalars(
        sa.select(Tenancy.id).where(Tenancy.status.in_(signed), Tenancy.number == "").order_by(Tenancy.id)
    ):
        yield f"incubator: tenancy {id} is agreed and has no number"
    for id in db.session.scalars(
        sa.select(Tenancy.id)
        .where(Tenancy.status.in_((TenancyState.ACTIVE, TenancyState.PLANNED)), Tenancy.application_id.not_in(has_line))
        .order_by(Tenancy.id)
    ):
        yield f"incubator: tenancy {id} is signed and has no fee schedule"
    open_ones = (
        sa.select(Renewal.id)
        .join(Tenancy, Tenancy.id == Renewal.tenancy_id)
        .where(Renewal.status == WishState.ASKED, Tenancy.status != TenancyState.ACTIVE)
    )
    for id in db.session.scalars(open_ones.order_by(Renewal.id)):
        yield f"incubator: renewal {id} is asked for a tenancy that is over"


@check
def legal_moves() -> Iterator[str]:
    """Every recorded change of a state is a move of its machine, from the state it was in."""
    for machine in MACHINES.values():
        if machine.model not in MOVING:
            continue
        table, column = machine.model.__tablename__, machine.column
        legal = {(s.value, m.target.value) for m in machine.moves.values() for s in m.sources}
        rows = db.session.execute(
            sa.select(AuditEntry.subject_id, AuditEntry.changes)
            .where(AuditEntry.subject_type == table, AuditEntry.changes.like(f'%"{column}"%'))
            .order_by(AuditEntry.id)
            .execution_options(yield_per=1000)
        )
        for subject, changes in rows:
            old, new = json.loads(changes)[column]
            if old is not None and (old, new) not in legal:
                yield f"incubator: {table} {subject} went from {old} to {new}, which no move does"
