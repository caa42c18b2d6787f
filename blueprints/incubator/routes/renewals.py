"""A team asks to stay, and the manager answers; both on the page of the tenancy."""

from __future__ import annotations

from flask import Response, abort
from flask_babel import gettext as _
from flask_login import current_user

from ...core.access import load
from ...core.doors import signed_in
from ...core.pages import done
from .. import policy
from ..forms.renewal import DecideForm, RenewForm
from ..models import Renewal, Tenancy
from ..queries import tenancy as queries
from ..service import offer
from ..service import renewal as service
from . import bp
from .tenancies import home_of, page


@bp.post("/tenancies/<int:id>/renew", access=signed_in)
def renew_tenancy(id: int) -> Response:
    held = load(Tenancy, id, "ask_renewal", queries.FULL)
    form = RenewForm(held.ends_on, service.latest(held))
    if not form.validate():
        return page(held, 422, renew_form=form)
    service.ask(held, current_user, form.until_on.data, form.why.data)
    return done(home_of(held), _("The manager has been asked, and you get a notice with the answer."))


@bp.post("/renewals/<int:id>", access=policy.manager_door)
def decide_renewal(id: int) -> Response:
    renewal = load(Renewal, id, "decide", queries.OF_RENEWAL)
    form = DecideForm()
    if not form.validate():
        return page(renewal.tenancy, 422, decide_form=form)
    granted = form.outcome.data == "grant"
    try:
        service.decide(renewal, current_user, granted, form.answer.data)
    except offer.Clash as clash:
        held = next(iter(queries.whole([renewal.tenancy_id])), None) or abort(404)
        return page(held, 422, decide_form=form, problems=clash.sentences)
    said = _("They can stay.") if granted else _("They cannot stay, and have been told why.")
    return done(home_of(renewal.tenancy), said)
