"""An application is decided, once; a team that is not approved may appeal, once; that is answered, once."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.exceptions import Conflict

from ...accounts.models import User
from ...core import clock
from ...core.db import db, locked
from ...core.workflow import WrongState
from .. import notices_intake as notices
from .. import options, points
from ..models import Application, ApplicationState, Criterion, Decision, Intake, IntakeState, Outcome
from ..queries import intake as queries
from ..workflow.application import APPLICATION
from . import waitlist


class BelowBar(Exception):
    """The team does not reach the bar it is held to. ``total`` is None when no sheet was handed in."""

    def __init__(self, total: int | None, bar: int) -> None:
        super().__init__(total, bar)
        self.total, self.bar = total, bar


class AboveBar(Exception):
    """The team reaches the bar it is held to, and the published rule says that who reaches it is in."""

    def __init__(self, total: int, bar: int) -> None:
        super().__init__(total, bar)
        self.total, self.bar = total, bar


class TooLate(Exception):
    """The days in which a team can appeal are over, or it has appealed already."""


class HasAnother(Exception):
    """Who began the application has another open one by now, and only one can be open."""


def decide(
    application: Application,
    intake: Intake,
    actor: User,
    outcome: Outcome,
    criterion: Criterion,
    reason: str,
    exception: str = "",
) -> bool:
    """Decide and tell the team; False when this person had just done so. Needs the team's people loaded.

    Why a team was approved under its bar, or not approved above it, goes into the books with the move. Raises
    :class:`BelowBar` and :class:`AboveBar`.
    """
    locked(application)
    if intake.status is not IntakeState.REVIEWING:
        raise WrongState(_("Close the call first: until then teams can still change what they wrote."))
    if application.status is ApplicationState.REJECTED and outcome is Outcome.APPROVED:
        raise WrongState(_("It is decided. Only an appeal of the team can change that."))
    total = points.mean([s.total for s in queries.sheets_of(application.id, intake)])
    bar = queries.bar_of(application, intake)
    below = total is None or total < bar
    if application.status is not ApplicationState.SUBMITTED:
        exception = ""
    elif outcome is Outcome.APPROVED and below and not exception:
        raise BelowBar(total, bar)
    elif outcome is Outcome.REJECTED and total is not None and not below and not exception:
        raise AboveBar(total, bar)
    approves = outcome is Outcome.APPROVED
    note = exception if approves is below else ""
    if not APPLICATION.fire("approve" if approves else "reject", application, actor, note=note):
        return False
    made = Decision(
        application_id=application.id,
        outcome=outcome,
        points=total,
        criterion_id=criterion.id,
        reason=reason,
        by_id=actor.id,
        at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    if approves:
        waitlist.reckon([application])
    notices.tell_decided(application, outcome)
    return True


# -- The appeal ---------------------------------------------------------------------------------------------


def appeal_until(decision: Decision) -> date:
    """The last day on which the team can appeal."""
    return clock.add_working_days(clock.local(decision.at).date(), options.APPEAL_DAYS.value)


def may_appeal(decision: Decision) -> bool:
    rejected = decision.outcome is Outcome.REJECTED and decision.appealed_at is None
    return rejected and clock.today() <= appeal_until(decision)


def appeal(application: Application, decision: Decision, actor: User, text: str) -> bool:
    """The team's one appeal; False when the very same one is there. Raises :class:`TooLate`."""
    locked(decision)
    if decision.appealed_at is not None and decision.appeal == text:
        return False
    if application.status is not ApplicationState.REJECTED or not may_appeal(decision):
        raise TooLate
    decision.appeal, decision.appealed_at, decision.appealed_by = text, clock.now(), actor.id
    notices.tell_appealed(application)
    return True


def answer(application: Application, decision: Decision, actor: User, outcome: Outcome, text: str) -> bool:
    """The manager's one answer, which may approve the team; False when the very same one is there.

    Raises :class:`HasAnother`.
    """
    locked(decision)
    if decision.appealed_at is None:
        raise WrongState(_("The team has not appealed."))
    if decision.appeal_answered_at is not None:
        if (decision.appeal_outcome, decision.appeal_answer) == (outcome, text):
            return False
        raise Conflict(_("This appeal is answered already. Reload the page to see how things stand."))
    if outcome is Outcome.APPROVED:
        try:
            with db.session.begin_nested():
                APPLICATION.fire("approve", application, actor)
        except sa.exc.IntegrityError:
            raise HasAnother from None
    decision.appeal_outcome, decision.appeal_answer = outcome, text
    decision.appeal_answered_at = clock.now()
    db.session.flush()
    if outcome is Outcome.APPROVED:
        waitlist.reckon([application])
    notices.tell_answered(application, outcome)
    return True
