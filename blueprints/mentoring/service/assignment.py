"""A college's assignment: proposed, adjusted by hand, told; and what is agreed with each teacher."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from ...accounts.models import Cohort, OrgUnit, User
from ...core import audit
from ...core.db import db, locked, queue_at
from ...core.ids import new_id
from ...core.workflow import WrongState
from ...students.models import Student
from .. import notices_assignment as notices
from .. import solver
from ..models import Pairing, Proposal, ProposalState, Reason, Terms
from ..queries import assignment as queries
from ..workflow.proposal import PROPOSAL

TOLD_AT_ONCE = 200


class DraftThere(Exception):
    """Someone has made a proposal for this college already, and it is open."""

    def __init__(self, draft: Proposal) -> None:
        super().__init__(draft.id)
        self.draft = draft


@dataclass(frozen=True)
class Worked:
    """A proposal as it was worked out, before it is stored: pairs, who answers now, and how long it took."""

    pairs: list[solver.Pair]
    before: dict[int, int | None]
    took_ms: int


def work_out(college_id: int, cohort: Cohort, keeps_present: bool) -> Worked:
    """Ask the solver; reads only, so that nobody waits for it to write."""
    begun = time.perf_counter()
    graduates = queries.graduates(college_id, cohort.id)
    teachers = [m.as_teacher() for m in queries.mentors(college_id, cohort.id)]
    pairs = solver.solve(graduates, teachers, keeps_present=keeps_present)
    return Worked(pairs, {g.id: g.present for g in graduates}, round((time.perf_counter() - begun) * 1000))


def propose(
    college: OrgUnit,
    cohort: Cohort,
    actor: User,
    worked: Worked,
    *,
    keeps_present: bool,
    replaces: int | None = None,
) -> Proposal:
    """Store a draft. Colleagues of one college come one by one; raises :class:`DraftThere` for whoever is second.

    ``replaces`` is the open draft this one takes the place of; any other that is open stands in the way.
    """
    queue_at(college)
    there = queries.drafts([college.id]).get(college.id)
    if there is not None and there.id == replaces:
        PROPOSAL.fire("drop", there, actor)
    elif there is not None:
        raise DraftThere(there)
    audit.because("proposal.propose", f"{len(worked.pairs)} graduates")
    made = Proposal(
        college_id=college.id,
        cohort_id=cohort.id,
        made_by=actor.id,
        keeps_present=keeps_present,
        took_ms=worked.took_ms,
    )
    db.session.add(made)
    db.session.flush()
    found = [
        {
            "id": new_id(),
            "proposal_id": made.id,
            "student_id": pair.graduate,
            "before_id": worked.before[pair.graduate],
            "mentor_id": pair.teacher,
            "reason": pair.reason,
        }
        for pair in worked.pairs
    ]
    if found:
        db.session.execute(sa.insert(Pairing), found)
    return made


class Adjusted(Exception):
    """Someone has adjusted the same pair meanwhile."""


def adjust(proposal: Proposal, pairing: Pairing, mentor_id: int | None, was: int | None) -> None:
    """Choose another teacher for one graduate of a draft, or nobody for now."""
    if proposal.status is not ProposalState.DRAFT:
        raise WrongState(str(PROPOSAL.moves["confirm"].late))
    if pairing.student.mentor_fixed:
        raise WrongState(_("This pair is fixed. Release it first if someone else shall answer for the graduate."))
    if pairing.mentor_id != was:
        raise Adjusted
    if pairing.mentor_id == mentor_id:
        return
    pairing.mentor_id = mentor_id
    back = mentor_id is not None and mentor_id == pairing.before_id
    pairing.reason = Reason.PRESENT if back else Reason.BY_HAND


def fix(student: Student, fixed: bool) -> None:
    """A fixed pair is kept by every proposal until it is released."""
    locked(student)
    student.mentor_fixed = fixed and student.mentor_id is not None


def set_terms(user_id: int, capacity: int | None, note: str) -> None:
    """How many graduates this teacher can answer for; None: as many as the setting says."""
    there = queries.terms(user_id)
    if capacity is None:
        if there is not None:
            db.session.delete(there)
    elif there is None:
        db.session.add(Terms(user_id=user_id, capacity=capacity, note=note))
    else:
        there.capacity, there.note = capacity, note


# -- Telling -----------------------------------------------------------------------------------------------


def tell_part(proposal_id: int, after: int) -> int:
    """Tell the mentors (at first) and the next students; returns the last pairing told, 0 when all are."""
    if after == 0:
        _tell_mentors(queries.changes(proposal_id))
    part = queries.changes(proposal_id, after, TOLD_AT_ONCE)
    students = queries.student_users(student for _pairing, student, _before, _mentor in part)
    names = {id: user.name for id, user in queries.users(_ids(part)).items()}
    for _pairing, student_id, before, mentor in part:
        notices.tell_student(students[student_id], names.get(mentor or 0, ""), names.get(before or 0, ""))
    return part[-1][0] if len(part) == TOLD_AT_ONCE else 0


def _tell_mentors(changes: list[Any]) -> None:
    gained = Counter(mentor for _pairing, _student, _before, mentor in changes if mentor)
    lost = Counter(before for _pairing, _student, before, _mentor in changes if before)
    for id, user in sorted(queries.users({*gained, *lost}).items()):
        notices.tell_mentor(user, gained[id], lost[id])


def _ids(changes: Iterable[Any]) -> set[int]:
    return {id for _pairing, _student, *both in changes for id in both if id}
