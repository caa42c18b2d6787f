"""The moves of a wish for other members or another room."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from ...core.workflow import Machine, Move, states
from .. import policy
from ..models import Wish, WishState
from .application import by_the_site

WISH = Machine("tenancy_wish", Wish, "status")

_MOVED_ON = _l("This request is decided already.")


def _answer(wish: Wish, actor: Any, answer: str = "") -> None:
    wish.answer = answer


WISH.add(
    Move("grant", _l("It is done"), states(WishState.ASKED), WishState.GRANTED, policy.manages, _answer, _MOVED_ON),
    Move("refuse", _l("Not possible"), states(WishState.ASKED), WishState.REFUSED, policy.manages, _answer, _MOVED_ON),
    Move(
        "lapse",
        _l("The tenancy has ended"),
        states(WishState.ASKED),
        WishState.REFUSED,
        by_the_site,
        None,
        _MOVED_ON,
    ),
)
