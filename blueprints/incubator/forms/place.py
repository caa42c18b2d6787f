"""The place: a workspace, a blocked period, a floor, a building, and the choices above plan and chart."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from ...core import clock
from ...core.forms import TOO_LONG, Form, NumberField
from ..models import Floor, Kind, Noise, Power, Workspace

BETWEEN = _l("Between %(min)d and %(max)d.")
NUMBER = _l("Type a number.")
PASTE = _l("Paste some lines.")
FARTHEST = timedelta(days=3 * 366)
EARLIEST = date(2000, 1, 1)
SIDE = 4000
MOST_YUAN = 100_000
MOST_LINES = 200


def _line(label: Any, most: int, needed: Any = None) -> StringField:
    first = [InputRequired(needed), DataRequired(needed)] if needed else [Optional()]
    return StringField(label, [*first, Length(max=most, message=TOO_LONG)], render_kw={"maxlength": most})


def _number(label: Any, low: int, high: int, default: int | None = None) -> IntegerField:
    return IntegerField(label, [InputRequired(NUMBER), NumberRange(low, high, BETWEEN)], default=default)


def _choice(label: Any, of: Any, default: Any) -> SelectField:
    return SelectField(label, choices=[SelectChoice(o.value, o.label) for o in of], default=default.value)


def _yuan(label: Any) -> NumberField:
    return NumberField(label, [InputRequired(NUMBER), NumberRange(0, MOST_YUAN, BETWEEN)], places=2, default=Decimal(0))


class WorkspaceForm(Form):
    """What is lent, and where it lies on the plan. Money in yuan; ``version`` is that of the row it was read from."""

    version = HiddenField()
    code = _line(_l("Number on the door"), 20, _l("Type what stands on the door."))
    kind = _choice(_l("Kind"), Kind, Kind.STUDIO)
    seats = _number(_l("Seats"), 1, 200, 4)
    area = _number(_l("Area in square metres"), 0, 5000, 0)
    power = _choice(_l("Power"), Power, Power.V220)
    noise = _choice(_l("Noise"), Noise, Noise.NORMAL)
    water = BooleanField(_l("Water"))
    accessible = BooleanField(_l("Step-free access"))
    hours = _line(_l("Opening hours"), 40)
    interns = _number(_l("Students who may come and learn there"), 0, 50, 0)
    equipment = _line(_l("Equipment"), 200)
    lent_from = DateField(_l("Lent from"), [Optional()])
    fee = _yuan(_l("Fee a month in yuan"))
    hardship_fee = _yuan(_l("Fee under the hardship rule in yuan"))
    x = _number(_l("Left edge on the plan"), 0, SIDE, 0)
    y = _number(_l("Upper edge on the plan"), 0, SIDE, 0)
    w = _number(_l("Width on the plan"), 10, SIDE, 110)
    h = _number(_l("Height on the plan"), 10, SIDE, 160)

    def validate_hardship_fee(self, field: Any) -> None:
        if None not in (field.data, self.fee.data) and field.data > self.fee.data:
            raise ValidationError(_("This is more than the fee itself."))

    def validate_lent_from(self, field: Any) -> None:
        if field.data and not EARLIEST <= field.data <= clock.today() + FARTHEST:
            raise ValidationError(_("Choose a day between the year 2000 and three years from now."))

    @property
    def facts(self) -> dict[str, Any]:
        """As the row keeps it: money in fen."""
        names = ("code", "seats", "area", "water", "accessible", "interns", "x", "y", "w", "h")
        return {
            **{name: self[name].data for name in names},
            "kind": Kind(self.kind.data),
            "power": Power(self.power.data),
            "noise": Noise(self.noise.data),
            "hours": self.hours.data or "",
            "equipment": self.equipment.data or "",
            "lent_from": self.lent_from.data,
            "fee": int(self.fee.data * 100),
            "hardship_fee": int(self.hardship_fee.data * 100),
        }

    @classmethod
    def of(cls, workspace: Workspace) -> WorkspaceForm:
        names = ("code", "seats", "area", "water", "accessible", "hours", "interns", "equipment", "x", "y", "w", "h")
        facts = {name: getattr(workspace, name) for name in (*names, "lent_from", "version")}
        words = {name: getattr(workspace, name).value for name in ("kind", "power", "noise")}
        money = {name: Decimal(getattr(workspace, name)) / 100 for name in ("fee", "hardship_fee")}
        return cls(formdata=None, data={**facts, **words, **money})


class BlockForm(Form):
    begins_on = DateField(_l("Blocked from"), [InputRequired(_l("Choose a day."))])
    ends_on = DateField(_l("Up to and including"), [InputRequired(_l("Choose a day."))])
    reason = _line(_l("Why"), 120, _l("Say why; everyone who looks at the plan reads it."))

    def validate_ends_on(self, field: Any) -> None:
        if field.data and self.begins_on.data and field.data < self.begins_on.data:
            raise ValidationError(_("It ends before it begins."))
        if field.data and field.data < clock.today():
            raise ValidationError(_("These days are over."))
        if field.data and field.data > clock.today() + FARTHEST:
            raise ValidationError(_("At most three years from now. If it is for good, retire the workspace."))


class RetireForm(Form):
    on = DateField(_l("Not lent any more from"), [InputRequired(_l("Choose a day."))])

    def validate_on(self, field: Any) -> None:
        if field.data and field.data < clock.today():
            raise ValidationError(_("Choose today or a later day."))


class BuildingForm(Form):
    name = _line(_l("Name of the building"), 60, _l("Type a name."))
    address = _line(_l("Address"), 200)


_PART = re.compile(r"(\S(?:.*\S)?)\s+(\d{1,4})\s+(\d{1,4})\s+(\d{1,4})\s+(\d{1,4})")


class FloorForm(Form):
    """A floor and what is drawn on it and not lent: a line each, ``corridor 0 165 960 70``."""

    building = SelectField(_l("Building"), validators=[InputRequired(_l("Choose a building."))])
    name = _line(_l("Name of the floor"), 60, _l("Type a name."))
    width = _number(_l("Width of the plan"), 100, SIDE, 960)
    height = _number(_l("Height of the plan"), 100, SIDE, 440)
    scenery = TextAreaField(
        _l("Corridors, stairs, lifts"), [Length(max=4000, message=TOO_LONG)], render_kw={"rows": 5, "maxlength": 4000}
    )

    def validate_scenery(self, field: Any) -> None:
        for number, line in enumerate((field.data or "").splitlines(), 1):
            found = _PART.fullmatch(line.strip())
            if line.strip() and (found is None or int(found[4]) < 1 or int(found[5]) < 1):
                raise ValidationError(
                    _("Line %(num)d: write a name and four numbers, for example: corridor 0 165 960 70", num=number)
                )

    @property
    def parts(self) -> list[dict[str, Any]]:
        found = [_PART.fullmatch(line.strip()) for line in (self.scenery.data or "").splitlines()]
        keys = ("x", "y", "w", "h")
        return [{"name": m[1][:40], **{k: int(m[n]) for n, k in enumerate(keys, 2)}} for m in found if m is not None]

    @classmethod
    def of(cls, floor: Floor) -> FloorForm:
        lines = [f"{p['name']} {p['x']} {p['y']} {p['w']} {p['h']}" for p in floor.scenery]
        data = {"building": str(floor.building_id), "name": floor.name, "width": floor.width, "height": floor.height}
        return cls(formdata=None, data={**data, "scenery": "\n".join(lines)})


_KIND_WORDS = {
    **{k.value: k for k in Kind},
    **{"工位": Kind.DESK, "工作室": Kind.STUDIO, "工坊": Kind.WORKSHOP},
}


class LinesForm(Form):
    """Workspaces from a pasted table: code, kind, seats, area, x, y, w, h, and the fee in yuan."""

    lines = TextAreaField(
        _l("One workspace a line"),
        [InputRequired(PASTE), DataRequired(PASTE), Length(max=20_000, message=TOO_LONG)],
        render_kw={"rows": 6},
    )

    def validate_lines(self, field: Any) -> None:
        self.read: list[dict[str, Any]] = []
        for number, line in enumerate((field.data or "").splitlines(), 1):
            if not line.strip():
                continue
            cells = [c.strip() for c in re.split(r"[\t,，;]| +", line.strip()) if c.strip()]
            if len(self.read) >= MOST_LINES:
                raise ValidationError(_("At most %(num)d lines at once.", num=MOST_LINES))
            facts = _facts(cells)
            if facts is None:
                raise ValidationError(
                    _("Line %(num)d cannot be read. It should look like: 201 studio 6 40 0 0 150 165 300", num=number)
                )
            self.read.append(facts)


def _facts(cells: list[str]) -> dict[str, Any] | None:
    if not 8 <= len(cells) <= 9 or len(cells[0]) > 20 or (kind := _KIND_WORDS.get(cells[1].lower())) is None:
        return None
    if not all(c.isdecimal() and c.isascii() and len(c) < 6 for c in cells[2:]):
        return None
    seats, area, x, y, w, h, *fee = (int(c) for c in cells[2:])
    if not 1 <= seats <= 200 or w < 10 or h < 10 or max(x, y, w, h, area) > SIDE:
        return None
    place = {"x": x, "y": y, "w": w, "h": h}
    return {"code": cells[0], "kind": kind, "seats": seats, "area": area, **place, "fee": (fee[0] if fee else 0) * 100}
