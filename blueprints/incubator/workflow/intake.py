"""The moves of a call: published, closed, decided."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from ...core import clock
from ...core.access import rule
from ...core.workflow import Machine, Move, states
from .. import policy
from ..models import Intake, IntakeState

INTAKE = Machine("intake", Intake, "status")


@rule(_l("Give it criteria whose weights are 100 together, and at least one referee."))
def is_complete(actor: Any, intake: Intake) -> bool:
    """Needs ``criteria`` and ``referees``."""
    return bool(intake.referees) and sum(c.weight for c in intake.criteria) == 100


def _open(intake: Intake, actor: Any) -> None:
    intake.published_at = clock.now()


_MOVED_ON = _l("This call has moved on. Reload the page to see how things stand.")

INTAKE.add(
    Move(
        "open",
        _l("Publish the call"),
        states(IntakeState.DRAFT),
        IntakeState.OPEN,
        policy.manages & is_complete,
        _open,
        _MOVED_ON,
    ),
    Move(
        "close",
        _l("Close and begin the review"),
        states(IntakeState.OPEN),
        IntakeState.REVIEWING,
        policy.manages,
        None,
        _MOVED_ON,
    ),
    Move(
        "lapse",
        _l("The deadline has passed"),
        states(IntakeState.OPEN),
        IntakeState.REVIEWING,
        rule(_l("the deadline has not passed"))(lambda actor, intake: intake.closes_on < clock.today()),
        None,
        _MOVED_ON,
    ),
    Move(
        "finish",
        _l("All decided"),
        states(IntakeState.REVIEWING),
        IntakeState.DECIDED,
        policy.manages,
        None,
        _MOVED_ON,
    ),
)
