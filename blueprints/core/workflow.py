"""State machines: one table of moves a machine; buttons, guards, audit and the diagram are read from it.

A machine's state column is assigned nowhere else (an attribute listener refuses it), and the database
repeats the law in a CHECK. :func:`Machine.fire` re-reads the row under its lock, checks the state, then
the rule, runs the effect and tells whoever listens. The same act repeated by the same person (a double
click, a second tab, a retried request) is answered as the first was, with no second effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from blinker import Signal
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import Conflict

from . import audit, clock
from .access import Denied, Rule
from .db import Model, db, locked, regardless

moved = Signal()
"""Sent after every move as ``moved.send(machine, move=…, obj=…, actor=…)``, inside the same transaction."""


class WrongState(Conflict):
    """409: the row is not in a state from which this move leaves."""


class Moving:
    """The columns a machine keeps on its row beside the state: the last move, and who made it when."""

    last_move: Mapped[str | None] = mapped_column(sa.String(30), default=None)
    last_moved_by: Mapped[int | None] = mapped_column(default=None)
    last_moved_at: Mapped[datetime | None] = mapped_column(default=None)


@dataclass(frozen=True)
class Move:
    """One way from some states to another.

    ``by`` is the rule that says who may; ``effect(obj, actor, **data)`` changes what else changes;
    ``late`` is the sentence for someone who comes when the state has moved on.
    """

    name: str
    label: Any
    sources: frozenset[StrEnum]
    target: StrEnum
    by: Rule
    effect: Callable[..., None] | None = None
    late: Any = ""
    repeatable: bool = True


@dataclass
class Machine:
    """All moves of one model's state column."""

    name: str
    model: type[Model]
    column: str
    moves: dict[str, Move] = field(default_factory=dict)

    def __post_init__(self) -> None:
        MACHINES[self.name] = self
        event.listen(getattr(self.model, self.column), "set", self._refuse_assignment)

    def add(self, *moves: Move) -> None:
        self.moves.update({move.name: move for move in moves})

    def _refuse_assignment(self, obj: Any, value: Any, old: Any, initiator: Any) -> None:
        if sa.inspect(obj).persistent and not obj.__dict__.get("_moving") and value != old:
            raise RuntimeError(f"{self.model.__name__}.{self.column} changes only by a move of {self.name}")

    def state(self, obj: Any) -> Any:
        return getattr(obj, self.column)

    def open_to(self, actor: Any, obj: Any) -> Iterator[Move]:
        """The moves this person may make now: what the page shows as buttons."""
        for move in self.moves.values():
            if self.state(obj) in move.sources and move.by(actor, obj):
                yield move

    def allows(self, name: str, actor: Any, obj: Any) -> bool:
        move = self.moves[name]
        return self.state(obj) in move.sources and move.by(actor, obj)

    def fire(self, name: str, obj: Any, actor: Any, **data: Any) -> bool:
        """Make the move; True when it was made, False when this person had just made the very same one.

        Raises :class:`WrongState` (409) and :class:`~.access.Denied` (403).
        """
        move = self.moves[name]
        locked(obj)
        actor_id = getattr(actor, "id", None)
        if self.state(obj) not in move.sources:
            if (
                move.repeatable
                and obj.last_move == name
                and obj.last_moved_by == actor_id
                and self.state(obj) == move.target
            ):
                return False
            raise WrongState(str(move.late))
        if (says := move.by.refusal(actor, obj)) is not None:
            if actor_id is not None:
                regardless(audit.denied, actor_id, name, obj.__tablename__, obj.id)
            raise Denied(name, says)
        audit.because(f"{self.name}.{name}", data.pop("note", ""))
        with db.session.no_autoflush:  # the database's own law holds only for the whole move
            if move.effect is not None:
                move.effect(obj, actor, **data)
            self._set(obj, move.target)
            obj.last_move, obj.last_moved_by, obj.last_moved_at = name, actor_id, clock.now()
        db.session.flush()
        moved.send(self, move=move, obj=obj, actor=actor)
        return True

    def _set(self, obj: Any, target: StrEnum) -> None:
        obj.__dict__["_moving"] = True
        try:
            setattr(obj, self.column, target)
        finally:
            del obj.__dict__["_moving"]

    def diagram(self) -> str:
        """The machine as a Mermaid state diagram, for docs/workflows.md."""
        lines = ["stateDiagram-v2"]
        for move in self.moves.values():
            for source in sorted(move.sources):
                lines.append(f"    {source.value} --> {move.target.value}: {move.name}")
        return "\n".join(lines)


MACHINES: dict[str, Machine] = {}


def states(*members: Iterable[StrEnum] | StrEnum) -> frozenset[StrEnum]:
    return frozenset(members)  # type: ignore[arg-type]
