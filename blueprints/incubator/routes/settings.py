"""The incubator's settings."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _

from ...core import audit
from ...core.pages import done, render
from .. import options, policy
from ..forms.settings import name_of, settings_form, shown, stored
from ..service import settings as service
from . import bp


@bp.get("/settings", access=policy.manager_door)
def settings() -> Response:
    values = {name_of(o): shown(o) for o in options.ALL}
    return _settings(settings_form()(formdata=None, data={**values, "version": service.version()}))


def _settings(form: Any, status: int = 200) -> Response:
    return render(
        "incubator/settings.html", status, form=form, options=options.ALL, in_points=options.IN_POINTS, name_of=name_of
    )


@bp.post("/settings", access=policy.manager_door)
def save_settings() -> Response:
    form = settings_form()()
    if not form.validate():
        return _settings(form, 422)
    now = service.version()
    if form.version.data != now:
        return _stale(form, now)
    audit.because("incubator.settings")
    months = options.CHECK_MONTHS.value
    service.save({o.key: stored(o, form[name_of(o)].data) for o in options.ALL})
    if form[name_of(options.CHECK_MONTHS)].data != months:
        return done(
            url_for(".terms"), _("Saved. The agreement names the months between two checks too: see whether it fits.")
        )
    return done(url_for(".settings"), _("Saved."))


def _stale(form: Any, now: int) -> Response:
    """What was typed stays; each field that someone else set says to what."""
    for option in options.ALL:
        field = form[name_of(option)]
        if field.data != shown(option):
            field.errors = [
                _("Someone changed this meanwhile: it is %(value)s now. Save again to set yours.", value=shown(option))
            ]
    form.version.raw_data, form.version.data = None, now
    return _settings(form, 409)
