"""The stored points of the waitlist, brought up to the day."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ...core.db import db
from ..models import Application, ApplicationState
from ..queries import waitlist as queries


def reckon(applications: Sequence[Application]) -> int:
    """Store the points of these by the rule; returns how many have others than before."""
    changed = 0
    for id, points in queries.breakdowns(applications).items():
        application = next(a for a in applications if a.id == id)
        if application.points != points.total:
            application.points = points.total
            changed += 1
    return changed


def reckon_all() -> int:
    """Everybody who waits; each is locked first, so that a refusal or an offer comes before or after."""
    query = sa.select(Application).where(Application.status == ApplicationState.APPROVED).order_by(Application.id)
    return reckon(list(db.session.scalars(query.with_for_update())))
