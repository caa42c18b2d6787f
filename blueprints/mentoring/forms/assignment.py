"""What is typed for the assignment: the conditions, a teacher's limit, a pair by hand, a list as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from ...core.forms import Form


class ConditionsForm(Form):
    """``replaces`` is the open draft that the page spoke of, which goes when a new one is made."""

    college = HiddenField()
    replaces = HiddenField()
    keeps = RadioField(
        _l("Who has a mentor already"),
        choices=[
            SelectChoice("yes", _l("keeps them")),
            SelectChoice("no", _l("may get another, if there is a better reason")),
        ],
        default="yes",
        validators=[InputRequired(_l("Say whether present pairs are kept."))],
    )


class TermsForm(Form):
    college = HiddenField()
    version = IntegerField(validators=[Optional()], default=0)
    capacity = IntegerField(
        _l("Graduates at most"), [Optional(), NumberRange(0, 60, _l("Between %(min)d and %(max)d."))]
    )
    note = StringField(
        _l("Why, or what was agreed"),
        [Length(max=200, message=_l("At most %(max)d characters; yours is longer."))],
        render_kw={"maxlength": 200},
    )


NOBODY = "none"


class PairForm(Form):
    """``was`` is the teacher whom the page showed, so that two who adjust the same pair are told."""

    was = HiddenField()
    mentor = SelectField(_l("Mentor"), validators=[InputRequired(_l("Choose a teacher."))])

    def offer(self, teachers: list[tuple[int, str]]) -> PairForm:
        self.mentor.choices = [
            *(SelectChoice(str(id), label) for id, label in teachers),
            SelectChoice(NOBODY, _l("nobody for now")),
        ]
        return self

    @property
    def chosen(self) -> int | None:
        return None if self.mentor.data == NOBODY else int(self.mentor.data)


class SheetForm(Form):
    college = HiddenField()
    file = FileField(_l("Workbook (.xlsx)"), [FileRequired(_l("Choose a file."))])


class ApplyForm(Form):
    """``token`` is a signed word for the file that was looked at."""

    token = HiddenField()


def problems_of(form: Any, name: str, *sentences: Any) -> None:
    """Put these sentences on a field, as its own validation would."""
    form[name].errors = [*form[name].errors, *(str(s) for s in sentences)]
