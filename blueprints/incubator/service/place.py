"""What happens to the place: buildings, floors, workspaces, and the time in which one is not lent."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from ...core import clock
from ...core.db import db
from ...core.i18n import day
from ..models import Block, Building, Floor, Workspace
from ..queries import place as queries
from .offer import hold, is_ours


class Refused(Exception):
    """It cannot be so; ``field`` is where the form says the sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


def add_building(name: str, address: str) -> Building:
    made = Building(name=name, address=address)
    db.session.add(made)
    return made


def change_building(building: Building, name: str, address: str) -> None:
    building.name, building.address = name, address


def add_floor(building_id: int, **facts: Any) -> Floor:
    """A floor above those that the building has."""
    there = db.session.scalar(sa.select(sa.func.max(Floor.place)).where(Floor.building_id == building_id))
    made = Floor(building_id=building_id, place=0 if there is None else there + 1, **facts)
    db.session.add(made)
    db.session.flush()
    return made


def change_floor(floor: Floor, *, width: int, height: int, **facts: Any) -> None:
    """A floor does not become smaller than what is drawn on it."""
    for other in queries.neighbours(floor.id):
        if other.x + other.w > width or other.y + other.h > height:
            raise Refused("width", _("%(room)s would lie outside. Move it first.", room=other.code))
    floor.width, floor.height = width, height
    for name, value in facts.items():
        setattr(floor, name, value)


# -- Workspaces ---------------------------------------------------------------------------------------------


def _fits_on(floor: Floor, facts: dict[str, Any], but: int | None = None) -> None:
    """The code is free on this floor, and the rectangle lies on it and over no other."""
    x, y, w, h = (facts[name] for name in ("x", "y", "w", "h"))
    if x + w > floor.width or y + h > floor.height:
        size = {"width": floor.width, "height": floor.height}
        raise Refused("x", _("This lies outside the floor, which is %(width)d by %(height)d.", **size))
    same = sa.select(Workspace.id).where(Workspace.floor_id == floor.id, Workspace.code == facts["code"])
    if db.session.scalar(same.where(Workspace.id != (but or 0))) is not None:
        raise Refused("code", _("This floor has a workspace %(room)s already.", room=facts["code"]))
    for other in queries.neighbours(floor.id, but):
        if x < other.x + other.w and other.x < x + w and y < other.y + other.h and other.y < y + h:
            raise Refused("x", _("This lies over %(room)s. Change its corner or its size.", room=other.code))


def _hold_floor(floor: Floor) -> None:
    """Two who draw on one floor do it one after the other."""
    db.session.execute(sa.select(Floor.id).where(Floor.id == floor.id).with_for_update())


def add_workspace(floor: Floor, **facts: Any) -> Workspace:
    _hold_floor(floor)
    _fits_on(floor, facts)
    made = Workspace(floor_id=floor.id, **facts)
    db.session.add(made)
    db.session.flush()
    return made


def add_many(floor: Floor, lines: list[dict[str, Any]]) -> int:
    """All of these or none, lent from today; the sentence of the first that cannot be says its line."""
    for number, facts in enumerate(lines, 1):
        try:
            add_workspace(floor, lent_from=clock.today(), **facts)
        except Refused as refusal:
            said = _("Line %(num)d: %(why)s", num=number, why=refusal.sentence)
            raise Refused("lines", said) from refusal
    return len(lines)


def change_workspace(workspace: Workspace, floor: Floor, **facts: Any) -> None:
    _hold_floor(floor)
    hold(workspace.id)
    if workspace.retired_on is None:
        _fits_on(floor, facts, workspace.id)
    if (lent_from := facts.get("lent_from")) is not None:
        _lent_before(workspace, lent_from)
    for name, value in facts.items():
        setattr(workspace, name, value)


def _lent_before(workspace: Workspace, lent_from: date) -> None:
    """Nobody has or had it, or is promised it, before the day from which it is lent."""
    if (first := queries.first_held(workspace.id)) is not None and first[1] < lent_from:
        said = _(
            "%(team)s has %(room)s from %(day)s. Choose that day or an earlier one.",
            team=first[0],
            room=workspace.code,
            day=day(first[1]),
        )
        raise Refused("lent_from", said)


def _clash(workspace: Workspace, begins_on: date, ends_on: date) -> str | None:
    for team, tenancy in queries.in_the_way(workspace.id, begins_on, ends_on):
        facts = {"begins": day(tenancy.begins_on), "ends": day(tenancy.ends_on)}
        return _(
            "%(team)s has %(room)s from %(begins)s to %(ends)s. Choose other days, or move or end that tenancy first.",
            team=team,
            room=workspace.code,
            **facts,
        )
    return None


def retire(workspace: Workspace, on: date) -> None:
    """From this day on it is not lent and not drawn."""
    hold(workspace.id)
    if clash := _clash(workspace, on, date.max):
        raise Refused("on", clash)
    workspace.retired_on = on


def bring_back(workspace: Workspace, floor: Floor) -> None:
    """Lent again, where it was drawn."""
    _hold_floor(floor)
    _fits_on(floor, {k: getattr(workspace, k) for k in ("code", "x", "y", "w", "h")}, workspace.id)
    workspace.retired_on = None


# -- Blocked periods ----------------------------------------------------------------------------------------


def block(workspace: Workspace, begins_on: date, ends_on: date, reason: str) -> Block:
    """Not lent in these days. What a team has or is offered there stands in the way, and is named."""
    hold(workspace.id)
    if clash := _clash(workspace, begins_on, ends_on):
        raise Refused("begins_on", clash)
    made = Block(workspace_id=workspace.id, begins_on=begins_on, ends_on=ends_on, reason=reason)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except sa.exc.IntegrityError as error:
        if not is_ours(error):
            raise
        said = _("%(room)s was given to a team a moment ago. Reload the page to see to whom.", room=workspace.code)
        raise Refused("begins_on", said) from error
    return made


def lift(block: Block) -> None:
    """Free again from today; a period that has not begun never was."""
    today = clock.today()
    if block.ends_on < today:
        return
    if block.begins_on < today:
        block.ends_on = today - queries.DAY
    else:
        db.session.delete(block)
