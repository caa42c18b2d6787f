"""Test data of the incubator. Everything opens its own unit and gives an id; call it inside an app context."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from blueprints.core import audit
from blueprints.core.db import db, unit
from blueprints.incubator.models import Block, Building, Floor, Kind, Workspace


def a_floor(name: str = "2 层", building: str = "创业楼", **facts: Any) -> int:
    """A floor of 960 by 440 with a corridor, in this building, which is made when it is not there."""
    facts = {"scenery": [{"name": "走廊", "x": 0, "y": 165, "w": 960, "h": 70}], **facts}
    with unit("write"):
        audit.act_as(None, "test")
        house = db.session.scalars(sa.select(Building).where(Building.name == building)).one_or_none()
        if house is None:
            house = Building(name=building)
            db.session.add(house)
            db.session.flush()
        made = Floor(building_id=house.id, name=name, **facts)
        db.session.add(made)
        db.session.flush()
        return made.id


def a_workspace(code: str = "201", floor: int | None = None, **facts: Any) -> int:
    """A studio of six seats on this floor (else on the first one), beside those that are there."""
    if floor is None:
        with unit("read"):
            floor = db.session.scalars(sa.select(Floor.id).order_by(Floor.id).limit(1)).one_or_none()
        floor = floor or a_floor()
    with unit("write"):
        audit.act_as(None, "test")
        there = db.session.scalar(sa.select(sa.func.count()).where(Workspace.floor_id == floor)) or 0
        row, column = divmod(there, 8)
        place = {"x": column * 120, "y": row * 170, "w": 120, "h": 165}
        facts = {"kind": Kind.STUDIO, "seats": 6, "area": 40, "fee": 30000, **place, **facts}
        made = Workspace(floor_id=floor, code=code, **facts)
        db.session.add(made)
        db.session.flush()
        return made.id


def a_block(workspace: int, begins_on: date, ends_on: date, reason: str = "消防改造") -> int:
    """A time in which this workspace is not lent."""
    with unit("write"):
        audit.act_as(None, "test")
        made = Block(workspace_id=workspace, begins_on=begins_on, ends_on=ends_on, reason=reason)
        db.session.add(made)
        db.session.flush()
        return made.id
