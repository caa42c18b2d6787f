"""The tenancies as data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..core import clock
from ..core.listing import Column, Listing, Tab
from ..core.text import like
from . import options
from .models import Application, Check, Floor, Renewal, Tenancy, TenancyState, Wish, WishState, Workspace
from .queries import tenancy as queries


def _source() -> Any:
    check = (
        sa.select(sa.func.min(Check.due_on))
        .where(Check.tenancy_id == Tenancy.id, Check.done_on.is_(None))
        .scalar_subquery()
    )
    return (
        sa.select(
            Tenancy.id,
            Tenancy.status,
            Tenancy.begins_on,
            Tenancy.ends_on,
            Tenancy.answer_by,
            Tenancy.left_on,
            Tenancy.number,
            Application.team,
            Workspace.code.label("room"),
            Workspace.kind,
            Floor.name.label("floor"),
            check.label("check_on"),
        )
        .select_from(Tenancy)
        .join(Application, Application.id == Tenancy.application_id)
        .join(Workspace, Workspace.id == Tenancy.workspace_id)
        .join(Floor, Floor.id == Workspace.floor_id)
    )


def _soon(actor: Any) -> sa.ColumnElement[bool]:
    last = clock.today() + timedelta(days=options.SOON_DAYS.value)
    return sa.and_(Tenancy.status == TenancyState.ACTIVE, Tenancy.ends_on <= last, ~queries.moves_on())


def _renewal_asked(actor: Any) -> sa.ColumnElement[bool]:
    return Tenancy.id.in_(sa.select(Renewal.tenancy_id).where(Renewal.status == WishState.ASKED))


def _wish_asked(actor: Any) -> sa.ColumnElement[bool]:
    return Tenancy.id.in_(sa.select(Wish.tenancy_id).where(Wish.status == WishState.ASKED))


def _ended(actor: Any) -> sa.ColumnElement[bool]:
    return Tenancy.status.in_((TenancyState.ENDED, TenancyState.REFUSED, TenancyState.LAPSED, TenancyState.CANCELLED))


BY_END = (Tenancy.ends_on,)

TENANCIES = Listing(
    name="incubator.tenancies",
    model=Tenancy,
    source=_source,
    columns=(
        Column("team", _l("Team"), lambda r: r.team, (Application.team,)),
        Column("room", _l("Room"), lambda r: r.room, (Workspace.code,)),
        Column("status", _l("State"), lambda r: str(r.status.label)),
        Column("begins", _l("From"), lambda r: r.begins_on, (Tenancy.begins_on,)),
        Column("ends", _l("Until"), lambda r: r.ends_on, (Tenancy.ends_on,)),
        Column("due", _l("Next thing"), lambda r: r.answer_by if r.status == TenancyState.OFFERED else r.check_on),
        Column("number", _l("Agreement"), lambda r: r.number, (Tenancy.number,)),
    ),
    tabs=(
        Tab("rooms", _l("In rooms"), lambda actor: Tenancy.status == TenancyState.ACTIVE, BY_END),
        Tab(
            "offered",
            _l("Offered"),
            lambda actor: Tenancy.status.in_((TenancyState.OFFERED, TenancyState.ACCEPTED)),
            (Tenancy.answer_by,),
            "info",
        ),
        Tab("planned", _l("Move in later"), lambda actor: Tenancy.status == TenancyState.PLANNED, (Tenancy.begins_on,)),
        Tab("soon", _l("Ending soon"), _soon, BY_END, "warn"),
        Tab("renewals", _l("Want to stay"), _renewal_asked, BY_END, "warn"),
        Tab("wishes", _l("Other wishes"), _wish_asked, BY_END, "warn"),
        Tab("checks", _l("Checks due"), lambda actor: queries.check_is_due(), BY_END, "bad"),
        Tab("ended", _l("Ended"), _ended, (Tenancy.ends_on.desc(),)),
        Tab(
            "followup",
            _l("What became of them"),
            lambda actor: queries.follow_up_is_due(),
            (Tenancy.left_on,),
            "warn",
        ),
    ),
    search=lambda words: sa.or_(
        sa.func.lower(Application.team).like(like(words), escape="\\"),
        sa.func.lower(Workspace.code).like(like(words), escape="\\"),
        sa.func.lower(Tenancy.number).like(like(words), escape="\\"),
    ),
    facts=lambda: (clock.today(), options.SOON_DAYS.value),
)
