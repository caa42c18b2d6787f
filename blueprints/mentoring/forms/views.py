"""A name for a list, and what is done to several graduates at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from ...core import clock
from ...core.forms import TOO_LONG, Form


class ViewForm(Form):
    name = StringField(
        _l("Name of the view"),
        [InputRequired(_l("Give the view a name.")), Length(max=40, message=TOO_LONG)],
        render_kw={"maxlength": 40},
    )
    query = HiddenField(validators=[Length(max=400), Regexp(r"^[^\s<>]*$")])


class BulkForm(Form):
    act = SelectField(
        _l("With those chosen"),
        choices=[SelectChoice("next_on", _l("set the next day")), SelectChoice("nudge", _l("remind the mentor"))],
        validators=[InputRequired(_l("Choose what to do."))],
    )
    next_on = DateField(_l("Next day"), [Optional()])

    def validate_next_on(self, field: Any) -> None:
        if self.act.data != "next_on":
            return
        if not field.data:
            raise ValidationError(_("Choose the day."))
        if not clock.today() <= field.data <= clock.today() + timedelta(days=400):
            raise ValidationError(_("The date must lie between today and a year from now."))
