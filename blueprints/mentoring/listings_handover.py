"""The hand-overs as data."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..core import clock
from ..core.listing import Column, Listing, Tab
from ..core.text import like
from .models import Handover, HandoverItem, HandoverState

Giver = aliased(User, name="giver")
Receiver = aliased(User, name="receiver")


def _source() -> Any:
    count = sa.select(sa.func.count()).where(HandoverItem.handover_id == Handover.id).scalar_subquery()
    return (
        sa.select(
            Handover.id,
            Handover.status,
            Handover.cause,
            Handover.made_at,
            Handover.signed_at,
            Giver.name.label("giver"),
            Receiver.name.label("receiver"),
            count.label("graduates"),
        )
        .select_from(Handover)
        .join(Giver, Giver.id == Handover.from_id)
        .join(Receiver, Receiver.id == Handover.to_id)
    )


NEWEST = (Handover.id.desc(),)

HANDOVERS = Listing(
    name="mentoring.handovers",
    model=Handover,
    source=_source,
    columns=(
        Column("giver", _l("Gives"), lambda r: r.giver, (Giver.sort_key,)),
        Column("receiver", _l("Takes over"), lambda r: r.receiver, (Receiver.sort_key,)),
        Column("graduates", _l("Graduates"), lambda r: r.graduates),
        Column("cause", _l("Why"), lambda r: str(r.cause.label)),
        Column("status", _l("State"), lambda r: str(r.status.label)),
        Column("made", _l("Made"), lambda r: r.made_at, (Handover.made_at,), "down"),
    ),
    tabs=(
        Tab(
            "sign",
            _l("For me to sign"),
            lambda actor: sa.and_(Handover.to_id == actor.id, Handover.status == HandoverState.OFFERED),
            NEWEST,
            "warn",
        ),
        Tab(
            "given",
            _l("Given or made by me"),
            lambda actor: sa.or_(Handover.from_id == actor.id, Handover.made_by == actor.id),
            NEWEST,
        ),
        Tab("all", _l("All I may see"), lambda actor: sa.true(), NEWEST),
    ),
    search=lambda words: sa.or_(*(p.search_key.like(like(words), escape="\\") for p in (Giver, Receiver))),
    facts=clock.today,  # whom one sees as a deputy changes with the day
)
