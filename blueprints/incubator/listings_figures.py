"""The lists behind the figures, for the manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..accounts.listings import by_college
from ..accounts.models import OrgUnit, User
from ..core.ids import read_id
from ..core.listing import Column, Filter, Listing, Tab
from ..core.text import like
from ..students.models import Student
from .models import Application, ApplicationState, ExitRecord, Intake, Tenancy, Workspace
from .queries import figures
from .queries.allotment import is_waiting


def _source() -> Any:
    return (
        sa.select(
            Application.id,
            Application.team,
            Application.status,
            Application.submitted_at,
            Application.approved_at,
            Application.relief_met,
            Intake.name.label("call"),
            OrgUnit.name.label("college"),
            User.name.label("lead"),
        )
        .select_from(Application)
        .join(Intake, Intake.id == Application.intake_id)
        .join(OrgUnit, OrgUnit.id == Application.college_id)
        .join(Student, Student.id == Application.lead_id)
        .join(User, User.id == Student.user_id)
    )


def _always(condition: sa.ColumnElement[bool]) -> Callable[[Any], sa.ColumnElement[bool]]:
    return lambda actor: condition


def _by_call(value: str) -> sa.ColumnElement[bool] | None:
    return Application.intake_id == id if (id := read_id(value)) is not None else None


def _by_relief(value: str) -> sa.ColumnElement[bool] | None:
    return Application.relief_met.is_(value == "yes") if value in ("yes", "no") else None


def _named(words: str) -> sa.ColumnElement[bool]:
    return sa.or_(Application.team.like(like(words), escape="\\"), User.search_key.like(like(words), escape="\\"))


NEWEST = (Application.submitted_at.desc(),)

TEAMS = Listing(
    name="incubator.teams",
    model=Application,
    source=_source,
    columns=(
        Column("team", _l("Team"), lambda r: r.team, (Application.team,)),
        Column("call", _l("Call"), lambda r: r.call, (Intake.opens_on, Intake.id)),
        Column("college", _l("College"), lambda r: r.college, (OrgUnit.code,)),
        Column("lead", _l("Began by"), lambda r: r.lead, (User.sort_key,)),
        Column("state", _l("State"), lambda r: str(r.status.label)),
        Column("submitted", _l("Handed in"), lambda r: r.submitted_at, (Application.submitted_at,)),
        Column("approved", _l("Approved"), lambda r: r.approved_at, (Application.approved_at,)),
        Column("relief", _l("Hardship rule met"), lambda r: str(_l("yes") if r.relief_met else _l("no"))),
    ),
    tabs=(
        Tab(
            "all",
            _l("Handed in"),
            _always(sa.and_(Application.submitted_at.is_not(None), Application.status != ApplicationState.DRAFT)),
            NEWEST,
        ),
        Tab("approved", _l("Approved"), _always(Application.approved_at.is_not(None)), NEWEST),
        Tab("rejected", _l("Not approved"), _always(Application.status == ApplicationState.REJECTED), NEWEST),
        Tab(
            "waiting",
            _l("Waiting for a room"),
            lambda actor: is_waiting(),
            (Application.points.desc(), Application.approved_at),
        ),
        Tab("rooms", _l("Had a room"), _always(Application.status.in_(figures.HAD_A_ROOM)), NEWEST),
    ),
    filters=(
        Filter("call", _l("Call"), figures.intakes, _by_call),
        by_college(Application.college_id),
        Filter("relief", _l("Hardship rule met"), lambda: [("yes", _l("yes")), ("no", _l("no"))], _by_relief),
    ),
    search=_named,
)


def _exits() -> Any:
    return (
        sa.select(
            Tenancy.id,
            Tenancy.left_on,
            Application.team,
            Workspace.code,
            ExitRecord.registered,
            ExitRecord.people,
            ExitRecord.became,
            ExitRecord.alive_6,
            ExitRecord.alive_12,
            ExitRecord.alive_24,
        )
        .select_from(Tenancy)
        .join(ExitRecord, ExitRecord.tenancy_id == Tenancy.id)
        .join(Application, Application.id == Tenancy.application_id)
        .join(Workspace, Workspace.id == Tenancy.workspace_id)
    )


def yes_no(value: bool | None) -> str:
    """``–`` is not known yet."""
    return "–" if value is None else str(_l("yes") if value else _l("no"))


def _with(condition: sa.ColumnElement[bool]) -> Callable[[Any], sa.ColumnElement[bool]]:
    """Counts are made without the joins of the rows, so each condition finds its record itself."""
    found = Tenancy.id.in_(sa.select(ExitRecord.tenancy_id).where(condition))
    return lambda actor: found


LATEST = (Tenancy.left_on.desc(),)

EXITS = Listing(
    name="incubator.exits",
    model=Tenancy,
    source=_exits,
    columns=(
        Column("team", _l("Team"), lambda r: r.team, (Application.team,)),
        Column("room", _l("Room"), lambda r: r.code, (Workspace.code,)),
        Column("left", _l("Left on"), lambda r: r.left_on, (Tenancy.left_on,)),
        Column("registered", _l("Registered"), lambda r: yes_no(r.registered)),
        Column("people", _l("People employed"), lambda r: r.people, (ExitRecord.people,), "down"),
        Column("alive_6", _l("Alive after 6 months"), lambda r: yes_no(r.alive_6)),
        Column("alive_12", _l("Alive after 12 months"), lambda r: yes_no(r.alive_12)),
        Column("alive_24", _l("Alive after 24 months"), lambda r: yes_no(r.alive_24)),
        Column("became", _l("What it became"), lambda r: r.became),
    ),
    tabs=(
        Tab("all", _l("Have left"), _with(sa.true()), LATEST),
        Tab("registered", _l("Registered"), _with(ExitRecord.registered.is_(True)), LATEST),
        Tab("alive_6", _l("Alive after 6 months"), _with(ExitRecord.alive_6.is_(True)), LATEST),
        Tab("alive_12", _l("Alive after 12 months"), _with(ExitRecord.alive_12.is_(True)), LATEST),
        Tab("alive_24", _l("Alive after 24 months"), _with(ExitRecord.alive_24.is_(True)), LATEST),
    ),
    search=lambda words: Application.team.like(like(words), escape="\\"),
)
