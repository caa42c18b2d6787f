"""A question to the next level, and its answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from ...core.forms import TOO_LONG, Form

ASK = _l("Write the question, so that the next level knows what is needed.")
ANSWER = _l("Write an answer, or pass it further up.")


class HelpForm(Form):
    question = TextAreaField(
        _l("What do you need help with?"),
        [InputRequired(ASK), DataRequired(ASK), Length(max=1000, message=TOO_LONG)],
        render_kw={"rows": 3, "maxlength": 1000},
    )


class AnswerForm(Form):
    answer = TextAreaField(
        _l("Answer"),
        [InputRequired(ANSWER), DataRequired(ANSWER), Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 4, "maxlength": 2000},
    )


class PassOnForm(Form):
    answer = TextAreaField(
        _l("A word to who asked (not required)"),
        [Length(max=500, message=TOO_LONG)],
        render_kw={"rows": 2, "maxlength": 500},
    )
