"""What the slices above say about graduates in a word: bulk providers, asked once for all rows of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fact:
    """One fact about one graduate; ``url`` is given only if this reader may open it."""

    text: str
    url: str | None = None
    quiet: bool = False


Provider = Callable[[Any, list[int]], dict[int, Fact]]


@dataclass(frozen=True)
class Panel:
    label: Any
    facts: Provider


PANELS: dict[str, Panel] = {}


def panel(name: str, label: Any) -> Callable[[Provider], Provider]:
    """Register ``fn(actor, student ids) -> facts by id``: one query whatever their number."""

    def register(facts: Provider) -> Provider:
        PANELS[name] = Panel(label, facts)
        return facts

    return register


def of(actor: Any, student_ids: Iterable[int]) -> dict[int, list[tuple[Any, Fact]]]:
    """All panels for these graduates: id -> (label, fact) in the order of registration."""
    ids = list(student_ids)
    found: dict[int, list[tuple[Any, Fact]]] = {id: [] for id in ids}
    if ids:
        for item in PANELS.values():
            for id, fact in item.facts(actor, ids).items():
                found[id].append((item.label, fact))
    return found
