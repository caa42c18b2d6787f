"""Floor 3: every graduate has someone (包保服务)."""

from __future__ import annotations

from flask import Flask

from . import policy
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


__all__ = [
    "assignments",
    "contacts",
    "diary",
    "graduates",
    "handovers",
    "help_requests",
    "own",
    "plans",
    "policy",
    "round",
    "seen",
    "settings",
    "six",
    "tags",
]
