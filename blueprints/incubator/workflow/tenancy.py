"""The moves of a tenancy. An offer, a yes, an agreement, an end; the room is held by the database's own law."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from ...core import clock
from ...core.access import Rule, rule
from ...core.workflow import Machine, Move, states
from .. import options, policy
from ..models import Tenancy, TenancyState
from .application import APPLICATION, by_the_site

TENANCY = Machine("tenancy", Tenancy, "status")

_MOVED_ON = _l("This offer has moved on. Reload the page to see how things stand.")


@rule(_l("The day by which to answer has not passed."))
def answer_is_late(actor: Any, tenancy: Tenancy) -> bool:
    """Or it was accepted and not signed before the whole term was over: the team must not be forgotten in it."""
    if tenancy.status is TenancyState.ACCEPTED:
        return tenancy.ends_on < clock.today()
    return tenancy.ends_on < clock.today() or (tenancy.answer_by is not None and tenancy.answer_by < clock.today())


in_time = Rule(
    lambda actor, t: clock.today() <= min(t.answer_by or t.ends_on, t.ends_on),
    _l("The day by which to answer has passed; the next team in line has been asked."),
)
leads_what_is_accepted = Rule(
    lambda actor, t: t.status is TenancyState.OFFERED or policy.leads_tenant(actor, t),
    _l("The team has said yes. Only who began the application can give the room up."),
)
term_is_over = Rule(lambda actor, t: t.ends_on < clock.today(), _l("The term is not over."))
has_begun = Rule(
    lambda actor, t: t.begins_on <= clock.today(),
    _l("The team has not moved in yet. Take the agreement back instead."),
)
day_has_come = Rule(lambda actor, t: t.begins_on <= clock.today(), _l("The day on which the team moves has not come."))
has_not_begun = Rule(
    lambda actor, t: t.begins_on > clock.today(), _l("The team has moved in already. End the tenancy instead.")
)


def _accept(tenancy: Tenancy, actor: Any, number: str = "") -> None:
    """The agreement has its number before it is printed and signed. Nobody pays for days before the yes."""
    tenancy.number, tenancy.accepted_on = number, clock.today()
    tenancy.begins_on = max(tenancy.begins_on, clock.today())


def _refuse(tenancy: Tenancy, actor: Any) -> None:
    """The first refusals cost nothing; each further one costs points, by the published rule."""
    application = tenancy.application
    application.refusals += 1
    if application.refusals > options.FREE_REFUSALS.value:
        application.points = max(0, application.points - options.REFUSAL_COST.value)


def _lapse(tenancy: Tenancy, actor: Any) -> None:
    if tenancy.status is TenancyState.OFFERED:
        _refuse(tenancy, actor)


def _sign(tenancy: Tenancy, actor: Any, number: str = "") -> None:
    tenancy.number, tenancy.signed_on = number or tenancy.number, clock.today()
    APPLICATION.fire("house", tenancy.application, actor)


def _end(tenancy: Tenancy, actor: Any, on: date | None = None, why: str = "", moves: bool = False) -> None:
    """The room is free from the day after; days that were still to come are given back.

    ``moves``: the team only changes the room, and so has not left.
    """
    today = clock.today()
    tenancy.left_on = max(tenancy.begins_on, min(on or today, today, tenancy.ends_on))
    tenancy.left_why = why
    tenancy.ends_on = tenancy.left_on
    if not moves:
        APPLICATION.fire("leave", tenancy.application, actor)


def _unplan(tenancy: Tenancy, actor: Any, why: str = "") -> None:
    """The team leaves before, or stays where it is."""
    tenancy.left_why = why


def _annul(tenancy: Tenancy, actor: Any, why: str = "") -> None:
    tenancy.left_why = why
    APPLICATION.fire("wait", tenancy.application, actor)


TENANCY.add(
    Move(
        "accept",
        _l("Accept"),
        states(TenancyState.OFFERED),
        TenancyState.ACCEPTED,
        policy.of_tenant & in_time,
        _accept,
        _MOVED_ON,
    ),
    Move(
        "refuse",
        _l("Refuse"),
        states(TenancyState.OFFERED, TenancyState.ACCEPTED),
        TenancyState.REFUSED,
        policy.of_tenant & leads_what_is_accepted,
        _refuse,
        _MOVED_ON,
    ),
    Move(
        "lapse",
        _l("Not answered in time"),
        states(TenancyState.OFFERED, TenancyState.ACCEPTED),
        TenancyState.LAPSED,
        answer_is_late,
        _lapse,
        _MOVED_ON,
    ),
    Move(
        "cancel",
        _l("Take the offer back"),
        states(TenancyState.OFFERED, TenancyState.ACCEPTED),
        TenancyState.CANCELLED,
        policy.manages,
        None,
        _MOVED_ON,
    ),
    Move(
        "sign",
        _l("Agreement signed"),
        states(TenancyState.ACCEPTED),
        TenancyState.ACTIVE,
        policy.manages,
        _sign,
        _MOVED_ON,
    ),
    Move(
        "annul",
        _l("Take the agreement back"),
        states(TenancyState.ACTIVE),
        TenancyState.CANCELLED,
        policy.manages & has_not_begun,
        _annul,
        _MOVED_ON,
    ),
    Move(
        "begin",
        _l("Move in"),
        states(TenancyState.PLANNED),
        TenancyState.ACTIVE,
        by_the_site & day_has_come,
        None,
        _MOVED_ON,
    ),
    Move(
        "unplan",
        _l("Take the change of room back"),
        states(TenancyState.PLANNED),
        TenancyState.CANCELLED,
        policy.leads_tenant | by_the_site,
        _unplan,
        _MOVED_ON,
    ),
    Move(
        "end",
        _l("End the tenancy"),
        states(TenancyState.ACTIVE),
        TenancyState.ENDED,
        policy.manages & has_begun,
        _end,
        _MOVED_ON,
    ),
    Move(
        "expire",
        _l("The term is over"),
        states(TenancyState.ACTIVE),
        TenancyState.ENDED,
        term_is_over,
        _end,
        _MOVED_ON,
    ),
)
