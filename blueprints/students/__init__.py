"""Floor 2: the register of graduates."""

from __future__ import annotations

from flask import Flask

from . import demo, models


def init_app(app: Flask) -> None:
    """The register has no pages of its own yet; the clinic shows what it needs of it."""


__all__ = ["demo", "models"]
