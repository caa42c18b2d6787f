"""What waits for the incubator's manager, what is due first first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from ..core import clock
from ..core.i18n import day
from . import options
from .models import ApplicationState, IntakeState, TenancyState, WishKind
from .queries import home as queries
from .queries import intake as intakes
from .service.tenancy import EXIT_LIST

CALL_ENDS = timedelta(days=7)
EXITS_SHOWN = timedelta(days=180)


@dataclass(frozen=True)
class Work:
    """One thing to do by a day: about whom, what, and the page on which it is done; ``kind`` where they are counted."""

    on: date
    who: str
    what: str
    url: str
    act: str
    note: str = ""
    kind: str = ""


def of(today: date) -> tuple[list[Any], list[Work]]:
    """The calls with their counts, and all that waits for the manager, what is due first first."""
    calls, of_calls = _of_calls(today)
    return calls, sorted([*_of_rooms(today), *of_calls], key=lambda w: w.on)


def _of_rooms(today: date) -> list[Work]:
    found: list[Work] = []
    for t in queries.offers():
        home = f"/incubator/tenancies/{t.id}"
        if t.status is TenancyState.OFFERED:
            told = _("offered on %(day)s; not answered, it goes to the next in line", day=day(t.offered_at))
            what = _("has not answered about %(room)s", room=t.code)
            found.append(Work(t.answer_by, t.team, what, home, _("See the offer"), told, "offer"))
        else:
            due = min(t.begins_on, t.answer_by or t.begins_on)
            what = _("has accepted %(room)s; the agreement is to be signed", room=t.code)
            found.append(Work(due, t.team, what, home, _("Sign")))
    for c in queries.checks(today):
        what = _("is to be checked, %(room)s", room=c.code)
        page = f"/incubator/tenancies/{c.id}/checks/{c.check_id}"
        found.append(Work(c.due_on, c.team, what, page, _("Check"), kind="check"))
    for r in queries.renewals():
        what = _("asks to stay in %(room)s until %(day)s", room=r.code, day=day(r.until_on))
        due = min(r.ends_on, clock.local(r.asked_at).date() + timedelta(days=7))
        note = _("ends on %(day)s", day=day(r.ends_on))
        found.append(Work(due, r.team, what, f"/incubator/tenancies/{r.id}", _("Decide"), note))
    for w in queries.wishes():
        what = _("asks for other members, %(room)s", room=w.code)
        if w.kind is WishKind.ROOM:
            what = _("asks for another room than %(room)s", room=w.code)
        due = clock.local(w.asked_at).date() + timedelta(days=7)
        found.append(Work(due, w.team, what, f"/incubator/tenancies/{w.id}#wishes", _("Answer"), w.text))
    for e in queries.exits(today - EXITS_SHOWN):
        if missing := len(EXIT_LIST) - len(e.list_done):
            what = ngettext(
                "has left %(room)s; %(num)d line of the exit list is open",
                "has left %(room)s; %(num)d lines of the exit list are open",
                missing,
                room=e.code,
            )
            found.append(Work(e.left_on, e.team, what, f"/incubator/tenancies/{e.id}/exit", _("Exit list")))
    for k in queries.still_out():
        what = ngettext(
            "has not given back %(num)d thing of %(room)s",
            "has not given back %(num)d things of %(room)s",
            k.out,
            room=k.code,
        )
        found.append(Work(k.left_on, k.team, what, f"/incubator/tenancies/{k.id}", _("Take it back")))
    for a in queries.appeals():
        due = clock.add_working_days(clock.local(a.appealed_at).date(), options.APPEAL_DAYS.value)
        found.append(
            Work(due, a.team, _("appeals against the decision"), f"/incubator/applications/{a.id}", _("Answer"))
        )
    for b in queries.unblocked(today):
        what = _("can be lent again the day after: %(reason)s", reason=b.reason)
        page = f"/incubator/workspaces/{b.workspace_id}#block"
        found.append(Work(b.ends_on, b.code, what, page, _("See the room")))
    return found


def _of_calls(today: date) -> tuple[list[Any], list[Work]]:
    """The calls with their counts, and those of them that wait for the manager."""
    calls, counts, work = queries.calls(), intakes.counts(), []
    for call in calls:
        home = f"/incubator/calls/{call.id}"
        open_ = counts[call.id][ApplicationState.SUBMITTED]
        if call.status is IntakeState.OPEN and call.closes_on <= today + CALL_ENDS:
            work.append(Work(call.closes_on, call.name, _("closes; then the review begins"), home, _("See the call")))
        if call.status is IntakeState.REVIEWING and open_:
            what = ngettext("%(num)d application is not decided", "%(num)d applications are not decided", open_)
            due = call.pitch_on or today  # no day is set by which a call is decided
            work.append(Work(due, call.name, what, f"{home}/results", _("Decide")))
    return [(call, counts[call.id]) for call in calls], work
