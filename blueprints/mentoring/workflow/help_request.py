"""The moves of a question up the chain."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...core import clock
from ...core.access import Rule
from ...core.workflow import Machine, Move, states
from .. import notices_help as notices
from .. import policy
from ..models import HelpRequest, HelpState, Level
from ..service import help_request as service

HELP = Machine("help_request", HelpRequest, "status")

has_above = Rule(
    lambda actor, request: request.to_level is not Level.SCHOOL, _l("There is no level above the school's.")
)


def _close(request: HelpRequest, actor: Any, answer: str) -> None:
    request.answer, request.answered_by, request.answered_at = answer, actor.id, clock.now()


def _answer(request: HelpRequest, actor: Any, answer: str) -> None:
    _close(request, actor, answer)
    notices.tell_answered(request, actor)


def _pass_on(request: HelpRequest, actor: Any, answer: str = "") -> None:
    """The question stays as it was asked; the answer comes back to everyone on its way."""
    up = service.ask(request.student, actor, request.to_level, request.question)
    said = _("Passed on: %(level)s", level=up.to_level.label)
    _close(request, actor, f"{answer}\n{said}" if answer else said)
    notices.tell_answered(request, actor, "mentoring.help_passed_on")


def _take_back(request: HelpRequest, actor: Any) -> None:
    notices.tell_taken_back(request, actor)


_LATE = _l("It is answered or taken back already. Reload the page to see how things stand.")

HELP.add(
    Move("answer", _l("Answer"), states(HelpState.OPEN), HelpState.ANSWERED, policy.answers, _answer, _LATE),
    Move(
        "pass_on",
        _l("Pass it further up"),
        states(HelpState.OPEN),
        HelpState.ANSWERED,
        policy.answers & has_above,
        _pass_on,
        _LATE,
    ),
    Move(
        "take_back",
        _l("Take it back"),
        states(HelpState.OPEN),
        HelpState.TAKEN_BACK,
        policy.asked_it,
        _take_back,
        _LATE,
    ),
)
