"""Several photos at once, and the words below one."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField, StringField
from wtforms.validators import Length, Optional, ValidationError

from ...core.forms import TOO_LONG, Form
from ..queries.photo import MOST


class PhotosField(MultipleFileField):
    """A file field that takes several; what is sent under its name and is no file does not count."""

    @property
    def uploads(self) -> list[FileStorage]:
        return [f for f in self.data or () if isinstance(f, FileStorage) and f.filename]

    def pre_validate(self, form: Any) -> None:
        if len(self.uploads) > MOST:
            facts = {"most": MOST, "num": len(self.uploads)}
            raise ValidationError(_("At most %(most)d photos; these are %(num)d. None was stored.", **facts))


def _caption() -> StringField:
    return StringField(
        _l("What they show"), [Optional(), Length(max=80, message=TOO_LONG)], render_kw={"maxlength": 80}
    )


class PhotosForm(Form):
    photos = PhotosField(_l("Photos"))
    caption = _caption()

    def validate_photos(self, field: Any) -> None:
        if not field.uploads:
            raise ValidationError(_("Choose a picture."))


class CaptionForm(Form):
    caption = _caption()
