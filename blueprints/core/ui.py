"""The macros of ``templates/ui`` as one global, and what every template may use beside them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from jinja2 import StrictUndefined

from .access import can
from .i18n import shown_language


class Macros:
    """``ui.badge(…)`` finds ``badge`` in whichever file of ``templates/ui`` defines it."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        """Asked for what is no attribute yet: the first macro makes all of them attributes, unless they may change."""
        if name.startswith("_"):
            raise AttributeError(name)
        found = self._collect()
        if not self._app.debug:
            vars(self).update(found)
        try:
            return found[name]
        except KeyError:
            raise AttributeError(f"no macro ui.{name}") from None

    def _collect(self) -> dict[str, Any]:
        folder = Path(self._app.root_path) / str(self._app.template_folder) / "ui"
        found: dict[str, Any] = {}
        for file in sorted(folder.glob("*.html")):
            module = self._app.jinja_env.get_template(f"ui/{file.name}").module
            found.update({k: v for k, v in vars(module).items() if not k.startswith("_")})
        return found


@lru_cache
def _fingerprint(path: Path, changed_at: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def init_app(app: Flask) -> None:
    static = Path(app.static_folder or "static")
    cache: dict[str, str] = {}

    def static_url(name: str) -> str:
        if name not in cache or app.debug:
            path = static / name
            cache[name] = url_for("static", filename=name, v=_fingerprint(path, path.stat().st_mtime))
        return cache[name]

    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(ui=Macros(app), static_url=static_url, can=can, page_language=shown_language)
