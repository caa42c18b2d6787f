"""Who may see a submission, and who may do what to it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..core import clock
from ..core.access import Rule, allow, rule, sees
from ..students.models import Student
from .models import State, Submission


def visible_to(actor: Any) -> sa.ColumnElement[bool]:
    """One's own; for staff what has once been queued, within the colleges or classes of their role.

    An administrator runs the system and reads nothing here; so does whoever has no part in the clinic.
    """
    parts: list[sa.ColumnElement[bool]] = []
    if actor.has(Role.STUDENT):
        parts.append(Submission.student_id.in_(sa.select(Student.id).where(Student.user_id == actor.id)))
    queued = Submission.first_queued_at.is_not(None)
    if actor.has(Role.OFFICE):
        return sa.or_(queued, *parts) if parts else queued
    colleges = actor.units(Role.REVIEWER) | actor.units(Role.COLLEGE_LEADER)
    if None in colleges:
        return sa.or_(queued, *parts) if parts else queued
    if colleges:
        parts.append(queued & Submission.college_id.in_(colleges))
    if classes := actor.units(Role.COUNSELOR):
        parts.append(queued & Submission.student_id.in_(sa.select(Student.id).where(Student.class_id.in_(classes))))
    return sa.or_(*parts) if parts else sa.false()


def _reviews(actor: Any, submission: Submission) -> bool:
    units = actor.units(Role.REVIEWER)
    return None in units or submission.college_id in units


is_owner = Rule(lambda actor, s: s.student.user_id == actor.id, _l("Only the student can do this."))
is_reviewer = Rule(_reviews, _l("Only a clinic reviewer of this college can do this."))
holds_it = Rule(
    lambda actor, s: s.holder_id == actor.id, _l("Only the reviewer who has claimed it can do this. Claim it first.")
)
being_reviewed = Rule(
    lambda actor, s: s.status is State.REVIEWING,
    _l("This round is not being reviewed now, so nothing can be written to it."),
)
has_result = Rule(lambda actor, s: any(r.published_at for r in s.rounds), _l("There is no published review yet."))
not_withdrawn = Rule(
    lambda actor, s: s.status is not State.WITHDRAWN, _l("It is withdrawn, so nothing is written to it any more.")
)
reviewed_it = Rule(
    lambda actor, s: s.reviewer_id == actor.id or any(r.reviewer_id == actor.id for r in s.rounds),
    _l("Only a reviewer of this submission can do this."),
)


@rule(_l("Another reviewer has it for two working days, because the last round was theirs."))
def free_for_me(actor: Any, submission: Submission) -> bool:
    reserved = submission.reserved_until is not None and submission.reserved_until > clock.now()
    return not reserved or submission.reviewer_id == actor.id


@rule(_l("The pages are not ready yet, or this file cannot be shown. Wait a moment or upload another one."))
def pages_ready(actor: Any, submission: Submission) -> bool:
    document = submission.current.document
    return document.is_ready and document.problem is None


holder = is_reviewer & being_reviewed & holds_it

sees(Submission, visible_to)
allow(
    Submission,
    annotate=holder,
    work=holder,
    call=holder,
    see_number=holder,
    answer=has_result & not_withdrawn & (is_owner | reviewed_it),
    close=is_reviewer & (holds_it | reviewed_it),
    replace=is_owner,
    resubmit=is_owner,
    withdraw=is_owner,
    confirm=is_owner,
    see_level=is_reviewer & holds_it,
)
