"""Another room, and the end of a tenancy with its exit list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields import SelectChoice

from ...core import clock
from ...core.access import can
from ...core.doors import signed_in
from ...core.i18n import day
from ...core.pages import done, render
from .. import policy
from ..fitting import DAY, Fit, add_months
from ..forms import tenancy as forms
from ..models import Tenancy, TenancyState, WishKind, WishState
from ..queries import allotment
from ..queries import tenancy as queries
from ..service import move as moves
from ..service import offer
from ..service import tenancy as service
from . import bp
from .tenancies import again, home_of, load_tenancy, page

MOST_SHOWN = 12


def _move_form(held: Tenancy, **options_: Any) -> tuple[forms.MoveForm, dict[str, list[str]]]:
    """The rooms that are free until the end of the term are the choices; the others are named with why not.

    A room that comes free only later is a choice too, with the day: the move can be planned for then.
    """
    rooms = [w for w in allotment.workspaces() if w.id != held.workspace_id]
    begins = clock.today() + DAY
    bars = allotment.held([w.id for w in rooms], clock.today())
    possible: list[tuple[Any, date]] = []
    others: dict[str, list[str]] = {}
    for room in rooms:
        fit = allotment.fit_of(held.application, room, bars.get(room.id, []))
        ends = [b.ends_on for b in bars.get(room.id, []) if b.begins_on <= held.ends_on and b.ends_on >= begins]
        first = max([begins, room.lent_from or begins, *(end + DAY for end in ends)])
        kept = room.retired_on is None or room.retired_on > held.ends_on
        if kept and not fit.hindrances and first <= held.ends_on:
            possible.append((room, first))
        else:
            others.setdefault(_why_not(fit), []).append(room.code)
    form = forms.MoveForm(**options_)
    possible.sort(key=lambda f: (f[1], f[0].kind is not held.application.kind, f[0].seats))
    form.workspace.choices = [
        SelectChoice(
            w.id,
            " · ".join(
                [w.code, str(w.kind.label), w.floor.name]
                + ([_("free from %(day)s", day=day(first))] if first > begins else [])
            ),
        )
        for w, first in possible[:MOST_SHOWN]
    ]
    return form, others


def _why_not(fit: Fit) -> str:
    if fit.hindrances:
        return _(", ").join(str(h.label) for h in fit.hindrances)
    return _("taken until the end of the term") if fit.free_from else _("not lent long enough")


def _move(held: Tenancy, form: forms.MoveForm, others: Any, status: int = 200, problems: Any = ()) -> Response:
    facts: dict[str, Any] = {"tab": "tenancies", "tenancy": held, "form": form, "others": others, "problems": problems}
    asked = [w for w in queries.wishes(held.id) if w.status is WishState.ASKED and w.kind is WishKind.ROOM]
    return render("incubator/tenancy_move.html", status, wishes=asked, **facts)


@bp.get("/tenancies/<int:id>/move", access=policy.manager_door)
def move_page(id: int) -> Response:
    held = load_tenancy(id, "manage")
    form, others = _move_form(held, formdata=None, last_on=clock.today())
    return _move(held, form, others)


@bp.post("/tenancies/<int:id>/move", access=policy.manager_door)
def move_tenancy(id: int) -> Response:
    held = load_tenancy(id, "manage")
    form, others = _move_form(held)
    form.workspace.validate_choice = False  # who was quicker is named by the service
    if not form.validate():
        return _move(held, form, others, 422)
    try:
        made = moves.change_room(held, current_user, form.workspace.data, form.last_on.data)
    except offer.Clash as clash:
        return _move(again(id), form, others, 422, clash.sentences)
    facts: dict[str, Any] = {"day": day(made.begins_on), "room": made.workspace.code}
    return done(home_of(made), _("From %(day)s the team is in %(room)s.", **facts))


@bp.post("/tenancies/<int:id>/unplan", access=policy.manager_door)
def unplan(id: int) -> Response:
    """A planned change of room is taken back; the team stays where it is."""
    held = load_tenancy(id, "manage")
    try:
        moves.take_back(held, current_user)
    except offer.Clash as clash:
        return page(again(id), 422, problems=clash.sentences)
    old = queries.living_of(held.application_id)
    return done(home_of(old or held), _("The move is called off; the team stays where it is."))


@bp.get("/tenancies/<int:id>/end", access=signed_in)
def end_page(id: int) -> Response:
    held = load_tenancy(id, "leave")
    form = _end_form(held)(held, formdata=None)
    form.on.data = clock.today() if can("manage", held) else clock.today() + timedelta(days=forms.LeaveForm.AHEAD)
    return _end(held, form)


def _end_form(held: Tenancy) -> type[forms.EndForm]:
    return forms.EndForm if can("manage", held) else forms.LeaveForm


def _end(held: Tenancy, form: forms.EndForm, status: int = 200) -> Response:
    out = [h for h in queries.hand_outs(held.id) if h.back_on is None]
    facts: dict[str, Any] = {
        "tab": "tenancies",
        "tenancy": held,
        "form": form,
        "out": out,
        "queue": queries.queue_for(held.workspace),
    }
    return render("incubator/exit_end.html", status, manager=can("manage", held), **facts)


@bp.post("/tenancies/<int:id>/end", access=signed_in)
def end_tenancy(id: int) -> Response:
    """The manager: today or a day that has passed ends it, a later day shortens it. The team: only the latter."""
    held = load_tenancy(id, "leave")
    form = _end_form(held)(held)
    if held.status is TenancyState.ENDED and held.last_moved_by == current_user.id:
        return done(home_of(held))
    if not form.validate():
        return _end(held, form, 422)
    if form.on.data <= clock.today():
        service.end(held, current_user, form.on.data, form.left_why.data)
        return done(url_for(".exit_page", id=id), _("The tenancy has ended; the room is free from the next day."))
    service.leave_early(held, current_user, form.on.data, form.left_why.data)
    return done(home_of(held), _("The term ends sooner now. Until then everything stays as it is."))


@bp.post("/tenancies/<int:id>/annul", access=policy.manager_door)
def annul_tenancy(id: int) -> Response:
    held, form = load_tenancy(id, "manage"), forms.AnnulForm()
    if not form.validate():
        return page(held, 422, annul_form=form)
    service.annul(held, current_user, form.annul_why.data)
    return done(home_of(held), _("The agreement is taken back; the team waits again, where it stood."))


@bp.get("/tenancies/<int:id>/exit", access=policy.manager_door)
def exit_page(id: int) -> Response:
    held = load_tenancy(id, "manage")
    record = queries.exit_record(id) or abort(404)
    names = ("list_done", "registered", "became")
    data = {name: getattr(record, name) for name in names} | {"employed": record.people}
    for name in ("alive_6", "alive_12", "alive_24"):
        data[name] = {True: "1", False: "0", None: ""}[getattr(record, name)]
    return _exit(held, forms.ExitForm(formdata=None, data=data))


def _exit(held: Tenancy, form: forms.ExitForm, status: int = 200) -> Response:
    left = held.left_on or held.ends_on
    due = {months: add_months(left, months) for months in queries.FOLLOW_UPS}
    facts: dict[str, Any] = {
        "out": queries.still_out(held.id),
        "unpaid": queries.unpaid(held.id),
        "tab": "tenancies",
        "tenancy": held,
        "form": form,
        "due": due,
        "today": clock.today(),
    }
    return render("incubator/exit.html", status, **facts)


@bp.post("/tenancies/<int:id>/exit", access=policy.manager_door)
def record_exit(id: int) -> Response:
    held, form = load_tenancy(id, "manage"), forms.ExitForm()
    record = queries.exit_record(id) or abort(404)
    if not form.validate_against(bool(queries.still_out(id)), bool(queries.unpaid(id))):
        return _exit(held, form, 422)
    service.record_exit(record, **form.facts())
    return done(url_for(".exit_page", id=id), _("Stored."))
