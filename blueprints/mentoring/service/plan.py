"""A career plan is begun, changed, ticked off, looked at again, and closed. The student's row is locked before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from ...core import clock
from ...core.db import db
from ...students.models import Student
from ..models import Owner, Plan, PlanReview, PlanStep
from ..notices_plan import tell
from ..plan_templates import Template
from ..queries import plan as queries

MOST_STEPS = 20


class Stale(Exception):
    """Someone changed the plan since the form was opened."""


class TooMany(Exception):
    """A plan of more than :data:`MOST_STEPS` steps helps nobody."""


@dataclass(frozen=True)
class Row:
    """One line of the form: a step as it should be; ``id`` None for a new one."""

    id: int | None
    place: int
    text: str
    owner: Owner
    due_on: date | None
    remove: bool = False


def begin(student: Student, actor: Any, template: Template, goal: str, chosen: Collection[int]) -> Plan:
    """Make a plan from a template, with the steps chosen by number; who has one open keeps that one."""
    if (there := queries.open_of(student.id)) is not None:
        return there
    plan = Plan(student_id=student.id, way=template.way, goal=goal, made_by=actor.id, made_at=clock.now())
    db.session.add(plan)
    db.session.flush()
    today = clock.today()
    for place, step in enumerate((s for n, s in enumerate(template.steps) if n in chosen), 1):
        due_on = today + timedelta(days=step.days)
        db.session.add(PlanStep(plan_id=plan.id, place=place, text=str(step.text), owner=step.owner, due_on=due_on))
    tell(student, "plan_made", actor.name)
    return plan


def change(plan: Plan, goal: str, rows: Sequence[Row], seen_version: int) -> None:
    """Set goal and steps; steps that the form does not name stay. Raises :class:`Stale` and :class:`TooMany`."""
    if plan.version != seen_version:
        raise Stale
    by_id = {step.id: step for step in plan.steps}
    named = {row.id for row in rows}
    kept: list[tuple[int, PlanStep | Row]] = [(s.place, s) for s in plan.steps if s.id not in named]
    kept += [(row.place, row) for row in rows if not row.remove]
    if len(kept) > MOST_STEPS:
        raise TooMany
    for row in rows:
        if row.remove and row.id in by_id:
            db.session.delete(by_id[row.id])
    for place, (_wanted, what) in enumerate(sorted(kept, key=lambda pair: pair[0]), 1):
        step = what if isinstance(what, PlanStep) else by_id.get(what.id or 0)
        if step is None:
            step = PlanStep(plan_id=plan.id)
            db.session.add(step)
        step.place = place
        if isinstance(what, Row):
            step.text, step.owner, step.due_on = what.text, what.owner, what.due_on
    plan.goal = goal
    flag_modified(plan, "goal")  # a change of a step alone is a new version of the plan, too


def tick(step: PlanStep, by_id: int, done: bool) -> None:
    """Tick a step off, or on again; the first tick stands."""
    if done and step.done_at is None:
        step.done_at, step.done_by = clock.now(), by_id
    elif not done:
        step.done_at = step.done_by = None


def review(plan: Plan, student: Student, actor: Any, text: str) -> None:
    """Write down the monthly look; the same words by the same person on one day are one."""
    since = clock.start_of(clock.today())
    same = sa.select(PlanReview.id).where(
        PlanReview.plan_id == plan.id, PlanReview.by_id == actor.id, PlanReview.at >= since, PlanReview.text == text
    )
    if db.session.scalar(same.limit(1)) is not None:
        return
    db.session.add(PlanReview(plan_id=plan.id, by_id=actor.id, at=clock.now(), text=text))
    tell(student, "plan_reviewed", actor.name)


def close(plan: Plan, student: Student, actor: Any, outcome: str) -> None:
    """The plan is over: what became of it."""
    plan.closed_at, plan.outcome = clock.now(), outcome
    tell(student, "plan_closed", actor.name)


def reopen(plan: Plan) -> bool:
    """Take a closing back; False while another plan is open."""
    if queries.open_of(plan.student_id) is not None:
        return False
    plan.closed_at, plan.outcome = None, ""
    return True
