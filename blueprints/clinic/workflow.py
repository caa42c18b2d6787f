"""The moves of a submission: the only place where its status changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..core import audit, clock
from ..core.access import Rule
from ..core.db import db
from ..core.workflow import Machine, Move, states
from ..documents import service as documents
from ..documents.models import Document
from . import options, policy
from .models import Decision, PrescriptionCounter, Round, State, Submission

SUBMISSION = Machine("submission", Submission, "status")


def rank(interview_on: Any, support_level: int) -> int:
    """Where in the order: 0 interview soon, then the support levels the office puts first, then 9."""
    if interview_on is not None and clock.today() <= interview_on <= last_urgent_day():
        return 0
    first = {1: options.LEVEL_1_FIRST.value, 2: options.LEVEL_2_FIRST.value}
    return support_level if first.get(support_level) else 9


def last_urgent_day() -> Any:
    return clock.local(clock.now() + timedelta(hours=options.URGENT_HOURS.value)).date()


def _confirm(submission: Submission, actor: Any) -> None:
    now = clock.now()
    submission.current.confirmed_at = now
    submission.first_queued_at = submission.first_queued_at or now
    submission.waiting_since = submission.waiting_since or now
    submission.queue_rank = rank(submission.interview_on, submission.student.support_level)
    if submission.reviewer_id is not None and submission.round_no > 1:
        last_day = clock.add_working_days(clock.today(), options.SAME_REVIEWER_DAYS.value)
        submission.reserved_until = clock.start_of(last_day + timedelta(days=1))


def _replace(submission: Submission, actor: Any, document: Document) -> None:
    """The place in the queue is kept; only the file changes."""
    submission.current.document_id, submission.current.document = document.id, document
    submission.current.confirmed_at = None


def _resubmit(submission: Submission, actor: Any, document: Document, ask: str, focus: list[str]) -> None:
    submission.round_no += 1
    submission.waiting_since = None
    made = Round(
        submission_id=submission.id,
        no=submission.round_no,
        document_id=document.id,
        ask=ask,
        focus=focus,
        created_at=clock.now(),
    )
    made.document, made.calls = document, []
    submission.rounds.append(made)


def _claim(submission: Submission, actor: Any) -> None:
    now = clock.now()
    submission.holder_id, submission.claimed_at, submission.begun_at = actor.id, now, None
    submission.lease_until = now + timedelta(minutes=options.LEASE_MINUTES.value)
    audit.seen(submission, "number.shown")


def _let_go(submission: Submission, actor: Any) -> None:
    submission.holder_id = submission.claimed_at = submission.lease_until = submission.begun_at = None


def _publish(decision: Decision) -> Any:
    def effect(submission: Submission, actor: Any, round_: Round, summary: str, due_on: Any) -> None:
        documents.publish(round_.document, actor.id)
        now = clock.now()
        year = clock.today().year
        round_.rx_year, round_.rx_number = year, _next_number(year)
        round_.reviewer_id, round_.decision, round_.published_at = actor.id, decision, now
        round_.summary, round_.due_on = summary, due_on
        submission.reviewer_id, submission.reserved_until = actor.id, None
        submission.waiting_since = None
        _let_go(submission, actor)

    return effect


def _next_number(year: int) -> int:
    query = sa.select(PrescriptionCounter).where(PrescriptionCounter.year == year).with_for_update()
    counter = db.session.scalar(query.execution_options(populate_existing=True))
    if counter is None:
        counter = PrescriptionCounter(year=year, last=0)
        db.session.add(counter)
    counter.last += 1
    return counter.last


lease_is_over = Rule(
    lambda actor, s: s.lease_until is not None and s.lease_until <= clock.now(), _l("the lease is over")
)

_TAKEN = _l("It is not waiting any more; someone else was quicker, or the student has taken it back.")
_MOVED_ON = _l("This submission has moved on. Reload the page to see how things stand.")

SUBMISSION.add(
    Move(
        "confirm",
        _l("Confirm and queue"),
        states(State.PREPARING),
        State.WAITING,
        policy.is_owner & policy.pages_ready,
        _confirm,
        _MOVED_ON,
    ),
    Move(
        "replace",
        _l("Replace the file"),
        states(State.PREPARING, State.WAITING),
        State.PREPARING,
        policy.is_owner,
        _replace,
        _l("A teacher is reading it already, so it cannot be replaced now."),
        repeatable=False,
    ),
    Move(
        "resubmit",
        _l("Upload the next version"),
        states(State.RETURNED),
        State.PREPARING,
        policy.is_owner,
        _resubmit,
        _MOVED_ON,
        repeatable=False,
    ),
    Move(
        "withdraw",
        _l("Withdraw"),
        states(State.PREPARING, State.WAITING, State.RETURNED),
        State.WITHDRAWN,
        policy.is_owner,
        None,
        _l("A teacher is reading it already, or it is closed; it cannot be withdrawn now."),
    ),
    Move(
        "claim",
        _l("Claim"),
        states(State.WAITING),
        State.REVIEWING,
        policy.is_reviewer & policy.free_for_me,
        _claim,
        _TAKEN,
    ),
    Move("release", _l("Give back"), states(State.REVIEWING), State.WAITING, policy.holder, _let_go, _MOVED_ON),
    Move("lapse", _l("Lease over"), states(State.REVIEWING), State.WAITING, lease_is_over, _let_go, _MOVED_ON),
    Move(
        "revise",
        _l("Return for revision"),
        states(State.REVIEWING),
        State.RETURNED,
        policy.holder,
        _publish(Decision.REVISE),
        _MOVED_ON,
    ),
    Move(
        "sign_off",
        _l("Sign off"),
        states(State.REVIEWING),
        State.SIGNED_OFF,
        policy.holder,
        _publish(Decision.SIGN_OFF),
        _MOVED_ON,
    ),
)
