"""What the incubator's manager sets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from ...core.forms import Form, NumberField
from ...core.options import Option
from .. import options

A_NUMBER = _l("Type a number.")
BETWEEN = _l("Between %(min)s and %(max)s.")


def name_of(option: Option) -> str:
    """The name of an option's field."""
    return option.key.replace(".", "_")


def shown(option: Option) -> Any:
    """The value as it is typed."""
    return Decimal(option.value) / 100 if option in options.IN_POINTS else option.value


def stored(option: Option, typed: Any) -> Any:
    """The value as it is kept."""
    return round(typed * 100) if option in options.IN_POINTS else typed


def settings_form() -> type[Form]:
    """A form with one field for each option; ``version`` is that of :func:`..service.settings.version`."""
    fields: dict[str, Any] = {"version": IntegerField(validators=[Optional()], default=0)}
    for option in options.ALL:
        if option in options.IN_POINTS:
            bounds = NumberRange(option.low / 100, option.high / 100, BETWEEN)
            fields[name_of(option)] = NumberField(option.label, [InputRequired(A_NUMBER), bounds], places=1)
        else:
            bounds = NumberRange(option.low, option.high, BETWEEN)
            fields[name_of(option)] = IntegerField(option.label, [InputRequired(A_NUMBER), bounds])
    return type("SettingsForm", (Form,), fields)
