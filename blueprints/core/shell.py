"""The frame around every page: the navigation, and what each slice puts on a person's home."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import request, url_for


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation; ``shown`` says to whom."""

    endpoint: str
    label: Any
    icon: str
    shown: Callable[[Any], bool]
    order: int
    label_for: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class NavLink:
    label: Any
    url: str
    icon: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class HomePanel:
    """A card on the home page: its template and what that template is given. ``side`` puts it at the right."""

    template: str
    context: dict[str, Any]
    order: int = 50
    side: bool = False


NAV: list[NavItem] = []
HOME: list[Callable[[Any], Iterator[HomePanel]]] = []


def nav(item: NavItem) -> None:
    NAV.append(item)
    NAV.sort(key=lambda i: i.order)


def home(provider: Callable[[Any], Iterator[HomePanel]]) -> Callable[[Any], Iterator[HomePanel]]:
    """Register a provider of home panels: ``fn(actor)`` yields what this person should see."""
    HOME.append(provider)
    return provider


def links(actor: Any) -> list[NavLink]:
    """The navigation of this person, the current entry marked."""
    here = _current(request.endpoint or "")
    return [
        NavLink(
            item.label_for(actor) if item.label_for else item.label,
            url_for(item.endpoint),
            item.icon,
            item.endpoint == here,
        )
        for item in NAV
        if item.shown(actor)
    ]


def _current(endpoint: str) -> str:
    """The entry that stands for a page: its own, else the index of its slice."""
    if any(item.endpoint == endpoint for item in NAV):
        return endpoint
    return endpoint.partition(".")[0] + ".index"


def panels(actor: Any) -> list[HomePanel]:
    return sorted((p for provider in HOME for p in provider(actor)), key=lambda p: p.order)
