"""A referee's sheet: points for each criterion, and a remark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from ...core.forms import TOO_LONG, Form
from ..models import Criterion
from ..points import MOST

ANCHORS = {
    0: _l("nothing of it"),
    2: _l("named only"),
    4: _l("a start"),
    6: _l("sound"),
    8: _l("strong case"),
    10: _l("proven"),
}
"""What some of the points mean, the same for every criterion, so that two referees mean the same by a seven."""


FEW = 3
"""Points that few ask for a word."""


class _SheetForm(Form):
    remark = TextAreaField(
        _l("Remark for the manager"),
        [Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 3, "maxlength": 2000},
    )
    then = HiddenField()

    ids: tuple[int, ...] = ()

    @property
    def given(self) -> dict[int, int]:
        """The points entered so far, by criterion."""
        data = {id: self[f"points_{id}"].data for id in self.ids}
        return {id: int(value) for id, value in data.items() if value}

    def is_whole(self) -> bool:
        """Whether every criterion has points, and few points have a word; the sentences are put on what is missing."""
        if any(points <= FEW for points in self.given.values()) and not self.remark.data:
            self.remark.errors = [_("You give 3 points or less somewhere. Say in a few words why.")]
        missing = [id for id in self.ids if not self[f"points_{id}"].data]
        for id in missing:
            self[f"points_{id}"].errors = [_("Give it points.")]
        return not missing and not self.remark.errors


def sheet_form(criteria: Iterable[Criterion]) -> type[_SheetForm]:
    choices = [SelectChoice(str(n), str(n)) for n in range(MOST + 1)]
    found = list(criteria)
    fields: dict[str, Any] = {
        f"points_{c.id}": RadioField(c.name, choices=choices, validators=[Optional()]) for c in found
    }
    return type("SheetForm", (_SheetForm,), {**fields, "ids": tuple(c.id for c in found)})
