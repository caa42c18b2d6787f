"""Several offers confirmed in one act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from ...core import clock
from ...core.forms import Form

DATE = _l("Choose a date.")
LONGEST_ANSWER = timedelta(days=60)


class AllotForm(Form):
    """What all pairs share: the day by which to answer. ``pairs`` is the same as lines, for a program."""

    answer_by = DateField(_l("Answer by"), [InputRequired(DATE)])
    pairs = TextAreaField(validators=[Length(max=20_000)])

    def validate_answer_by(self, field: Any) -> None:
        if field.data and not clock.today() <= field.data <= clock.today() + LONGEST_ANSWER:
            raise ValidationError(_("The day by which to answer lies between today and 60 days from now."))


def allot_form(teams: list[tuple[int, str, str]]) -> type[AllotForm]:
    """The form with the two days of each staged pair: (application, team, room)."""
    fields: dict[str, Any] = {}
    for id, team, room in teams:
        named = {"team": team, "room": room}
        fields[f"from_{id}"] = DateField(_("%(team)s in %(room)s from", **named), [Optional()])
        fields[f"until_{id}"] = DateField(_("%(team)s in %(room)s until", **named), [Optional()])
    return type("AllotPairsForm", (AllotForm,), fields)
