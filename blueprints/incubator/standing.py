"""Where a team stands, in words: its steps, the one thing to do next, and when it is likely to be its turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from ..core import clock
from ..core.i18n import day, month, sentences
from .models import Application, ApplicationState, IntakeState, Tenancy, TenancyState
from .queries import application as applications
from .queries import home as queries
from .queries import waitlist

OVER = (ApplicationState.REJECTED, ApplicationState.LEFT, ApplicationState.WITHDRAWN)


# -- When it is likely to be their turn ----------------------------------------------------------------------------


def when(turn: waitlist.Turn | None, is_offered: bool) -> str:
    """The forecast in words: a span of months, never a day."""
    if is_offered:
        return _("a room is offered")
    if turn is None:
        return _("not in sight")
    if turn.now and turn.earliest <= clock.today():
        return _("a room is free now")
    first, last = month(turn.earliest), month(turn.latest)
    return first if first == last else _("%(first)s to %(last)s", first=first, last=last)


def about(turn: waitlist.Turn) -> str:
    """How long that is from today."""
    months = max(0, round((turn.earliest - clock.today()).days / 30))
    if not months:
        return _("within a month")
    return ngettext("about %(num)d month", "about %(num)d months", months)


# -- Their applications --------------------------------------------------------------------------------------------


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


def steps() -> list[str]:
    """The way of a team, from the first word to the room."""
    return [_("Write"), _("Review"), _("Waitlist"), _("Offer"), _("Agreement"), _("In the room")]


def _own(application: Application, tenancy: Tenancy | None, place_: int, turn: str, moves: Any = None) -> Own:
    home = f"/incubator/applications/{application.id}"
    state = application.status

    def made(current: int, what: str, text: str = "", url: str = home, act: str = "") -> Own:
        return Own(application, steps(), current, what, text, url, act or _("Open"))

    if tenancy is not None and state in (ApplicationState.APPROVED, ApplicationState.HOUSED):
        return _with_room(made, tenancy, moves)
    if state is ApplicationState.DRAFT:
        closes = application.intake.closes_on
        text = _("The call closes on %(day)s. The checklist says what is still missing.", day=day(closes))
        return made(1, _("Go on with your application"), text, act=_("Go on writing"))
    if state is ApplicationState.SUBMITTED:
        return made(2, *_handed_in(application))
    if state is ApplicationState.APPROVED:
        return made(
            3,
            _("You are number %(place)d on the waitlist", place=place_),
            _("When it is likely to be your turn: %(when)s.", when=turn),
            url_for("incubator.waitlist"),
            _("Waitlist"),
        )
    return made(6, str(state.label))


def _handed_in(application: Application) -> tuple[str, str]:
    call = application.intake
    if call.status is IntakeState.OPEN and clock.today() <= call.closes_on:
        until = _("Until %(day)s you can take it back and change it.", day=day(call.closes_on))
        return _("It is handed in"), until
    if application.pitch_at is not None:
        at = clock.local(application.pitch_at)
        text = _("You present it on %(day)s at %(time)s.", day=day(at), time=f"{at:%H:%M}")
    elif call.pitch_on is not None and call.pitch_on >= clock.today():
        text = _("Teams present their plans on %(day)s; you will be told your time.", day=day(call.pitch_on))
    else:
        text = _("You will get a notice as soon as it is decided.")
    return _("It is being reviewed"), text


def _with_room(made: Any, tenancy: Tenancy, moves: tuple[str, date] | None) -> Own:
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
    if moves is not None:
        code_then, first = moves
        text = sentences([text, _("From %(day)s you are in %(room)s.", day=day(first), room=code_then)])
    return made(7, _("Your room is %(room)s", room=code), text, home, _("Your tenancy"))


@dataclass(frozen=True)
class Standing:
    """A student's applications that go on, those that are over, and those whose team says they are on it."""

    own: list[Own]
    past: list[Application]
    asked: list[Application]


def of(actor: Any) -> Standing:
    asked = applications.asked_of(actor)
    found = applications.own(actor)
    living = [a for a in found if a.status not in OVER]
    if not living:
        return Standing([], found, asked)
    tenancies = queries.living_tenancies([a.id for a in living])
    asks = queries.asked_until(t.id for t in tenancies.values())
    moves = queries.planned_moves(tenancies)
    places, turns = {}, {}
    if any(a.status is ApplicationState.APPROVED for a in living):
        teams = waitlist.waiting()
        offered = waitlist.offered(t.id for t in teams)
        turn, _openings = waitlist.forecast([t for t in teams if t.id not in offered])
        places = {t.id: n for n, t in enumerate(teams, 1)}
        turns = {t.id: when(turn.get(t.id), t.id in offered) for t in teams}
    own = []
    for a in living:
        tenancy = tenancies.get(a.id)
        one = _own(a, tenancy, places.get(a.id, 0), turns.get(a.id, ""), moves.get(a.id))
        own.append(replace(one, asks_until=asks.get(tenancy.id) if tenancy is not None else None))
    return Standing(own, [a for a in found if a.status in OVER], asked)
