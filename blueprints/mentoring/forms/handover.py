"""A hand-over, its packet, the answers to it, and an absence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...core import clock
from ...core.forms import TOO_LONG, Form
from ..models import HandoverCause, HandoverItem

LONGEST_ABSENCE = timedelta(days=366)
WHO_TAKES = _l("Name the teacher who takes over.")


class Checks(SelectMultipleField):
    """Several of a few, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class HandoverForm(Form):
    """From a mentor who is fixed by now: which graduates, to whom, and why."""

    giver = HiddenField()
    students = Checks(_l("Graduates"), coerce=int, validators=[InputRequired(_l("Choose at least one graduate."))])
    receiver = StringField(
        _l("Who takes over"),
        [InputRequired(WHO_TAKES), DataRequired(WHO_TAKES), Length(max=80, message=TOO_LONG)],
        render_kw={"maxlength": 80},
    )
    cause = RadioField(
        _l("Why"),
        choices=[SelectChoice(c.value, c.label) for c in HandoverCause],
        validators=[InputRequired(_l("Say why, so that the receiver understands."))],
    )
    note = TextAreaField(
        _l("A word to the receiver"),
        [Length(max=1000, message=TOO_LONG)],
        render_kw={"rows": 3, "maxlength": 1000},
    )


PARTS = ("facts", "promises", "sore_points")
PART_WORDS = {
    "facts": _l("Facts"),
    "promises": _l("Promises still open"),
    "sore_points": _l("Sore points"),
}


def packet_form(items: Iterable[HandoverItem]) -> type[Form]:
    """A form of three texts for each graduate of the packet."""
    fields: dict[str, Any] = {
        f"{part}_{item.id}": TextAreaField(
            PART_WORDS[part],
            [Length(max=4000, message=TOO_LONG)],
            render_kw={"rows": 5 if part == "facts" else 3, "maxlength": 4000},
        )
        for item in items
        for part in PARTS
    }
    return type("PacketForm", (Form,), {**fields, "then": HiddenField()})


def packet_data(items: Iterable[HandoverItem]) -> dict[str, str]:
    return {f"{part}_{item.id}": getattr(item, part) for item in items for part in PARTS}


class DeclineForm(Form):
    answer = StringField(
        _l("Why not, or what is missing"),
        [
            InputRequired(_l("Say why, so that the giver knows what to do.")),
            DataRequired(_l("Say why, so that the giver knows what to do.")),
            Length(max=200, message=TOO_LONG),
        ],
        render_kw={"maxlength": 200},
    )


class ConsentForm(Form):
    """The student's word; only these two answers."""

    answer = RadioField(choices=["give", "refuse"], validators=[InputRequired()])


class AbsenceForm(Form):
    who = StringField(_l("Who is away"), [Length(max=80, message=TOO_LONG)], render_kw={"maxlength": 80})
    begins_on = DateField(_l("From"), [InputRequired(_l("Choose a date."))])
    ends_on = DateField(_l("Until and with"), [InputRequired(_l("Choose a date."))])
    deputy = StringField(
        _l("Deputy"),
        [
            InputRequired(_l("Name the mentor who stands in.")),
            DataRequired(_l("Name the mentor who stands in.")),
            Length(max=80, message=TOO_LONG),
        ],
        render_kw={"maxlength": 80},
    )
    note = StringField(_l("A word to the deputy"), [Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200})

    def validate_begins_on(self, field: Any) -> None:
        if field.data and not clock.today() <= field.data <= clock.today() + LONGEST_ABSENCE:
            raise ValidationError(_("The date must lie between today and a year from now."))

    def validate_ends_on(self, field: Any) -> None:
        if field.data and self.begins_on.data and field.data < self.begins_on.data:
            raise ValidationError(_("The end lies before the beginning."))
        if field.data and field.data > clock.today() + LONGEST_ABSENCE:
            raise ValidationError(_("The date must lie between today and a year from now."))
