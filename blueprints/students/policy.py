"""Who may see the register."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..core.access import Rule, allow, sees
from .models import Student


def visible_to(actor: Any) -> sa.ColumnElement[bool]:
    """The office sees everyone; the register's other readers come with the slices that need them."""
    return sa.true() if actor.has(Role.OFFICE) else sa.false()


is_office = Rule(lambda actor, student: actor.has(Role.OFFICE), _l("Only the employment office sets support levels."))

sees(Student, visible_to)
allow(Student, set_level=is_office)
