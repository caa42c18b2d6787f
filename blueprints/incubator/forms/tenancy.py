"""Keys, checks, fees, members, another room, the end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...core import clock
from ...core.forms import TOO_LONG, Form, NumberField
from ..models import FeeLine, Tenancy, WishKind
from .photo import PhotosField

DATE = _l("Choose a date.")
A_NUMBER = _l("Type a number.")
NUMBER = _l("Type a number between %(min)s and %(max)s.")
SAY_WHY = _l("Say why; the team reads it.")
MOST_YUAN = 100_000_000
EXIT_WORDS = {
    "keys": _l("All keys are back"),
    "equipment": _l("The equipment is complete and works"),
    "clean": _l("The room is empty and clean"),
    "fees": _l("The fees are settled"),
    "address": _l("The address at the registry is changed, if the firm was registered here"),
    "sign": _l("The sign at the door is taken down"),
}


def _needed(says: Any) -> list[Any]:
    return [InputRequired(says), DataRequired(says)]


def _points(label: Any) -> IntegerField:
    return IntegerField(
        label,
        [InputRequired(A_NUMBER), NumberRange(0, 10, NUMBER)],
        render_kw={"min": 0, "max": 10, "inputmode": "numeric"},
    )


class Checks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SignedForm(Form):
    signed = FileField(_l("Signed agreement, scanned"), [FileRequired(_l("Choose a file."))])


class HandOutForm(Form):
    what = StringField(
        _l("Key or equipment"),
        [*_needed(_l("Say what is handed out.")), Length(max=80, message=TOO_LONG)],
        render_kw={"maxlength": 80},
    )
    hand_note = StringField(_l("To whom, or a note"), [Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200})


class WaiveForm(Form):
    """Yuan in the form, fen in the database."""

    waived = NumberField(
        _l("Waived, in yuan"), [InputRequired(_l("Type an amount in yuan.")), NumberRange(0, MOST_YUAN, NUMBER)]
    )
    why = StringField(
        _l("By which clause or order"),
        [Length(max=120, message=TOO_LONG)],
        render_kw={"maxlength": 120},
    )

    def __init__(self, line: FeeLine, *args: Any, **data: Any) -> None:
        self.line = line
        super().__init__(*args, **data)

    @property
    def fen(self) -> int:
        return int((self.waived.data or Decimal(0)) * 100)

    def validate_waived(self, field: Any) -> None:
        if self.fen > self.line.amount:
            raise ValidationError(_("No more can be waived than is due."))

    def validate_why(self, field: Any) -> None:
        if self.waived.data and not field.data:
            raise ValidationError(_("Name the clause or the order. Nothing about the family belongs here."))


class CheckForm(Form):
    attendance = _points(_l("Attendance"))
    safety = _points(_l("Safety"))
    activity = _points(_l("Activity"))
    money = NumberField(_l("Income since the last check, in yuan"), [Optional(), NumberRange(0, MOST_YUAN, NUMBER)])
    people = IntegerField(
        _l("People employed"),
        [Optional(), NumberRange(0, 1000, NUMBER)],
        render_kw={"min": 0, "max": 1000, "inputmode": "numeric"},
    )
    note = TextAreaField(
        _l("What was found, what is to be done"),
        [Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 3, "maxlength": 2000},
    )
    photos = PhotosField(_l("Photos"))

    def facts(self) -> dict[str, Any]:
        money = None if self.money.data is None else int(self.money.data * 100)
        return {
            "attendance": self.attendance.data,
            "safety": self.safety.data,
            "activity": self.activity.data,
            "money": money,
            "people": self.people.data,
            "note": self.note.data or "",
        }


class WishForm(Form):
    kind = RadioField(
        _l("What about"),
        choices=[SelectChoice(k.value, k.label) for k in WishKind],
        default=WishKind.MEMBERS.value,
        validators=[InputRequired(_l("Choose one."))],
    )
    wish = StringField(
        _l("Who joins or leaves, or which room, and why"),
        [*_needed(_l("Say what you wish.")), Length(max=200, message=TOO_LONG)],
        render_kw={"maxlength": 200},
    )


class AnswerForm(Form):
    """The manager's answer to a wish; a page has one for each, so each has a prefix."""

    done = RadioField(
        _l("Answer"),
        choices=[SelectChoice("grant", _l("It is done")), SelectChoice("refuse", _l("Not possible"))],
        validators=[InputRequired(_l("Choose an answer."))],
    )
    words = StringField(_l("A word to the team"), [Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200})

    def validate_words(self, field: Any) -> None:
        if self.done.data == "refuse" and not field.data:
            raise ValidationError(SAY_WHY)


def of_wish(id: int) -> str:
    return f"wish{id}-"


class MemberForm(Form):
    who = StringField(
        _l("Student number, name or pinyin; or the name of someone from outside"),
        [*_needed(_l("Say who joins.")), Length(max=60, message=TOO_LONG)],
        render_kw={"maxlength": 60},
    )
    part = StringField(_l("Part in the team"), [Length(max=60, message=TOO_LONG)], render_kw={"maxlength": 60})
    outside = BooleanField(_l("Someone from outside the school"))


class MoveForm(Form):
    """Another room from the day after the last one in the old room; a later day plans the move."""

    workspace = RadioField(_l("New room"), coerce=int, validators=[InputRequired(_l("Choose a room."))])
    last_on = DateField(_l("Last day in the old room"), [InputRequired(DATE)])


class EndForm(Form):
    """The manager ends today or with a day that has passed; with a later day the term only becomes shorter."""

    on = DateField(_l("Last day"), [InputRequired(DATE)])
    left_why = StringField(
        _l("Why"), [*_needed(SAY_WHY), Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200}
    )

    def __init__(self, tenancy: Tenancy, *args: Any, **data: Any) -> None:
        self.tenancy = tenancy
        super().__init__(*args, **data)

    def validate_on(self, field: Any) -> None:
        if field.data and not self.tenancy.begins_on <= field.data <= self.tenancy.ends_on:
            raise ValidationError(_("The last day lies within the term."))


class LeaveForm(EndForm):
    """The team tells it at least 15 days ahead."""

    AHEAD = 15
    left_why = StringField(
        _l("Why"),
        [*_needed(_l("Say why; the manager reads it.")), Length(max=200, message=TOO_LONG)],
        render_kw={"maxlength": 200},
    )

    def validate_on(self, field: Any) -> None:
        super().validate_on(field)
        if field.data and (field.data - clock.today()).days < self.AHEAD:
            raise ValidationError(_("Tell it at least %(num)d days ahead.", num=self.AHEAD))


class AnnulForm(Form):
    annul_why = StringField(
        _l("Why"), [*_needed(SAY_WHY), Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200}
    )


ALIVE = (("", _l("not known yet")), ("1", _l("still at work")), ("0", _l("given up")))


def _alive(label: Any) -> SelectField:
    return SelectField(label, choices=[SelectChoice(*word) for word in ALIVE], validators=[Optional()])


class ExitForm(Form):
    """The list of the last day, what the firm was then, and what became of it."""

    list_done = Checks(
        _l("Exit list"), choices=[SelectChoice(*word) for word in EXIT_WORDS.items()], validators=[Optional()]
    )
    registered = BooleanField(_l("A registered firm when it left"))
    employed = IntegerField(
        _l("People employed"),
        [InputRequired(A_NUMBER), NumberRange(0, 1000, NUMBER)],
        render_kw={"min": 0, "max": 1000, "inputmode": "numeric"},
    )
    became = TextAreaField(
        _l("What became of it"), [Length(max=1000, message=TOO_LONG)], render_kw={"rows": 2, "maxlength": 1000}
    )
    alive_6 = _alive(_l("After 6 months"))
    alive_12 = _alive(_l("After 12 months"))
    alive_24 = _alive(_l("After 24 months"))

    def validate_against(self, things_out: bool, months_unpaid: bool) -> bool:
        """Nothing is ticked that the books know better."""
        valid = bool(self.validate())
        ticked = set(self.list_done.data or [])
        says = []
        if things_out and ticked & {"keys", "equipment"}:
            says.append(_("Keys or equipment are still out. Write down first that they are back."))
        if months_unpaid and "fees" in ticked:
            says.append(_("Months are still unpaid. Write down first that they are paid or waived."))
        self.list_done.errors = [*self.list_done.errors, *says]
        return valid and not says

    def facts(self) -> dict[str, Any]:
        alive = {name: {"1": True, "0": False}.get(self[name].data) for name in ("alive_6", "alive_12", "alive_24")}
        return {
            "list_done": list(self.list_done.data or []),
            "registered": self.registered.data,
            "people": self.employed.data,
            "became": self.became.data or "",
            **alive,
        }


class DoneForm(Form):
    """An act without anything to type."""

    then = HiddenField()
