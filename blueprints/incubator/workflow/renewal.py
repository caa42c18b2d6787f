"""The moves of a request to stay longer."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from ...core.access import Rule
from ...core.workflow import Machine, Move, states
from .. import policy
from ..models import Renewal, TenancyState, WishState
from .application import by_the_site

RENEWAL = Machine("renewal", Renewal, "status")

_MOVED_ON = _l("This request is decided already.")

still_there = Rule(
    lambda actor, r: r.tenancy.status is TenancyState.ACTIVE, _l("The tenancy has ended, so it cannot be extended.")
)
has_left = Rule(lambda actor, r: r.tenancy.status is not TenancyState.ACTIVE, _l("The tenancy has not ended."))


def _grant(renewal: Renewal, actor: Any, answer: str = "") -> None:
    """The longer term is written into the tenancy; if the room is promised to others, the database says no."""
    renewal.answer = answer
    renewal.tenancy.ends_on = renewal.until_on


def _refuse(renewal: Renewal, actor: Any, answer: str = "") -> None:
    renewal.answer = answer


RENEWAL.add(
    Move(
        "grant",
        _l("Grant"),
        states(WishState.ASKED),
        WishState.GRANTED,
        policy.manages & still_there,
        _grant,
        _MOVED_ON,
    ),
    Move(
        "refuse",
        _l("Do not grant"),
        states(WishState.ASKED),
        WishState.REFUSED,
        policy.manages,
        _refuse,
        _MOVED_ON,
    ),
    Move(
        "lapse",
        _l("The tenancy has ended"),
        states(WishState.ASKED),
        WishState.REFUSED,
        by_the_site & has_left,
        None,
        _MOVED_ON,
    ),
)
