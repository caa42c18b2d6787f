"""The graduates one helps, as data: the same list for mentors of many, counselors, colleges and the office."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import aliased

from ..accounts.listings import by_college
from ..accounts.models import OrgUnit, Role, User
from ..core import clock
from ..core.access import visible
from ..core.db import db
from ..core.i18n import day
from ..core.ids import read_id
from ..core.listing import Column, Filter, Listing, Tab
from ..students import queries as register
from ..students.models import NEVER, Situation, Student
from .bands import band

Class = aliased(OrgUnit, name="class_")
College = aliased(OrgUnit, name="college")
Mentor = aliased(User, name="mentor")

UNCONTACTED_DAYS = 14
UNPLACED = (Situation.SEARCHING, Situation.PREPARING, Situation.OFFERED, Situation.PAUSING)


def _source() -> Any:
    return (
        sa.select(
            Student.id,
            Student.user_id,
            Student.support_level,
            Student.situation,
            Student.contacted_at,
            Student.tried_at,
            Student.next_on,
            Student.turn,
            Student.turn_since,
            Student.due_on,
            Student.quiet_until,
            Student.mentor_id,
            User.name,
            User.number,
            Class.name.label("class_"),
            College.name.label("college"),
            Mentor.name.label("mentor"),
        )
        .select_from(Student)
        .join(User, User.id == Student.user_id)
        .join(Class, Class.id == Student.class_id)
        .join(College, College.id == Student.college_id)
        .outerjoin(Mentor, Mentor.id == Student.mentor_id)
    )


def _due(actor: Any) -> sa.ColumnElement[bool]:
    return Student.due_on <= clock.today()


def _uncontacted(actor: Any) -> sa.ColumnElement[bool]:
    since = clock.start_of(clock.today() - timedelta(days=UNCONTACTED_DAYS))
    return sa.and_(
        Student.situation.in_(UNPLACED), sa.or_(Student.contacted_at.is_(None), Student.contacted_at < since)
    )


def _hardship(actor: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Student.support_level > 0, Student.situation.in_(UNPLACED))


def _in_class(value: str) -> sa.ColumnElement[bool] | None:
    return Student.class_id == id if (id := read_id(value)) is not None else None


def _classes() -> list[tuple[str, str]]:
    """The classes in which this person sees someone, up to a hundred: who sees more chooses the college first."""
    seen = sa.select(Student.class_id).where(visible(Student, current_user)).distinct()
    query = sa.select(OrgUnit.id, OrgUnit.name).where(OrgUnit.id.in_(seen)).order_by(OrgUnit.name).limit(100)
    return [(str(id), name) for id, name in db.session.execute(query)]


def _situated(value: str) -> sa.ColumnElement[bool] | None:
    return Student.situation == Situation(value) if value in [s.value for s in Situation] else None


def _levelled(value: str) -> sa.ColumnElement[bool] | None:
    return Student.support_level == int(value) if value in ("0", "1", "2") else None


LEVELS = {0: _l("none"), 1: _l("level 1"), 2: _l("level 2")}

GRADUATES = Listing(
    name="mentoring.graduates",
    model=Student,
    source=_source,
    columns=(
        Column("student", _l("Graduate"), lambda r: r.name, (User.sort_key,)),
        Column("number", _l("Number"), lambda r: r.number, (User.number,)),
        Column("class", _l("Class"), lambda r: r.class_, (Class.name,)),
        Column("level", _l("Support level"), lambda r: str(LEVELS[r.support_level]) if r.support_level else ""),
        Column("situation", _l("How it stands"), lambda r: str(r.situation.label)),
        Column("last", _l("Last contact"), lambda r: r.contacted_at, (Student.contacted_at,)),
        Column("due", _l("Due"), lambda r: day(r.due_on) if r.due_on != NEVER else "", (Student.due_on,)),
        Column("turn", _l("Whose turn"), lambda r: band(r, mine=False).words),
        Column("mentor", _l("Mentor"), lambda r: r.mentor, (Mentor.sort_key,)),
    ),
    tabs=(
        Tab("due", _l("Due"), _due, (Student.due_on,), "bad"),
        Tab("unplaced", _l("Without a place"), lambda a: Student.situation.in_(UNPLACED), (Student.due_on,)),
        Tab("uncontacted", _l("Not spoken to for 14 days"), _uncontacted, (Student.due_on,)),
        Tab("hardship", _l("Support first"), _hardship, (Student.support_level, Student.due_on)),
        Tab("alone", _l("Without a mentor"), lambda a: Student.mentor_id.is_(None), (Student.due_on,), "bad"),
        Tab("all", _l("Everyone"), lambda a: sa.true(), (Student.due_on,)),
    ),
    filters=(
        by_college(Student.college_id),
        Filter("class", _l("Class"), _classes, _in_class),
        Filter("situation", _l("How it stands"), lambda: [(s.value, s.label) for s in Situation], _situated),
        Filter("level", _l("Support level"), lambda: [(str(k), v) for k, v in LEVELS.items()], _levelled),
    ),
    search=register.matching,
    facts=clock.today,
)


def filters_for(actor: Any) -> list[Filter]:
    """The choices that make sense for this person: a college only to whoever sees several."""
    whole = actor.has(Role.OFFICE, Role.SCHOOL_LEADER) or None in actor.units(Role.COLLEGE_LEADER)
    return [f for f in GRADUATES.filters if f.key != "college" or whole]
