"""Routes that each do one thing to the unit of work; only the tests' applications have them."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response, abort

from blueprints.accounts.models import Cohort, FailedSignIn
from blueprints.core import audit, clock
from blueprints.core.access import Rule, allow, require
from blueprints.core.db import db, regardless, say, wait_to_write
from blueprints.core.doors import Slice, everyone, signed_in
from blueprints.core.pages import done, render

probe = Slice("probe", __name__, url_prefix="/probe")
allow(Cohort, paint=Rule(lambda actor, cohort: False, "Nobody paints a cohort."))


def _add(year: int) -> Cohort:
    cohort = Cohort(year=year)
    db.session.add(cohort)
    return cohort


@probe.post("/answer/<int:status>", access=everyone)
def answer(status: int) -> Response:
    """Stores something and answers with this status."""
    _add(status)
    db.session.flush()
    if status in (403, 404, 409):
        abort(status)
    return done("/help", "Stored.") if status == 303 else render("error.html", status, title="t", text="t", code=status)


@probe.post("/said", access=everyone)
def said_and_refused() -> Response:
    say("Stored.")
    return render("error.html", 422, title="t", text="t", code=422)


@probe.post("/broken", access=everyone)
def broken() -> Response:
    _add(500)
    db.session.flush()
    raise ZeroDivisionError


@probe.post("/same-year-twice", access=everyone)
def refused_at_commit() -> Response:
    """Nothing is sent to the database before the commit, which it then refuses."""
    _add(2040)
    _add(2040)
    say("Stored.")
    return done("/help")


@probe.post("/busy", access=everyone)
def busy() -> Response:
    raise sa.exc.OperationalError("UPDATE", {}, Exception("database is locked"))


@probe.get("/adds", access=everyone)
def adds() -> Response:
    _add(2041)
    return done("/help")


@probe.get("/deletes", access=everyone)
def deletes() -> Response:
    db.session.execute(sa.delete(FailedSignIn))
    return done("/help")


@probe.get("/traced", access=signed_in, writes=True)
def traced() -> Response:
    audit.event_of("probe.traced", "cohort", 0)
    return done("/help")


@probe.post("/hasty", access=everyone, writes=False)
def hasty() -> Response:
    _add(2042)
    return done("/help")


@probe.post("/patient", access=everyone, writes=False)
def patient() -> Response:
    wait_to_write()
    _add(2043)
    return done("/help")


@probe.post("/paint", access=everyone)
def paint() -> Response:
    cohort = _add(2044)
    require("paint", cohort)
    return done("/help")


@probe.post("/counted", access=everyone)
def counted() -> Response:
    """Refused, and yet something is to be remembered."""
    _add(2045)
    regardless(_remember)
    abort(403)


def _remember() -> None:
    db.session.add(FailedSignIn(key="counted", at=clock.now()))
