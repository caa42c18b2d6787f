"""A student asks a team for a place to learn."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from ...core.forms import TOO_LONG, Form


class InternshipForm(Form):
    why = TextAreaField(
        _l("What you would like to learn there"),
        [
            InputRequired(_l("Write a sentence, so that the team knows whom it is asked by.")),
            DataRequired(_l("Write a sentence, so that the team knows whom it is asked by.")),
            Length(max=300, message=TOO_LONG),
        ],
        render_kw={"maxlength": 300, "rows": 2},
    )
