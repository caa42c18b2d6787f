"""What waits for whom today: the same number of queries however much it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...core.db import db, rows
from .. import options, policy
from ..models import (
    Application,
    ApplicationState,
    Block,
    Check,
    Decision,
    Endorsement,
    Intake,
    IntakeState,
    Referee,
    Renewal,
    RenewalState,
    Sheet,
    Tenancy,
    TenancyState,
    Workspace,
)
from ..models.tenancy import LIVING
from . import place
from .place import DAY, Standing, Use

AHEAD = timedelta(days=14)
MOST = 100


def _of_rooms(*more: Any) -> sa.Select[Any]:
    """Tenancies with their team and room."""
    return (
        sa.select(
            Tenancy.id, Tenancy.status, Tenancy.begins_on, Tenancy.ends_on, Application.team, Workspace.code, *more
        )
        .select_from(Tenancy)
        .join(Application, Application.id == Tenancy.application_id)
        .join(Workspace, Workspace.id == Tenancy.workspace_id)
    )


def offers() -> Sequence[Any]:
    """Offers to be answered, and agreements to be signed."""
    query = _of_rooms(Tenancy.answer_by, Tenancy.offered_at)
    wanted = Tenancy.status.in_((TenancyState.OFFERED, TenancyState.ACCEPTED))
    return rows(query.where(wanted).order_by(Tenancy.answer_by, Tenancy.id).limit(MOST))


def checks(today: date) -> Sequence[Any]:
    """Checks that are overdue or due within two weeks."""
    query = _of_rooms(Check.id.label("check_id"), Check.due_on).join(Check, Check.tenancy_id == Tenancy.id)
    due = sa.and_(Check.done_on.is_(None), Check.due_on <= today + AHEAD, Tenancy.status == TenancyState.ACTIVE)
    return rows(query.where(due).order_by(Check.due_on, Check.id).limit(MOST))


def ending(today: date) -> Sequence[Any]:
    """Agreements that end within :data:`~..options.SOON_DAYS`, and whether the team asked to stay."""
    until = today + timedelta(days=options.SOON_DAYS.value)
    asked = sa.select(Renewal.tenancy_id, Renewal.until_on).where(Renewal.status == RenewalState.ASKED).subquery()
    query = _of_rooms(asked.c.until_on).outerjoin(asked, asked.c.tenancy_id == Tenancy.id)
    wanted = sa.and_(Tenancy.status == TenancyState.ACTIVE, Tenancy.ends_on <= until)
    return rows(query.where(wanted).order_by(Tenancy.ends_on, Tenancy.id).limit(MOST))


def renewals() -> Sequence[Any]:
    """Requests to stay longer that are not decided."""
    query = _of_rooms(Renewal.until_on, Renewal.asked_at).join(Renewal, Renewal.tenancy_id == Tenancy.id)
    return rows(query.where(Renewal.status == RenewalState.ASKED).order_by(Renewal.asked_at, Renewal.id).limit(MOST))


def calls() -> list[Intake]:
    """Calls that are being prepared, open or being reviewed."""
    query = sa.select(Intake).where(Intake.status != IntakeState.DECIDED)
    return list(db.session.scalars(query.order_by(Intake.closes_on, Intake.id)))


def appeals() -> Sequence[Any]:
    """Appeals that are not answered."""
    query = (
        sa.select(Application.id, Application.team, Decision.appealed_at)
        .select_from(Decision)
        .join(Application, Application.id == Decision.application_id)
        .where(Decision.appealed_at.is_not(None), Decision.appeal_answered_at.is_(None))
    )
    return rows(query.order_by(Decision.appealed_at, Application.id).limit(MOST))


def unblocked(today: date) -> Sequence[Any]:
    """Blocked periods that end within two weeks."""
    query = (
        sa.select(Block.id, Block.ends_on, Block.reason, Block.workspace_id, Workspace.code)
        .join(Workspace, Workspace.id == Block.workspace_id)
        .where(Block.ends_on >= today, Block.ends_on <= today + AHEAD, place.in_use(today))
    )
    return rows(query.order_by(Block.ends_on, Block.id).limit(MOST))


def opening(actor: Any, today: date) -> list[tuple[Any, Standing, date]]:
    """Workspaces that are free, or become so within :data:`~..options.SOON_DAYS`, and from when; the soonest first."""
    bars = place.around(actor, today)
    last = today + timedelta(days=options.SOON_DAYS.value)
    found = []
    for w in place.workspaces(today):
        spans = bars.get(w.id, [])
        now = place.standing(spans, today)
        if now.use is Use.FREE:
            found.append((w, now, now.since or today))
        elif now.use in (Use.SOON, Use.BLOCKED) and now.until is not None and now.until < last:
            then = place.standing(spans, now.until + DAY)
            if then.use is Use.FREE:
                found.append((w, now, now.until + DAY))
    return sorted(found, key=lambda f: (f[2], f[0].code))


def living_tenancies(application_ids: Iterable[int]) -> dict[int, Tenancy]:
    """The offer or agreement of each of these applications."""
    query = (
        sa.select(Tenancy)
        .where(Tenancy.application_id.in_(list(application_ids)), Tenancy.status.in_(LIVING))
        .options(joinedload(Tenancy.workspace))
    )
    return {t.application_id: t for t in db.session.scalars(query)}


def asked_until(tenancy_ids: Iterable[int]) -> dict[int, date]:
    """Until when these teams ask to stay, where nobody has decided yet."""
    query = sa.select(Renewal.tenancy_id, Renewal.until_on).where(
        Renewal.tenancy_id.in_(list(tenancy_ids)), Renewal.status == RenewalState.ASKED
    )
    return dict(rows(query))


def has_part(actor: Any) -> tuple[bool, bool]:
    """Whether this teacher was ever asked for an endorsement, and to be a referee."""
    endorses = sa.exists().where(Endorsement.user_id == actor.id)
    referees = sa.exists().where(Referee.user_id == actor.id)
    found = db.session.execute(sa.select(endorses, referees)).one()
    return bool(found[0]), bool(found[1])


def endorsements_open(actor: Any) -> int:
    """How many endorsements wait for this teacher."""
    query = (
        sa.select(sa.func.count())
        .select_from(Endorsement)
        .join(Application, Application.id == Endorsement.application_id)
        .where(
            Endorsement.user_id == actor.id,
            Endorsement.written_at.is_(None),
            Application.status.in_((ApplicationState.DRAFT, ApplicationState.SUBMITTED)),
        )
    )
    return db.session.scalar(query) or 0


def sheets_open(actor: Any) -> int:
    """How many applications wait for this referee's sheet."""
    done = sa.select(Sheet.application_id).where(Sheet.user_id == actor.id, Sheet.handed_in_at.is_not(None))
    reviewing = sa.select(Intake.id).where(Intake.status == IntakeState.REVIEWING)
    query = (
        sa.select(sa.func.count())
        .select_from(Application)
        .where(policy.refereed_by(actor), Application.intake_id.in_(reviewing), Application.id.not_in(done))
    )
    return db.session.scalar(query) or 0
