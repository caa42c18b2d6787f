"""The one reminder of a working day: how many graduates wait, bundled, never at night, never on a day off."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from ..accounts.models import Grant, Role, User
from ..accounts.service import notice_kind, tell
from ..core import clock
from ..core.db import db
from ..core.i18n import day
from ..core.jobs import chore
from ..students.models import Absence, Student
from .models import Reminded
from .options import REMIND_FROM

EVENING = time(20)
BATCH = 200
"""As many people as one run tells, so that it holds the database for a moment only; the next follows in a minute."""


@notice_kind("mentoring.reminder")
def _reminder(facts: dict[str, Any]) -> str:
    since = date.fromisoformat(facts["since"])
    said = ngettext("%(num)d graduate waits for you today", "%(num)d graduates wait for you today", facts["count"])
    if since >= date.fromisoformat(facts["on"]):
        return _("%(said)s.", said=said)
    if facts["count"] == 1:
        return _("%(said)s, since %(day)s.", said=said, day=day(since))
    return _("%(said)s; the longest since %(day)s.", said=said, day=day(since))


def is_time() -> bool:
    now = clock.local(clock.now())
    return time(REMIND_FROM.value) <= now.time() < EVENING and clock.is_working_day(now.date())


def _holding(role: Role, today: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Grant.role == role,
        Grant.begins_on <= today,
        sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today),
    )


def _waiting(today: date) -> sa.Select[Any]:
    """Each helper with a graduate due today or earlier who has had no reminder today: how many, and since when.

    A mentor with their own and those they stand in for; a counselor with those of the class whom no mentor answers
    for. Who is away is left in peace while a deputy stands in.
    """
    away = sa.select(Absence.user_id).where(Absence.begins_on <= today, Absence.ends_on >= today)
    due = Student.due_on <= today
    own = sa.select(Student.mentor_id.label("user_id"), Student.id.label("student_id"), Student.due_on).where(
        due, Student.mentor_id.is_not(None), Student.mentor_id.not_in(away)
    )
    stood_in = (
        sa.select(Absence.deputy_id, Student.id, Student.due_on)
        .join(Student, Student.mentor_id == Absence.user_id)
        .where(due, Absence.begins_on <= today, Absence.ends_on >= today)
    )
    mentors = sa.select(Grant.user_id).where(*_holding(Role.MENTOR, today))
    as_mentor = sa.union(own, stood_in).subquery()
    unmentored = (
        sa.select(Grant.user_id, Student.id, Student.due_on)
        .join(Student, Student.class_id == Grant.unit_id)
        .where(due, Student.mentor_id.is_(None), *_holding(Role.COUNSELOR, today))
    )
    all_of = sa.union(
        sa.select(as_mentor.c.user_id, as_mentor.c.student_id, as_mentor.c.due_on).where(
            as_mentor.c.user_id.in_(mentors)
        ),
        unmentored,
    ).subquery()
    had = sa.select(Reminded.user_id).where(Reminded.day == today)
    return (
        sa.select(all_of.c.user_id, sa.func.count().label("graduates"), sa.func.min(all_of.c.due_on).label("since"))
        .join(User, User.id == all_of.c.user_id)
        .where(User.disabled_at.is_(None), all_of.c.user_id.not_in(had))
        .group_by(all_of.c.user_id)
    )


def needed() -> bool:
    """Whether it is the time of day for it, and somebody has not had theirs."""
    return is_time() and db.session.execute(_waiting(clock.today()).limit(1)).first() is not None


@chore(seconds=60, needed=needed)
def remind() -> int:
    """Tell a batch of people; returns how many."""
    today = clock.today()
    if not is_time():
        return 0
    waiting = db.session.execute(_waiting(today).order_by(sa.literal_column("user_id")).limit(BATCH)).all()
    ids = [row.user_id for row in waiting]
    people = {u.id: u for u in db.session.scalars(sa.select(User).where(User.id.in_(ids)))}
    for row in waiting:
        db.session.add(Reminded(user_id=row.user_id, day=today))
        facts = {"count": row.graduates, "since": _date(row.since).isoformat(), "on": today.isoformat()}
        tell(people[row.user_id], "mentoring.reminder", "/mentoring/", **facts)
    return len(waiting)


def _date(value: Any) -> date:
    """SQLite gives the text of a reckoned date."""
    return date.fromisoformat(value) if isinstance(value, str) else value
