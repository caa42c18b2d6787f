"""What the worker does for the clinic now and then."""

from __future__ import annotations

from ..core.jobs import chore
from . import queries, service


@chore(seconds=15, needed=queries.any_lapsed)
def lapse_leases() -> None:
    service.lapse_leases()


@chore(seconds=300)
def rank_queue() -> None:
    service.rank_queue()
