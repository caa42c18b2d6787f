"""Reads of tenancies: one whole, what hangs on it, and what falls due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from ...accounts.models import Notice, OrgUnit, UnitKind
from ...core import clock
from ...core.db import db, queue_at
from ...documents.models import Document, Drawing
from ..fitting import add_months
from ..models import (
    Application,
    Check,
    ExitRecord,
    FeeLine,
    Floor,
    HandOut,
    Renewal,
    Tenancy,
    TenancyState,
    Wish,
    WishKind,
    WishState,
    Workspace,
)
from ..models.tenancy import HOLDING, LIVING
from .application import WHOLE

NUMBER = "ZY"
NOTICE_DAYS = (60, 30, 15)
FOLLOW_UPS = (6, 12, 24)
_Planned = aliased(Tenancy)
FULL: tuple[Any, ...] = (
    joinedload(Tenancy.application).options(*WHOLE),
    joinedload(Tenancy.workspace).joinedload(Workspace.floor).joinedload(Floor.building),
    joinedload(Tenancy.signed).joinedload(Document.drawing).joinedload(Drawing.blob),
    joinedload(Tenancy.terms),
)
OF_WISH: tuple[Any, ...] = (joinedload(Wish.tenancy).options(*FULL),)
OF_RENEWAL: tuple[Any, ...] = (joinedload(Renewal.tenancy).options(*FULL),)


def whole(ids: Sequence[int]) -> list[Tenancy]:
    """These tenancies as they are now, by room, which is the order in which rooms are locked."""
    query = sa.select(Tenancy).where(Tenancy.id.in_(ids)).options(*FULL).order_by(Tenancy.workspace_id, Tenancy.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)).unique())


def living_of(application_id: int) -> Tenancy | None:
    query = sa.select(Tenancy).where(Tenancy.application_id == application_id, Tenancy.status.in_(LIVING))
    return db.session.scalars(query.options(*FULL)).unique().one_or_none()


def planned_of(application_id: int) -> Tenancy | None:
    """The room to which this team moves on a later day."""
    query = sa.select(Tenancy).where(Tenancy.application_id == application_id, Tenancy.status == TenancyState.PLANNED)
    return db.session.scalars(query.options(*FULL)).unique().one_or_none()


def next_rooms(tenancy_ids: Sequence[int]) -> list[int]:
    """The rooms into which the teams of these tenancies move later."""
    teams = sa.select(Tenancy.application_id).where(Tenancy.id.in_(tenancy_ids))
    query = sa.select(_Planned.workspace_id).where(
        _Planned.status == TenancyState.PLANNED, _Planned.application_id.in_(teams)
    )
    return list(db.session.scalars(query))


def moves_on() -> sa.ColumnElement[bool]:
    """Of a team that moves into another room when this tenancy is over."""
    other = sa.select(_Planned.application_id).where(_Planned.status == TenancyState.PLANNED)
    return Tenancy.application_id.in_(other)


def one_by_one() -> None:
    """Who takes a number or lets the next in line move up does so alone. Comes before the lock of a room."""
    school = db.session.scalar(sa.select(OrgUnit).where(OrgUnit.kind == UnitKind.UNIVERSITY).order_by(OrgUnit.id))
    if school is not None:
        queue_at(school)


def next_number(year: int) -> str:
    """The number after the last of this year; whoever asks at the same moment waits, so there are no gaps."""
    one_by_one()
    begin = f"{NUMBER}-{year}-"
    given = db.session.scalars(sa.select(Tenancy.number).where(Tenancy.number.like(f"{begin}%")))
    return f"{begin}{max((int(n.removeprefix(begin)) for n in given), default=0) + 1:03d}"


# -- What hangs on it ---------------------------------------------------------------------------------------


def hand_outs(tenancy_id: int) -> list[HandOut]:
    return list(db.session.scalars(sa.select(HandOut).where(HandOut.tenancy_id == tenancy_id).order_by(HandOut.id)))


def fee_lines(tenancy_id: int) -> list[FeeLine]:
    return list(db.session.scalars(sa.select(FeeLine).where(FeeLine.tenancy_id == tenancy_id).order_by(FeeLine.month)))


def months_before(tenancy: Tenancy) -> set[date]:
    """The months that this team pays for another room it has or had."""
    query = (
        sa.select(FeeLine.month)
        .join(Tenancy, Tenancy.id == FeeLine.tenancy_id)
        .where(
            Tenancy.application_id == tenancy.application_id,
            Tenancy.id != tenancy.id,
            Tenancy.begins_on < tenancy.begins_on,
            Tenancy.status.in_(HOLDING),
        )
    )
    return set(db.session.scalars(query))


def still_out(tenancy_id: int) -> list[HandOut]:
    """Keys and equipment that have not come back."""
    query = sa.select(HandOut).where(HandOut.tenancy_id == tenancy_id, HandOut.back_on.is_(None))
    return list(db.session.scalars(query.order_by(HandOut.id)))


def unpaid(tenancy_id: int) -> list[FeeLine]:
    """Months of which something is still to be paid."""
    query = sa.select(FeeLine).where(
        FeeLine.tenancy_id == tenancy_id, FeeLine.paid_on.is_(None), FeeLine.waived < FeeLine.amount
    )
    return list(db.session.scalars(query.order_by(FeeLine.month)))


def checks(tenancy_id: int) -> list[Check]:
    return list(db.session.scalars(sa.select(Check).where(Check.tenancy_id == tenancy_id).order_by(Check.due_on)))


def renewals(tenancy_id: int) -> list[Renewal]:
    query = sa.select(Renewal).where(Renewal.tenancy_id == tenancy_id).order_by(Renewal.id.desc())
    return list(db.session.scalars(query))


def wishes(tenancy_id: int) -> list[Wish]:
    return list(db.session.scalars(sa.select(Wish).where(Wish.tenancy_id == tenancy_id).order_by(Wish.id.desc())))


def open_wishes(tenancy_id: int, kind: WishKind | None = None) -> list[Wish]:
    """Wishes for other members or another room that nobody has answered, under a lock, so that one answers."""
    query = sa.select(Wish).where(Wish.tenancy_id == tenancy_id, Wish.status == WishState.ASKED)
    if kind is not None:
        query = query.where(Wish.kind == kind)
    return list(db.session.scalars(query.order_by(Wish.id).with_for_update()))


def open_renewal(tenancy_id: int) -> Renewal | None:
    query = sa.select(Renewal).where(Renewal.tenancy_id == tenancy_id, Renewal.status == WishState.ASKED)
    return db.session.scalar(query)


def part(model: Any, id: int, tenancy_id: int) -> Any:
    """One key, fee line or check of this tenancy, or None."""
    return db.session.scalar(sa.select(model).where(model.id == id, model.tenancy_id == tenancy_id))


def exit_record(tenancy_id: int) -> ExitRecord | None:
    return db.session.scalar(sa.select(ExitRecord).where(ExitRecord.tenancy_id == tenancy_id))


def queue_for(workspace: Workspace) -> int:
    """How many teams wait for a room of this kind."""
    from .allotment import is_waiting

    query = sa.select(sa.func.count()).select_from(Application).where(is_waiting(), Application.kind == workspace.kind)
    return db.session.scalar(query) or 0


# -- What falls due -------------------------------------------------------------------------------------------


def late_offers() -> sa.ColumnElement[bool]:
    today = clock.today()
    return sa.or_(
        sa.and_(Tenancy.status == TenancyState.OFFERED, Tenancy.answer_by < today),
        sa.and_(Tenancy.status.in_((TenancyState.OFFERED, TenancyState.ACCEPTED)), Tenancy.ends_on < today),
    )


def over() -> sa.ColumnElement[bool]:
    return sa.and_(Tenancy.status == TenancyState.ACTIVE, Tenancy.ends_on < clock.today())


def due(what: sa.ColumnElement[bool], most: int) -> list[tuple[int, int]]:
    """(tenancy, room) in the order of rooms."""
    query = sa.select(Tenancy.id, Tenancy.workspace_id).where(what).order_by(Tenancy.workspace_id, Tenancy.id)
    return [(id, room) for id, room in db.session.execute(query.limit(most))]


def check_is_due() -> sa.ColumnElement[bool]:
    """Overdue, or due within two weeks."""
    soon = clock.today() + timedelta(days=14)
    found = sa.select(Check.tenancy_id).where(Check.done_on.is_(None), Check.due_on <= soon)
    return sa.and_(Tenancy.status == TenancyState.ACTIVE, Tenancy.id.in_(found))


def follow_up_is_due() -> sa.ColumnElement[bool]:
    """Of a team that left: what became of it after 6, 12 or 24 months is not written down."""
    columns = (ExitRecord.alive_6, ExitRecord.alive_12, ExitRecord.alive_24)
    missing = [
        sa.and_(column.is_(None), Tenancy.left_on <= add_months(clock.today(), -months))
        for column, months in zip(columns, FOLLOW_UPS, strict=True)
    ]
    found = sa.select(ExitRecord.tenancy_id).join(Tenancy, Tenancy.id == ExitRecord.tenancy_id).where(sa.or_(*missing))
    return Tenancy.id.in_(found.correlate(None))


def step_of(ends_on: date) -> int | None:
    """Which of the three notices is the last whose day has come."""
    left = (ends_on - clock.today()).days
    return min((n for n in NOTICE_DAYS if n >= left), default=None) if left >= 0 else None


def untold(most: int) -> list[tuple[int, int]]:
    """(tenancy, days of the notice) of those that end soon and whose team has not had the notice of this step.

    A notice counts from the day on which its step begins, so that a longer term is told about again.
    """
    last = clock.today() + timedelta(days=max(NOTICE_DAYS))
    query = sa.select(Tenancy.id, Tenancy.ends_on).where(
        Tenancy.status == TenancyState.ACTIVE, Tenancy.ends_on.between(clock.today(), last), ~moves_on()
    )
    found = []
    for id, ends_on in db.session.execute(query.order_by(Tenancy.ends_on, Tenancy.id)):
        step = step_of(ends_on)
        if step is not None and not _was_told(id, ends_on, step):
            found.append((id, step))
            if len(found) >= most:
                break
    return found


def _was_told(id: int, ends_on: date, step: int) -> bool:
    query = sa.select(Notice.id).where(
        Notice.kind == f"incubator.ends_{step}",
        Notice.url == f"/incubator/tenancies/{id}",
        Notice.created_at >= clock.start_of(ends_on - timedelta(days=step)),
    )
    return db.session.scalar(query.limit(1)) is not None
