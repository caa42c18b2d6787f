"""The queue as data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import aliased

from ..accounts.listings import by_college
from ..accounts.models import OrgUnit, User
from ..core import clock
from ..core.listing import Column, Filter, Listing, Tab
from ..core.text import like
from ..students.models import Student
from . import queries
from .lines import look
from .models import State, Submission
from .service import target_key

Holder = aliased(User, name="holder")
Reviewer = aliased(User, name="reviewer")


def _source() -> Any:
    return (
        sa.select(
            Submission.id,
            Submission.target,
            Submission.status,
            Submission.round_no,
            Submission.queue_rank,
            Submission.waiting_since,
            Submission.interview_on,
            Submission.holder_id,
            Submission.claimed_at,
            Submission.reviewer_id,
            Submission.reserved_until,
            Submission.last_moved_at,
            User.name,
            User.number,
            OrgUnit.name.label("college"),
            Holder.name.label("holder"),
            Reviewer.name.label("reviewer"),
        )
        .select_from(Submission)
        .join(Student, Student.id == Submission.student_id)
        .join(User, User.id == Student.user_id)
        .join(OrgUnit, OrgUnit.id == Submission.college_id)
        .outerjoin(Holder, Holder.id == Submission.holder_id)
        .outerjoin(Reviewer, Reviewer.id == Submission.reviewer_id)
    )


def _waits_over(days: str) -> sa.ColumnElement[bool] | None:
    return Submission.waiting_since < clock.now() - timedelta(days=int(days)) if days in WAITS else None


def _in_state(value: str) -> sa.ColumnElement[bool] | None:
    return Submission.status == State(value) if value in [s.value for s in State] else None


def _search(words: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        User.search_key.like(like(words), escape="\\"),
        Submission.target_key.like(like(target_key(words)), escape="\\"),
    )


def _overdue(actor: Any) -> sa.ColumnElement[bool]:
    return sa.and_(queries.IN_QUEUE, Submission.waiting_since < queries.overdue_before())


def _always(condition: sa.ColumnElement[bool]) -> Callable[[Any], sa.ColumnElement[bool]]:
    return lambda actor: condition


def _states() -> list[tuple[str, Any]]:
    return [(s.value, s.label) for s in (State.WAITING, State.REVIEWING, State.RETURNED, State.SIGNED_OFF)]


def _waits() -> list[tuple[str, str]]:
    return [(d, ngettext("over %(num)d day", "over %(num)d days", int(d))) for d in WAITS]


def _mine(actor: Any) -> sa.ColumnElement[bool]:
    return sa.or_(
        Submission.holder_id == actor.id,
        sa.and_(Submission.reviewer_id == actor.id, Submission.status.in_((State.WAITING, State.RETURNED))),
    )


WAITS = ("1", "3", "7")
"""Days after which one may ask what has waited longer."""

BY_RULE = (Submission.queue_rank, Submission.waiting_since)

QUEUE = Listing(
    name="clinic.queue",
    model=Submission,
    source=_source,
    columns=(
        Column("student", _l("Student"), lambda r: r.name, (User.sort_key,)),
        Column("number", _l("Number"), lambda r: r.number),
        Column("target", _l("Target post"), lambda r: r.target, (Submission.target_key,)),
        Column("college", _l("College"), lambda r: r.college, (OrgUnit.code,)),
        Column("round", _l("Round"), lambda r: r.round_no, (Submission.round_no,)),
        Column("reason", _l("Why here"), lambda r: look().reason(r)[0], BY_RULE),
        Column("waited", _l("Has waited"), lambda r: look().waited(r), (Submission.waiting_since,)),
        Column("who", _l("Who has it"), lambda r: r.holder or r.reviewer, ()),
        Column("state", _l("State"), lambda r: str(r.status.label), ()),
    ),
    tabs=(
        Tab("waiting", _l("Waiting"), _always(queries.IN_QUEUE), BY_RULE),
        Tab("mine", _l("Mine"), _mine, (Submission.last_moved_at.desc(),)),
        Tab("overdue", _l("Overdue"), _overdue, (Submission.waiting_since,), "bad"),
        Tab("returned", _l("With the student"), _always(queries.RETURNED), (Submission.last_moved_at,)),
        Tab("done", _l("Signed off"), _always(queries.SIGNED_OFF), (Submission.last_moved_at.desc(),)),
    ),
    filters=(
        by_college(Submission.college_id),
        Filter("state", _l("State"), _states, _in_state),
        Filter("waited", _l("Has waited"), _waits, _waits_over),
    ),
    search=_search,
    facts=queries.overdue_before,
)
