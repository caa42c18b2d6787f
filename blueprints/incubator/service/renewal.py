"""A team asks to stay; the manager decides with a reason; what is promised to others stays theirs."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from ...core import clock
from ...core.db import db
from ...core.workflow import WrongState
from .. import notices_tenancy as notices
from .. import options
from ..fitting import DAY, term_end
from ..models import Renewal, Tenancy, TenancyState
from ..queries import allotment
from ..queries import tenancy as queries
from ..workflow.renewal import RENEWAL
from .offer import Clash, clash, hold, is_ours
from .tenancy import plan


def latest(tenancy: Tenancy) -> date:
    """The last day that can be asked for."""
    return term_end(tenancy.ends_on + DAY, options.TERM_MONTHS.value)


def ask(tenancy: Tenancy, actor: Any, until: date, why: str) -> Renewal:
    """One open question a tenancy; asked again, the question is changed."""
    hold(tenancy.workspace_id)
    if tenancy.status is not TenancyState.ACTIVE:
        raise WrongState(_("This tenancy is over, or has not been signed."))
    if (planned := queries.planned_of(tenancy.application_id)) is not None:
        raise WrongState(_("You move to %(room)s. Ask when you are there.", room=planned.workspace.code))
    there = queries.open_renewal(tenancy.id)
    if there is not None:
        there.until_on, there.why = until, why
        return there
    made = Renewal(tenancy_id=tenancy.id, until_on=until, why=why, asked_by=actor.id, asked_at=clock.now())
    db.session.add(made)
    notices.tell_managers(tenancy, "renewal_asked", but=actor, on=until.isoformat())
    return made


def promised(tenancy: Tenancy, until: date) -> str | None:
    """The sentence about who has the room in the days that would be added, or None."""
    bars = allotment.held([tenancy.workspace_id], tenancy.ends_on + DAY).get(tenancy.workspace_id, [])
    others = [bar for bar in bars if bar.tenancy_id != tenancy.id]
    return clash(tenancy.application.team, tenancy.workspace, others, tenancy.ends_on + DAY, until)


def decide(renewal: Renewal, actor: Any, granted: bool, answer: str) -> None:
    """Raises :class:`~.offer.Clash` when the room is promised to others in the days that would be added."""
    tenancy = renewal.tenancy
    hold(tenancy.workspace_id)
    if not granted:
        if RENEWAL.fire("refuse", renewal, actor, answer=answer):
            notices.tell_decided(renewal, False)
        return
    if renewal.until_on > tenancy.ends_on and (says := promised(tenancy, renewal.until_on)) is not None:
        raise Clash([says])
    try:
        with db.session.begin_nested():
            fired = RENEWAL.fire("grant", renewal, actor, answer=answer)
    except sa.exc.IntegrityError as error:
        if not is_ours(error):
            raise
        raise Clash([_("Room %(room)s was given away a moment ago.", room=tenancy.workspace.code)]) from error
    if fired:
        tenancy.left_why = ""
        plan(tenancy)
        notices.tell_decided(renewal, True)
