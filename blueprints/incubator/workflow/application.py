"""The moves of an application, from the draft to the room and out of it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from ...core import clock
from ...core.access import Rule, rule
from ...core.workflow import Machine, Move, states
from ...students import queries as register
from .. import policy
from ..models import Answer, Application, ApplicationState
from ..queries import application as queries

APPLICATION = Machine("application", Application, "status")

_MOVED_ON = _l("This application has moved on. Reload the page to see how things stand.")


@rule(_l("Something is still missing; the checklist says what."))
def is_complete(actor: Any, application: Application) -> bool:
    """Nothing that the checklist asks for is missing."""
    return not queries.missing(application)


by_the_site = Rule(lambda actor, application: actor is None or policy.is_manager(actor), _l("The site does this."))


def _submit(application: Application, actor: Any) -> None:
    """The sealed tags are asked for a yes or no; nothing is opened."""
    students = [application.lead_id]
    students += [m.student_id for m in application.members if m.student_id and m.answer is Answer.CONFIRMED]
    application.submitted_at = clock.now()
    application.relief_met = application.relief_asked and register.has_valid_tag(students)


def _approve(application: Application, actor: Any) -> None:
    application.approved_at = application.approved_at or clock.now()


APPLICATION.add(
    Move(
        "submit",
        _l("Hand in"),
        states(ApplicationState.DRAFT),
        ApplicationState.SUBMITTED,
        policy.leads & policy.intake_is_open & is_complete,
        _submit,
        _MOVED_ON,
    ),
    Move(
        "reopen",
        _l("Take back to change it"),
        states(ApplicationState.SUBMITTED),
        ApplicationState.DRAFT,
        policy.leads & policy.intake_is_open,
        None,
        _MOVED_ON,
    ),
    Move(
        "withdraw",
        _l("Withdraw"),
        states(ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.APPROVED),
        ApplicationState.WITHDRAWN,
        policy.leads,
        None,
        _MOVED_ON,
    ),
    Move(
        "approve",
        _l("Approve"),
        states(ApplicationState.SUBMITTED, ApplicationState.REJECTED),
        ApplicationState.APPROVED,
        policy.manages,
        _approve,
        _MOVED_ON,
    ),
    Move(
        "reject",
        _l("Do not approve"),
        states(ApplicationState.SUBMITTED),
        ApplicationState.REJECTED,
        policy.manages,
        None,
        _MOVED_ON,
    ),
    Move(
        "house",
        _l("Move in"),
        states(ApplicationState.APPROVED),
        ApplicationState.HOUSED,
        policy.manages,
        None,
        _MOVED_ON,
    ),
    Move(
        "leave",
        _l("Move out"),
        states(ApplicationState.HOUSED),
        ApplicationState.LEFT,
        by_the_site,
        None,
        _MOVED_ON,
    ),
    Move(
        "wait",
        _l("Back to the waitlist"),
        states(ApplicationState.HOUSED),
        ApplicationState.APPROVED,
        policy.manages,
        None,
        _MOVED_ON,
    ),
)
