"""What is typed on a page: a mark, an answer."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from ..core.forms import Form
from .models import AnswerKind, MarkKind

LONGEST_BODY = 1000


def _kind(value: str | None) -> str | None:
    return value.replace("_", "-") if value else value


class MarkForm(Form):
    """A mark's place comes as exactly one of ``line``, ``sel`` and ``box``."""

    page = IntegerField(validators=[Optional(), NumberRange(1, 10_000)], default=1)
    line = HiddenField()
    sel = HiddenField()
    box = HiddenField()
    kind = RadioField(
        _l("Kind"),
        choices=[SelectChoice(k.value, k.label) for k in MarkKind],
        default=MarkKind.SUGGESTION.value,
        filters=[_kind],
        validators=[InputRequired(_l("Choose what kind of mark it is."))],
    )
    body = TextAreaField(
        _l("What the student should know"),
        [
            InputRequired(_l("Write a sentence for the student.")),
            DataRequired(_l("Write a sentence for the student.")),
            Length(max=LONGEST_BODY, message=_l("At most %(max)d characters; yours is longer.")),
        ],
        render_kw={"maxlength": LONGEST_BODY},
    )
    version = IntegerField(validators=[Optional()], default=0)


class AnswerForm(Form):
    kind = SelectField(choices=[SelectChoice(k.value, k.label) for k in AnswerKind], validators=[InputRequired()])
    body = TextAreaField(
        _l("Your words"), [Length(max=LONGEST_BODY, message=_l("At most %(max)d characters; yours is longer."))]
    )

    def validate_body(self, field: Any) -> None:
        if self.kind.data != AnswerKind.DONE.value and not field.data:
            raise ValidationError(_("Write a few words, so that the other side understands."))
