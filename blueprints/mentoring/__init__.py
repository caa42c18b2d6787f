"""Floor 3: every graduate has someone (包保服务)."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..core import demo, shell
from ..students.policy import HELPERS
from . import panels, policy, reminders, verify
from .routes import (
    assignments,
    bp,
    contacts,
    diary,
    graduates,
    handovers,
    help_requests,
    mine,
    own,
    plans,
    round,
    seen,
    settings,
    six,
    tags,
)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(mine)


demo.MODULES += [f"{__name__}.demo", f"{__name__}.demo_more"]
shell.nav(
    shell.NavItem(
        "mentoring.index",
        _l("Graduates"),
        "people",
        lambda actor: actor.has(*policy.STAFF),
        15,
    )
)
CALLERS = (Role.MENTOR, Role.COUNSELOR, Role.COLLEGE_LEADER)
shell.nav(shell.NavItem("mentoring.round_", _l("Call round"), "phone", lambda actor: actor.has(*CALLERS), 17))
shell.nav(
    shell.NavItem(
        "mentoring.assignments",
        _l("Assignment"),
        "briefcase",
        lambda actor: actor.has(Role.COLLEGE_LEADER, Role.OFFICE),
        27,
    )
)
shell.nav(shell.NavItem("mentoring.diary", _l("Diary"), "history", lambda actor: actor.has(*HELPERS), 40))
shell.nav(shell.NavItem("care.index", _l("My mentor"), "user", lambda actor: actor.has(Role.STUDENT), 22))

__all__ = [
    "assignments",
    "contacts",
    "diary",
    "graduates",
    "handovers",
    "help_requests",
    "own",
    "panels",
    "plans",
    "policy",
    "reminders",
    "round",
    "seen",
    "settings",
    "six",
    "tags",
    "verify",
]
