"""Today in the incubator: for its manager, for a team, for the teachers who help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from ...accounts.models import Role
from ...core import clock
from ...core.doors import DOORS, signed_in
from ...core.pages import render
from .. import agenda, options, policy, standing
from ..models import ApplicationState
from ..queries import allotment, place
from ..queries import application as applications
from ..queries import home as queries
from . import bp

TABS = (
    ("index", _l("Today")),
    ("plan", _l("Floor plan")),
    ("occupancy", _l("Occupancy")),
    ("intakes", _l("Calls")),
    ("allotment", _l("Allotment")),
    ("waitlist", _l("Waitlist")),
    ("tenancies", _l("Tenancies")),
    ("figures", _l("Figures")),
)
MOST_OPENING, FIRST_IN_LINE = 6, 3


@dataclass(frozen=True)
class _Tab:
    """What ``ui.tabs`` needs; a number only for the manager, and only where something waits."""

    label: Any
    url: str
    current: bool
    count: int | None = None
    tone: str = ""


def tabs(current: str | None) -> list[_Tab]:
    """The tabs whose door opens to this person; the current one is named, or found by the endpoint."""
    here = current or (request.endpoint or "").partition(".")[2]
    waits = queries.waits(clock.today()) if policy.is_manager(current_user) else {}
    found = []
    for name, label in TABS:
        endpoint = f"{bp.name}.{name}"
        if endpoint in current_app.view_functions and DOORS[endpoint].access.test(current_user):
            tone = "bad" if name == "tenancies" and waits.get("late") else ""
            found.append(_Tab(label, url_for(endpoint), name == here, waits.get(name) or None, tone))
    return found


@bp.context_processor
def _tabs() -> dict[str, Any]:
    return {"incubator_tabs": tabs}


@bp.get("/", access=signed_in)
def index() -> Response:
    if policy.is_manager(current_user):
        return render("incubator/home_manager.html", **_manager(), **_teacher())
    if current_user.has(Role.STUDENT):
        return render("incubator/home_student.html", **_student())
    endorses, referees = queries.has_part(current_user)
    facts: dict[str, Any] = {"endorses": endorses, "referees": referees, "calls": applications.open_calls()}
    return render("incubator/home_teacher.html", **_teacher(), **facts)


# -- The manager ------------------------------------------------------------------------------------------------


def _manager() -> dict[str, Any]:
    today = clock.today()
    calls, work = agenda.of(today)
    opening = queries.opening(current_user, today)
    queue = allotment.waiting()
    shown = opening[:MOST_OPENING]
    ending = queries.ending(today)
    return {
        "today": today,
        "work": work,
        "offers": [w.on for w in work if w.kind == "offer"],
        "checks": [w.on for w in work if w.kind == "check"],
        "check_days": queries.AHEAD.days,
        "ending": ending,
        "silent": sum(t.until_on is None for t in ending),
        "opening": shown,
        "more_opening": len(opening) - len(shown),
        "free": [o.room.code for o in opening if o.now],
        "fits": place.fits_by_room(queue, [o.room.id for o in shown], today) if shown else {},
        "queue": queue[:FIRST_IN_LINE],
        "waiting": len(queue),
        "longest": max(((today - clock.local(a.approved_at).date()).days for a in queue if a.approved_at), default=0),
        "calls": calls,
        "AState": ApplicationState,
        "soon": options.SOON_DAYS.value,
        "count": place.workspace_count(today),
    }


# -- The student --------------------------------------------------------------------------------------------------


def _student() -> dict[str, Any]:
    stands = standing.of(current_user)
    return {
        "own": stands.own,
        "past": stands.past,
        "asked": stands.asked,
        "calls": applications.open_calls(),
        "free_refusals": options.FREE_REFUSALS.value,
        "answer_days": options.ANSWER_DAYS.value,
        "today": clock.today(),
    }


# -- Teachers -----------------------------------------------------------------------------------------------------


def _teacher() -> dict[str, Any]:
    return {
        "endorsements": queries.endorsements_open(current_user),
        "sheets": queries.sheets_open(current_user),
    }
