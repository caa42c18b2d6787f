"""Floor 2: the register of graduates."""

from __future__ import annotations

from flask import Flask

from ..core import demo
from . import models


def init_app(app: Flask) -> None:
    """The register has no pages of its own yet; the clinic shows what it needs of it."""


demo.MODULES.append(f"{__name__}.demo")

__all__ = ["models"]
