"""The place: buildings, floors, workspaces drawn as rectangles, and the time in which one is blocked."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...core.audit import Audited
from ...core.db import Model, reference, text_enum


class Kind(StrEnum):
    DESK = "desk"
    STUDIO = "studio"
    WORKSHOP = "workshop"

    @property
    def label(self) -> Any:
        return {Kind.DESK: _l("Desk"), Kind.STUDIO: _l("Studio"), Kind.WORKSHOP: _l("Workshop")}[self]


class Noise(StrEnum):
    """How loud it is, or may be, there."""

    QUIET = "quiet"
    NORMAL = "normal"
    LOUD = "loud"

    @property
    def label(self) -> Any:
        return {Noise.QUIET: _l("quiet"), Noise.NORMAL: _l("normal"), Noise.LOUD: _l("loud work allowed")}[self]


class Power(StrEnum):
    V220 = "220"
    V380 = "380"

    @property
    def label(self) -> str:
        return f"{self.value} V"


class Building(Audited, Model):
    __tablename__ = "building"

    name: Mapped[str] = mapped_column(sa.String(60))
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    floors: Mapped[list[Floor]] = relationship(lazy="raise", order_by="Floor.place", back_populates="building")


class Floor(Audited, Model):
    """One floor and its plan: ``width`` by ``height`` in plan units, ``scenery`` what is drawn and not lent.

    ``scenery`` is a list of ``{"name", "x", "y", "w", "h"}``: corridor, stairs, lift.
    """

    __tablename__ = "floor"

    building_id: Mapped[int] = reference("building.id")
    name: Mapped[str] = mapped_column(sa.String(60))
    place: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    width: Mapped[int] = mapped_column(sa.Integer, default=960)
    height: Mapped[int] = mapped_column(sa.Integer, default=440)
    scenery: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)

    building: Mapped[Building] = relationship(lazy="raise", back_populates="floors")
    workspaces: Mapped[list[Workspace]] = relationship(lazy="raise", back_populates="floor")


class Workspace(Audited, Model):
    """What is lent: a desk, a studio, a workshop. Fees in fen a month, the area in square metres.

    ``interns`` is how many students a team there would take to learn first.
    """

    __tablename__ = "workspace"
    __table_args__ = (
        sa.UniqueConstraint("floor_id", "code"),
        sa.CheckConstraint("seats BETWEEN 1 AND 200", name="seats"),
        sa.CheckConstraint("w > 0 AND h > 0 AND x >= 0 AND y >= 0", name="rectangle"),
        sa.CheckConstraint("fee >= 0 AND hardship_fee BETWEEN 0 AND fee", name="fee"),
    )

    floor_id: Mapped[int] = reference("floor.id", index=False)
    code: Mapped[str] = mapped_column(sa.String(20))
    kind: Mapped[Kind] = mapped_column(text_enum(Kind, "kind"))
    seats: Mapped[int] = mapped_column(sa.SmallInteger)
    area: Mapped[int] = mapped_column(sa.Integer, default=0)
    power: Mapped[Power] = mapped_column(text_enum(Power, "power"), default=Power.V220)
    water: Mapped[bool] = mapped_column(default=False)
    noise: Mapped[Noise] = mapped_column(text_enum(Noise, "noise"), default=Noise.NORMAL)
    accessible: Mapped[bool] = mapped_column(default=False)
    hours: Mapped[str] = mapped_column(sa.String(40), default="7:30–22:00")
    equipment: Mapped[str] = mapped_column(sa.String(200), default="")
    fee: Mapped[int] = mapped_column(sa.Integer, default=0)
    hardship_fee: Mapped[int] = mapped_column(sa.Integer, default=0)
    interns: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    x: Mapped[int] = mapped_column(sa.Integer)
    y: Mapped[int] = mapped_column(sa.Integer)
    w: Mapped[int] = mapped_column(sa.Integer)
    h: Mapped[int] = mapped_column(sa.Integer)
    lent_from: Mapped[date | None]
    retired_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    floor: Mapped[Floor] = relationship(lazy="raise", back_populates="workspaces")

    __mapper_args__ = {"version_id_col": version}


class Block(Audited, Model):
    """A workspace is not lent from–to (both days included), and why."""

    __tablename__ = "block"
    __table_args__ = (sa.CheckConstraint("ends_on >= begins_on", name="term"),)

    workspace_id: Mapped[int] = reference("workspace.id")
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(120))

    def audit_topic(self) -> tuple[str, int]:
        return "workspace", self.workspace_id
