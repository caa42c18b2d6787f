"""What the incubator puts on a person's home page: where a team stands, what waits for a teacher or the manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..accounts.models import Role
from ..core import clock
from ..core.shell import HomePanel, home
from . import agenda, policy, standing
from .queries import home as queries

SHOWN = 5


@home
def where_we_stand(actor: Any) -> Iterator[HomePanel]:
    """A student's teams; nothing for who has none."""
    if not actor.has(Role.STUDENT):
        return
    stands = standing.of(actor)
    if stands.own or stands.asked:
        yield HomePanel("incubator/home_panel_team.html", {"own": stands.own, "asked": stands.asked}, order=20)


@home
def what_waits(actor: Any) -> Iterator[HomePanel]:
    """Endorsements to write and sheets to hand in; nothing when there are none."""
    if actor.has(Role.STUDENT):
        return
    facts = {"endorsements": queries.endorsements_open(actor), "sheets": queries.sheets_open(actor)}
    if any(facts.values()):
        yield HomePanel("incubator/home_panel_teacher.html", facts, order=14)


@home
def to_do(actor: Any) -> Iterator[HomePanel]:
    """What the manager has to do, what is due first first."""
    if not policy.is_manager(actor):
        return
    today = clock.today()
    _calls, work = agenda.of(today)
    yield HomePanel("incubator/home_panel_manager.html", {"work": work[:SHOWN], "count": len(work), "today": today})
