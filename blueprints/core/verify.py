"""``flask verify``: the invariants of a healthy installation, each a function that yields what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from . import audit, files, sealed

CHECKS: list[Callable[[], Iterable[str]]] = [files.problems, audit.problems, sealed.problems]


def check(fn: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
    """Register an invariant of a slice."""
    CHECKS.append(fn)
    return fn


def problems() -> Iterator[str]:
    for fn in CHECKS:
        yield from fn()
