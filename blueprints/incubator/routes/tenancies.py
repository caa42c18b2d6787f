"""Tenancies: the list, one with all that hangs on it, and the team's answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...core import clock
from ...core.access import can, load
from ...core.doors import signed_in
from ...core.listing import exported, listed
from ...core.pages import done, render
from .. import history as story
from .. import options, policy
from ..fitting import add_months
from ..forms import tenancy as forms
from ..forms.renewal import DecideForm, RenewForm
from ..listings_tenancy import TENANCIES
from ..models import FeeLine, Tenancy, TenancyState, WishState
from ..queries import photo as photos
from ..queries import tenancy as queries
from ..queries.tenancy import FULL
from ..service import offer
from ..service import renewal as renewals
from ..service import tenancy as service
from ..workflow.tenancy import TENANCY
from . import bp


@bp.get("/tenancies", access=signed_in)
def tenancies() -> Response:
    page = listed(TENANCIES, url_for(".tenancies"))
    facts: dict[str, Any] = {
        "State": TenancyState,
        "today": clock.today(),
        "exports": policy.staff_door.test(current_user),
    }
    return render("incubator/tenancies.html", tab="tenancies", page=page, **facts)


@bp.get("/checks", access=policy.manager_door)
def checks() -> Response:
    """The checks that are due: a tab of the list."""
    return done(url_for(".tenancies", tab="checks"))


@bp.get("/tenancies/export.<any(xlsx, csv):kind>", access=policy.staff_door)
def export_tenancies(kind: str) -> Response:
    return exported(TENANCIES, kind, "tenancies")


# -- One -------------------------------------------------------------------------------------------------------


def load_tenancy(id: int, verb: str | None = None) -> Tenancy:
    return load(Tenancy, id, verb, FULL)


def home_of(tenancy: Tenancy) -> str:
    return url_for(".tenancy", id=tenancy.id)


@bp.get("/tenancies/<int:id>", access=signed_in)
def tenancy(id: int) -> Response:
    return page(load_tenancy(id))


def page(held: Tenancy, status: int = 200, answered: Any = None, **forms_: Any) -> Response:
    """The page of one, with the form that was wrong in place of an empty one; ``answered``: a wish, and its form."""
    manager, ours = can("manage", held), can("ask_renewal", held)
    money = can("see_money", held)
    asked = queries.renewals(held.id)
    planned = queries.planned_of(held.application_id) if held.status is TenancyState.ACTIVE else None
    until = renewals.latest(held)
    checks = queries.checks(held.id)
    lines = queries.fee_lines(held.id) if money else []
    facts: dict[str, Any] = {
        "tab": "tenancies",
        "tenancy": held,
        "team": held.application,
        "room": held.workspace,
        "moves": {move.name for move in TENANCY.open_to(current_user, held)},
        "manager": manager,
        "ours": ours,
        "money": money,
        "may_leave": can("leave", held),
        "hands": queries.hand_outs(held.id) if manager or ours else [],
        "lines": lines,
        "shown": _shown(lines),
        "due": sum(line.amount - line.waived for line in lines),
        "paid": sum(line.amount - line.waived for line in lines if line.paid_on),
        "checks": checks,
        "photos": photos.of_checks(c.id for c in checks) if money else {},
        "late": next((c for c in checks if c.done_on is None and c.due_on < clock.today()), None),
        "renewals": asked,
        "planned": planned,
        "before": queries.living_of(held.application_id) if held.status is TenancyState.PLANNED else None,
        "asked_for": queries.wishes(held.id) if manager or ours else [],
        "open_renewal": next((r for r in asked if r.status.value == "asked"), None),
        "record": queries.exit_record(held.id) if manager else None,
        "queue": queries.queue_for(held.workspace),
        "left": (held.ends_on - clock.today()).days,
        "track": _track(held, planned is not None),
        "today": clock.today(),
        "check_months": options.CHECK_MONTHS.value,
        "free_refusals": options.FREE_REFUSALS.value,
        "cost": options.REFUSAL_COST.value,
        "why_words": why_words,
        "signed_form": forms.SignedForm(formdata=None) if manager else None,
        "hand_form": forms.HandOutForm(formdata=None) if manager else None,
        "wish_form": forms.WishForm(formdata=None) if ours else None,
        "answers": {},
        "member_form": forms.MemberForm(formdata=None) if manager else None,
        "annul_form": forms.AnnulForm(formdata=None) if manager else None,
        "renew_form": RenewForm(held.ends_on, until, formdata=None, until_on=until) if ours else None,
        "decide_form": DecideForm(formdata=None) if manager else None,
        "promised": renewals.promised(held, asked[0].until_on) if manager and asked else None,
        "problems": [],
        **forms_,
    }
    if manager:
        facts["answers"] = {
            w.id: forms.AnswerForm(formdata=None, prefix=forms.of_wish(w.id))
            for w in facts["asked_for"]
            if w.status is WishState.ASKED
        }
        facts["answers"].update([answered] if answered else [])
    return render("incubator/tenancy.html", status, **facts)


def _shown(lines: list[FeeLine]) -> int:
    """How many months stand open: those that have begun, the next, and every one that is paid."""
    next_month = add_months(clock.today().replace(day=1), 1)
    return max((n for n, line in enumerate(lines, 1) if line.month <= next_month or line.paid_on), default=1)


def _track(held: Tenancy, moves_on: bool) -> list[tuple[Any, Any, bool]]:
    """The way of a tenancy: (word, day, done). Who moves on or has left early is told of no end beforehand."""
    today = clock.today()
    in_room = held.status in (TenancyState.ACTIVE, TenancyState.ENDED)
    way: list[tuple[Any, Any, bool]] = []
    if held.status in (TenancyState.OFFERED, TenancyState.ACCEPTED) or held.accepted_on:
        way += [
            (_("Offered"), clock.local(held.offered_at).date(), True),
            (_("Accepted"), held.accepted_on, held.accepted_on is not None),
            (_("Signed"), held.signed_on, held.signed_on is not None),
        ]
    else:  # who comes from another room was not offered this one
        way.append((_("Agreed"), clock.local(held.offered_at).date(), True))
    way.append((_("Moved in"), held.begins_on, in_room and held.begins_on <= today))
    for days in queries.NOTICE_DAYS:
        on = held.ends_on - timedelta(days=days)
        ended_early = held.status is TenancyState.ENDED and held.last_move != "expire"
        if on > held.begins_on and not ended_early and not moves_on:
            way.append((_("Notice of %(num)d days", num=days), on, in_room and on <= today))
    way.append((_("End"), held.ends_on, held.status is TenancyState.ENDED))
    return way


def why_words(why: str) -> str:
    """The clause by which a fee is waived: what the published rule says, never a word about a family."""
    return _("by the published rule on reduced fees") if why == offer.RULE else why


def again(id: int) -> Tenancy:
    """As it is stored, after something that was undone."""
    return queries.whole([id])[0]


# -- The answer --------------------------------------------------------------------------------------------------


@bp.post("/tenancies/<int:id>/accept", access=signed_in)
def accept_tenancy(id: int) -> Response:
    held = load_tenancy(id)
    service.accept(held, current_user)
    return done(home_of(held), _("The room is yours. Next, both sign the agreement %(number)s.", number=held.number))


@bp.post("/tenancies/<int:id>/refuse", access=signed_in)
def refuse_tenancy(id: int) -> Response:
    held = load_tenancy(id)
    service.refuse(held, current_user)
    return done(home_of(held), _("You have said no to %(room)s. You stay on the waitlist.", room=held.workspace.code))


@bp.post("/tenancies/<int:id>/cancel", access=policy.manager_door)
def cancel_tenancy(id: int) -> Response:
    held = load_tenancy(id, "manage")
    service.cancel(held, current_user)
    return done(home_of(held), _("The offer is taken back, and the team keeps its place in line."))


@bp.post("/tenancies/<int:id>/sign", access=policy.manager_door)
def sign_tenancy(id: int) -> Response:
    held = load_tenancy(id, "manage")
    service.sign(held, current_user)
    return done(home_of(held), _("Signed. The fees and the days of the checks are set up."))


@bp.get("/tenancies/<int:id>/history", access=signed_in)
def tenancy_history(id: int) -> Response:
    """What happened when, and by whom."""
    held = load_tenancy(id)
    if not can("see_money", held):
        abort(404)
    return render("incubator/tenancy_history.html", tenancy=held, events=story.of(held))
