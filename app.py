"""Qihang 启航: the application, wired in floor order. It does no work of its own."""

from __future__ import annotations

from flask import Flask

from blueprints import accounts, clinic, core, documents, incubator, mentoring, students
from blueprints.core.db import House, die_with_parent
from blueprints.core.settings import Settings, from_environment

SLICES = (accounts, documents, students, clinic, mentoring, incubator)


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings, or for those of the environment."""
    app = House(__name__)
    core.init_app(app, settings or from_environment())
    for slice_ in SLICES:
        slice_.init_app(app)
    return app


def web() -> Flask:
    """What a worker of the web server runs; it ends with its parent, and refuses to run without a secret."""
    die_with_parent()
    app = create_app()
    if not app.secret_key:
        raise SystemExit("There is no secret key; run 'flask init' first.")
    return app
