"""``flask demo``: a whole invented school, played through the service functions, chapter by chapter.

A slice adds its chapter with :func:`chapter`; chapters run in floor order. The story is the same for
the same number of students (one seeded random source), and is told at its own times.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click
from flask import Flask

from . import audit
from .cli import initialise
from .db import unit

STUDENTS = 240
PASSWORD = "qihang-demo"  # noqa: S105 (public, and said so on every page)


@dataclass
class Story:
    """What the chapters share: chance, size, and the people by the names of their sign-ins."""

    students: int
    chance: random.Random
    people: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        return self.students / STUDENTS


@dataclass(frozen=True)
class Chapter:
    order: int
    tell: Callable[[Story], None]


CHAPTERS: list[Chapter] = []
ALREADY: list[Callable[[], list[tuple[str, str]] | None]] = []
"""The look-up of who is there: None in an empty database, (login, name) of the demo's people, else nothing."""
MODULES: list[str] = []
"""The ``demo`` modules of the slices, by name: only ``flask demo`` imports them and what they need."""


def chapter(order: int) -> Callable[[Callable[[Story], None]], Callable[[Story], None]]:
    """Register a chapter; it opens its own units."""

    def register(tell: Callable[[Story], None]) -> Callable[[Story], None]:
        CHAPTERS.append(Chapter(order, tell))
        CHAPTERS.sort(key=lambda c: c.order)
        return tell

    return register


def play(students: int = STUDENTS, seed: int = 2027) -> Story:
    """Play all chapters into the present database."""
    story = Story(students, random.Random(seed))
    for item in CHAPTERS:
        audit.act_as(None, "demo")
        item.tell(story)
    while True:
        with unit("write"):
            if not audit.seal():
                return story


@click.command("demo")
@click.option("--once", is_flag=True, help="leave a database with people as it is; if it is a demo, print its sign-ins")
@click.option(
    "--students", default=STUDENTS, show_default=True, type=click.IntRange(60, 50_000), help="how many graduates"
)
def demo_command(students: int, once: bool) -> None:
    """Fill the database with an invented school; refuses one that has people in it."""
    for name in MODULES:
        importlib.import_module(name)
    initialise(quietly=True)
    with unit("read"):
        there = ALREADY[0]() if once else None
    if there is None:
        there = [(login, who.name) for login, who in play(students).people.items()]
    if not there:
        return
    click.echo(f"\nThe demo's sign-ins, all with the password {PASSWORD}:")
    for login, name in there:
        click.echo(f"  {login:12} {name}")


def init_app(app: Flask) -> None:
    app.cli.add_command(demo_command)
