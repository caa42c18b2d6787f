"""Another room: today, on a day of the past month, or planned for a later one.

One tenancy ends with its last day and another begins the day after. A planned one holds its room from the moment it is
planned, and the old room is free for others from the day of the move.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from ...core import clock
from ...core.db import db
from ...core.i18n import day
from ...core.workflow import WrongState
from .. import notices_tenancy as notices
from ..fitting import DAY
from ..models import Tenancy, TenancyState, WishKind, Workspace
from ..queries import allotment
from ..queries import tenancy as queries
from ..workflow.tenancy import TENANCY
from . import terms
from .offer import Clash, clash, hold, is_ours, make, misfit
from .tenancy import drop, plan, void_wishes
from .wish import done

LONGEST_BACK = timedelta(days=30)


def change_room(tenancy: Tenancy, actor: Any, workspace_id: int, last: date) -> Tenancy:
    """The team leaves the old room with ``last``; raises :class:`~.offer.Clash`."""
    queries.one_by_one()
    hold(tenancy.workspace_id, workspace_id)
    if (there := _moved_to(tenancy, workspace_id, last)) is not None:
        return there
    if tenancy.status is not TenancyState.ACTIVE:
        raise WrongState(_("This tenancy is over, or has not been signed."))
    room = next(iter(allotment.workspaces([workspace_id])), None)
    begins_on, ends_on = last + DAY, tenancy.ends_on
    if room is None:
        raise Clash([_("This room is not lent any more.")])
    if (says := _cannot_move(tenancy, room, begins_on, ends_on, last)) is not None:
        raise Clash([says])
    later = last > clock.today()
    try:
        with db.session.begin_nested():
            if later:
                tenancy.ends_on = last
                db.session.flush()
            else:
                why = _("Moved to %(room)s", room=room.code)
                TENANCY.fire("end", tenancy, actor, on=last, why=why, moves=True)
            state = TenancyState.PLANNED if later else TenancyState.ACTIVE
            number = queries.next_number(clock.today().year)
            made = make(actor.id, tenancy.application, room, begins_on, ends_on, None, status=state, number=number)
            made.terms_id = terms.current().id
            db.session.add(made)
    except sa.exc.IntegrityError as error:
        if not is_ours(error):
            raise
        raise Clash([_("Room %(room)s was given away a moment ago.", room=room.code)]) from error
    if not later:
        void_wishes(tenancy)
    done(tenancy, actor, WishKind.ROOM, room.code)
    for check in queries.checks(tenancy.id):
        if check.done_on is None and check.due_on > last:
            check.tenancy_id = made.id
    db.session.flush()
    plan(tenancy)
    plan(made)
    notices.tell_team(
        made, "moves_room" if later else "moved_room", old=tenancy.workspace.code, on=begins_on.isoformat()
    )
    return made


def take_back(planned: Tenancy, actor: Any) -> None:
    """The team stays where it is until the end of the term; raises :class:`~.offer.Clash` if its room is promised."""
    old = queries.living_of(planned.application_id)
    hold(planned.workspace_id, *([old.workspace_id] if old is not None else []))
    db.session.refresh(planned, ["status"])
    if planned.status is TenancyState.CANCELLED:
        return
    if old is None:
        raise WrongState(_("This tenancy is over, or has not been signed."))
    bars = allotment.held([old.workspace_id], old.ends_on + DAY).get(old.workspace_id, [])
    if (says := clash(old.application.team, old.workspace, bars, planned.begins_on, planned.ends_on)) is not None:
        raise Clash([says])
    drop(planned, actor, "")
    db.session.flush()  # the team has one room on these days, not two
    old.ends_on = planned.ends_on
    db.session.flush()
    plan(old)
    notices.tell_team(old, "stays_in_room", on=old.ends_on.isoformat())


def _moved_to(tenancy: Tenancy, workspace_id: int, last: date) -> Tenancy | None:
    """What the same wish, sent once more, has made already."""
    if tenancy.status is TenancyState.ENDED:
        there = queries.living_of(tenancy.application_id)
    else:
        there = queries.planned_of(tenancy.application_id)
    same = there is not None and there.workspace_id == workspace_id and there.begins_on == last + DAY
    return there if same else None


def _cannot_move(tenancy: Tenancy, room: Workspace, begins_on: date, ends_on: date, last: date) -> str | None:
    team = tenancy.application
    if (planned := queries.planned_of(team.id)) is not None:
        return _(
            "The team moves to %(room)s on %(day)s already. Take that back first.",
            room=planned.workspace.code,
            day=day(planned.begins_on),
        )
    if room.id == tenancy.workspace_id:
        return _("The team has this room already.")
    if tenancy.begins_on > clock.today():
        return _("The team has not moved in yet. Take the agreement back instead.")
    if not max(tenancy.begins_on, clock.today() - LONGEST_BACK) <= last < ends_on:
        return _("The last day in the old room lies in the past month or later, and before the term is over.")
    if last > clock.today() and queries.open_renewal(tenancy.id) is not None:
        return _("The team asks to stay longer. Answer that first.")
    if (says := misfit(team, room)) is not None:
        return says
    bars = allotment.held([room.id], begins_on).get(room.id, [])
    return clash(team.team, room, bars, begins_on, ends_on)
