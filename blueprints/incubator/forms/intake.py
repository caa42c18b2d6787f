"""A call and its rule, its referees, and the times of its pitches."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from ...core import clock
from ...core.forms import TOO_LONG, Form, NumberField
from ...core.i18n import full_day
from ..models import Intake

BETWEEN = _l("Between %(min)s and %(max)s.")
MOST_CRITERIA = 8
WHAT_NAME = _l("Give the call a name.")
WHAT_DAY = _l("Choose a date.")

USUAL = (
    (_l("Worth of the project"), _l("Whose problem it solves, and why one should believe it"), 25),
    (_l("Feasible"), _l("Technique, cost, place and time fit together"), 25),
    (_l("Team"), _l("Who does what, and how much time they have"), 20),
    (_l("Market and income"), _l("Who pays, how much, and how that was reckoned"), 15),
    (_l("What others gain"), _l("Learning, jobs, something for the region"), 15),
)
"""What a new call begins with; every word of it can be changed."""


class _CallForm(Form):
    name = StringField(
        _l("Name of the call"),
        [InputRequired(WHAT_NAME), DataRequired(WHAT_NAME), Length(max=80, message=TOO_LONG)],
        render_kw={"maxlength": 80},
    )
    opens_on = DateField(_l("Applications from"), [InputRequired(WHAT_DAY)])
    closes_on = DateField(_l("Until and with"), [InputRequired(WHAT_DAY)])
    pitch_on = DateField(_l("Day of the pitches"), [Optional()])
    entry_bar = NumberField(
        _l("Entry bar"), places=None, validators=[InputRequired(_l("Type a number.")), NumberRange(0, 100, BETWEEN)]
    )
    relaxed_bar = NumberField(
        _l("Bar under the hardship rule"),
        places=None,
        validators=[InputRequired(_l("Type a number.")), NumberRange(0, 100, BETWEEN)],
    )
    rule = TextAreaField(
        _l("The rule in words"), [Length(max=8000, message=TOO_LONG)], render_kw={"rows": 8, "maxlength": 8000}
    )

    def validate_closes_on(self, field: Any) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_("The end lies before the beginning."))
        if field.data and field.data < clock.today():
            raise ValidationError(_("This day has passed."))

    def validate_pitch_on(self, field: Any) -> None:
        if field.data and self.closes_on.data and field.data <= self.closes_on.data:
            raise ValidationError(_("The pitches come after the deadline."))

    def validate_relaxed_bar(self, field: Any) -> None:
        if field.data is not None and self.entry_bar.data is not None and field.data > self.entry_bar.data:
            raise ValidationError(_("It cannot be higher than the entry bar."))

    @property
    def criteria(self) -> list[tuple[str, str, int]]:
        """The criteria that have a name: (name, help, weight)."""
        return [
            (self[f"name_{n}"].data, self[f"help_{n}"].data or "", self[f"weight_{n}"].data or 0)
            for n in range(MOST_CRITERIA)
            if self[f"name_{n}"].data
        ]

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "name": self.name.data,
            "opens_on": self.opens_on.data,
            "closes_on": self.closes_on.data,
            "pitch_on": self.pitch_on.data,
            "entry_bar": _hundredths(self.entry_bar.data),
            "relaxed_bar": _hundredths(self.relaxed_bar.data),
            "rule": self.rule.data or "",
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Weights may be short of 100 in a draft; publishing is what needs them whole."""
        valid = super().validate(extra_validators)
        names = []
        for n in range(MOST_CRITERIA):
            name, weight = self[f"name_{n}"], self[f"weight_{n}"]
            if name.data and not weight.data and not weight.errors:
                weight.errors = [_("Type its weight.")]
                valid = False
            if weight.data and not name.data:
                name.errors = [_("Name what is scored.")]
                valid = False
            if name.data and name.data in names:
                name.errors = [_("This criterion is there already.")]
                valid = False
            names.append(name.data)
        return valid


def _hundredths(value: Any) -> int:
    return round(value * 100)


def intake_form() -> type[_CallForm]:
    """The form of a call with a row of fields for each of its criteria."""
    fields: dict[str, Any] = {}
    for n in range(MOST_CRITERIA):
        fields[f"name_{n}"] = StringField(_l("Criterion"), [Length(max=60, message=TOO_LONG)])
        fields[f"help_{n}"] = StringField(_l("What it means"), [Length(max=200, message=TOO_LONG)])
        fields[f"weight_{n}"] = IntegerField(_l("Weight"), [Optional(), NumberRange(1, 100, BETWEEN)])
    return type("IntakeForm", (_CallForm,), fields)


def intake_data(intake: Intake | None) -> dict[str, Any]:
    """What the form of this call shows; of a new one, what is usual."""
    if intake is None:
        rows = [(str(name), str(help), weight) for name, help, weight in USUAL]
        data: dict[str, Any] = {"entry_bar": 70, "relaxed_bar": 60}
    else:
        rows = [(c.name, c.help, c.weight) for c in intake.criteria]
        data = {
            "name": intake.name,
            "opens_on": intake.opens_on,
            "closes_on": intake.closes_on,
            "pitch_on": intake.pitch_on,
            "entry_bar": Decimal(intake.entry_bar) / 100,
            "relaxed_bar": Decimal(intake.relaxed_bar) / 100,
            "rule": intake.rule,
        }
    for n, (name, help, weight) in enumerate(rows):
        data |= {f"name_{n}": name, f"help_{n}": help, f"weight_{n}": weight}
    return data


FURTHEST_DAYS = 366
WHAT_WHY = _l("Say why; everybody reads it.")


class ExtendForm(Form):
    """A later deadline. ``seen`` is the one that the page showed."""

    closes_on = DateField(_l("New deadline"), [InputRequired(WHAT_DAY)])
    pitch_on = DateField(_l("Day of the pitches"), [Optional()])
    why = StringField(
        _l("Why it is put off"),
        [InputRequired(WHAT_WHY), DataRequired(WHAT_WHY), Length(max=200, message=TOO_LONG)],
        render_kw={"maxlength": 200},
    )
    seen = DateField(validators=[Optional()])

    def __init__(self, intake: Intake, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.intake = intake

    @classmethod
    def of(cls, intake: Intake) -> ExtendForm:
        return cls(intake, formdata=None, pitch_on=intake.pitch_on, seen=intake.closes_on)

    @property
    def pitch_day(self) -> date | None:
        """Left empty, the day that there is stays."""
        return self.pitch_on.data or self.intake.pitch_on

    def validate_closes_on(self, field: Any) -> None:
        if field.data is None:
            return
        if field.data <= self.intake.closes_on:
            raise ValidationError(
                _("It is %(day)s now, and can only become later.", day=full_day(self.intake.closes_on))
            )
        if field.data <= clock.today():
            raise ValidationError(_("Choose a day after today."))
        if field.data > clock.today() + timedelta(days=FURTHEST_DAYS):
            raise ValidationError(_("At most a year from today."))

    def validate_pitch_on(self, field: Any) -> None:
        if field.data and field.data > clock.today() + timedelta(days=2 * FURTHEST_DAYS):
            raise ValidationError(_("At most two years from today."))

    def validate(self, extra_validators: Any = None) -> bool:
        """The day of the pitches is judged also where it is left empty, which means that it stays."""
        valid = super().validate(extra_validators)
        if valid and self.pitch_day and self.pitch_day <= self.closes_on.data:
            says = _("The pitches are on %(day)s, and come after the deadline: change their day too.")
            self.pitch_on.errors = [says % {"day": full_day(self.pitch_day)}]
            return False
        return valid


class RefereeForm(Form):
    who = StringField(
        _l("Name or staff number"),
        [
            InputRequired(_l("Name the teacher.")),
            DataRequired(_l("Name the teacher.")),
            Length(max=80, message=TOO_LONG),
        ],
        render_kw={"maxlength": 80},
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


TIMES = [_clock(m) for m in range(8 * 60, 21 * 60, 5)]


def _time(value: str) -> time:
    hour, _sep, minute = value.partition(":")
    return time(int(hour), int(minute))


class LayOutForm(Form):
    """All pitches one after the other. The chosen time is the school's."""

    day = DateField(_l("Day"), [InputRequired(WHAT_DAY)])
    begins = SelectField(_l("First at"), choices=[SelectChoice(t, t) for t in TIMES], default="13:30")
    each = IntegerField(
        _l("Minutes a team"), [InputRequired(_l("Type a number.")), NumberRange(5, 120, BETWEEN)], default=15
    )

    def validate_day(self, field: Any) -> None:
        if field.data and field.data < clock.today():
            raise ValidationError(_("This day has passed."))

    def room_for(self, teams: int) -> bool:
        """Whether the last team is through before midnight; the sentence is put on the field."""
        begins = _time(self.begins.data)
        if begins.hour * 60 + begins.minute + teams * self.each.data <= 24 * 60:
            return True
        self.each.errors = [
            ngettext("%(num)d team is too many for one day.", "%(num)d teams are too many for one day.", teams)
        ]
        return False

    def times(self, teams: int) -> list[datetime]:
        first = moment(self.day.data, self.begins.data)
        return [first + timedelta(minutes=self.each.data * n) for n in range(teams)]


def moment(on: date, at: str) -> datetime:
    there = _time(at)
    return clock.start_of(on) + timedelta(hours=there.hour, minutes=there.minute)


class PitchForm(Form):
    """When one team pitches, and what was said there."""

    on = DateField(_l("Pitch on"), [Optional()])
    at = SelectField(_l("Pitch at"), choices=[SelectChoice("", "–"), *(SelectChoice(t, t) for t in TIMES)], default="")
    minutes = TextAreaField(
        _l("Minutes of the pitch"), [Length(max=4000, message=TOO_LONG)], render_kw={"rows": 4, "maxlength": 4000}
    )

    def validate_at(self, field: Any) -> None:
        if bool(field.data) != bool(self.on.data):
            raise ValidationError(_("Choose the day and the time, or neither."))

    @property
    def moment(self) -> datetime | None:
        return moment(self.on.data, self.at.data) if self.on.data and self.at.data else None
