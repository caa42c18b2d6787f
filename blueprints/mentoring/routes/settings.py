"""The office: mentoring's settings, and the code lists."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...accounts import policy as people_policy
from ...core import audit
from ...core.access import load
from ...core.listing import ListPage, listed
from ...core.pages import done, render
from ...students.models import Code, CodeKind
from .. import options
from ..codes_listing import CODES, NAMES
from ..forms.settings import ChangeCodeForm, NewCodeForm, name_of, settings_form
from ..service import settings as service
from . import bp


@bp.get("/settings", access=people_policy.office)
def settings() -> Response:
    values = {name_of(o): o.value for o in options.ALL}
    return _settings(settings_form()(formdata=None, data={**values, "version": service.version()}))


def _settings(form: Any, status: int = 200) -> Response:
    return render("mentoring/settings.html", status, form=form, options=options.ALL, name_of=name_of)


@bp.post("/settings", access=people_policy.office)
def save_settings() -> Response:
    form = settings_form()()
    if not form.validate():
        return _settings(form, 422)
    now = service.version()
    if form.version.data != now:
        return _stale(form, now)
    audit.because("mentoring.settings")
    if service.save({o.key: form[name_of(o)].data for o in options.ALL}):
        return done(url_for(".settings"), _("Saved. In a moment everyone falls due by the new days."))
    return done(url_for(".settings"), _("Saved."))


def _stale(form: Any, now: int) -> Response:
    """What was typed stays; each field that someone else set says to what."""
    for option in options.ALL:
        field = form[name_of(option)]
        if field.data != option.value:
            field.errors = [
                _("Someone changed this meanwhile: it is %(value)s now. Save again to set yours.", value=option.value)
            ]
    form.version.raw_data, form.version.data = None, now
    return _settings(form, 409)


# -- Code lists -------------------------------------------------------------------------------------------


def _kind(value: str | None) -> CodeKind:
    return CodeKind(value) if value in list(CodeKind) else abort(400)


def _codes(form: NewCodeForm | None = None, status: int = 200) -> Response:
    if form is None:
        page = listed(CODES, url_for(".codes"))
    else:
        page = ListPage(CODES, current_user, {"tab": form.kind.data}, url_for(".codes")).load()
    kind = page.tab.key
    form = form or NewCodeForm(formdata=None, kind=kind)
    return render("mentoring/codes.html", status, page=page, form=form, names=NAMES, kind=CodeKind(kind))


@bp.get("/codes", access=people_policy.office)
def codes() -> Response:
    return _codes()


@bp.post("/codes/new", access=people_policy.office)
def add_code() -> Response:
    form = NewCodeForm()
    kind = _kind(form.kind.data)
    if not form.validate():
        return _codes(form, 422)
    try:
        made = service.add_code(kind, form.code.data, form.name.data, form.name_en.data or "")
    except service.Exists:
        form.code.errors = [_("This list has an entry with that code. Change that one, or choose another code.")]
        return _codes(form, 422)
    return done(_back(kind), _("%(name)s: added at the end of the list.", name=made.name))


def _back(kind: CodeKind) -> str:
    return url_for(".codes", tab=kind.value)


@bp.get("/codes/<int:id>", access=people_policy.office)
def code(id: int) -> Response:
    entry = load(Code, id)
    facts = {"name": entry.name, "name_en": entry.name_en, "shown": entry.name, "place": service.place_of(entry)}
    return _code(entry, ChangeCodeForm(formdata=None, **facts))


def _code(entry: Code, form: ChangeCodeForm, status: int = 200) -> Response:
    return render(
        "mentoring/code.html", status, entry=entry, form=form, list_name=NAMES[entry.kind], back=_back(entry.kind)
    )


@bp.post("/codes/<int:id>", access=people_policy.office)
def change_code(id: int) -> Response:
    entry, form = load(Code, id), ChangeCodeForm()
    if not form.validate():
        return _code(entry, form, 422)
    if form.stale(entry.name):
        return _code(entry, form, 409)
    service.change_code(entry, form.name.data, form.name_en.data or "", form.place.data)
    return done(_back(entry.kind), _("Saved."))


@bp.post("/codes/<int:id>/retire", access=people_policy.office)
def retire_code(id: int) -> Response:
    entry = load(Code, id)
    service.retire(entry, True)
    return done(
        _back(entry.kind), _("%(name)s is offered no more; records that bear it stay readable.", name=entry.name)
    )


@bp.post("/codes/<int:id>/return", access=people_policy.office)
def return_code(id: int) -> Response:
    entry = load(Code, id)
    service.retire(entry, False)
    return done(_back(entry.kind), _("%(name)s can be chosen again.", name=entry.name))
