"""Reads of calls: the list, one with its rule, and what its sheets came to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ...accounts.models import Grant, Role, User
from ...accounts.queries import people_named
from ...core import clock
from ...core.access import visible
from ...core.audit import AuditEntry
from ...core.db import db
from ...core.text import like
from ...students.models import Student
from .. import points
from ..models import (
    Answer,
    Application,
    ApplicationState,
    Criterion,
    Decision,
    Endorsement,
    Intake,
    IntakeState,
    Member,
    Referee,
    Sheet,
)

FULL: tuple[Any, ...] = (selectinload(Intake.criteria), selectinload(Intake.referees).joinedload(Referee.user))
DISCUSS = 1500
"""From this spread between two sheets, in hundredths of a point, a team is talked about before it is decided."""

NOT_BLIND = (Role.INCUBATOR_MANAGER, Role.OFFICE, Role.SCHOOL_LEADER, Role.ADMIN)
"""These see applications with names, so they cannot score blind."""


def of_actor(actor: Any) -> list[Intake]:
    """The calls that exist for this person, the newest first."""
    query = sa.select(Intake).where(visible(Intake, actor)).options(selectinload(Intake.criteria))
    return list(db.session.scalars(query.order_by(Intake.opens_on.desc(), Intake.id.desc())))


def counts() -> dict[int, Counter[ApplicationState]]:
    """How many applications of each state a call has."""
    found: dict[int, Counter[ApplicationState]] = defaultdict(Counter)
    query = sa.select(Application.intake_id, Application.status, sa.func.count())
    for intake_id, status, count in db.session.execute(query.group_by(Application.intake_id, Application.status)):
        found[intake_id][status] = count
    return found


def labels(intake_id: int) -> dict[int, int]:
    """The neutral number of each application of a call, in the order in which they were begun."""
    query = sa.select(Application.id).where(Application.intake_id == intake_id).order_by(Application.id)
    return {id: no for no, id in enumerate(db.session.scalars(query), 1)}


def undecided(intake_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(Application)
    return (
        db.session.scalar(
            query.where(Application.intake_id == intake_id, Application.status == ApplicationState.SUBMITTED)
        )
        or 0
    )


def overdue() -> list[Intake]:
    """Open calls whose deadline has passed."""
    query = sa.select(Intake).where(Intake.status == IntakeState.OPEN, Intake.closes_on < clock.today())
    return list(db.session.scalars(query.options(*FULL)))


def concerned(intake_id: int) -> list[tuple[User, str]]:
    """Whom the deadline of this call concerns, with the page it concerns them for: the teams that write or have handed
    in, asked members too, and the teachers they have asked. Three queries, whatever their number."""
    undecided = sa.and_(
        Application.intake_id == intake_id,
        Application.status.in_([ApplicationState.DRAFT, ApplicationState.SUBMITTED]),
    )
    found: list[tuple[User, str]] = []
    leads = sa.select(Application.id, User).join(Student, Student.id == Application.lead_id)
    members = (
        sa.select(Application.id, User)
        .join(Member, Member.application_id == Application.id)
        .join(Student, Student.id == Member.student_id)
        .where(Member.answer != Answer.DECLINED)
    )
    for query in (leads, members):
        of_team = query.join(User, User.id == Student.user_id).where(undecided).order_by(Application.id)
        found += [(user, f"/incubator/applications/{id}") for id, user in db.session.execute(of_team)]
    asked = (
        sa.select(Endorsement.id, User)
        .join(Application, Application.id == Endorsement.application_id)
        .join(User, User.id == Endorsement.user_id)
        .where(undecided, Endorsement.taken_back_at.is_(None))
        .order_by(Endorsement.id)
    )
    return found + [(user, f"/incubator/endorsements/{id}") for id, user in db.session.execute(asked)]


# -- Referees -----------------------------------------------------------------------------------------------


def _held(*roles: Role) -> sa.ColumnElement[bool]:
    """Grants of these roles in force today."""
    today = clock.today()
    in_time = sa.and_(Grant.begins_on <= today, sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today))
    return sa.and_(Grant.role.in_(roles), in_time)


def _in_force(*roles: Role) -> sa.Select[Any]:
    return sa.select(Grant.user_id).where(_held(*roles))


def teachers_named(words: str, most: int = 6) -> list[User]:
    """Teachers found by name, pinyin or number: all staff."""
    staff = [r for r in Role if r not in (Role.STUDENT, Role.ADMIN)]
    found = sa.or_(User.search_key.like(like(words), escape="\\"), User.username == words, User.number == words)
    query = sa.select(User).where(User.disabled_at.is_(None), User.id.in_(_in_force(*staff)), found)
    people = list(db.session.scalars(query.order_by(User.sort_key).limit(most + 1)))
    exact = [p for p in people if words in (p.name, p.username, p.number)]
    return exact if len(exact) == 1 else people


def sees_names(user: User) -> bool:
    """Whether this person sees applications with names by another role."""
    return db.session.scalar(_in_force(*NOT_BLIND).where(Grant.user_id == user.id).limit(1)) is not None


def teachers() -> list[str]:
    """The names that may be chosen from: whoever can referee."""
    query = sa.select(User.name).where(
        User.disabled_at.is_(None),
        User.id.in_(_in_force(Role.MENTOR, Role.REVIEWER, Role.COUNSELOR, Role.COLLEGE_LEADER)),
        User.id.not_in(_in_force(*NOT_BLIND)),
    )
    return list(db.session.scalars(query.order_by(User.sort_key).limit(500)))


def handed_in_by(intake_id: int) -> Counter[int]:
    """How many sheets of the call each referee has handed in."""
    query = (
        sa.select(Sheet.user_id, sa.func.count())
        .join(Application, Application.id == Sheet.application_id)
        .where(Application.intake_id == intake_id, Sheet.handed_in_at.is_not(None))
        .group_by(Sheet.user_id)
    )
    return Counter(dict(db.session.execute(query).all()))  # type: ignore[arg-type]


# -- Results ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetView:
    """One referee's sheet as the manager reads it."""

    who: str
    total: int
    points: dict[int, int]
    remark: str


@dataclass
class Result:
    """One application of a call and what its sheets came to. ``bar`` is the one it is held to: for the manager."""

    application: Application
    no: int
    bar: int
    sheets: list[SheetView] = field(default_factory=list)
    expected: int = 0
    decision: Decision | None = None
    exception: str = ""

    @property
    def totals(self) -> list[int]:
        return sorted(s.total for s in self.sheets)

    @property
    def points(self) -> int | None:
        return points.mean(self.totals)

    @property
    def spread(self) -> int:
        return points.spread(self.totals)

    @property
    def to_discuss(self) -> bool:
        return self.spread >= DISCUSS

    @property
    def reaches(self) -> bool:
        return self.points is not None and self.points >= self.bar

    @property
    def open(self) -> bool:
        return self.application.status is ApplicationState.SUBMITTED

    @property
    def appeal_open(self) -> bool:
        d = self.decision
        return d is not None and d.appealed_at is not None and d.appeal_answered_at is None

    def of(self, criterion: Criterion) -> list[int]:
        """What each sheet gave for one criterion, the lowest first."""
        return sorted(s.points.get(criterion.id, 0) for s in self.sheets)


def bar_of(application: Application, intake: Intake) -> int:
    """The bar this team is held to."""
    return intake.relaxed_bar if application.relief_met else intake.entry_bar


_JUDGED = (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)


def results(intake: Intake) -> list[Result]:
    """Every application that was handed in, the best first; the same number of queries whatever their number."""
    query = sa.select(Application).where(Application.intake_id == intake.id, Application.status.not_in(_JUDGED))
    found = list(
        db.session.scalars(
            query.options(
                joinedload(Application.lead).joinedload(Student.user),
                joinedload(Application.college),
                selectinload(Application.members).joinedload(Member.student).joinedload(Student.user),
            )
        )
    )
    ids = [a.id for a in found]
    numbers = labels(intake.id)
    sheets = _sheets(ids, {c.id: c.weight for c in intake.criteria})
    decisions = {d.application_id: d for d in _decisions(ids)}
    exceptions = _exceptions(ids)
    expected = _expected(found, [r.user_id for r in intake.referees])
    made = [
        Result(
            a,
            numbers[a.id],
            bar_of(a, intake),
            sheets[a.id],
            max(expected[a.id], len(sheets[a.id])),
            decisions.get(a.id),
            exceptions.get(a.id, ""),
        )
        for a in found
    ]
    return sorted(made, key=lambda r: (r.points is None, -(r.points or 0), r.no))


def result(intake: Intake, application_id: int) -> Result | None:
    return next((r for r in results(intake) if r.application.id == application_id), None)


def sheets_of(application_id: int, intake: Intake) -> list[SheetView]:
    """What was handed in on one application."""
    return _sheets([application_id], {c.id: c.weight for c in intake.criteria})[application_id]


def _sheets(ids: list[int], weights: dict[int, int]) -> dict[int, list[SheetView]]:
    query = sa.select(Sheet).where(Sheet.application_id.in_(ids), Sheet.handed_in_at.is_not(None))
    rows = list(db.session.scalars(query.options(selectinload(Sheet.scores)).order_by(Sheet.id)))
    names = people_named({s.user_id for s in rows})
    found: dict[int, list[SheetView]] = {id: [] for id in ids}
    for sheet in rows:
        given = {s.criterion_id: s.points for s in sheet.scores}
        view = SheetView(names.get(sheet.user_id, ""), points.of_sheet(given, weights), given, sheet.remark)
        found[sheet.application_id].append(view)
    return found


def _decisions(ids: list[int]) -> list[Decision]:
    query = sa.select(Decision).where(Decision.application_id.in_(ids)).options(joinedload(Decision.criterion))
    return list(db.session.scalars(query))


def decision(application_id: int) -> Decision | None:
    return next(iter(_decisions([application_id])), None)


def _exceptions(ids: list[int]) -> dict[int, str]:
    """Why a team was approved under its bar, as it was written down with the act."""
    query = sa.select(AuditEntry.subject_id, AuditEntry.note).where(
        AuditEntry.topic_type == "application",
        AuditEntry.topic_id.in_(ids),
        AuditEntry.subject_type == "application",
        AuditEntry.verb == "application.approve",
        AuditEntry.note != "",
    )
    return dict(db.session.execute(query.order_by(AuditEntry.id)).all())  # type: ignore[arg-type]


def _expected(found: Iterable[Application], referees: list[int]) -> dict[int, int]:
    """How many of the referees may score each application: without those who stand near the team.

    The same rule as :func:`..policy.refereed_by`, for all applications at once.
    """
    applications = list(found)
    ids = [a.id for a in applications]
    near: dict[int, set[int]] = {id: set() for id in ids}
    helping = sa.select(Endorsement.application_id, Endorsement.user_id).where(
        Endorsement.application_id.in_(ids), Endorsement.user_id.in_(referees)
    )
    for application_id, user_id in db.session.execute(helping):
        near[application_id].add(user_id)
    leads = sa.select(Grant.user_id, Grant.unit_id).where(Grant.user_id.in_(referees), _held(Role.COLLEGE_LEADER))
    leading = db.session.execute(leads).all()
    for application in applications:
        team = [application.lead, *(m.student for m in application.members if m.student)]
        near[application.id] |= {s.mentor_id for s in team if s.mentor_id}
        near[application.id] |= {u for u, unit in leading if unit is None or unit == application.college_id}
    return {id: len(set(referees) - near[id]) for id in ids}
