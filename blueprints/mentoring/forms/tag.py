"""Sealed hardship tags: keeping them, and opening them for a reason."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...core import clock
from ...core.forms import TOO_LONG, Form
from ...students import queries as register
from ...students.models import CodeKind
from ..queries.tag import Purpose

LATEST = 2099


class Kinds(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TagForm(Form):
    """Which kinds, until when, by what proof."""

    kinds = Kinds(_l("Kind of hardship"), [InputRequired(_l("Choose at least one."))], id="tag_kinds")
    valid_until = DateField(_l("Valid until"), [Optional()], id="tag_valid_until")
    proof = FileField(_l("Proof"), [Optional()], id="tag_proof")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds.choices = [SelectChoice(*code) for code in register.choices(CodeKind.HARDSHIP)]

    def validate_valid_until(self, field: Any) -> None:
        if field.data and (field.data < clock.today() or field.data.year > LATEST):
            raise ValidationError(_("Choose a day from today on."))


class OpenForm(Form):
    """What for: a choice and a sentence. The student reads both."""

    purpose = SelectField(
        _l("What for"),
        [InputRequired(_l("Choose what it is for."))],
        choices=[SelectChoice("", _l("Choose …")), *(SelectChoice(p.value, p.label) for p in Purpose)],
        id="open_purpose",
    )
    reason = TextAreaField(
        _l("Say it more exactly"),
        [
            InputRequired(_l("Say in a sentence why you need to know.")),
            DataRequired(_l("Say in a sentence why you need to know.")),
            Length(min=4, message=_l("Say in a sentence why you need to know.")),
            Length(max=200, message=TOO_LONG),
        ],
        render_kw={"rows": 2, "maxlength": 200},
        id="open_reason",
    )
