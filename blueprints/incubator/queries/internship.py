"""Reads of “come and learn first”: which rooms take students, and who has asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ...core.db import db
from ...students.models import Student
from ..models import Application, ApplicationState, Internship, Member, Tenancy, TenancyState, Workspace
from ..policy import own_student, teams_of

_HOST = (
    joinedload(Tenancy.workspace).joinedload(Workspace.floor),
    joinedload(Tenancy.application).options(
        joinedload(Application.lead).joinedload(Student.user),
        joinedload(Application.college),
        selectinload(Application.members).joinedload(Member.student).joinedload(Student.user),
        selectinload(Application.fields),
    ),
)


@dataclass(frozen=True)
class Host:
    """A team that takes students: how many places are left, and what this student has asked."""

    tenancy: Tenancy
    left: int
    mine: Internship | None

    @property
    def pitch(self) -> str:
        return next((f.text for f in self.tenancy.application.fields if f.name == "pitch"), "")


def _hosts() -> sa.Select[Any]:
    return (
        sa.select(Tenancy)
        .join(Workspace, Workspace.id == Tenancy.workspace_id)
        .where(Tenancy.status == TenancyState.ACTIVE, Workspace.interns > 0)
        .options(*_HOST)
    )


def taken(tenancy_ids: Iterable[int]) -> dict[int, int]:
    """How many students each has accepted."""
    query = (
        sa.select(Internship.tenancy_id, sa.func.count())
        .where(Internship.tenancy_id.in_(list(tenancy_ids)), Internship.accepted.is_(True))
        .group_by(Internship.tenancy_id)
    )
    return dict(db.session.execute(query).all())  # type: ignore[arg-type]


def hosts(actor: Any) -> list[Host]:
    """Everyone who takes students, by the room's code."""
    found = list(db.session.scalars(_hosts().order_by(Workspace.code, Tenancy.id).limit(200)).unique())
    used = taken(t.id for t in found)
    mine = {
        i.tenancy_id: i
        for i in db.session.scalars(sa.select(Internship).where(Internship.student_id.in_(own_student(actor))))
    }
    return [Host(t, max(0, t.workspace.interns - used.get(t.id, 0)), mine.get(t.id)) for t in found]


def host(tenancy_id: int) -> Tenancy | None:
    """A tenancy that takes students, whoever asks: its places are public."""
    return db.session.scalars(_hosts().where(Tenancy.id == tenancy_id)).unique().one_or_none()


def asked_by_others(actor: Any) -> list[tuple[Internship, Tenancy, Student]]:
    """Who has asked this student's own team, the unanswered first."""
    housed = Application.status == ApplicationState.HOUSED
    query = (
        sa.select(Internship, Tenancy, Student)
        .join(Tenancy, Tenancy.id == Internship.tenancy_id)
        .join(Application, Application.id == Tenancy.application_id)
        .join(Student, Student.id == Internship.student_id)
        .where(teams_of(actor), housed, Tenancy.status == TenancyState.ACTIVE)
        .options(joinedload(Student.user), joinedload(Student.class_), joinedload(Tenancy.workspace))
        .order_by(Internship.accepted.is_not(None), Internship.id.desc())
        .limit(200)
    )
    return [(i, t, s) for i, t, s in db.session.execute(query)]


def one(internship_id: int) -> Internship | None:
    return db.session.get(Internship, internship_id)


def of(tenancy_id: int, student_id: int) -> Internship | None:
    """What this student has asked this team."""
    query = sa.select(Internship).where(Internship.tenancy_id == tenancy_id, Internship.student_id == student_id)
    return db.session.scalar(query)


def own_teams(actor: Any) -> set[int]:
    """The applications of this student's own teams that have a room."""
    query = sa.select(Application.id).where(teams_of(actor), Application.status == ApplicationState.HOUSED)
    return set(db.session.scalars(query))
