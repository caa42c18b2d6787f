"""What people type about themselves."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError
from zxcvbn_rs_py import zxcvbn

from ..core.forms import Form

SHORTEST, LONGEST = 10, 128


def refuse_weak(form: Any, field: Any) -> None:
    """No composition rules: a password only must not be among the first that anyone would try."""
    own = [getattr(form, "own_words", "")]
    if int(zxcvbn(field.data[:72], own).score) < 2:
        raise ValidationError(
            _("This password is easy to guess. Three or four words that do not belong together are better.")
        )


class SignInForm(Form):
    username = StringField(
        _l("Number or user name"),
        [InputRequired(_l("Type your number or user name.")), Length(max=60, message=_l("That is too long."))],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Type your password.")), Length(max=LONGEST, message=_l("That is too long."))],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class NewPasswordForm(Form):
    """Setting a password by a one-time link."""

    own_words = ""
    password = PasswordField(
        _l("New password"),
        [
            InputRequired(_l("Type a new password.")),
            Length(SHORTEST, LONGEST, _l("Use %(min)d to %(max)d characters.")),
            refuse_weak,
        ],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The same once more"), [InputRequired(_l("Type it once more."))], render_kw={"autocomplete": "new-password"}
    )

    def validate_again(self, field: Any) -> None:
        if field.data != self.password.data:
            raise ValidationError(_("The two are not the same."))


class PresentPasswordForm(Form):
    current = PasswordField(
        _l("Present password"),
        [InputRequired(_l("Type your present password."))],
        render_kw={"autocomplete": "current-password"},
    )


class ChangePasswordForm(PresentPasswordForm, NewPasswordForm):
    """Changing one's own password: the present one first."""
