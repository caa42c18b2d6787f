"""The wishes of a graduate (就业意向), kept by student and teachers alike."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...core.forms import TOO_LONG, Form
from ...students import queries as register
from ...students.models import CodeKind, Intention, Way
from .. import oneline


def known_region(form: Any, field: Any) -> None:
    if field.data and _region(field.data) is None:
        raise ValidationError(_("“%(name)s” is no province or city I know; choose one of the list.", name=field.data))


def _region(said: str) -> str | None:
    """The code of a region by its name or its number."""
    regions = register.code_names(CodeKind.REGION)
    if said in regions:
        return said
    return next(iter(oneline.places(said, regions)), None)


class IntentionForm(Form):
    way = RadioField(
        _l("What would you like to do?"),
        choices=[SelectChoice(w.value, w.label) for w in Way],
        default=Way.UNDECIDED.value,
    )
    region1 = StringField(_l("First choice of place"), [Length(max=40, message=TOO_LONG), known_region])
    region2 = StringField(_l("Second choice"), [Length(max=40, message=TOO_LONG), known_region])
    region3 = StringField(_l("Third choice"), [Length(max=40, message=TOO_LONG), known_region])
    posts = StringField(_l("Kind of post"), [Length(max=120, message=TOO_LONG)], render_kw={"maxlength": 120})
    stage = SelectField(_l("For teachers: which stage"), validators=[Optional()])
    industries = SelectMultipleField(
        _l("Industries"),
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    pay = IntegerField(
        _l("Expected pay, yuan a month"), [Optional(), NumberRange(0, 1_000_000, _l("Between %(min)d and %(max)d."))]
    )
    second_plan = StringField(
        _l("Second plan, if the first does not work out"),
        [Length(max=200, message=TOO_LONG)],
        render_kw={"maxlength": 200},
    )
    obstacle = StringField(
        _l("What stands in the way"), [Length(max=200, message=TOO_LONG)], render_kw={"maxlength": 200}
    )

    REGIONS = ("region1", "region2", "region3")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stage.choices = [SelectChoice("", _("none")), *_choices(CodeKind.STAGE, self.stage.data)]
        kept = self.industries.data or []
        self.industries.choices = _choices(CodeKind.INDUSTRY, *kept)

    @classmethod
    def of(cls, wish: Intention | None) -> IntentionForm:
        """The form with what is known now."""
        if wish is None:
            return cls(formdata=None)
        names = register.named(CodeKind.REGION, wish.regions)
        places = dict(zip(cls.REGIONS, names, strict=False))
        facts = {"way": wish.way.value, "posts": wish.posts, "stage": wish.stage or "", "industries": wish.industries}
        more = {"second_plan": wish.second_plan, "obstacle": wish.obstacle}
        return cls(formdata=None, pay=wish.pay_from // 100 if wish.pay_from else None, **facts, **more, **places)

    @classmethod
    def posted(cls) -> IntentionForm:
        return cls()

    @staticmethod
    def region_names() -> list[str]:
        """What the three places may be, for the browser's list."""
        return [name for _code, name in register.choices(CodeKind.REGION)]

    @property
    def wishes(self) -> dict[str, Any]:
        """The fields of an :class:`~...students.models.Intention`."""
        codes = [_region(getattr(self, name).data) for name in self.REGIONS if getattr(self, name).data]
        return {
            "way": Way(self.way.data),
            "regions": list(dict.fromkeys(code for code in codes if code)),
            "posts": self.posts.data or "",
            "stage": self.stage.data or None,
            "industries": list(self.industries.data or []),
            "pay_from": self.pay.data * 100 if self.pay.data else None,
            "second_plan": self.second_plan.data or "",
            "obstacle": self.obstacle.data or "",
        }


def _choices(kind: CodeKind, *kept: str | None) -> list[SelectChoice]:
    """What may be chosen, and what was chosen before it was retired."""
    known = register.code_names(kind)
    open_ = register.choices(kind)
    old = [(code, known[code]) for code in kept if code in known and code not in dict(open_)]
    return [SelectChoice(code, name) for code, name in (*open_, *old)]
