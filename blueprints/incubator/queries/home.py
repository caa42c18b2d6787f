"""What waits for whom today: the same number of queries however much it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    ExitRecord,
    HandOut,
    Intake,
    IntakeState,
    Referee,
    Renewal,
    Sheet,
    Tenancy,
    TenancyState,
    Wish,
    WishState,
    Workspace,
)
from ..models.tenancy import LIVING
from . import allotment, place
from .place import DAY, Standing, Use
from .tenancy import moves_on

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
    asked = sa.select(Renewal.tenancy_id, Renewal.until_on).where(Renewal.status == WishState.ASKED).subquery()
    query = _of_rooms(asked.c.until_on).outerjoin(asked, asked.c.tenancy_id == Tenancy.id)
    wanted = sa.and_(Tenancy.status == TenancyState.ACTIVE, Tenancy.ends_on <= until, ~moves_on())
    return rows(query.where(wanted).order_by(Tenancy.ends_on, Tenancy.id).limit(MOST))


def renewals() -> Sequence[Any]:
    """Requests to stay longer that are not decided."""
    query = _of_rooms(Renewal.until_on, Renewal.asked_at).join(Renewal, Renewal.tenancy_id == Tenancy.id)
    return rows(query.where(Renewal.status == WishState.ASKED).order_by(Renewal.asked_at, Renewal.id).limit(MOST))


def wishes() -> Sequence[Any]:
    """Wishes for other members or another room that nobody has answered."""
    query = _of_rooms(Wish.kind, Wish.text, Wish.asked_at).join(Wish, Wish.tenancy_id == Tenancy.id)
    return rows(query.where(Wish.status == WishState.ASKED).order_by(Wish.asked_at, Wish.id).limit(MOST))


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


@dataclass(frozen=True)
class Opening:
    """A workspace, and the first day from today on that it is free; ``since`` and ``until`` where they are known."""

    room: Any
    on: date
    now: bool
    since: date | None
    until: date | None


def opening(actor: Any, today: date) -> list[Opening]:
    """Workspaces that are free, or become so within :data:`~..options.SOON_DAYS`; the longest free first."""
    bars = place.around(actor, today)
    last = today + timedelta(days=options.SOON_DAYS.value)
    found = []
    for w in place.workspaces(today, until=last):
        first = _first_free(place.since_lent(w, today - place.AROUND, bars.get(w.id, [])), today, last)
        if first is not None:
            day, free = first
            now = day == today
            found.append(Opening(w, day, now, free.since if now else None, free.until))
    return sorted(found, key=lambda o: (o.since or o.on, o.room.code))


def _first_free(spans: Sequence[place.Span], today: date, last: date) -> tuple[date, Standing] | None:
    """The first free day of a workspace, whatever holds it until then: a team, an offer, an ended stay's last day."""
    day, stands = today, place.standing(spans, today)
    while stands.use is not Use.FREE:
        if stands.until is None or stands.until >= last:
            return None
        day = stands.until + DAY
        stands = place.standing(spans, day)
    return day, stands


def waits(today: date) -> dict[str, int]:
    """How much waits for the manager behind a tab, by its endpoint, and how many checks are late: one query."""

    def count(model: Any, *wanted: Any) -> Any:
        return sa.select(sa.func.count()).select_from(model).where(*wanted).scalar_subquery()

    def undecided() -> Any:
        reviewing = sa.select(Intake.id).where(Intake.status == IntakeState.REVIEWING)
        return count(
            Application, Application.status == ApplicationState.SUBMITTED, Application.intake_id.in_(reviewing)
        )

    active = sa.select(Tenancy.id).where(Tenancy.status == TenancyState.ACTIVE)
    late = count(Check, Check.done_on.is_(None), Check.due_on < today, Check.tenancy_id.in_(active))
    columns = {
        "intakes": undecided()
        + count(Decision, Decision.appealed_at.is_not(None), Decision.appeal_answered_at.is_(None)),
        "allotment": count(Application, allotment.is_waiting()),
        "waitlist": count(Application, Application.status == ApplicationState.APPROVED),
        "tenancies": count(Tenancy, Tenancy.status == TenancyState.ACCEPTED)
        + count(Renewal, Renewal.status == WishState.ASKED)
        + count(Wish, Wish.status == WishState.ASKED)
        + late,
        "late": late,
    }
    return dict(db.session.execute(sa.select(*(c.label(n) for n, c in columns.items()))).one()._mapping)


def living_tenancies(application_ids: Iterable[int]) -> dict[int, Tenancy]:
    """The offer or agreement of each of these applications."""
    query = (
        sa.select(Tenancy)
        .where(Tenancy.application_id.in_(list(application_ids)), Tenancy.status.in_(LIVING))
        .options(joinedload(Tenancy.workspace))
    )
    return {t.application_id: t for t in db.session.scalars(query)}


def still_out() -> Sequence[Any]:
    """Rooms that a team has changed, with how many keys or pieces of equipment have not come back."""
    count = sa.func.count(HandOut.id)
    query = _of_rooms(Tenancy.left_on, count.label("out")).join(HandOut, HandOut.tenancy_id == Tenancy.id)
    moved = Tenancy.id.not_in(sa.select(ExitRecord.tenancy_id))
    wanted = sa.and_(HandOut.back_on.is_(None), Tenancy.status == TenancyState.ENDED, moved)
    grouped = query.where(wanted).group_by(Tenancy.id, Application.team, Workspace.code)
    return rows(grouped.order_by(Tenancy.left_on, Tenancy.id).limit(MOST))


def exits(since: date) -> Sequence[Any]:
    """Teams that have left since a day, with what is ticked on their exit list."""
    query = _of_rooms(Tenancy.left_on, ExitRecord.list_done).join(ExitRecord, ExitRecord.tenancy_id == Tenancy.id)
    return rows(query.where(Tenancy.left_on >= since).order_by(Tenancy.left_on, Tenancy.id).limit(MOST))


def planned_moves(application_ids: Iterable[int]) -> dict[int, tuple[str, date]]:
    """The room into which a team moves later, and its first day there."""
    query = (
        sa.select(Tenancy.application_id, Workspace.code, Tenancy.begins_on)
        .join(Workspace, Workspace.id == Tenancy.workspace_id)
        .where(Tenancy.application_id.in_(list(application_ids)), Tenancy.status == TenancyState.PLANNED)
    )
    return {id: (code, begins_on) for id, code, begins_on in rows(query)}


def asked_until(tenancy_ids: Iterable[int]) -> dict[int, date]:
    """Until when these teams ask to stay, where nobody has decided yet."""
    query = sa.select(Renewal.tenancy_id, Renewal.until_on).where(
        Renewal.tenancy_id.in_(list(tenancy_ids)), Renewal.status == WishState.ASKED
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
            Endorsement.taken_back_at.is_(None),
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
