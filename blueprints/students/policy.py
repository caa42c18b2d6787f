"""Who may see a graduate, and who helps them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..core import clock
from ..core.access import Rule, allow, sees
from .models import Absence, Student

HELPERS = (Role.MENTOR, Role.COUNSELOR, Role.COLLEGE_LEADER, Role.OFFICE)
"""The roles that answer for graduates: the four levels, the school's being kept by the employment office."""


def stands_in_for(actor: Any) -> sa.Select[Any]:
    """The absent teachers whose deputy this person is today."""
    today = clock.today()
    return sa.select(Absence.user_id).where(
        Absence.deputy_id == actor.id, Absence.begins_on <= today, Absence.ends_on >= today
    )


def in_care_of(actor: Any) -> sa.ColumnElement[bool]:
    """Whose mentor this person is today, themself or as a deputy."""
    return sa.or_(Student.mentor_id == actor.id, Student.mentor_id.in_(stands_in_for(actor)))


def visible_to(actor: Any) -> sa.ColumnElement[bool]:
    """One's own graduates by mentorship (or as a deputy), class or college; the office and the school leaders all.

    The answer depends on the day, on account of deputies. An administrator sees nobody, nor does a reviewer as such.
    """
    if actor.has(Role.OFFICE, Role.SCHOOL_LEADER):
        return sa.true()
    parts: list[sa.ColumnElement[bool]] = []
    colleges = actor.units(Role.COLLEGE_LEADER)
    if None in colleges:
        return sa.true()
    if colleges:
        parts.append(Student.college_id.in_(colleges))
    if classes := actor.units(Role.COUNSELOR):
        parts.append(Student.class_id.in_(classes))
    if actor.has(Role.MENTOR):
        parts.append(in_care_of(actor))
    if actor.has(Role.STUDENT):
        parts.append(Student.user_id == actor.id)
    return sa.or_(*parts) if parts else sa.false()


is_office = Rule(lambda actor, student: actor.has(Role.OFFICE), _l("Only the employment office sets support levels."))
is_self = Rule(lambda actor, student: student.user_id == actor.id, _l("Only the student can do this."))
helps = Rule(
    lambda actor, student: actor.has(*HELPERS) and student.user_id != actor.id,
    _l("Only those who help this graduate can do this."),
)
keeps_tags = Rule(
    lambda actor, student: actor.has(Role.COUNSELOR, Role.COLLEGE_LEADER, Role.OFFICE),
    _l("Only the counselor, the college or the employment office keeps hardship tags."),
)

sees(Student, visible_to)
allow(
    Student,
    set_level=is_office,
    contact=helps,
    wish=helps | is_self,
    plan=helps,
    tick=helps | is_self,
    ask_up=helps,
    hand_over=helps,
    open_tag=helps,
    keep_tags=keeps_tags,
    set_reach=is_self,
)
