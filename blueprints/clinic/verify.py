"""Invariants of the clinic for ``flask verify``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from ..core import clock
from ..core.audit import AuditEntry
from ..core.db import db
from ..core.verify import check
from .models import OPEN, Round, State, Submission
from .workflow import SUBMISSION


@check
def live_claims() -> Iterator[str]:
    """Nobody holds what is not being reviewed, and nothing is being reviewed without a holder and a lease."""
    wrong = sa.or_(
        sa.and_(
            Submission.status == State.REVIEWING,
            sa.or_(Submission.holder_id.is_(None), Submission.lease_until.is_(None)),
        ),
        sa.and_(Submission.status != State.REVIEWING, Submission.holder_id.is_not(None)),
    )
    for id in db.session.scalars(sa.select(Submission.id).where(wrong)):
        yield f"clinic: submission {id} has a claim that does not fit its state"
    much = clock.now() + timedelta(hours=5)
    for id in db.session.scalars(sa.select(Submission.id).where(Submission.lease_until > much)):
        yield f"clinic: submission {id} is claimed for longer than any lease"


@check
def rounds_fit() -> Iterator[str]:
    """Every submission has the rounds it counts, and only the newest may be unpublished."""
    counted = (
        sa.select(Round.submission_id, sa.func.count().label("n"), sa.func.max(Round.no).label("top"))
        .group_by(Round.submission_id)
        .subquery()
    )
    query = sa.select(Submission.id).outerjoin(counted, counted.c.submission_id == Submission.id)
    wrong = sa.or_(counted.c.n.is_(None), counted.c.n != Submission.round_no, counted.c.top != Submission.round_no)
    for id in db.session.scalars(query.where(wrong)):
        yield f"clinic: submission {id} does not have the rounds it counts"
    early = sa.select(Round.id).join(Submission).where(Round.no < Submission.round_no, Round.published_at.is_(None))
    for id in db.session.scalars(early):
        yield f"clinic: round {id} was passed over without a review"


@check
def open_places() -> Iterator[str]:
    many = (
        sa.select(Submission.student_id)
        .where(Submission.status.in_(OPEN))
        .group_by(Submission.student_id, Submission.slot)
    )
    for id in db.session.scalars(many.having(sa.func.count() > 1)):
        yield f"clinic: student {id} has two open submissions in one place"


@check
def legal_histories() -> Iterator[str]:
    """Every recorded change of status is a move of the machine, from the state it was in."""
    legal = {(s.value, m.target.value) for m in SUBMISSION.moves.values() for s in m.sources}
    rows = db.session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.changes)
        .where(AuditEntry.subject_type == "submission", AuditEntry.changes.like('%"status"%'))
        .order_by(AuditEntry.id)
        .execution_options(yield_per=1000)
    )
    for subject, changes in rows:
        old, new = json.loads(changes)["status"]
        if old is not None and (old, new) not in legal:
            yield f"clinic: submission {subject} went from {old} to {new}, which no move does"
