"""Floor 1: a file seen as pages, and marks on pages. It has no URLs of its own; see ``mount``."""

from __future__ import annotations

from flask import Flask

from . import jobs, models


def init_app(app: Flask) -> None:
    """Its jobs and models are registered by importing them."""


__all__ = ["jobs", "models"]
