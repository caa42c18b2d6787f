"""A teacher is asked; a teacher answers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from ...core.forms import TOO_LONG, Form
from .application import Said


class AskTeacherForm(Form):
    teacher = StringField(
        _l("Teacher"),
        [
            Said(_l("Type a name, its pinyin or a staff number.")),
            Length(max=60, message=TOO_LONG),
        ],
        render_kw={"maxlength": 60, "autocomplete": "off"},
    )


class EndorsementForm(Form):
    supports = RadioField(
        _l("Do you support it?"),
        choices=[SelectChoice("yes", _l("Yes, I support it")), SelectChoice("no", _l("Not yet, I do not support it"))],
        validators=[InputRequired(_l("Say yes or not yet."))],
    )
    reasons = TextAreaField(
        _l("Your reasons"),
        [
            InputRequired(_l("Write a sentence or two on what you know of this team.")),
            DataRequired(_l("Write a sentence or two on what you know of this team.")),
            Length(max=2000, message=TOO_LONG),
        ],
        render_kw={"maxlength": 2000, "rows": 5},
    )
