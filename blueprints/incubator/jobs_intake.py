"""What the worker does for calls and the waitlist: deadlines that pass, points that grow by the day."""

from __future__ import annotations

from ..core.jobs import chore
from .queries import intake as queries
from .queries import waitlist
from .service import waitlist as service
from .workflow.intake import INTAKE


@chore(seconds=60, needed=queries.overdue)
def lapse_intakes() -> None:
    for intake in queries.overdue():
        INTAKE.fire("lapse", intake, None)


@chore(seconds=3600, needed=waitlist.stale)
def reckon_waitlist() -> None:
    service.reckon_all()
