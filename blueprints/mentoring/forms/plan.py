"""A career plan: its beginning, its goal and steps, the monthly look, its end."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from ...core.forms import TOO_LONG, Form
from ..models import Owner, Plan
from ..plan_templates import Template

BLANK_ROWS = 3
FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"


class _Choices(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _goal() -> TextAreaField:
    missing = _l("Say in a sentence what is to be reached.")
    return TextAreaField(
        _l("Goal"),
        [InputRequired(missing), DataRequired(missing), Length(max=200, message=TOO_LONG)],
        render_kw={"rows": 2, "maxlength": 200},
    )


class BeginForm(Form):
    """A goal, and which steps of the template fit."""

    goal = _goal()
    steps = _Choices(_l("Steps"), coerce=int, validators=[Optional()])

    @classmethod
    def of(cls, template: Template, **data: Any) -> BeginForm:
        form = cls(**data)
        form.steps.choices = [SelectChoice(n, s.text) for n, s in enumerate(template.steps)]
        return form

    @classmethod
    def fresh(cls, template: Template) -> BeginForm:
        return cls.of(template, formdata=None, goal=str(template.goal), steps=list(range(len(template.steps))))


class StepForm(Form):
    """One step; a row without words that was never stored is no step."""

    step = HiddenField()
    place = IntegerField(_l("No."), [Optional(), NumberRange(0, 99, _l("Between %(min)d and %(max)d."))])
    text = StringField(_l("What"), [Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200})
    owner = SelectField(_l("Who"), choices=[SelectChoice(o.value, o.label) for o in Owner], default=Owner.STUDENT.value)
    due_on = DateField(_l("Until"), [Optional()], render_kw={"min": FIRST_DAY, "max": LAST_DAY})
    remove = BooleanField(_l("Remove"))

    def validate(self, extra_validators: Any = None) -> bool:
        fits: bool = super().validate(extra_validators)
        if self.step.data and not self.text.data and not self.remove.data:
            self.text.errors = [_("Say what is to be done, or tick “Remove”.")]
            fits = False
        if self.due_on.data and not FIRST_DAY <= self.due_on.data.isoformat() <= LAST_DAY:
            self.due_on.errors = [_("Choose a day between 2000 and 2099.")]
            fits = False
        return fits


class PlanForm(Form):
    """Goal and steps as a whole; ``version`` is the plan's when the form was opened."""

    goal = _goal()
    steps = FieldList(FormField(StepForm), max_entries=40)
    version = IntegerField(validators=[Optional()], default=0)

    @classmethod
    def of(cls, plan: Plan) -> PlanForm:
        rows = [
            {"step": str(s.id), "place": n, "text": s.text, "owner": s.owner.value, "due_on": s.due_on}
            for n, s in enumerate(plan.steps, 1)
        ]
        blank = [{"place": len(rows) + n} for n in range(1, BLANK_ROWS + 1)]
        return cls(formdata=None, goal=plan.goal, version=plan.version, steps=rows + blank)

    @property
    def typed(self) -> list[StepForm]:
        """The rows that say something."""
        return [row.form for row in self.steps if row.form.text.data or row.form.step.data]


class ReviewForm(Form):
    text = TextAreaField(
        _l("What went well, what changes"),
        [
            InputRequired(_l("Write a sentence or two.")),
            DataRequired(_l("Write a sentence or two.")),
            Length(max=1000, message=TOO_LONG),
        ],
        render_kw={"rows": 3, "maxlength": 1000},
        id="review_text",
    )


class CloseForm(Form):
    outcome = StringField(
        _l("What became of it"),
        [
            InputRequired(_l("Say in a sentence what became of it.")),
            DataRequired(_l("Say in a sentence what became of it.")),
            Length(max=200, message=TOO_LONG),
        ],
        render_kw={"maxlength": 200},
        id="plan_outcome",
    )
