"""Keys and equipment, fees, checks."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...core.db import wait_to_write
from ...core.pages import done, render
from .. import policy
from ..forms import tenancy as forms
from ..models import Check, FeeLine, HandOut, Tenancy
from ..queries import photo as photos
from ..queries import tenancy as queries
from ..service import offer, photo
from ..service import tenancy as service
from . import bp
from .tenancies import home_of, load_tenancy, page, why_words


def _part(model: Any, id: int, tenancy_id: int) -> Any:
    return queries.part(model, id, tenancy_id) or abort(404)


@bp.post("/tenancies/<int:id>/hand-outs", access=policy.manager_door)
def hand_out(id: int) -> Response:
    held, form = load_tenancy(id, "manage"), forms.HandOutForm()
    if not form.validate():
        return page(held, 422, hand_form=form)
    service.hand_out(held, current_user, form.what.data, form.hand_note.data or "")
    return done(home_of(held), _("Written down."))


def _after(held: Tenancy) -> str:
    """The page from which it was done: that of the tenancy, or its exit list."""
    return url_for(".exit_page", id=held.id) if request.args.get("then") == "exit" else home_of(held)


@bp.post("/tenancies/<int:id>/hand-outs/<int:item>", access=policy.manager_door)
def take_back(id: int, item: int) -> Response:
    held = load_tenancy(id, "manage")
    thing: HandOut = _part(HandOut, item, id)
    service.take_back(thing, current_user)
    return done(_after(held), _("It is back.") if thing.back_on else _("It is out again."))


@bp.post("/tenancies/<int:id>/fees/<int:line>/paid", access=policy.manager_door)
def pay_fee(id: int, line: int) -> Response:
    held = load_tenancy(id, "manage")
    month: FeeLine = _part(FeeLine, line, id)
    service.pay(month)
    return done(_after(held), _("Paid.") if month.paid_on else _("It is due again."))


@bp.get("/tenancies/<int:id>/fees/<int:line>", access=policy.manager_door)
def fee(id: int, line: int) -> Response:
    held = load_tenancy(id, "manage")
    month: FeeLine = _part(FeeLine, line, id)
    data = {"waived": month.waived / 100, "why": "" if month.why == offer.RULE else month.why}
    return _fee(held, month, forms.WaiveForm(month, formdata=None, data=data))


def _fee(held: Tenancy, month: FeeLine, form: forms.WaiveForm, status: int = 200) -> Response:
    facts: dict[str, Any] = {"tab": "tenancies", "tenancy": held, "line": month, "form": form, "why_words": why_words}
    return render("incubator/fees.html", status, **facts)


@bp.post("/tenancies/<int:id>/fees/<int:line>", access=policy.manager_door)
def waive_fee(id: int, line: int) -> Response:
    held = load_tenancy(id, "manage")
    month: FeeLine = _part(FeeLine, line, id)
    form = forms.WaiveForm(month)
    if not form.validate():
        return _fee(held, month, form, 422)
    service.waive(month, form.fen, form.why.data or "")
    return done(home_of(held), _("Stored."))


@bp.get("/tenancies/<int:id>/checks/<int:item>", access=policy.manager_door)
def check(id: int, item: int) -> Response:
    held = load_tenancy(id, "manage")
    found: Check = _part(Check, item, id)
    names = ("attendance", "safety", "activity", "people", "note")
    data = {name: getattr(found, name) for name in names}
    data["money"] = found.money / 100 if found.money is not None else None
    return _check(held, found, forms.CheckForm(formdata=None, data=data))


def _check(held: Tenancy, found: Check, form: forms.CheckForm, status: int = 200) -> Response:
    before = [c for c in queries.checks(held.id) if c.done_on and c.id != found.id]
    facts: dict[str, Any] = {
        "tab": "tenancies",
        "tenancy": held,
        "check": found,
        "form": form,
        "before": before[-3:],
        "photos": photos.of_checks([found.id])[found.id],
        "photo_most": photos.MOST,
        "photo_mb": photo.MOST_MB,
    }
    return render("incubator/check.html", status, **facts)


@bp.post("/tenancies/<int:id>/checks/<int:item>", access=policy.manager_door, writes=False, body=photo.BODY)
def record_check(id: int, item: int) -> Response:
    held, form = load_tenancy(id, "manage"), forms.CheckForm()
    found: Check = _part(Check, item, id)
    if not form.validate():
        return _check(held, found, form, 422)
    try:
        received = photo.receive(form.photos.uploads)
        wait_to_write()
        held = load_tenancy(id, "manage")
        found = _part(Check, item, id)
        service.record_check(found, current_user, received, **form.facts())
    except photo.Refused as refusal:
        form.photos.errors = refusal.sentences
        return _check(held, found, form, 422)
    return done(home_of(held), _("The check is written down."))
