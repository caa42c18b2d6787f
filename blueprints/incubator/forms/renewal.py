"""A wish to stay, and the answer to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from ...core.forms import TOO_LONG, Form
from ...core.i18n import day
from .tenancy import DATE, SAY_WHY


class RenewForm(Form):
    until_on = DateField(_l("Until and with"), [InputRequired(DATE)])
    why = TextAreaField(
        _l("Why, and how the plan goes on"),
        [
            InputRequired(_l("Say why; the manager decides by it.")),
            DataRequired(_l("Say why; the manager decides by it.")),
            Length(max=1000, message=TOO_LONG),
        ],
        render_kw={"rows": 3, "maxlength": 1000},
    )

    def __init__(self, first: date, last: date, *args: Any, **data: Any) -> None:
        self.first, self.last = first, last
        super().__init__(*args, **data)

    def validate_until_on(self, field: Any) -> None:
        if field.data and not self.first < field.data <= self.last:
            raise ValidationError(
                _("Choose a day after %(first)s and not after %(last)s.", first=day(self.first), last=day(self.last))
            )


class DecideForm(Form):
    outcome = RadioField(
        _l("Answer"),
        choices=[SelectChoice("grant", _l("They can stay")), SelectChoice("refuse", _l("They cannot stay"))],
        validators=[InputRequired(_l("Choose an answer."))],
    )
    answer = StringField(
        _l("Reason"),
        [InputRequired(SAY_WHY), DataRequired(SAY_WHY), Length(max=300, message=TOO_LONG)],
        render_kw={"maxlength": 300},
    )
