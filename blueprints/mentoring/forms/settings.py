"""What the office sets for mentoring, and the entries of the code lists."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from ...core.forms import TOO_LONG, Form
from ...core.options import Option
from .. import options


def name_of(option: Option) -> str:
    """The name of an option's field."""
    return option.key.replace(".", "_")


def settings_form() -> type[Form]:
    """A form with one field for each option; ``version`` is that of :mod:`..service.settings`."""
    fields: dict[str, Any] = {"version": IntegerField(validators=[Optional()], default=0)}
    for option in options.ALL:
        if isinstance(option.default, bool):
            fields[name_of(option)] = BooleanField(option.label)
        else:
            bounds = NumberRange(option.low, option.high, _l("Between %(min)d and %(max)d."))
            fields[name_of(option)] = IntegerField(option.label, [InputRequired(_l("Type a number.")), bounds])
    return type("SettingsForm", (Form,), fields)


class CodeForm(Form):
    """The words for an entry."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Type a name.")), DataRequired(_l("Type a name.")), Length(max=60, message=TOO_LONG)],
        render_kw={"maxlength": 60},
    )
    name_en = StringField(
        _l("Name in English"), [Optional(), Length(max=60, message=TOO_LONG)], render_kw={"maxlength": 60}
    )


class NewCodeForm(CodeForm):
    """A new entry; its code stands in records and never changes."""

    kind = HiddenField()
    code = StringField(
        _l("Code"),
        [
            InputRequired(_l("Type a code.")),
            Length(max=20, message=TOO_LONG),
            Regexp(r"[A-Za-z0-9_.-]+\Z", message=_l("Letters, digits, dots, dashes.")),
        ],
        render_kw={"maxlength": 20},
    )


class ChangeCodeForm(CodeForm):
    """Words and place of an entry. ``shown`` is the name the form was opened with."""

    place = IntegerField(
        _l("Place in the list"),
        [InputRequired(_l("Type a number.")), NumberRange(1, 9999, _l("Between %(min)d and %(max)d."))],
    )
    shown = HiddenField()

    def stale(self, name: str) -> bool:
        """Whether someone renamed the entry since; the sentence is put on the field."""
        if self.shown.data == name or self.name.data == name:
            return False
        self.name.errors = [_("Someone renamed it to “%(name)s” meanwhile. Save again to set yours.", name=name)]
        self.shown.raw_data, self.shown.data = None, name
        return True
