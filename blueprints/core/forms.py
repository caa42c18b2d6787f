"""The base of every form: cleaned text, one language for its own messages, CSRF by the application."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField, PasswordField, StringField, TextAreaField

from .text import clean

LARGEST = 10**12
TOO_LONG = _l("At most %(max)d characters; yours is longer.")


class Form(FlaskForm):
    """Text fields arrive cleaned (see :func:`~.text.clean`); CSRF is checked before any view runs."""

    class Meta(FlaskForm.Meta):
        csrf = False  # the application checks every unsafe request, form or not

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            if issubclass(unbound_field.field_class, StringField) and unbound_field.field_class is not PasswordField:
                filter_ = clean_text if issubclass(unbound_field.field_class, TextAreaField) else clean_line
                options = {"filters": [filter_], **options}
            return super().bind_field(form, unbound_field, options)

    def validate(self, extra_validators: Any = None) -> bool:
        """What could not even be read is wrong once, not also out of bounds."""
        valid = bool(super().validate(extra_validators))
        for field in self:
            unread = list(field.process_errors)
            if unread and list(field.errors)[: len(unread)] == unread:
                field.errors = unread
        return valid

    @property
    def submitted(self) -> bool:
        """Whether this request brings the form, and it is all right."""
        return request.method == "POST" and self.validate()


class NumberField(DecimalField):
    """A number; ``NaN``, ``sNaN``, ``Infinity`` and ``1e400`` are decimals too, and no amounts."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not (self.data.is_finite() and abs(self.data) < LARGEST):
            self.data = None
            raise ValueError(_("Type a number."))


def clean_text(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def clean_line(value: Any) -> Any:
    """A single line: a break or a tab in it is a blank."""
    return " ".join(clean(value).split()) if isinstance(value, str) else value
