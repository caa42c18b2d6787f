"""Reads of hand-overs and absences, and the people they are between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...accounts.models import Grant, Role, User
from ...core import clock
from ...core.access import visible
from ...core.db import db
from ...core.text import like
from ...students.models import Absence, Student
from ..models import (
    Consent,
    Contact,
    Handover,
    HandoverItem,
    HandoverState,
    Plan,
    Terms,
)
from ..options import CAPACITY, WEIGHT_1, WEIGHT_2
from ..policy import over

OPEN = (HandoverState.PREPARING, HandoverState.OFFERED)
MOST_SUGGESTED = 100
LONGEST_NAME = 60
"""What is longer names nobody, and a database would refuse it as a pattern."""
FULL = (joinedload(Handover.giver), joinedload(Handover.receiver))
OF_STUDENT = (
    joinedload(HandoverItem.handover).joinedload(Handover.receiver),
    joinedload(HandoverItem.handover).joinedload(Handover.giver),
    joinedload(HandoverItem.student).joinedload(Student.user),
)
OF_ABSENCE = (joinedload(Absence.user), joinedload(Absence.deputy))


# -- Who -------------------------------------------------------------------------------------------------


def _mentors() -> sa.Select[Any]:
    """People who hold the mentor's role today."""
    today = clock.today()
    held = sa.select(Grant.user_id).where(
        Grant.role == Role.MENTOR, Grant.begins_on <= today, sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today)
    )
    return sa.select(User).where(User.id.in_(held), User.disabled_at.is_(None)).order_by(User.sort_key)


def named(people: sa.Select[Any], words: str, most: int = 6) -> list[User]:
    """Whom of these people the words mean: a number or user name (also after the name), a whole name, else any part."""
    said = words.split()
    if not said or len(words) > LONGEST_NAME:
        return []
    for test in (
        sa.or_(User.number == said[-1], User.username == said[-1]),
        User.name == words,
        User.search_key.like(like("".join(said)), escape="\\"),
    ):
        if found := list(db.session.scalars(people.where(test).limit(most))):
            return found
    return []


def mentors_named(words: str) -> list[User]:
    return named(_mentors(), words)


def mentors_in(colleges: Iterable[int]) -> list[User]:
    """Mentors of these colleges, to choose from while typing."""
    query = _mentors().where(User.id.in_(sa.select(Grant.user_id).where(Grant.unit_id.in_(list(colleges)))))
    return list(db.session.scalars(query.limit(MOST_SUGGESTED)))


def under(actor: Any) -> sa.Select[Any]:
    """The teachers whose graduates this person stands over, and themself if they have any."""
    ids = sa.select(Student.mentor_id).where(sa.or_(over(actor), Student.mentor_id == actor.id))
    return sa.select(User).where(User.id.in_(ids)).order_by(User.sort_key)


def mentors_under(actor: Any) -> list[User]:
    return list(db.session.scalars(under(actor).limit(MOST_SUGGESTED)))


def giver(actor: Any, user_id: int) -> User | None:
    """This teacher, if the person may hand over graduates of theirs."""
    return db.session.scalar(under(actor).where(User.id == user_id))


def givable(actor: Any, giver_id: int) -> list[Student]:
    """The graduates of this mentor that the person may hand over: one's own, or those one stands over."""
    mine = sa.true() if actor.id == giver_id else over(actor)
    query = (
        sa.select(Student)
        .join(User, User.id == Student.user_id)
        .where(Student.mentor_id == giver_id, mine)
        .options(joinedload(Student.user), joinedload(Student.class_))
        .order_by(User.sort_key)
    )
    return list(db.session.scalars(query))


def on_the_way(student_ids: Iterable[int]) -> dict[int, Handover]:
    """The open hand-over that each of these is in already."""
    query = (
        sa.select(HandoverItem.student_id, Handover)
        .join(Handover, Handover.id == HandoverItem.handover_id)
        .where(HandoverItem.student_id.in_(list(student_ids)), Handover.status.in_(OPEN))
        .options(joinedload(Handover.receiver))
    )
    return dict(db.session.execute(query).all())  # type: ignore[arg-type]


# -- One hand-over -----------------------------------------------------------------------------------------


def items(handover: Handover, actor: Any) -> list[tuple[HandoverItem, bool]]:
    """The parts this person may read, each with whether the graduate's file is open to them.

    Everyone through the register; besides, the receiver while it is offered, of those who would come to them. So a
    packet closes again for who declines it, and for who has handed the same graduates on.
    """
    may = sees = visible(Student, actor)
    if handover.to_id == actor.id and handover.status is HandoverState.OFFERED:
        may = sa.or_(sees, Student.mentor_id == handover.from_id)
    query = (
        sa.select(HandoverItem, sees.label("sees"))
        .join(Student, Student.id == HandoverItem.student_id)
        .join(User, User.id == Student.user_id)
        .where(HandoverItem.handover_id == handover.id, may)
        .options(joinedload(HandoverItem.student).options(joinedload(Student.user), joinedload(Student.class_)))
        .order_by(User.sort_key)
    )
    return [(item, bool(sees)) for item, sees in db.session.execute(query)]


def size(handover: Handover) -> tuple[int, int]:
    """How many graduates are in it, and how many of them have another mentor by now."""
    query = sa.select(
        sa.func.count(), sa.func.count().filter(sa.func.coalesce(Student.mentor_id, 0) != handover.from_id)
    )
    joined = query.select_from(HandoverItem).join(Student, Student.id == HandoverItem.student_id)
    whole, left = db.session.execute(joined.where(HandoverItem.handover_id == handover.id)).one()
    return int(whole), int(left)


def locked_items(handover_id: int) -> list[HandoverItem]:
    """All parts with their graduates, under their locks, as they are now."""
    ids = sa.select(HandoverItem.student_id).where(HandoverItem.handover_id == handover_id)
    students = sa.select(Student).where(Student.id.in_(ids)).order_by(Student.id).options(joinedload(Student.user))
    fresh = {"populate_existing": True}
    db.session.scalars(students.with_for_update(of=Student).execution_options(**fresh)).all()
    query = sa.select(HandoverItem).where(HandoverItem.handover_id == handover_id).order_by(HandoverItem.id)
    found = db.session.scalars(
        query.with_for_update(of=HandoverItem)
        .options(joinedload(HandoverItem.student).joinedload(Student.user))
        .execution_options(**fresh)
    )
    return list(found)


def with_private_notes(keeper_id: int, student_ids: Iterable[int]) -> set[int]:
    """Of these graduates, those about whom this person keeps private notes."""
    query = sa.select(Contact.student_id).where(Contact.keeper_id == keeper_id, Contact.student_id.in_(student_ids))
    return set(db.session.scalars(query.distinct()))


def private_notes(keeper_id: int, student_ids: Iterable[int]) -> list[Contact]:
    query = sa.select(Contact).where(Contact.keeper_id == keeper_id, Contact.student_id.in_(list(student_ids)))
    return list(db.session.scalars(query))


def consents_asked(student_id: int) -> list[HandoverItem]:
    """Where this student is asked, or has answered and may still change it: whether private notes go along."""
    query = (
        sa.select(HandoverItem)
        .join(Handover, Handover.id == HandoverItem.handover_id)
        .where(
            HandoverItem.student_id == student_id,
            HandoverItem.consent != Consent.NONE,
            Handover.status == HandoverState.OFFERED,
        )
        .options(*OF_STUDENT)
        .order_by(HandoverItem.id)
    )
    return list(db.session.scalars(query))


def load_of(mentor_id: int) -> dict[int, int]:
    """How many graduates a mentor answers for, by support level."""
    query = sa.select(Student.support_level, sa.func.count()).where(Student.mentor_id == mentor_id)
    return {int(level): int(count) for level, count in db.session.execute(query.group_by(Student.support_level))}


def capacity(mentor_id: int) -> int:
    own = db.session.scalar(sa.select(Terms.capacity).where(Terms.user_id == mentor_id))
    return int(CAPACITY.value if own is None else own)


def weighed(levels: dict[int, int]) -> float:
    """Graduates counted as the assignment counts them: with a support level each is more than one."""
    weight = {1: WEIGHT_1.value, 2: WEIGHT_2.value}
    return sum(count * weight.get(level, 100) for level, count in levels.items()) / 100


# -- What the packet is filled with -----------------------------------------------------------------------------


def promises(student_ids: Iterable[int]) -> dict[int, list[Contact]]:
    """All open promises of each, oldest first."""
    query = (
        sa.select(Contact)
        .where(
            Contact.student_id.in_(list(student_ids)),
            Contact.promise != "",
            Contact.promise_kept_at.is_(None),
        )
        .order_by(Contact.at)
    )
    found: dict[int, list[Contact]] = {}
    for contact in db.session.scalars(query):
        found.setdefault(contact.student_id, []).append(contact)
    return found


def goals(student_ids: Iterable[int]) -> dict[int, str]:
    """The goal of each open career plan."""
    is_open = (Plan.student_id.in_(list(student_ids)), Plan.closed_at.is_(None))
    return dict(db.session.execute(sa.select(Plan.student_id, Plan.goal).where(*is_open)).all())  # type: ignore[arg-type]


# -- Absences ------------------------------------------------------------------------------------------------


def absences(actor: Any) -> list[Absence]:
    """Present and coming ones that concern this person, soonest first."""
    query = (
        sa.select(Absence)
        .where(visible(Absence, actor), Absence.ends_on >= clock.today())
        .options(*OF_ABSENCE)
        .order_by(Absence.begins_on, Absence.id)
        .limit(200)
    )
    return list(db.session.scalars(query))


def away(user_id: int, begins_on: date, ends_on: date) -> Absence | None:
    """An absence of this person that overlaps these days."""
    query = sa.select(Absence).where(
        Absence.user_id == user_id, Absence.begins_on <= ends_on, Absence.ends_on >= begins_on
    )
    return db.session.scalars(query.order_by(Absence.begins_on).limit(1)).first()


def answered_for(mentor_id: int) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(Student.mentor_id == mentor_id)) or 0


def to_sign(user_id: int) -> int:
    """How many hand-overs wait for this person's signature."""
    query = sa.select(sa.func.count()).select_from(Handover)
    return db.session.scalar(query.where(Handover.to_id == user_id, Handover.status == HandoverState.OFFERED)) or 0
