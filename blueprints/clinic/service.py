"""What happens in the clinic."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import sqlalchemy as sa

from ..accounts import queries as people
from ..accounts import service as accounts
from ..accounts.models import Grant, OrgUnit, Role, User
from ..core import clock
from ..core.db import db, locked, queue_at, rows_changed
from ..core.files import Received
from ..core.workflow import WrongState
from ..documents import queries as papers
from ..documents import service as documents
from ..documents.models import Document
from ..students.models import Student
from . import options, queries
from .models import OPEN, Call, Duty, Outcome, ReviewDraft, Round, State, Submission
from .workflow import SUBMISSION, last_urgent_day

COMPOSER = ("page", "line", "sel", "box", "kind", "body")
"""The keys of a draft that belong to the mark being written."""


class CannotSubmit(Exception):
    """The student has as many open submissions as allowed, or one for this target already."""

    def __init__(self, reason: str, existing: Submission | None = None) -> None:
        super().__init__(reason)
        self.reason, self.existing = reason, existing


def target_key(target: str) -> str:
    """Two spellings of one target are one target: case and blanks do not matter."""
    return "".join(target.casefold().split())[:80]


# -- The student ----------------------------------------------------------------------------------------


def submit(
    student: Student,
    received: Received,
    *,
    target: str,
    ask: str = "",
    focus: list[str] | None = None,
    interview_on: date | None = None,
) -> Submission:
    """Hand in a résumé for a target post. Sent twice, it is one submission and the same answer.

    Raises :class:`CannotSubmit` with ``one_open``, ``two_open`` or ``quota``.
    """
    locked(student)
    there, slot = room_for(student, target, received)
    if there is not None:
        return there
    submission = Submission(
        student_id=student.id,
        college_id=student.college_id,
        target=target,
        target_key=target_key(target),
        slot=slot,
        interview_on=interview_on,
        created_at=clock.now(),
    )
    db.session.add(submission)
    document = documents.take(received, student.user_id)
    db.session.flush()
    first = Round(
        submission_id=submission.id, no=1, document_id=document.id, ask=ask, focus=focus or [], created_at=clock.now()
    )
    db.session.add(first)
    return submission


def room_for(student: Student, target: str, received: Received | None = None) -> tuple[Submission | None, int]:
    """The free slot for this target; or, for the file of an open submission sent again, that submission.

    Without ``received`` it is asked before the file is stored. Raises :class:`CannotSubmit`.
    """
    open_ones = sa.select(Submission).where(Submission.student_id == student.id, Submission.status.in_(OPEN))
    open_now = db.session.scalars(open_ones.options(*queries.FULL)).all()
    for other in open_now:
        if other.target_key == target_key(target):
            unread = other.status is State.PREPARING
            if unread and (received is None or other.current.document.blob.sha256 == received.sha256):
                return other, other.slot
            raise CannotSubmit("one_open", other)
    if len(open_now) >= options.OPEN_LIMIT.value:
        raise CannotSubmit("two_open", open_now[0])
    if not documents.within_quota(student.user_id, received.size if received else 0):
        raise CannotSubmit("quota")
    return None, next(n for n in range(1, 10) if n not in {s.slot for s in open_now})


def next_version(
    submission: Submission, actor: Any, received: Received, *, ask: str = "", focus: list[str] | None = None
) -> None:
    """A new file: in place of the one not yet read, or as the next round when the last was returned."""
    locked(submission)
    if submission.status is State.PREPARING and submission.current.document.blob.sha256 == received.sha256:
        return
    if not documents.within_quota(actor.id, received.size):
        raise CannotSubmit("quota")
    if submission.status is State.RETURNED:
        document = documents.take(received, actor.id)
        SUBMISSION.fire("resubmit", submission, actor, document=document, ask=ask, focus=focus or [])
    else:
        SUBMISSION.fire("replace", submission, actor, document=_checked_take(submission, received, actor.id))
        if ask:
            submission.current.ask = ask


def _checked_take(submission: Submission, received: Received, owner_id: int) -> Document:
    if submission.status not in SUBMISSION.moves["replace"].sources:
        raise WrongState(str(SUBMISSION.moves["replace"].late))
    return documents.take(received, owner_id)


# -- The reviewer -----------------------------------------------------------------------------------------


def take_next(actor: Any) -> Submission | None:
    """Claim the next by the published order; None when nothing waits that this reviewer may take.

    Who has claimed one and not begun it gets that one again: a double click takes one, and nobody hoards.
    """
    lapse_leases()
    unbegun = sa.select(Submission).where(
        Submission.holder_id == actor.id, Submission.status == State.REVIEWING, Submission.begun_at.is_(None)
    )
    # The person's own row is the gate through which their simultaneous requests go one by one.
    db.session.execute(sa.select(User.id).where(User.id == actor.id).with_for_update(key_share=True))
    if (held := db.session.scalar(unbegun.order_by(Submission.claimed_at).limit(1))) is not None:
        return held
    submission = db.session.scalar(queries.takeable(actor).limit(1).with_for_update(skip_locked=True, of=Submission))
    if submission is None:
        return None
    SUBMISSION.fire("claim", submission, actor)
    return submission


def claim(submission: Submission, actor: Any) -> None:
    """Claim this one; what a lapsed lease still holds is given back first."""
    locked(submission)
    over = submission.lease_until is not None and submission.lease_until <= clock.now()
    if submission.status is State.REVIEWING and submission.holder_id != actor.id and over:
        SUBMISSION.fire("lapse", submission, None)
    if submission.status is State.REVIEWING and submission.holder_id == actor.id:
        renew(submission)
        return
    SUBMISSION.fire("claim", submission, actor)


def renew(submission: Submission) -> None:
    """Work keeps the claim alive."""
    submission.lease_until = clock.now() + timedelta(minutes=options.LEASE_MINUTES.value)


def worked(submission: Submission) -> None:
    """The holder has begun, and works."""
    if submission.status is State.REVIEWING:
        submission.begun_at = submission.begun_at or clock.now()
        renew(submission)


def lapse_leases() -> int:
    """Give back what was claimed and left; the drafts stay with their author."""
    over = sa.select(Submission).where(Submission.lease_until <= clock.now())
    count = 0
    for submission in db.session.scalars(over.with_for_update(skip_locked=True)).all():
        SUBMISSION.fire("lapse", submission, None)
        count += 1
    return count


def record_call(submission: Submission, round_: Round, actor: Any, outcome: Outcome, **facts: Any) -> Call:
    """Write down a call; the same one sent twice within a minute is one."""
    queue_at(submission)
    for call in db.session.scalars(sa.select(Call).where(Call.round_id == round_.id, Call.reviewer_id == actor.id)):
        same = call.outcome is outcome and all(getattr(call, k) == v for k, v in facts.items())
        if same and clock.now() - call.at < timedelta(minutes=1):
            return call
    call = Call(
        submission_id=submission.id, round_id=round_.id, reviewer_id=actor.id, at=clock.now(), outcome=outcome, **facts
    )
    db.session.add(call)
    round_.calls.append(call)
    worked(submission)
    return call


def save_draft(submission: Submission, round_: Round, author_id: int, typed: dict[str, Any]) -> ReviewDraft:
    """Keep what is typed and not published; keys that are not given keep their last value."""
    if typed.get("body") and papers.has_draft(round_.document_id, author_id, typed["body"]):
        typed = {**typed, **dict.fromkeys(COMPOSER, "")}  # an autosave that comes after the mark was saved
    row = queries.draft(round_.id, author_id)
    if row is None:
        row = ReviewDraft(round_id=round_.id, author_id=author_id, typed={}, saved_at=clock.now())
        db.session.add(row)
    row.typed = {**row.typed, **typed}
    row.saved_at = clock.now()
    worked(submission)
    return row


def drop_draft(round_: Round, author_id: int, *keys: str) -> None:
    """Forget these keys of the draft, or all of it."""
    row = queries.draft(round_.id, author_id)
    if row is None:
        return
    if keys:
        row.typed = {k: v for k, v in row.typed.items() if k not in keys}
    else:
        db.session.delete(row)


def publish(
    submission: Submission,
    round_: Round,
    actor: Any,
    *,
    decision: str,
    summary: str,
    due_on: date | None,
    call: tuple[Outcome, dict[str, Any]] | None = None,
) -> bool:
    """Marks, call, prescription and decision become readable at once; False when this very act was done before."""
    locked(submission)
    if call is not None and SUBMISSION.allows(decision, actor, submission):
        record_call(submission, round_, actor, call[0], **call[1])
    made = SUBMISSION.fire(decision, submission, actor, round_=round_, summary=summary, due_on=due_on)
    if made:
        drop_draft(round_, actor.id)
    return made


# -- The queue's order --------------------------------------------------------------------------------------


def rank_queue() -> int:
    """Bring the stored order up to date: interviews come near overnight, levels and settings change."""
    table, student = cast(sa.Table, Submission.__table__), cast(sa.Table, Student.__table__)
    level = sa.select(student.c.support_level).where(student.c.id == table.c.student_id).scalar_subquery()
    urgent = table.c.interview_on.between(clock.today(), last_urgent_day())
    whens: list[tuple[sa.ColumnElement[bool], int]] = [(urgent, 0)]
    whens += [(level == 1, 1)] if options.LEVEL_1_FIRST.value else []
    whens += [(level == 2, 2)] if options.LEVEL_2_FIRST.value else []
    rank: Any = sa.case(*whens, else_=9)  # type: ignore[arg-type]
    change = sa.update(table).where(
        table.c.status.in_([State.WAITING.value, State.REVIEWING.value]), table.c.queue_rank != rank
    )
    return rows_changed(change.values(queue_rank=rank))


# -- The office ----------------------------------------------------------------------------------------------


def appoint(
    user: User,
    *,
    begins_on: date,
    ends_on: date | None,
    colleges: list[OrgUnit],
    weekly_capacity: int,
    away_from: date | None = None,
    away_until: date | None = None,
) -> bool:
    """Make someone a reviewer from–to for these colleges (none: for all), or change the terms they serve on.

    True when anything about where and when they review has changed.
    """
    queue_at(user)
    user = people.user(user.id)
    wanted: set[int | None] = {c.id for c in colleges} or {None}
    held = {
        g.unit_id: g
        for g in user.grants
        if g.role is Role.REVIEWER and (g.ends_on is None or g.ends_on >= clock.today())
    }
    changed = False
    for unit_id, grant in held.items():
        if unit_id not in wanted:
            _end(grant)
            changed = True
        elif (grant.begins_on, grant.ends_on) != (begins_on, ends_on):
            grant.begins_on, grant.ends_on = begins_on, ends_on
            changed = True
    for unit_id in wanted - set(held):
        db.session.add(
            Grant(user_id=user.id, role=Role.REVIEWER, unit_id=unit_id, begins_on=begins_on, ends_on=ends_on)
        )
        changed = True
    if changed:
        accounts.sign_out_everywhere(user)
    duty = queries.duty_of(user.id)
    if duty is None:
        duty = Duty(user_id=user.id)
        db.session.add(duty)
    duty.weekly_capacity, duty.away_from, duty.away_until = weekly_capacity, away_from, away_until
    return changed


def _end(grant: Grant) -> None:
    yesterday = clock.today() - timedelta(days=1)
    if grant.begins_on > yesterday:
        db.session.delete(grant)
    else:
        grant.ends_on = yesterday


def dismiss(user: User) -> None:
    """End someone's service; what they hold goes back to the queue."""
    for grant in list(user.grants):
        if grant.role is Role.REVIEWER and grant.in_force(clock.today()):
            _end(grant)
    held = sa.select(Submission).where(Submission.holder_id == user.id, Submission.status == State.REVIEWING)
    for submission in db.session.scalars(held.with_for_update()).all():
        submission.lease_until = clock.now()
        db.session.flush()
        SUBMISSION.fire("lapse", submission, None)
    accounts.sign_out_everywhere(user)
