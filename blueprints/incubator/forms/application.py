"""What a team types: the project, its texts, what it needs, who is on it, its papers."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from stdnum.cn import uscc
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from ...core import clock
from ...core.forms import TOO_LONG, Form, NumberField
from ..checklist import LONGEST
from ..models import Application, CompanyForm, Kind, PaperKind, Stage

BETWEEN = _l("Between %(min)d and %(max)d.")
MOST_YUAN = 10_000_000

CHOOSE = _l("Choose one.")


class Said(DataRequired):
    """Something is typed when this form is sent; but nobody must send it, so the page marks nothing as required."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.field_flags: dict[str, Any] = {}


class ApplyForm(Form):
    """How an application begins: for which call, and what the team calls itself."""

    intake = RadioField(_l("For which call"), validators=[InputRequired(_l("Choose a call."))])
    team = StringField(
        _l("Name of the team or project"),
        [
            InputRequired(_l("Give it a name; you can change it later.")),
            DataRequired(_l("Give it a name; you can change it later.")),
            Length(max=60, message=TOO_LONG),
        ],
        render_kw={"maxlength": 60},
    )


class TextForm(Form):
    """One text: ``base`` is the version the page showed and ``was`` what it said there."""

    name = HiddenField()
    base = IntegerField(validators=[Optional()], default=0)
    was = TextAreaField(validators=[Length(max=LONGEST, message=TOO_LONG)])
    text = TextAreaField(validators=[Length(max=LONGEST, message=TOO_LONG)])


class FactsForm(Form):
    """A part of the application's columns. ``was`` is what the page showed of them, as :meth:`shown` gives it."""

    was = HiddenField()
    NAMES: tuple[str, ...] = ()

    @classmethod
    def of(cls, application: Application) -> Any:
        form = cls(formdata=None, data=cls.typed_of(application))
        form.was.data = json.dumps(form.shown(), ensure_ascii=False)
        return form

    @classmethod
    def typed_of(cls, application: Application) -> dict[str, Any]:
        """The columns as a form shows them."""
        return {name: getattr(application, name) for name in cls.NAMES}

    def shown(self) -> dict[str, str]:
        """What the form shows, as words that can be compared."""
        return {name: plain(getattr(self, name).data) for name in self.NAMES}

    @property
    def before(self) -> dict[str, str] | None:
        """What the page showed when it was opened; None when it does not say."""
        try:
            known = json.loads(self.was.data or "")
        except (ValueError, RecursionError):
            return None
        return {k: str(v) for k, v in known.items()} if isinstance(known, dict) else None

    @property
    def facts(self) -> dict[str, Any]:
        """The columns as they are stored, without those that are wrong."""
        return {name: self.stored(name, getattr(self, name).data) for name in self.NAMES if name not in self.errors}

    def stored(self, name: str, value: Any) -> Any:
        """A value as its column keeps it."""
        return value


def plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "y" if value else ""
    return str(value)


class ProjectForm(FactsForm):
    NAMES = ("team", "stage", "form", "credit_code")

    team = StringField(
        _l("Name of the team or project"),
        [InputRequired(_l("Give it a name.")), DataRequired(_l("Give it a name.")), Length(max=60, message=TOO_LONG)],
        render_kw={"maxlength": 60},
    )
    stage = SelectField(
        _l("How far it is"),
        choices=[SelectChoice(s.value, s.label) for s in Stage],
        validators=[InputRequired(CHOOSE)],
    )
    form = SelectField(
        _l("As what"),
        choices=[SelectChoice(f.value, f.label) for f in CompanyForm],
        validators=[InputRequired(CHOOSE)],
    )
    credit_code = StringField(
        _l("Credit code, if registered"),
        [Length(max=24, message=TOO_LONG)],
        render_kw={"maxlength": 24, "autocomplete": "off", "spellcheck": "false"},
    )

    @classmethod
    def typed_of(cls, application: Application) -> dict[str, Any]:
        data = super().typed_of(application)
        return {**data, "stage": application.stage.value, "form": application.form.value}

    def validate_credit_code(self, field: Any) -> None:
        field.data = uscc.compact(field.data or "").upper()
        if field.data and not uscc.is_valid(field.data):
            raise ValidationError(
                _("This is not a credit code: it has 18 characters, and the last one checks the others. Look again.")
            )

    def stored(self, name: str, value: Any) -> Any:
        kinds: dict[str, Any] = {"stage": Stage, "form": CompanyForm}
        return kinds[name](value) if name in kinds else value


class NeedsForm(FactsForm):
    NEEDS = ("needs_water", "needs_380", "needs_quiet", "needs_access")
    NAMES = ("kind", "seats", "from_on", "months", *NEEDS, "budget", "relief_asked")

    kind = RadioField(
        _l("Kind of room"),
        choices=[SelectChoice(k.value, k.label) for k in Kind],
        validators=[InputRequired(_l("Choose what kind of room you need."))],
    )
    seats = IntegerField(_l("Seats"), [InputRequired(_l("Type a number.")), NumberRange(1, 60, BETWEEN)])
    from_on = DateField(_l("From"), [Optional()])
    months = IntegerField(_l("Months"), [InputRequired(_l("Type a number.")), NumberRange(1, 36, BETWEEN)])
    needs_water = BooleanField(_l("Water"))
    needs_380 = BooleanField(_l("380 V"))
    needs_quiet = BooleanField(_l("Quiet"))
    needs_access = BooleanField(_l("Step-free access"))
    budget = NumberField(_l("Budget of the first year in yuan"), [Optional(), NumberRange(0, MOST_YUAN, BETWEEN)])
    relief_asked = BooleanField(_l("We ask for the reduced fee"))

    def validate_from_on(self, field: Any) -> None:
        if field.data and not clock.today() <= field.data <= clock.today() + timedelta(days=730):
            raise ValidationError(_("The date must lie between today and two years from now."))

    @classmethod
    def typed_of(cls, application: Application) -> dict[str, Any]:
        budget = None if application.budget is None else yuan(application.budget)
        return {**super().typed_of(application), "kind": application.kind.value, "budget": budget}

    def shown(self) -> dict[str, str]:
        """The budget as :func:`yuan` says it: a browser sends 8700.00 for what the page was given as 8700."""
        budget = fen(self.budget.data)
        return {**super().shown(), "budget": plain(None if budget is None else yuan(budget))}

    def stored(self, name: str, value: Any) -> Any:
        if name == "kind":
            return Kind(value)
        return fen(value) if name == "budget" else value


def yuan(amount: int) -> Decimal:
    """Fen as yuan, without a part that is nothing."""
    whole, part = divmod(amount, 100)
    return Decimal(f"{whole}.{part:02d}") if part else Decimal(whole)


def fen(amount: Decimal | None) -> int | None:
    return None if amount is None else int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


class MemberForm(Form):
    """A student to be asked, by number, name or pinyin; ``student`` when one of several was chosen."""

    who = StringField(
        _l("Student"),
        [
            Said(_l("Type a student number, a name or its pinyin.")),
            Length(max=60, message=TOO_LONG),
        ],
        render_kw={"maxlength": 60, "autocomplete": "off"},
    )
    part = StringField(_l("Does what on the team"), [Length(max=60, message=TOO_LONG)], render_kw={"maxlength": 60})
    student = HiddenField()


class GuestForm(Form):
    """Someone from outside, by name: needs no confirming and has no page here."""

    guest = StringField(
        _l("Name of somebody from outside"),
        [
            Said(_l("Type a name.")),
            Length(max=60, message=TOO_LONG),
        ],
        render_kw={"maxlength": 60, "autocomplete": "off"},
    )
    guest_part = StringField(
        _l("Does what, from where"), [Length(max=60, message=TOO_LONG)], render_kw={"maxlength": 60}
    )


class PaperForm(Form):
    paper = FileField(_l("File"), [FileRequired(_l("Choose a file."))])
    kind_of_paper = RadioField(
        _l("What is it?"),
        choices=[SelectChoice(k.value, k.label) for k in PaperKind],
        default=PaperKind.PLAN.value,
        validators=[InputRequired(_l("Say what it is."))],
    )


class MessageForm(Form):
    message = TextAreaField(
        _l("Write to the team and its teachers"),
        [
            Said(_l("Write a few words.")),
            Length(max=1000, message=TOO_LONG),
        ],
        render_kw={"maxlength": 1000, "rows": 2},
    )
