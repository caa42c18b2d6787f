"""Today in the incubator: for its manager, for a team, for the teachers who help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from ...accounts.models import Role
from ...core import clock
from ...core.doors import DOORS, signed_in
from ...core.i18n import day
from ...core.pages import render
from .. import options, policy
from ..models import Application, ApplicationState, IntakeState, Tenancy, TenancyState
from ..queries import allotment, place, waitlist
from ..queries import application as applications
from ..queries import home as queries
from ..queries import intake as intakes
from ..queries.place import Use
from . import bp
from .waitlist import when

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
CALL_ENDS = timedelta(days=7)
MOST_OPENING, FIRST_IN_LINE = 6, 3
OVER = (ApplicationState.REJECTED, ApplicationState.LEFT, ApplicationState.WITHDRAWN)


@dataclass(frozen=True)
class _Tab:
    """What ``ui.tabs`` needs; without a number, which would cost each page a query."""

    label: Any
    url: str
    current: bool
    count: None = None
    tone: str = ""


def tabs(current: str | None) -> list[_Tab]:
    """The tabs whose door opens to this person; the current one is named, or found by the endpoint."""
    here = current or (request.endpoint or "").partition(".")[2]
    found = []
    for name, label in TABS:
        endpoint = f"{bp.name}.{name}"
        if endpoint in current_app.view_functions and DOORS[endpoint].access.test(current_user):
            found.append(_Tab(label, url_for(endpoint), name == here))
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


@dataclass(frozen=True)
class Work:
    """One thing to do by a day: about whom, what, and the page on which it is done."""

    on: date
    who: str
    what: str
    url: str
    act: str
    note: str = ""


def _work(today: date) -> list[Work]:
    """All that waits for the manager, what is due first first."""
    found: list[Work] = []
    for t in queries.offers():
        home = f"/incubator/tenancies/{t.id}"
        if t.status is TenancyState.OFFERED:
            told = _("offered on %(day)s; not answered, it goes to the next in line", day=day(t.offered_at))
            found.append(
                Work(t.answer_by, t.team, _("has not answered about %(room)s", room=t.code), home, _("Look"), told)
            )
        else:
            due = min(t.begins_on, t.answer_by or t.begins_on)
            what = _("has accepted %(room)s; the agreement is to be signed", room=t.code)
            found.append(Work(due, t.team, what, home, _("Sign")))
    for c in queries.checks(today):
        what = _("is to be checked, %(room)s", room=c.code)
        found.append(Work(c.due_on, c.team, what, f"/incubator/tenancies/{c.id}/checks/{c.check_id}", _("Check")))
    for r in queries.renewals():
        what = _("asks to stay in %(room)s until %(day)s", room=r.code, day=day(r.until_on))
        due = min(r.ends_on, clock.local(r.asked_at).date() + timedelta(days=7))
        note = _("ends on %(day)s", day=day(r.ends_on))
        found.append(Work(due, r.team, what, f"/incubator/tenancies/{r.id}", _("Decide"), note))
    for a in queries.appeals():
        due = clock.add_working_days(clock.local(a.appealed_at).date(), options.APPEAL_DAYS.value)
        found.append(
            Work(due, a.team, _("appeals against the decision"), f"/incubator/applications/{a.id}", _("Answer"))
        )
    for b in queries.unblocked(today):
        what = _("can be lent again the day after: %(reason)s", reason=b.reason)
        found.append(Work(b.ends_on, b.code, what, f"/incubator/workspaces/{b.workspace_id}#block", _("Look")))
    return found


def _calls(today: date) -> tuple[list[Any], list[Work]]:
    """The calls with their counts, and those of them that wait for the manager."""
    calls, counts, work = queries.calls(), intakes.counts(), []
    for call in calls:
        home = f"/incubator/calls/{call.id}"
        open_ = counts[call.id][ApplicationState.SUBMITTED]
        if call.status is IntakeState.OPEN and call.closes_on <= today + CALL_ENDS:
            work.append(Work(call.closes_on, call.name, _("closes; then the review begins"), home, _("Look")))
        if call.status is IntakeState.REVIEWING and open_:
            what = ngettext("%(num)d application is not decided", "%(num)d applications are not decided", open_)
            due = call.pitch_on or today  # no day is set by which a call is decided
            work.append(Work(due, call.name, what, f"{home}/results", _("Decide")))
    return [(call, counts[call.id]) for call in calls], work


def _manager() -> dict[str, Any]:
    today = clock.today()
    calls, of_calls = _calls(today)
    work = sorted([*_work(today), *of_calls], key=lambda w: w.on)
    opening = queries.opening(current_user, today)
    queue = allotment.waiting()
    shown = opening[:MOST_OPENING]
    return {
        "today": today,
        "work": work,
        "ending": queries.ending(today),
        "opening": shown,
        "free": sum(now.use is Use.FREE for _w, now, _on in opening),
        "fits": place.fits_by_room(queue, [w.id for w, _now, _on in shown], today) if shown else {},
        "queue": queue[:FIRST_IN_LINE],
        "waiting": len(queue),
        "calls": calls,
        "AState": ApplicationState,
        "soon": options.SOON_DAYS.value,
        "count": place.workspace_count(today),
        "Use": Use,
    }


# -- The student --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Own:
    """One application of the reader's team: where it stands, and the one thing to do next."""

    application: Application
    steps: list[str]
    current: int
    what: str
    text: str
    url: str
    act: str
    asks_until: date | None = None


def _steps() -> list[str]:
    return [_("Write"), _("Review"), _("Waitlist"), _("Offer"), _("Agreement"), _("In the room")]


def _own(application: Application, tenancy: Tenancy | None, place_: int, turn: str) -> Own:
    home = f"/incubator/applications/{application.id}"
    state = application.status

    def made(current: int, what: str, text: str = "", url: str = home, act: str = "") -> Own:
        return Own(application, _steps(), current, what, text, url, act or _("Open"))

    if tenancy is not None and state in (ApplicationState.APPROVED, ApplicationState.HOUSED):
        return _with_room(made, tenancy)
    if state is ApplicationState.DRAFT:
        closes = application.intake.closes_on
        text = _("The call closes on %(day)s. The checklist says what is still missing.", day=day(closes))
        return made(1, _("Go on with your application"), text, act=_("Go on writing"))
    if state is ApplicationState.SUBMITTED:
        text = _("You will get a notice as soon as it is decided.")
        if application.pitch_at is not None:
            at = clock.local(application.pitch_at)
            text = _("You present it on %(day)s at %(time)s.", day=day(at), time=f"{at:%H:%M}")
        return made(2, _("It is being reviewed"), text)
    if state is ApplicationState.APPROVED:
        return made(
            3,
            _("You are number %(place)d on the waitlist", place=place_),
            _("When it is likely to be your turn: %(when)s.", when=turn),
            url_for(".waitlist"),
            _("Waitlist"),
        )
    return made(6, str(state.label))


def _with_room(made: Any, tenancy: Tenancy) -> Own:
    home, code = f"/incubator/tenancies/{tenancy.id}", tenancy.workspace.code
    if tenancy.status is TenancyState.OFFERED:
        by = day(tenancy.answer_by)
        text = _("Answer by %(day)s, or it goes to the next in line.", day=by)
        return made(4, _("You are offered %(room)s", room=code), text, home, _("Answer"))
    if tenancy.status is TenancyState.ACCEPTED:
        text = _("Sign the agreement with the incubator's manager; you can read and print it.")
        return made(5, _("%(room)s is yours once you have signed", room=code), text, home, _("Agreement"))
    text = _("Until %(day)s.", day=day(tenancy.ends_on))
    if tenancy.begins_on > clock.today():
        text = _("From %(day)s.", day=day(tenancy.begins_on))
    return made(7, _("Your room is %(room)s", room=code), text, home, _("Your tenancy"))


def _student() -> dict[str, Any]:
    own = applications.own(current_user)
    living = [a for a in own if a.status not in OVER]
    tenancies = queries.living_tenancies([a.id for a in living])
    asks = queries.asked_until(t.id for t in tenancies.values())
    places, turns = {}, {}
    if any(a.status is ApplicationState.APPROVED for a in living):
        teams = waitlist.waiting()
        offered = waitlist.offered(t.id for t in teams)
        found, _openings = waitlist.forecast([t for t in teams if t.id not in offered])
        places = {t.id: n for n, t in enumerate(teams, 1)}
        turns = {t.id: when(found.get(t.id), t.id in offered) for t in teams}
    mine = [_own(a, tenancies.get(a.id), places.get(a.id, 0), turns.get(a.id, "")) for a in living]
    until = {id_: asks.get(t.id) for id_, t in tenancies.items()}
    return {
        "own": [replace(o, asks_until=until.get(o.application.id)) for o in mine],
        "past": [a for a in own if a.status in OVER],
        "asked": applications.asked_of(current_user),
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
