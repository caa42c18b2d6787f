"""A contact, field by field or in one line."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ...core import clock
from ...core.forms import TOO_LONG, Form
from ...students.models import Channel, Side, Situation
from ..models import Mood

FARTHEST = timedelta(days=400)


def fresh_key() -> str:
    """What tells one form from the next, so that the same form sent twice is one entry."""
    return secrets.token_hex(16)


class ContactForm(Form):
    """What is kept of a call, a message, a meeting, or the try of one.

    ``line`` is read into the other fields and shown before it is saved; ``read`` is the line that they show.
    """

    line = StringField(_l("In one line"), [Length(max=500, message=TOO_LONG)], render_kw={"maxlength": 500})
    read = HiddenField()
    key = HiddenField(default=fresh_key)
    list = HiddenField()
    then = HiddenField()
    channel = RadioField(
        _l("How"),
        choices=[SelectChoice(c.value, c.label) for c in Channel],
        default=Channel.PHONE.value,
        validators=[InputRequired(_l("Say how you were in touch."))],
    )
    reached = RadioField(
        _l("Reached?"),
        choices=[SelectChoice("yes", _l("Reached")), SelectChoice("no", _l("Not reached"))],
        default="yes",
        validators=[InputRequired(_l("Say whether you reached them."))],
    )
    minutes = IntegerField(_l("Minutes"), [Optional(), NumberRange(0, 600, _l("Between %(min)d and %(max)d."))])
    note = TextAreaField(
        _l("What was said"), [Length(max=2000, message=TOO_LONG)], render_kw={"rows": 3, "maxlength": 2000}
    )
    situation = SelectField(
        _l("How it stands"),
        choices=[SelectChoice("", _l("as before")), *(SelectChoice(s.value, s.label) for s in Situation)],
        validators=[Optional()],
    )
    mood = SelectField(
        _l("Mood"),
        choices=[SelectChoice("", _l("not said")), *(SelectChoice(m.value, m.label) for m in Mood)],
        validators=[Optional()],
    )
    intention = StringField(
        _l("Wishes, if they have changed"), [Length(max=120, message=TOO_LONG)], render_kw={"maxlength": 120}
    )
    obstacle = StringField(
        _l("What stands in the way"), [Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200}
    )
    promise = StringField(_l("What was promised"), [Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200})
    promise_by = RadioField(
        _l("By whom"),
        choices=[SelectChoice(Side.TEACHER.value, _l("by me")), SelectChoice(Side.STUDENT.value, _l("by the student"))],
        default=Side.TEACHER.value,
        validators=[Optional()],
    )
    next_on = DateField(_l("Next time"), [Optional()])
    private = TextAreaField(
        _l("Only for me (sealed)"), [Length(max=2000, message=TOO_LONG)], render_kw={"rows": 2, "maxlength": 2000}
    )
    safety = StringField(_l("Safety reason"), [Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200})

    def process(self, *args: Any, **kwargs: Any) -> None:
        """The button *Not reached* speaks beside the radio button: a browser sends its word first, htmx last."""
        super().process(*args, **kwargs)
        if "no" in (self.reached.raw_data or ()):
            self.reached.data = "no"

    def validate_next_on(self, field: Any) -> None:
        if field.data and not clock.today() <= field.data <= clock.today() + FARTHEST:
            raise ValidationError(_("The date must lie between today and a year from now."))

    def validate_note(self, field: Any) -> None:
        if self.reached.data == "yes" and not any(
            (field.data, self.obstacle.data, self.promise.data, self.intention.data, self.private.data)
        ):
            raise ValidationError(_("Write a few words on what was said, so that the next caller knows."))

    @property
    def is_unread(self) -> bool:
        """Whether the line has words that have not been shown as fields yet."""
        return bool(self.line.data) and self.line.data != self.read.data

    @property
    def was_reached(self) -> bool:
        return bool(self.reached.data == "yes")
