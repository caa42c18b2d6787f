"""Today in the incubator: for its manager, for a team, for the teachers who help."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from ...core.doors import DOORS
from ...core.listing import TabLink
from . import bp

TABS = (
    ("index", _l("Today")),
    ("plan", _l("Plan")),
    ("occupancy", _l("Occupancy")),
    ("intakes", _l("Calls")),
    ("allotment", _l("Allotment")),
    ("waitlist", _l("Waitlist")),
    ("tenancies", _l("Tenancies")),
    ("figures", _l("Figures")),
)


def tabs(current: str | None) -> list[TabLink]:
    """The tabs whose door opens to this person; the current one is named, or found by the endpoint."""
    here = current or (request.endpoint or "").partition(".")[2]
    found = []
    for name, label in TABS:
        endpoint = f"{bp.name}.{name}"
        if endpoint in current_app.view_functions and DOORS[endpoint].access.test(current_user):
            found.append(TabLink(name, label, url_for(endpoint), None, name == here, ""))  # type: ignore[arg-type]
    return found


@bp.context_processor
def _tabs() -> dict[str, Any]:
    return {"incubator_tabs": tabs}
