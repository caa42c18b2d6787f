"""What mentoring puts on a person's home page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Role
from ..core import clock
from ..core.access import visible
from ..core.db import db
from ..core.shell import HomePanel, home
from ..students import queries as register
from ..students.models import Student
from ..students.policy import in_care_of
from .bands import band
from .policy import STAFF
from .queries import chain
from .queries import contact as contacts
from .queries import handover as handovers
from .queries import help_request as help_requests

SHOWN = 5


@home
def who_waits(actor: Any) -> Iterator[HomePanel]:
    """A mentor's or counselor's graduates that are due, the longest first."""
    if not actor.has(Role.MENTOR, Role.COUNSELOR):
        return
    mine = in_care_of(actor) if actor.has(Role.MENTOR) else visible(Student, actor)
    due = sa.and_(mine, visible(Student, actor), Student.due_on <= clock.today())
    found = sa.select(Student).where(due).options(joinedload(Student.user)).order_by(Student.due_on, Student.id)
    students = list(db.session.scalars(found.limit(SHOWN)))
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Student).where(due)) or 0
    facts = {
        "students": students,
        "bands": {s.id: band(s, mine=actor.has(Role.MENTOR)) for s in students},
        "last": contacts.last_of([s.id for s in students]),
        "count": count,
        "mine": actor.has(Role.MENTOR),
    }
    yield HomePanel("mentoring/home_due.html", facts, order=15)


@home
def what_waits(actor: Any) -> Iterator[HomePanel]:
    """Hand-overs to be signed and questions to be answered; nothing when there are none."""
    if not actor.has(*STAFF):
        return
    facts = {"sign": handovers.to_sign(actor.id), "answer": help_requests.waiting(actor)}
    if any(facts.values()):
        yield HomePanel("mentoring/home_waits.html", facts, order=12)


@home
def coverage(actor: Any) -> Iterator[HomePanel]:
    """Who has nobody and who waits, for those who answer for many; each number opens onto its list."""
    if not actor.has(Role.COLLEGE_LEADER, Role.OFFICE, Role.SCHOOL_LEADER, Role.COUNSELOR):
        return
    seen = visible(Student, actor)
    parts = (sa.true(), Student.mentor_id.is_(None), Student.due_on <= clock.today())
    # One by one each is counted in an index; together they would read every row.
    counts = [sa.select(sa.func.count()).select_from(Student).where(seen, p).scalar_subquery() for p in parts]
    everyone, alone, due = db.session.execute(sa.select(*counts)).one()
    if everyone:
        facts = {"everyone": everyone, "alone": alone, "due": due}
        yield HomePanel("mentoring/home_coverage.html", facts, order=25, side=True)


@home
def my_mentor(actor: Any) -> Iterator[HomePanel]:
    """The student's mentor, and what is agreed next."""
    if not actor.has(Role.STUDENT):
        return
    there = register.of_user(actor.id)
    if there is None:
        return
    student = db.session.scalars(sa.select(Student).where(Student.id == there.id).options(*register.WHOLE)).one()
    deputy = chain.deputy_of(student.mentor_id) if student.mentor_id else None
    facts = {"student": student, "deputy": deputy, "wish": register.intentions([student.id]).get(student.id)}
    yield HomePanel("mentoring/home_student.html", facts, order=30)
