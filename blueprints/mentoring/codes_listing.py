"""The code lists as data: a tab each, searched and paged, for there are hundreds of regions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..core.access import sees
from ..core.listing import Column, Filter, Listing, Tab
from ..core.text import like
from ..students.models import Code, CodeKind

NAMES = {
    CodeKind.HARDSHIP: _l("Kinds of hardship"),
    CodeKind.STAGE: _l("School stages"),
    CodeKind.INDUSTRY: _l("Industries"),
    CodeKind.REGION: _l("Regions"),
}
USES = {"yes": _l("in use"), "no": _l("retired")}

sees(Code, lambda actor: sa.true() if actor.has(Role.OFFICE) else sa.false())


def _search(words: str) -> sa.ColumnElement[bool]:
    found = like(words)
    columns = (Code.name, Code.name_en, Code.code)
    return sa.or_(*(sa.func.lower(column).like(found, escape="\\") for column in columns))


def _of(kind: CodeKind) -> Any:
    return lambda actor: Code.kind == kind


def _source() -> Any:
    return sa.select(Code.id, Code.kind, Code.code, Code.name, Code.name_en, Code.is_retired)


CODES = Listing(
    name="mentoring.codes",
    model=Code,
    source=_source,
    columns=(
        Column("name", _l("Name"), lambda r: r.name),
        Column("name_en", _l("Name in English"), lambda r: r.name_en),
        Column("code", _l("Code"), lambda r: r.code, (Code.code,)),
    ),
    tabs=tuple(Tab(kind.value, name, _of(kind), (Code.place, Code.code)) for kind, name in NAMES.items()),
    filters=(
        Filter(
            "use",
            _l("Use"),
            lambda: list(USES.items()),
            lambda value: Code.is_retired.is_(value == "no") if value in USES else None,
        ),
    ),
    search=_search,
)
