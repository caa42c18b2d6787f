"""A line of the diary."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from ...core import clock
from ...core.forms import Form

WORDS = _l("Write what you did.")
EARLIEST = timedelta(days=366)


class LineForm(Form):
    day = DateField(_l("Day"), [InputRequired(_l("Choose a date."))])
    text = StringField(
        _l("What you did"),
        [
            InputRequired(WORDS),
            DataRequired(WORDS),
            Length(max=500, message=_l("At most %(max)d characters; yours is longer.")),
        ],
        render_kw={"maxlength": 500},
    )

    def validate_day(self, field: Any) -> None:
        if field.data and not clock.today() - EARLIEST <= field.data <= clock.today():
            raise ValidationError(_("Choose a day of the past year, today included."))
