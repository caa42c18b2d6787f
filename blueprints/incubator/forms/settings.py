"""What the incubator's manager sets."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from ...core.forms import Form
from ...core.options import Option
from .. import options


def name_of(option: Option) -> str:
    """The name of an option's field."""
    return option.key.replace(".", "_")


def settings_form() -> type[Form]:
    """A form with one field for each option; ``version`` is that of :func:`..service.settings.version`."""
    fields: dict[str, Any] = {"version": IntegerField(validators=[Optional()], default=0)}
    for option in options.ALL:
        bounds = NumberRange(option.low, option.high, _l("Between %(min)d and %(max)d."))
        fields[name_of(option)] = IntegerField(option.label, [InputRequired(_l("Type a number.")), bounds])
    return type("SettingsForm", (Form,), fields)
