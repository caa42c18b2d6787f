"""What the manager has put together and not yet confirmed: read from an address or a form, and judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...core.ids import read_id
from ..fitting import Fit
from ..models import Application, Workspace
from .offer import Pair

PREFIX = "pair_"


@dataclass(frozen=True)
class Staged:
    """A team put into a room for some days, not sent yet."""

    team: Application
    room: Workspace
    begins_on: date
    ends_on: date


def chosen(values: Iterable[tuple[str, Any]]) -> dict[int, int]:
    """``pair_<application>=<workspace>`` of a query or a form: application -> room."""
    found = {}
    for name, value in values:
        team, room = read_id(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None, read_id(str(value))
        if team is not None and room is not None:
            found[team] = room
    return found


def staged(
    pairs: dict[int, int],
    teams: list[Application],
    rooms: list[Workspace],
    found: dict[tuple[int, int], Fit],
) -> list[Staged]:
    """Those of the chosen pairs that are possible, each room once, the team before in line first."""
    by_id, given, out = {w.id: w for w in rooms}, set(), []
    for team in teams:
        room = by_id.get(pairs.get(team.id, 0))
        fit = found.get((team.id, room.id)) if room is not None else None
        if room is None or fit is None or room.id in given or fit.begins_on is None or fit.ends_on is None:
            continue
        given.add(room.id)
        out.append(Staged(team, room, fit.begins_on, fit.ends_on))
    return out


def lines(text: str) -> list[Pair] | None:
    """``application:workspace:from:until``, a pair a line; None when a line cannot be read."""
    found = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        parts = line.split(":")
        if len(parts) != 4:
            return None
        team, room = read_id(parts[0]), read_id(parts[1])
        try:
            begins_on, ends_on = date.fromisoformat(parts[2]), date.fromisoformat(parts[3])
        except ValueError:
            return None
        if team is None or room is None:
            return None
        found.append(Pair(team, room, begins_on, ends_on))
    return found
