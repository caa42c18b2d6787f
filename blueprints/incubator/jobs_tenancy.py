"""What the worker does for offers and tenancies now and then."""

from __future__ import annotations

from ..core import clock
from ..core.jobs import chore
from .queries import tenancy as queries
from .service import tenancy as service

MORNING, EVENING = 8, 20


def _is_day() -> bool:
    """Nobody is told of an end at night."""
    return MORNING <= clock.local(clock.now()).hour < EVENING


@chore(seconds=60, needed=lambda: queries.due(queries.late_offers(), 1))
def lapse_offers() -> None:
    service.lapse_due()


@chore(seconds=300, needed=lambda: queries.due(queries.over(), 1))
def expire_tenancies() -> None:
    service.expire_due()


@chore(seconds=600, needed=lambda: _is_day() and queries.untold(1))
def tell_ends() -> None:
    service.tell_ends()
