"""Floor 3: the incubator lends rooms, fairly and without a clash (创业孵化园)."""

from __future__ import annotations

from flask import Flask

from ..core import demo
from . import jobs_tenancy, policy, verify
from .routes import (
    allotment,
    applications,
    bp,
    endorsements,
    figures,
    home,
    intakes,
    internships,
    place,
    renewals,
    settings,
    sheets,
    tenancies,
    waitlist,
)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


demo.MODULES.append(f"{__name__}.demo")

__all__ = [
    "allotment",
    "applications",
    "endorsements",
    "figures",
    "home",
    "intakes",
    "internships",
    "jobs_tenancy",
    "place",
    "policy",
    "renewals",
    "settings",
    "sheets",
    "tenancies",
    "verify",
    "waitlist",
]
