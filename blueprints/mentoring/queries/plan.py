"""Reads of career plans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ...core import clock
from ...core.db import db
from ...students.models import Situation, Student
from ..models import Plan, PlanReview, PlanStep
from ..options import LONG_UNPLACED_DAYS, PLAN_LEVELS, REVIEW_DAYS

WHOLE = (selectinload(Plan.steps), selectinload(Plan.reviews))


@dataclass(frozen=True)
class PlanFact:
    """How one graduate's plan stands; without a plan only whether one is needed, and why."""

    plan_id: int | None = None
    goal: str = ""
    done: int = 0
    total: int = 0
    late_no: int | None = None
    late_text: str = ""
    late_days: int = 0
    review_on: date | None = None
    needed: str = ""
    """Why a plan is needed: ``level``, ``unplaced``, or nothing."""

    @property
    def missing(self) -> bool:
        return self.plan_id is None and bool(self.needed)

    @property
    def review_due(self) -> bool:
        return self.review_on is not None and self.review_on <= clock.today()

    @property
    def all_done(self) -> bool:
        return self.total > 0 and self.done == self.total


def open_of(student_id: int) -> Plan | None:
    """The open plan of a graduate, with steps and reviews."""
    query = sa.select(Plan).where(Plan.student_id == student_id, Plan.closed_at.is_(None)).options(*WHOLE)
    return db.session.scalar(query.execution_options(populate_existing=True))


def closed_of(student_id: int, most: int = 10) -> list[Plan]:
    """Earlier plans, the last closed first, with steps and reviews."""
    query = sa.select(Plan).where(Plan.student_id == student_id, Plan.closed_at.is_not(None)).options(*WHOLE)
    return list(db.session.scalars(query.order_by(Plan.closed_at.desc()).limit(most)))


def why_needed(level: int, situation: Situation, since: date | None) -> str:
    """A plan is needed with a support level of the setting, or without a place for long.

    How long is counted from the day on which the present mentor began: the register knows no earlier one.
    """
    if situation is Situation.SETTLED:
        return ""
    if 1 <= level <= PLAN_LEVELS.value:
        return "level"
    long_ago = clock.today() - timedelta(days=LONG_UNPLACED_DAYS.value)
    return "unplaced" if since is not None and since <= long_ago else ""


def facts(student_ids: Iterable[int]) -> dict[int, PlanFact]:
    """How the plan of each stands: four queries whatever their number."""
    ids = list(student_ids)
    register = sa.select(Student.id, Student.support_level, Student.situation, Student.mentor_since)
    needed = {
        id: why_needed(level, situation, since)
        for id, level, situation, since in db.session.execute(register.where(Student.id.in_(ids)))
    }
    is_open = (Plan.student_id.in_(ids), Plan.closed_at.is_(None))
    plans = {p.student_id: p for p in db.session.execute(sa.select(Plan.__table__).where(*is_open))}
    columns = (PlanStep.plan_id, PlanStep.text, PlanStep.due_on, PlanStep.done_at)
    query = sa.select(*columns).join(Plan).where(*is_open).order_by(PlanStep.place, PlanStep.id)
    steps: dict[int, list[sa.Row]] = {}
    for row in db.session.execute(query):
        steps.setdefault(row.plan_id, []).append(row)
    newest = sa.select(PlanReview.plan_id, sa.func.max(PlanReview.at)).join(Plan).where(*is_open)
    looked = {id: clock.local(at).date() for id, at in db.session.execute(newest.group_by(PlanReview.plan_id))}
    return {id: _fact(plans.get(id), why, steps, looked) for id, why in needed.items()}


def _fact(plan: sa.Row | None, why: str, steps: dict[int, list[sa.Row]], looked: dict[int, date]) -> PlanFact:
    if plan is None:
        return PlanFact(needed=why)
    own, today = steps.get(plan.id, []), clock.today()
    late = next(((n, s) for n, s in enumerate(own, 1) if not s.done_at and s.due_on and s.due_on < today), None)
    last = looked.get(plan.id) or clock.local(plan.made_at).date()
    return PlanFact(
        plan_id=plan.id,
        goal=plan.goal,
        done=sum(s.done_at is not None for s in own),
        total=len(own),
        late_no=late[0] if late else None,
        late_text=late[1].text if late else "",
        late_days=(today - late[1].due_on).days if late else 0,
        review_on=last + timedelta(days=REVIEW_DAYS.value),
        needed=why,
    )


def people_of(plans: Iterable[Plan]) -> set[int]:
    """Everyone whose name stands in these plans."""
    found: set[int] = set()
    for plan in plans:
        found |= {plan.made_by, *(s.done_by for s in plan.steps if s.done_by), *(r.by_id for r in plan.reviews)}
    return found
