"""Who could answer for whom in a college: what the solver and the pages of the assignment know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from ...accounts.models import Cohort, Grant, OrgUnit, Role, UnitKind, User
from ...core import clock
from ...core.audit import AuditEntry
from ...core.db import db, rows
from ...students.models import Absence, Adviser, AdviserKind, Student
from .. import options, policy
from ..models import Pairing, Proposal, ProposalState, Reason, Terms
from ..solver import ONE, Graduate, Teacher

AWAY_FOR_LONG = timedelta(days=30)
"""Who is away today and still then gets nobody."""

THIS_COHORT = sa.select(Cohort.id).order_by(Cohort.is_current.desc(), Cohort.year.desc()).limit(1).scalar_subquery()


@dataclass(frozen=True)
class Mentor:
    """A teacher a college can give graduates to. Loads are in per cent of one graduate, as the solver counts.

    ``load`` and ``count`` are of all their graduates, ``elsewhere`` is the load of those of other colleges and years.
    """

    id: int
    name: str
    number: str
    capacity: int
    agreed: bool
    note: str
    away_until: date | None
    college: int | None
    majors: frozenset[int]
    load: int
    count: int
    elsewhere: int
    version: int

    @property
    def limit(self) -> int:
        return self.capacity * ONE

    @property
    def room(self) -> int:
        return 0 if self.away_until else max(0, self.limit - self.load)

    @property
    def is_over(self) -> bool:
        return self.load > self.limit

    def as_teacher(self) -> Teacher:
        left = self.limit - self.elsewhere
        closed = self.away_until is not None or self.capacity == 0
        return Teacher(self.id, left, self.college, self.majors, closed)


# -- Colleges and cohorts --------------------------------------------------------------------------------------


def colleges(actor: Any) -> list[OrgUnit]:
    """The colleges whose assignment this person makes, in the order of their codes."""
    query = sa.select(OrgUnit).where(OrgUnit.kind == UnitKind.COLLEGE, policy.assigned_by(actor, OrgUnit.id))
    return list(db.session.scalars(query.order_by(OrgUnit.code)))


def college_coded(code: str) -> OrgUnit | None:
    return db.session.scalar(sa.select(OrgUnit).where(OrgUnit.kind == UnitKind.COLLEGE, OrgUnit.code == code))


def cohort() -> Cohort | None:
    """The cohort that is being assigned: the current one, else the newest."""
    return db.session.scalar(sa.select(Cohort).where(Cohort.id == THIS_COHORT))


def drafts(college_ids: Iterable[int]) -> dict[int, Proposal]:
    """The open draft of each college, if it has one."""
    query = sa.select(Proposal).where(
        Proposal.college_id.in_(list(college_ids)), Proposal.status == ProposalState.DRAFT
    )
    return {p.college_id: p for p in db.session.scalars(query)}


def past(college_id: int, most: int = 5) -> list[tuple[Proposal, str]]:
    """The latest proposals that are no drafts any more, newest first, each with who decided."""
    query = (
        sa.select(Proposal, User.name)
        .outerjoin(User, User.id == Proposal.last_moved_by)
        .where(Proposal.college_id == college_id, Proposal.status != ProposalState.DRAFT)
        .order_by(Proposal.id.desc())
        .limit(most)
    )
    return [(proposal, name or "") for proposal, name in db.session.execute(query)]


@dataclass(frozen=True)
class Coverage:
    """How many graduates of a college there are, and how many of them nobody answers for."""

    total: int = 0
    alone: int = 0

    @property
    def covered(self) -> int:
        return self.total - self.alone


def coverage(actor: Any, college_ids: Iterable[int]) -> dict[int, Coverage]:
    """By college, counting the graduates this person answers for: what the lists behind the numbers show."""
    alone = sa.func.sum(sa.case((Student.mentor_id.is_(None), 1), else_=0))
    query = (
        sa.select(Student.college_id, sa.func.count(), alone)
        .where(Student.college_id.in_(list(college_ids)), Student.cohort_id == THIS_COHORT, policy.over(actor))
        .group_by(Student.college_id)
    )
    return {college: Coverage(total, int(none)) for college, total, none in rows(query)}


# -- Mentors -----------------------------------------------------------------------------------------------------


def weights() -> dict[int, int]:
    """What a graduate counts for, by support level."""
    return {0: ONE, 1: options.WEIGHT_1.value, 2: options.WEIGHT_2.value}


def _weight() -> sa.ColumnElement[int]:
    return sa.case(weights(), value=Student.support_level, else_=ONE)


def mentor_ids(college_id: int | None) -> sa.Select[Any]:
    """Ids of those who hold the role today for the whole school, the college, or one of its majors; None: anywhere."""
    today = clock.today()
    query = sa.select(Grant.user_id).where(
        Grant.role == Role.MENTOR, Grant.begins_on <= today, sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today)
    )
    if college_id is None:
        return query
    majors = sa.select(OrgUnit.id).where(OrgUnit.parent_id == college_id)
    here = sa.or_(Grant.unit_id.is_(None), Grant.unit_id == college_id, Grant.unit_id.in_(majors))
    return query.where(here)


def mentors(college_id: int, cohort_id: int | None) -> list[Mentor]:
    """The college's mentors in the order of their names, with what each has and can take; five queries."""
    ids = mentor_ids(college_id)
    today = clock.today()
    people = rows(
        sa.select(User.id, User.name, User.number, Terms.capacity, Terms.note, Terms.version)
        .outerjoin(Terms, Terms.user_id == User.id)
        .where(User.id.in_(ids), User.disabled_at.is_(None))
        .order_by(User.sort_key, User.id)
    )
    away = dict(
        rows(
            sa.select(Absence.user_id, sa.func.max(Absence.ends_on))
            .where(Absence.user_id.in_(ids), Absence.begins_on <= today, Absence.ends_on >= today + AWAY_FOR_LONG)
            .group_by(Absence.user_id)
        )
    )
    here = sa.and_(Student.college_id == college_id, Student.cohort_id == cohort_id)
    loads = {
        id: facts
        for id, *facts in rows(
            sa.select(
                Student.mentor_id,
                sa.func.sum(_weight()),
                sa.func.count(),
                sa.func.sum(sa.case((here, 0), else_=_weight())),
            )
            .where(Student.mentor_id.in_(ids))
            .group_by(Student.mentor_id)
        )
    }
    majors, whole = _majors(college_id, ids)
    usual = options.CAPACITY.value
    found = []
    for id, name, number, capacity, note, version in people:
        load, count, elsewhere = loads.get(id, (0, 0, 0))
        found.append(
            Mentor(
                id=id,
                name=name,
                number=number or "",
                capacity=usual if capacity is None else capacity,
                agreed=capacity is not None,
                note=note or "",
                away_until=away.get(id),
                college=None if id in whole else college_id,
                majors=frozenset(majors[id]),
                load=int(load),
                count=count,
                elsewhere=int(elsewhere),
                version=version or 0,
            )
        )
    return found


def _majors(college_id: int, ids: sa.Select[Any]) -> tuple[dict[int, set[int]], set[int]]:
    """The majors each mentor knows: theirs, or that of graduates they have or advise; and who serves all."""
    today = clock.today()
    known: dict[int, set[int]] = defaultdict(set)
    whole: set[int] = set()
    held = sa.select(Grant.user_id, Grant.unit_id).where(
        Grant.role == Role.MENTOR,
        Grant.user_id.in_(ids),
        Grant.begins_on <= today,
        sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today),
    )
    for user, unit in rows(held):
        if unit is None:
            whole.add(user)
        elif unit != college_id:
            known[user].add(unit)
    has = sa.select(Student.mentor_id, Student.major_id).where(
        Student.mentor_id.in_(ids), Student.college_id == college_id
    )
    advises = (
        sa.select(Adviser.user_id, Student.major_id)
        .join(Student, Student.id == Adviser.student_id)
        .where(Adviser.user_id.in_(ids), Student.college_id == college_id)
    )
    for user, major in rows(sa.union(has, advises)):
        known[user].add(major)
    return known, whole


def mentor(college_id: int, user_id: int) -> Mentor | None:
    here = cohort()
    found = mentors(college_id, here.id if here else None)
    return next((m for m in found if m.id == user_id), None)


def terms(user_id: int) -> Terms | None:
    return db.session.scalar(sa.select(Terms).where(Terms.user_id == user_id))


# -- What the solver needs -----------------------------------------------------------------------------------------


def graduates(college_id: int, cohort_id: int) -> list[Graduate]:
    thesis, internship = aliased(Adviser), aliased(Adviser)
    query = (
        sa.select(
            Student.id,
            Student.college_id,
            Student.major_id,
            _weight(),
            Student.mentor_id,
            Student.mentor_fixed,
            thesis.user_id,
            internship.user_id,
        )
        .outerjoin(thesis, sa.and_(thesis.student_id == Student.id, thesis.kind == AdviserKind.THESIS))
        .outerjoin(internship, sa.and_(internship.student_id == Student.id, internship.kind == AdviserKind.INTERNSHIP))
        .where(Student.college_id == college_id, Student.cohort_id == cohort_id)
    )
    return [Graduate(*row) for row in rows(query)]


# -- One proposal --------------------------------------------------------------------------------------------------

WITH_COLLEGE = (joinedload(Proposal.college),)
IS_CHANGED = Pairing.mentor_id.is_distinct_from(Pairing.before_id)
IS_NEW = sa.and_(Pairing.before_id.is_(None), Pairing.mentor_id.is_not(None))
IS_MOVED = sa.and_(Pairing.before_id.is_not(None), Pairing.mentor_id.is_not(None), IS_CHANGED)
IS_NONE = Pairing.mentor_id.is_(None)


@dataclass(frozen=True)
class Figures:
    """A proposal in numbers: how many graduates, how many have someone now and then, and what changes."""

    total: int
    now: int
    then: int
    new: int
    moved: int
    same: int
    none: int
    dropped: int

    @property
    def changed(self) -> int:
        return self.new + self.moved + self.dropped


def figures(proposal_id: int) -> Figures:
    def count(condition: Any) -> Any:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

    query = sa.select(
        sa.func.count(),
        count(Pairing.before_id.is_not(None)),
        count(Pairing.mentor_id.is_not(None)),
        count(IS_NEW),
        count(IS_MOVED),
        count(Pairing.mentor_id == Pairing.before_id),
        count(IS_NONE),
        count(sa.and_(IS_NONE, Pairing.before_id.is_not(None))),
    ).where(Pairing.proposal_id == proposal_id)
    return Figures(*(int(n) for n in rows(query)[0]))


def loads_after(proposal_id: int, present: Iterable[Mentor]) -> dict[int, int]:
    """Each mentor's load once the proposal is in force: what they have now, less who goes, more who comes."""
    after = {m.id: m.load for m in present}
    for column, sign in ((Student.mentor_id, -1), (Pairing.mentor_id, 1)):
        query = (
            sa.select(column, sa.func.sum(_weight()))
            .select_from(Pairing)
            .join(Student, Student.id == Pairing.student_id)
            .where(Pairing.proposal_id == proposal_id, column.is_not(None))
            .group_by(column)
        )
        for id, load in rows(query):
            if id in after:
                after[id] += sign * int(load)
    return after


def told(proposal_id: int) -> int:
    """How many teachers a confirmation tells: who gains or loses someone."""
    gains = sa.select(Pairing.mentor_id).where(Pairing.proposal_id == proposal_id, IS_CHANGED)
    loses = sa.select(Pairing.before_id).where(Pairing.proposal_id == proposal_id, IS_CHANGED)
    both = sa.union(gains, loses).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(both).where(both.c[0].is_not(None))) or 0


@dataclass(frozen=True)
class Stale:
    """Graduates whose mentor is not any more who it was when the proposal was made, and who changed that."""

    count: int
    names: list[str]
    by: list[str]


def _is_stale() -> sa.ColumnElement[bool]:
    moved = Student.mentor_id.is_distinct_from(Pairing.before_id)
    return sa.or_(moved, sa.and_(Student.mentor_fixed, Pairing.mentor_id.is_distinct_from(Student.mentor_id)))


def stale(proposal: Proposal) -> Stale | None:
    """What has changed under a draft, by hand-over or by an earlier confirmation; None when it still fits."""
    query = (
        sa.select(Student.id, User.name)
        .select_from(Pairing)
        .join(Student, Student.id == Pairing.student_id)
        .join(User, User.id == Student.user_id)
        .where(Pairing.proposal_id == proposal.id, _is_stale())
        .order_by(User.sort_key)
    )
    found = rows(query)
    if not found:
        return None
    who = (
        sa.select(User.name)
        .join(AuditEntry, AuditEntry.actor_id == User.id)
        .where(
            AuditEntry.topic_type == "student",
            AuditEntry.topic_id.in_([id for id, _name in found[:200]]),
            AuditEntry.at >= proposal.made_at,
            AuditEntry.changes.like('%"mentor\\_%', escape="\\"),
        )
        .group_by(User.id, User.name)
        .order_by(sa.func.max(AuditEntry.id).desc())
        .limit(3)
    )
    return Stale(len(found), [name for _id, name in found[:3]], [name for (name,) in rows(who)])


def gone(proposal: Proposal) -> list[str]:
    """Names of teachers who would get someone new, but are no mentors of the college any more."""
    query = (
        sa.select(User.name)
        .distinct()
        .join(Pairing, Pairing.mentor_id == User.id)
        .where(
            Pairing.proposal_id == proposal.id,
            IS_CHANGED,
            sa.or_(User.id.not_in(mentor_ids(proposal.college_id)), User.disabled_at.is_not(None)),
        )
    )
    return [name for (name,) in rows(query)]


@dataclass(frozen=True)
class Unplaced:
    """Someone for whom the proposal has nobody."""

    student_id: int
    name: str
    class_name: str
    weight: int
    reason: Reason
    advisers: list[tuple[int, str]]


def unplaced(proposal_id: int, most: int = 8) -> list[Unplaced]:
    """Those without anybody in it, by name, each with the advisers that the proposal would have preferred."""
    class_ = aliased(OrgUnit)
    query = (
        sa.select(Student.id, User.name, class_.name, _weight(), Pairing.reason)
        .select_from(Pairing)
        .join(Student, Student.id == Pairing.student_id)
        .join(User, User.id == Student.user_id)
        .join(class_, class_.id == Student.class_id)
        .where(Pairing.proposal_id == proposal_id, IS_NONE)
        .order_by(User.sort_key, Student.id)
        .limit(most)
    )
    found = rows(query)
    advisers: dict[int, list[tuple[int, str]]] = defaultdict(list)
    wanted = (
        sa.select(Adviser.student_id, User.id, User.name)
        .join(User, User.id == Adviser.user_id)
        .where(Adviser.student_id.in_([row[0] for row in found]))
        .order_by(Adviser.kind.desc())
    )
    for student_id, id, name in rows(wanted):
        advisers[student_id].append((id, name))
    return [
        Unplaced(id, name, class_name, weight, reason, advisers[id]) for id, name, class_name, weight, reason in found
    ]


WITH_PEOPLE = (
    joinedload(Pairing.student).joinedload(Student.user),
    joinedload(Pairing.student).joinedload(Student.major),
    joinedload(Pairing.student).joinedload(Student.class_),
    joinedload(Pairing.before),
    joinedload(Pairing.mentor),
)


def pairing(proposal_id: int, student_id: int) -> Pairing | None:
    query = sa.select(Pairing).where(Pairing.proposal_id == proposal_id, Pairing.student_id == student_id)
    return db.session.scalars(query.options(*WITH_PEOPLE)).one_or_none()


def advisers(student_id: int) -> dict[AdviserKind, User]:
    query = sa.select(Adviser.kind, User).join(User, User.id == Adviser.user_id).where(Adviser.student_id == student_id)
    return dict(db.session.execute(query).all())  # type: ignore[arg-type]


def locked_students(proposal_id: int) -> dict[int, Student]:
    """The graduates of a proposal under their locks, in the order of their ids, by id."""
    inside = sa.select(Pairing.student_id).where(Pairing.proposal_id == proposal_id)
    query = sa.select(Student).where(Student.id.in_(inside)).order_by(Student.id).with_for_update()
    found = db.session.scalars(query.execution_options(populate_existing=True))
    return {student.id: student for student in found}


def changes(proposal_id: int, after: int = 0, most: int | None = None) -> list[tuple[int, int, int | None, int | None]]:
    """What a proposal changes: (pairing, student, before, mentor) in the order of ids."""
    query = (
        sa.select(Pairing.id, Pairing.student_id, Pairing.before_id, Pairing.mentor_id)
        .where(Pairing.proposal_id == proposal_id, IS_CHANGED, Pairing.id > after)
        .order_by(Pairing.id)
    )
    return [tuple(row) for row in rows(query.limit(most) if most else query)]


def users(ids: Iterable[int]) -> dict[int, User]:
    return {u.id: u for u in db.session.scalars(sa.select(User).where(User.id.in_(list(ids))))}


def student_users(ids: Iterable[int]) -> dict[int, User]:
    """The people behind these graduates, by the graduate's id."""
    query = sa.select(Student.id, User).join(User, User.id == Student.user_id).where(Student.id.in_(list(ids)))
    return dict(db.session.execute(query).all())  # type: ignore[arg-type]


# -- For the import ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A graduate of the college as an import sees them."""

    id: int
    name: str
    weight: int
    mentor_id: int | None
    mentor: str
    fixed: bool


def by_number(college_id: int, cohort_id: int) -> dict[str, Known]:
    mentor = aliased(User)
    query = (
        sa.select(User.number, Student.id, User.name, _weight(), Student.mentor_id, mentor.name, Student.mentor_fixed)
        .select_from(Student)
        .join(User, User.id == Student.user_id)
        .outerjoin(mentor, mentor.id == Student.mentor_id)
        .where(Student.college_id == college_id, Student.cohort_id == cohort_id, User.number.is_not(None))
    )
    return {
        number: Known(id, name, weight, m, who or "", fixed) for number, id, name, weight, m, who, fixed in rows(query)
    }


def staff_by_number(numbers: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Members of staff by their numbers: (id, name)."""
    found: dict[str, tuple[int, str]] = {}
    wanted = sorted(set(numbers))
    staff = sa.select(Grant.user_id).where(Grant.role != Role.STUDENT)
    for begin in range(0, len(wanted), 1000):
        part = wanted[begin : begin + 1000]
        query = sa.select(User.number, User.id, User.name).where(
            User.number.in_(part), User.id.in_(staff), User.disabled_at.is_(None)
        )
        found |= {number: (id, name) for number, id, name in rows(query)}
    return found


def adviser_rows(student_ids: Iterable[int]) -> dict[tuple[int, AdviserKind], Adviser]:
    found: dict[tuple[int, AdviserKind], Adviser] = {}
    wanted = sorted(student_ids)
    for begin in range(0, len(wanted), 1000):
        query = sa.select(Adviser).where(Adviser.student_id.in_(wanted[begin : begin + 1000]))
        found |= {(a.student_id, a.kind): a for a in db.session.scalars(query)}
    return found
