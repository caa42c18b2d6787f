"""The wording of the agreement, a clause a line."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from ...core.forms import Form
from .. import wording

WHAT_WORDS = _l("Write what both agree on, one clause a line.")


class TermsForm(Form):
    """``seen`` is the wording from which the page was made."""

    text = TextAreaField(
        _l("Wording in Chinese"), [InputRequired(WHAT_WORDS), DataRequired(WHAT_WORDS)], render_kw={"lang": "zh-CN"}
    )
    english = TextAreaField(_l("Wording in English"), [Optional()], render_kw={"lang": "en"})
    seen = StringField(validators=[Optional()])

    def validate_text(self, field: Any) -> None:
        _judge(field)

    def validate_english(self, field: Any) -> None:
        _judge(field)
        ours, theirs = len(wording.clauses(self.text.data or "")), len(wording.clauses(field.data))
        if ours != theirs:
            raise ValidationError(
                _(
                    "The Chinese wording has %(chinese)d clauses and this one %(english)d. Who reads English signs the "
                    "same agreement: let them have the same clauses.",
                    chinese=ours,
                    english=theirs,
                )
            )


def _judge(field: Any) -> None:
    """An error for each thing that is wrong, so that each is a line of the summary."""
    *others, last = wording.problems(field.data or "") or [""]
    field.errors.extend(others)
    if last:
        raise ValidationError(last)
