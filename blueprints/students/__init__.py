"""Floor 2: the register of graduates."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..core import cli as core_cli
from ..core import demo, shell
from . import cli, codes, policy, routes


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    cli.init_app(app)


core_cli.SEEDS.append(codes.seed)
demo.MODULES.append(f"{__name__}.demo")
shell.nav(shell.NavItem("students.index", _l("Register"), "people", lambda actor: actor.has(Role.OFFICE), 25))

__all__ = ["policy"]
