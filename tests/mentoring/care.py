"""What the tests of mentoring need beside the cast: who answers for whom, a second mentor, a contact written down."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from blueprints.accounts import service as accounts
from blueprints.accounts.models import OrgUnit, Role
from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.mentoring.models import Contact, Level
from blueprints.mentoring.service import contact as contacts
from blueprints.students import service as register
from blueprints.students.models import Channel, Student
from tests.people import _HASH, SINCE, UNTIL, Cast, Person


def assign(who: Person, mentor: Person | None, since: date = SINCE) -> None:
    with unit("write"):
        audit.act_as(None, "test")
        register.set_mentor(db.session.get_one(Student, who.student_id), mentor.id if mentor else None, since)


def another_mentor(cast: Cast, login: str = "wen", name: str = "温以宁", college: int | None = None) -> Person:
    """A second mentor of the same college, who answers for nobody yet."""
    with unit("write"):
        audit.act_as(None, "test")
        user = accounts.create_person(login, name, number=f"T-{login}", email=f"{login}@example.edu.cn")
        place = db.session.get_one(OrgUnit, college or cast.maths)
        accounts.grant(user, Role.MENTOR, unit=place, begins_on=SINCE, ends_on=UNTIL)
        user.password_hash = _HASH
        return Person(login, name, user.id)


def log(who: Person, author: Person, level: Level = Level.MENTOR, at: datetime | None = None, **facts: Any) -> int:
    """Write down a contact through the service; returns its id."""
    facts = {"key": None, "channel": Channel.PHONE, "reached": True, "note": "想回山东。", **facts}
    with unit("write"), clock.told(at or clock.now()):
        audit.act_as(author.id, "test")
        student = db.session.get_one(Student, who.student_id)
        return contacts.log(student, author.id, level, at=at, **facts).id


def student(who: Person) -> Student:
    return db.session.scalars(
        sa.select(Student).where(Student.id == who.student_id).execution_options(populate_existing=True)
    ).one()


def contacts_of(who: Person) -> list[Contact]:
    query = sa.select(Contact).where(Contact.student_id == who.student_id).order_by(Contact.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
