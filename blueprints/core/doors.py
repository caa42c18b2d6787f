"""What each route declares at its door: who may knock, whether it writes, how large a body it takes.

A route without ``access=`` does not import. The declarations are read by the unit of work (``writes``),
by the security headers (``body``), by the session (``polls``) and by ``flask routes --json``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, request
from flask_login import current_user

DEFAULT_BODY = 1024 * 1024


@dataclass(frozen=True)
class Access:
    """Who may knock: a test of the signed-in person, and the words for it."""

    label: str
    test: Callable[[Any], bool]
    public: bool = False


@dataclass(frozen=True)
class Door:
    access: Access
    writes: bool | None = None
    body: int = DEFAULT_BODY
    polls: bool = False


everyone = Access("everyone", lambda actor: True, public=True)
signed_in = Access("anyone signed in", lambda actor: True)

DOORS: dict[str, Door] = {"static": Door(everyone)}


class Slice(Blueprint):
    """A blueprint whose routes must say who may knock."""

    def route(  # type: ignore[override]
        self,
        rule: str,
        *,
        access: Access,
        writes: bool | None = None,
        body: int = DEFAULT_BODY,
        polls: bool = False,
        **options: Any,
    ) -> Callable[[Any], Any]:
        def register(view: Any) -> Any:
            endpoint = options.pop("endpoint", None) or view.__name__
            DOORS[f"{self.name}.{endpoint}"] = Door(access, writes, body, polls)
            self.add_url_rule(rule, endpoint, view, **options)
            return view

        return register

    def get(self, rule: str, **options: Any) -> Callable[[Any], Any]:  # type: ignore[override]
        return self.route(rule, methods=["GET"], **options)

    def post(self, rule: str, **options: Any) -> Callable[[Any], Any]:  # type: ignore[override]
        return self.route(rule, methods=["POST"], **options)


def writes(endpoint: str | None) -> bool | None:
    door = DOORS.get(endpoint or "")
    return door.writes if door else None


def knock() -> None:
    """Refuse who may not stand at this door: 401 when nobody is signed in, else 403."""
    if request.endpoint is None:
        return
    access = DOORS[request.endpoint].access
    if access.public:
        return
    if not current_user.is_authenticated:
        abort(401)
    if not access.test(current_user):
        abort(403)
