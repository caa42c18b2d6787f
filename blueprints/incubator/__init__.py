"""Floor 3: the incubator lends rooms, fairly and without a clash (创业孵化园)."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..core import demo, shell
from . import jobs_tenancy, panels, policy, verify
from .routes import (
    agreements,
    allotment,
    applications,
    bp,
    endorsements,
    exits,
    figures,
    home,
    intakes,
    internships,
    photos,
    place,
    renewals,
    settings,
    sheets,
    tenancies,
    tenants,
    terms,
    upkeep,
    waitlist,
)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


demo.MODULES.append(f"{__name__}.demo")
PART = (
    Role.STUDENT,
    Role.INCUBATOR_MANAGER,
    Role.OFFICE,
    Role.SCHOOL_LEADER,
    Role.COLLEGE_LEADER,
    Role.COUNSELOR,
    Role.MENTOR,
    Role.REVIEWER,
)
shell.nav(shell.NavItem("incubator.index", _l("Incubator"), "box", lambda actor: actor.has(*PART), 35))

__all__ = [
    "agreements",
    "allotment",
    "applications",
    "endorsements",
    "exits",
    "figures",
    "home",
    "intakes",
    "internships",
    "jobs_tenancy",
    "panels",
    "photos",
    "place",
    "policy",
    "renewals",
    "settings",
    "sheets",
    "tenancies",
    "tenants",
    "terms",
    "upkeep",
    "verify",
    "waitlist",
]
