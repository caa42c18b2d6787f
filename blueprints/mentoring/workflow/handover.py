"""The moves of a hand-over. Signing is the one act in which graduates, private notes and sight change hands."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...core import clock
from ...core.workflow import Machine, Move, WrongState, states
from ...students import service as students
from .. import notices_handover as notices
from .. import policy
from ..models import Consent, Handover, HandoverItem, HandoverState
from ..queries import handover as queries

HANDOVER = Machine("handover", Handover, "status")


def still_given(handover: Handover, items: list[HandoverItem]) -> list[HandoverItem]:
    """Those whose mentor is still the giver; who has another by now is left with them."""
    return [item for item in items if item.student.mentor_id == handover.from_id]


def _offer(handover: Handover, actor: Any) -> None:
    """Where the giver keeps private notes, the student is asked whether they may go along."""
    items = still_given(handover, queries.locked_items(handover.id))
    if not items:
        raise WrongState(_("Nobody in it is with %(name)s any more. Take it back.", name=handover.giver.name))
    noted = queries.with_private_notes(handover.from_id, [i.student_id for i in items])
    asked = [i for i in items if i.student_id in noted and i.consent is Consent.NONE]
    for item in asked:
        item.consent = Consent.ASKED
    notices.tell_offered(handover, actor, len(items), asked)


def _sign(handover: Handover, actor: Any) -> None:
    """An unanswered question counts as a refusal. A note that may not go along is closed to everyone."""
    moved = still_given(handover, queries.locked_items(handover.id))
    for item in moved:
        students.set_mentor(item.student, handover.to_id)
    agreed = {i.student_id for i in moved if i.consent is Consent.GIVEN}
    for note in queries.private_notes(handover.from_id, [i.student_id for i in moved]):
        note.keeper_id = handover.to_id if note.student_id in agreed else None
    handover.signed_at = clock.now()
    notices.tell_signed(handover, actor, moved)


def _decline(handover: Handover, actor: Any, answer: str) -> None:
    handover.answer = answer
    notices.tell_declined(handover, actor, answer)


def _withdraw(handover: Handover, actor: Any) -> None:
    if handover.status is HandoverState.OFFERED:
        notices.tell_withdrawn(handover, actor)


_MOVED_ON = _l("This hand-over has moved on. Reload the page to see how things stand.")

HANDOVER.add(
    Move(
        "offer",
        _l("Offer it"),
        states(HandoverState.PREPARING),
        HandoverState.OFFERED,
        policy.prepares,
        _offer,
        _MOVED_ON,
    ),
    Move(
        "recall",
        _l("Change the packet"),
        states(HandoverState.OFFERED, HandoverState.DECLINED),
        HandoverState.PREPARING,
        policy.prepares,
        _withdraw,
        _MOVED_ON,
    ),
    Move(
        "sign",
        _l("Sign and take over"),
        states(HandoverState.OFFERED),
        HandoverState.SIGNED,
        policy.receives & policy.is_mentor,
        _sign,
        _MOVED_ON,
    ),
    Move(
        "decline",
        _l("Decline"),
        states(HandoverState.OFFERED),
        HandoverState.DECLINED,
        policy.receives,
        _decline,
        _MOVED_ON,
    ),
    Move(
        "cancel",
        _l("Take it back"),
        states(HandoverState.PREPARING, HandoverState.OFFERED),
        HandoverState.CANCELLED,
        policy.prepares,
        _withdraw,
        _MOVED_ON,
    ),
)
