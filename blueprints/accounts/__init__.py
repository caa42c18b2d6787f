"""Floor 1: people, the org tree, roles, sign-in, notices."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager

from ..core import cli as core_cli
from ..core import demo, shell
from . import cli, routes


def init_app(app: Flask) -> None:
    app.register_blueprint(routes.bp)
    login = LoginManager()
    login.session_protection = None  # the session row is the protection; see models.SignIn
    login.user_loader(routes.load_person)
    login.init_app(app)
    app.context_processor(routes.frame)
    cli.init_app(app)


shell.nav(shell.NavItem("accounts.home", _l("Today"), "home", lambda actor: True, 10))
demo.MODULES.append(f"{__name__}.demo")
core_cli.FIRST_STEPS.append(cli.first_administrator)
