"""Who is on the team of a tenancy, and what the team wishes."""

from __future__ import annotations

from typing import Any

from flask import Response, abort
from flask_babel import gettext as _
from flask_login import current_user

from ...core.access import load
from ...core.doors import signed_in
from ...core.pages import done
from .. import policy
from ..forms import tenancy as forms
from ..models import Wish, WishKind
from ..queries import application as applications
from ..queries import tenancy as queries
from ..service import tenancy as service
from ..service import wish as wishes
from . import bp
from .tenancies import home_of, load_tenancy, page


@bp.post("/tenancies/<int:id>/wishes", access=signed_in)
def wish(id: int) -> Response:
    held, form = load_tenancy(id, "ask_renewal"), forms.WishForm()
    if not form.validate():
        return page(held, 422, wish_form=form)
    wishes.ask(held, current_user, WishKind(form.kind.data), form.wish.data)
    return done(home_of(held), _("The manager has been told and will answer you."))


@bp.post("/wishes/<int:id>", access=policy.manager_door)
def answer_wish(id: int) -> Response:
    found = load(Wish, id, "decide", queries.OF_WISH)
    form = forms.AnswerForm(prefix=forms.of_wish(id))
    if not form.validate():
        return page(found.tenancy, 422, answered=(id, form))
    wishes.decide(found, current_user, form.done.data == "grant", form.words.data or "")
    return done(home_of(found.tenancy), _("The team has been told."))


@bp.post("/tenancies/<int:id>/members", access=policy.manager_door)
def add_tenant(id: int) -> Response:
    held, form = load_tenancy(id, "manage"), forms.MemberForm()
    if not form.validate():
        return page(held, 422, member_form=form)
    student = None
    if not form.outside.data:
        found = applications.students_found(form.who.data)
        if len(found) != 1:
            form.who.errors = [_cannot_tell(found)]
            return page(held, 422, member_form=form)
        student = found[0]
    new = service.add_member(held, student, form.who.data, form.part.data or "")
    return done(home_of(held), _("They are on the team.") if new else _("They are on the team already."))


def _cannot_tell(found: list[Any]) -> str:
    if not found:
        return _("No student is found by that. Type the whole name or the number, or say that they are from outside.")
    names = "、".join(f"{s.user.name} {s.user.number or s.user.username}" for s in found)
    return _("More than one student fits: %(names)s. Type the number.", names=names)


@bp.post("/tenancies/<int:id>/members/<int:item>/leave", access=policy.manager_door)
def drop_tenant(id: int, item: int) -> Response:
    held = load_tenancy(id, "manage")
    member = next((m for m in held.application.members if m.id == item), None) or abort(404)
    service.drop_member(held, member)
    return done(home_of(held), _("They are no longer on the team."))
