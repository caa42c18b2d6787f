"""Who stands at which level above a graduate."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...accounts.models import Grant, Role, User
from ...core import clock
from ...core.db import db
from ...students.models import Absence, Student
from ..models import Level


def is_deputy(user_id: int, student: Student) -> bool:
    """Whether this person stands in for the graduate's mentor today."""
    today = clock.today()
    query = sa.select(Absence.id).where(
        Absence.user_id == student.mentor_id,
        Absence.deputy_id == user_id,
        Absence.begins_on <= today,
        Absence.ends_on >= today,
    )
    return student.mentor_id is not None and db.session.scalar(query.limit(1)) is not None


def deputy_of(user_id: int) -> Absence | None:
    """The absence of this teacher today, with the deputy."""
    today = clock.today()
    query = (
        sa.select(Absence)
        .where(Absence.user_id == user_id, Absence.begins_on <= today, Absence.ends_on >= today)
        .options(joinedload(Absence.deputy))
        .order_by(Absence.id.desc())
    )
    return db.session.scalars(query).first()


def people_at(level: Level, student: Student) -> list[User]:
    """Everyone who acts for this level of this graduate today, in pinyin order, with roles."""
    today = clock.today()
    in_force = (Grant.begins_on <= today, sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today))
    if level is Level.MENTOR:
        wanted = User.id == student.mentor_id
    else:
        role, unit = {
            Level.COUNSELOR: (Role.COUNSELOR, Grant.unit_id == student.class_id),
            Level.COLLEGE: (
                Role.COLLEGE_LEADER,
                sa.or_(Grant.unit_id == student.college_id, Grant.unit_id.is_(None)),
            ),
            Level.SCHOOL: (Role.OFFICE, sa.true()),
        }[level]
        wanted = User.id.in_(sa.select(Grant.user_id).where(Grant.role == role, unit, *in_force))
    query = sa.select(User).where(wanted).order_by(User.sort_key).options(joinedload(User.grants))
    return list(db.session.scalars(query).unique())
