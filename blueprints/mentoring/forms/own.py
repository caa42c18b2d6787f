"""How a student would like to be reached."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from ...core import clock
from ...core.forms import Form
from ...students.models import Channel

HOURS = {
    "": _l("any hour"),
    "day": _l("in the daytime"),
    "late": _l("after 16:00"),
    "evening": _l("after 19:00"),
}
STORED = {"day": "9:00–16:00", "late": "16:00–22:00", "evening": "19:00–22:00"}
"""What is kept: plain hours, which read the same in every language."""


class ReachForm(Form):
    by = RadioField(
        _l("By what"),
        choices=[
            SelectChoice("", _l("any way")),
            *(SelectChoice(c.value, c.label) for c in (Channel.PHONE, Channel.WECHAT, Channel.MESSAGE, Channel.FACE)),
        ],
        validators=[Optional()],
    )
    hours = RadioField(_l("When"), choices=[SelectChoice(k, v) for k, v in HOURS.items()], validators=[Optional()])
    quiet = BooleanField(_l("Not this week, please"))

    @property
    def quiet_until(self) -> date | None:
        """Sunday of this week."""
        today = clock.today()
        return today + timedelta(days=6 - today.weekday()) if self.quiet.data else None
