"""What is decided on an application, and its appeal."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from ...core.forms import TOO_LONG, Form
from ..models import Criterion, Intake, Outcome

WHY = _l("Write the reason; the team reads it as it stands.")


class DecisionForm(Form):
    """``exception`` with its text is for the books; the team reads the reason alone."""

    outcome = RadioField(
        _l("Decision"),
        choices=[SelectChoice(o.value, o.label) for o in Outcome],
        validators=[InputRequired(_l("Approve, or do not approve."))],
    )
    criterion = SelectField(_l("Criterion it rests on"), validators=[InputRequired(_l("Choose the criterion."))])
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(WHY), DataRequired(WHY), Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 4, "maxlength": 2000},
    )
    exception = BooleanField(_l("An exception to the published bar"))
    exception_why = StringField(
        _l("Why the exception"), [Length(max=300, message=TOO_LONG)], render_kw={"maxlength": 300}
    )
    then = HiddenField()

    def offer(self, intake: Intake) -> DecisionForm:
        """The criteria of this call are what can be chosen."""
        named = [(str(c.id), _("%(name)s (weight %(num)s)", name=c.name, num=c.weight)) for c in intake.criteria]
        self.criterion.choices = [SelectChoice("", _("Choose"))] + [SelectChoice(*n) for n in named]
        return self

    def chosen(self, intake: Intake) -> Criterion | None:
        return next((c for c in intake.criteria if str(c.id) == self.criterion.data), None)

    def validate_exception_why(self, field: Any) -> None:
        if self.exception.data and not field.data:
            raise ValidationError(_("Write down why; it is kept with the decision."))


class AppealForm(Form):
    appeal = TextAreaField(
        _l("What speaks against it"),
        [
            InputRequired(_l("Say what was overlooked or misread.")),
            DataRequired(_l("Say what was overlooked or misread.")),
            Length(max=3000, message=TOO_LONG),
        ],
        render_kw={"rows": 5, "maxlength": 3000},
    )


class AppealAnswerForm(Form):
    appeal_outcome = RadioField(
        _l("Answer to the appeal"),
        choices=[
            SelectChoice(Outcome.REJECTED.value, _l("The decision stands")),
            SelectChoice(Outcome.APPROVED.value, _l("The team is approved after all")),
        ],
        validators=[InputRequired(_l("Choose the answer."))],
    )
    appeal_answer = TextAreaField(
        _l("Reason of the answer"),
        [InputRequired(WHY), DataRequired(WHY), Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 3, "maxlength": 2000},
    )
