"""Floor 3: the résumé clinic."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..core import demo, shell
from . import jobs, notices, panels, routes, verify


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)


demo.MODULES.append(f"{__name__}.demo")

PART = (Role.STUDENT, Role.REVIEWER, Role.OFFICE, Role.COLLEGE_LEADER, Role.COUNSELOR)

shell.nav(
    shell.NavItem(
        "clinic.index",
        _l("Clinic"),
        "file",
        lambda actor: actor.has(*PART),
        20,
        lambda actor: _l("Résumé") if actor.has(Role.STUDENT) else _l("Clinic"),
    )
)
shell.nav(shell.NavItem("clinic.roster", _l("Roster"), "people", lambda actor: actor.has(Role.OFFICE), 30))
shell.nav(shell.NavItem("clinic.settings", _l("Settings"), "gear", lambda actor: actor.has(Role.OFFICE), 40))

__all__ = ["jobs", "notices", "panels", "verify"]
