"""The register as data."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from ..accounts.listings import by_college
from ..accounts.models import OrgUnit, User
from ..core.listing import Column, Filter, Listing, Tab
from . import queries
from .models import Student

College = aliased(OrgUnit, name="college")
Major = aliased(OrgUnit, name="major")
Class = aliased(OrgUnit, name="class_")

LEVELS = {0: _l("none"), 1: _l("level 1"), 2: _l("level 2")}


def _source() -> Any:
    return (
        sa.select(
            Student.id,
            Student.support_level,
            User.name,
            User.number,
            College.name.label("college"),
            Major.name.label("major"),
            Class.name.label("class_"),
        )
        .select_from(Student)
        .join(User, User.id == Student.user_id)
        .join(College, College.id == Student.college_id)
        .join(Major, Major.id == Student.major_id)
        .join(Class, Class.id == Student.class_id)
    )


def _with_level(value: str) -> sa.ColumnElement[bool] | None:
    return Student.support_level == int(value) if value in ("0", "1", "2") else None


REGISTER = Listing(
    name="students.register",
    model=Student,
    source=_source,
    columns=(
        Column("student", _l("Student"), lambda r: r.name, (User.sort_key,)),
        Column("number", _l("Number"), lambda r: r.number, (User.number,)),
        Column("college", _l("College"), lambda r: r.college, (College.code,)),
        Column("major", _l("Major"), lambda r: r.major),
        Column("class", _l("Class"), lambda r: r.class_),
        Column("level", _l("Support level"), lambda r: str(LEVELS[r.support_level]), (Student.support_level,)),
    ),
    tabs=(Tab("all", _l("Everyone"), lambda actor: sa.true(), (User.sort_key,)),),
    filters=(
        by_college(Student.college_id),
        Filter("level", _l("Support level"), lambda: [(str(k), v) for k, v in LEVELS.items()], _with_level),
    ),
    search=queries.matching,
)
