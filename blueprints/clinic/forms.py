"""What students, reviewers and the office type in the clinic."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ..core import clock
from ..core.forms import TOO_LONG, Form
from . import options
from .models import Decision, Outcome

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
FOCUS = {
    "structure": _l("Overall structure"),
    "match": _l("Fit to the post"),
    "results": _l("Results in numbers"),
    "language": _l("Wording"),
    "layout": _l("Layout"),
}


class Checks(SelectMultipleField):
    """Several of a few, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TargetForm(Form):
    """Which post it is for: the first question of a new submission."""

    target = StringField(
        _l("Target post"),
        [
            InputRequired(_l("Name the post you want to apply for.")),
            DataRequired(_l("Name the post you want to apply for.")),
            Length(max=80, message=TOO_LONG),
        ],
        render_kw={"maxlength": 80},
    )


class FileForm(Form):
    """A file, and what the teacher should know about it."""

    file = FileField(_l("Résumé file"), [FileRequired(_l("Choose a file."))])
    focus = Checks(
        _l("What should the teacher look at?"),
        choices=[SelectChoice(*word) for word in FOCUS.items()],
        validators=[Optional()],
    )
    ask = TextAreaField(
        _l("A question or a note to the teacher"), [Length(max=500, message=TOO_LONG)], render_kw={"maxlength": 500}
    )


class SubmissionForm(TargetForm, FileForm):
    interview_on = DateField(_l("Date of an interview, if there is one"), [Optional()])

    def validate_interview_on(self, field: Any) -> None:
        if field.data and not clock.today() <= field.data <= clock.today() + timedelta(days=365):
            raise ValidationError(_("The date must lie between today and a year from now."))


IN_REVIEW_FORM = {"form": "review_form"}
"""The call's fields stand at the top of the page and belong to the form at its end."""


class CallForm(Form):
    """What was heard on the phone."""

    outcome = RadioField(
        _l("The call"),
        choices=[SelectChoice(o.value, o.label) for o in Outcome],
        validators=[InputRequired(_l("Say how the call went."))],
        render_kw=IN_REVIEW_FORM,
    )
    minutes = IntegerField(
        _l("Minutes"), [Optional(), NumberRange(0, 240, _l("Between %(min)d and %(max)d."))], render_kw=IN_REVIEW_FORM
    )
    skills = TextAreaField(_l("Strengths"), [Length(max=500, message=TOO_LONG)], render_kw=IN_REVIEW_FORM)
    wishes = TextAreaField(_l("Wishes"), [Length(max=500, message=TOO_LONG)], render_kw=IN_REVIEW_FORM)
    obstacle = TextAreaField(
        _l("What stands in the way"), [Length(max=500, message=TOO_LONG)], render_kw=IN_REVIEW_FORM
    )

    FACTS = ("minutes", "skills", "wishes", "obstacle")

    @property
    def facts(self) -> dict[str, Any]:
        return {name: getattr(self, name).data or (None if name == "minutes" else "") for name in self.FACTS}


class PrescriptionForm(Form):
    """The summary, what to do by when, and the decision."""

    summary = TextAreaField(
        _l("Summary for the student"),
        [
            InputRequired(_l("Write one or two sentences that sum it up.")),
            DataRequired(_l("Write one or two sentences that sum it up.")),
            Length(max=2000, message=TOO_LONG),
        ],
    )
    due_on = DateField(_l("Hand in the next version by"), [Optional()])
    decision = RadioField(
        _l("Decision"),
        choices=[SelectChoice(d.value, d.label) for d in Decision],
        validators=[InputRequired(_l("Choose how this round ends."))],
    )

    def validate_due_on(self, field: Any) -> None:
        if field.data and not clock.today() <= field.data <= clock.today() + timedelta(days=365):
            raise ValidationError(_("The date must lie between today and a year from now."))


class PublishForm(PrescriptionForm, CallForm):
    """One act: the prescription, and the call where none has been recorded yet."""

    def without_call(self) -> PublishForm:
        """A call is recorded already, so none is asked for."""
        self.outcome.validators = [Optional()]
        return self


def within_reach(form: Any, field: Any) -> None:
    """A day that calendars can reckon with."""
    if field.data and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(_("Choose a day between 2000 and 2099."))


class DutyForm(Form):
    login = StringField(_l("Staff number or user name"), [Length(max=60, message=TOO_LONG)])
    begins_on = DateField(_l("From"), [InputRequired(_l("Choose a date.")), within_reach])
    ends_on = DateField(_l("Until"), [Optional(), within_reach])
    colleges = Checks(_l("Colleges (none chosen: all)"), coerce=int, validators=[Optional()])
    weekly_capacity = IntegerField(
        _l("Résumés a week"),
        [InputRequired(_l("Type a number.")), NumberRange(0, 200, _l("Between %(min)d and %(max)d."))],
        default=10,
    )
    away_from = DateField(_l("Away from"), [Optional(), within_reach])
    away_until = DateField(_l("Away until"), [Optional(), within_reach])
    version = IntegerField(validators=[Optional()], default=0)

    def validate_ends_on(self, field: Any) -> None:
        if field.data and self.begins_on.data and field.data < self.begins_on.data:
            raise ValidationError(_("The end lies before the beginning."))

    def validate_away_until(self, field: Any) -> None:
        if bool(field.data) != bool(self.away_from.data):
            raise ValidationError(_("Give both days, or neither."))
        if field.data and self.away_from.data and field.data < self.away_from.data:
            raise ValidationError(_("The end lies before the beginning."))


def settings_form() -> type[Form]:
    """A form with one field for each option of the clinic."""
    fields: dict[str, Any] = {"version": IntegerField(validators=[Optional()], default=0)}
    for option in options.ALL:
        name = option.key.replace(".", "_")
        if isinstance(option.default, bool):
            fields[name] = BooleanField(option.label)
        else:
            bounds = NumberRange(option.low, option.high, _l("Between %(min)d and %(max)d."))
            fields[name] = IntegerField(option.label, [InputRequired(_l("Type a number.")), bounds])
    return type("SettingsForm", (Form,), fields)
