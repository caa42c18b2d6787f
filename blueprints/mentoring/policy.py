"""Who sees what of mentoring, and who may do what. Everything about a graduate goes through the register's rules."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..accounts.policy import role
from ..core import clock
from ..core.access import Rule, allow, sees, visible
from ..students.models import Absence, Student
from ..students.policy import HELPERS, helps
from .models import (
    Consent,
    Contact,
    DiaryLine,
    Handover,
    HandoverItem,
    HandoverState,
    HelpRequest,
    Level,
    Pairing,
    Plan,
    Proposal,
)
from .options import CORRECT_HOURS

STAFF = (*HELPERS, Role.SCHOOL_LEADER)

staff_door = role(*STAFF)
helper_door = role(*HELPERS)
assigner_door = role(Role.COUNSELOR, Role.COLLEGE_LEADER, Role.OFFICE)
student_door = role(Role.STUDENT)


def level_of(actor: Any, student: Student, deputises: bool = False) -> Level:
    """For which level of the chain this person acts; ``deputises``: they stand in for the mentor today."""
    if actor.has(Role.MENTOR) and (student.mentor_id == actor.id or deputises):
        return Level.MENTOR
    if student.class_id in actor.units(Role.COUNSELOR):
        return Level.COUNSELOR
    leads = actor.units(Role.COLLEGE_LEADER)
    return Level.COLLEGE if None in leads or student.college_id in leads else Level.SCHOOL


# -- What exists for whom ----------------------------------------------------------------------------------


def students_of(actor: Any) -> sa.Select[Any]:
    """Ids of the graduates this person sees."""
    return sa.select(Student.id).where(visible(Student, actor))


def _about_my_students(model: Any) -> Any:
    """Rows about graduates one helps; the graduates themselves see their own on pages made for them."""

    def expression(actor: Any) -> sa.ColumnElement[bool]:
        return model.student_id.in_(students_of(actor)) if actor.has(*STAFF) else sa.false()

    return expression


def assigned_by(actor: Any, college_id: Any) -> sa.ColumnElement[bool]:
    """Whether this person makes the assignment of the college in this column: its leader or counselor, the office."""
    if actor.has(Role.OFFICE) or None in actor.units(Role.COLLEGE_LEADER):
        return sa.true()
    parts: list[sa.ColumnElement[bool]] = []
    if colleges := actor.units(Role.COLLEGE_LEADER):
        parts.append(college_id.in_(colleges))
    if classes := actor.units(Role.COUNSELOR):
        parts.append(college_id.in_(sa.select(Student.college_id).where(Student.class_id.in_(classes))))
    return sa.or_(*parts) if parts else sa.false()


def _proposals(actor: Any) -> sa.ColumnElement[bool]:
    return assigned_by(actor, Proposal.college_id)


def _pairings(actor: Any) -> sa.ColumnElement[bool]:
    return Pairing.proposal_id.in_(sa.select(Proposal.id).where(_proposals(actor)))


def over(actor: Any) -> sa.ColumnElement[bool]:
    """The graduates this person answers for above their mentors: of their classes, their college, or all."""
    colleges = actor.units(Role.COLLEGE_LEADER)
    if actor.has(Role.OFFICE) or None in colleges:
        return sa.true()
    parts: list[sa.ColumnElement[bool]] = []
    if colleges:
        parts.append(Student.college_id.in_(colleges))
    if classes := actor.units(Role.COUNSELOR):
        parts.append(Student.class_id.in_(classes))
    return sa.or_(*parts) if parts else sa.false()


def _handovers(actor: Any) -> sa.ColumnElement[bool]:
    """One's own on either side; who answers for a graduate in it; for the receiver once it is offered."""
    if actor.has(Role.OFFICE):
        return sa.true()
    if not actor.has(*HELPERS):
        return sa.false()
    parts: list[sa.ColumnElement[bool]] = [
        sa.and_(Handover.to_id == actor.id, Handover.status != HandoverState.PREPARING),
        sa.and_(Handover.from_id == actor.id, Handover.status != HandoverState.SIGNED),
    ]
    if actor.has(Role.COUNSELOR, Role.COLLEGE_LEADER):
        inside = sa.select(HandoverItem.handover_id).where(HandoverItem.student_id.in_(students_of(actor)))
        parts.append(Handover.id.in_(inside))
    return sa.or_(*parts)


def _items(actor: Any) -> sa.ColumnElement[bool]:
    """Where the student is asked for consent; everyone else sees the parts of a hand-over through it."""
    own = sa.select(Student.id).where(Student.user_id == actor.id)
    return sa.and_(HandoverItem.student_id.in_(own), HandoverItem.consent != Consent.NONE)


def _absences(actor: Any) -> sa.ColumnElement[bool]:
    """One's own on either side, and those of the mentors one stands over."""
    mentors = sa.select(Student.mentor_id).where(Student.mentor_id.is_not(None), over(actor))
    mine = sa.or_(Absence.user_id == actor.id, Absence.deputy_id == actor.id)
    return sa.or_(mine, Absence.user_id.in_(mentors)) if actor.has(*HELPERS) else sa.false()


def _plans(actor: Any) -> sa.ColumnElement[bool]:
    return Plan.student_id.in_(students_of(actor))


sees(Contact, _about_my_students(Contact))
sees(HelpRequest, _about_my_students(HelpRequest))
sees(Plan, _plans)
sees(Proposal, _proposals)
sees(Pairing, _pairings)
sees(Handover, _handovers)
sees(HandoverItem, _items)
sees(Absence, _absences)
sees(DiaryLine, lambda actor: DiaryLine.user_id == actor.id)

# -- Rules ---------------------------------------------------------------------------------------------------

wrote_it = Rule(lambda actor, contact: contact.author_id == actor.id, _l("Only who wrote an entry can correct it."))
is_fresh = Rule(
    lambda actor, contact: (clock.now() - contact.written_at).total_seconds() < CORRECT_HOURS.value * 3600,
    _l("An entry can be corrected for a day; after that, write a new one that puts it right."),
)
keeps_it = Rule(
    lambda actor, contact: contact.keeper_id == actor.id,
    _l("A private note opens only for the teacher who keeps it."),
)
assigns = Rule(
    lambda actor, proposal: actor.has(Role.OFFICE, Role.COLLEGE_LEADER, Role.COUNSELOR),
    _l("Only the college and the employment office assign mentors."),
)
assigns_for = Rule(
    lambda actor, student: (
        actor.has(Role.OFFICE)
        or bool({None, student.college_id} & actor.units(Role.COLLEGE_LEADER))
        or student.class_id in actor.units(Role.COUNSELOR)
    ),
    _l("Only the counselor, the college or the employment office says who answers for a graduate."),
)
receives = Rule(lambda actor, handover: handover.to_id == actor.id, _l("Only the receiver signs or declines."))
prepares = Rule(
    lambda actor, handover: (
        actor.id in (handover.made_by, handover.from_id)
        or actor.has(Role.OFFICE)
        or (actor.has(Role.COUNSELOR, Role.COLLEGE_LEADER) and handover.to_id != actor.id)
    ),
    _l("Only who made the hand-over, the mentor who gives, or who stands above them prepares it."),
)
is_mentor = Rule(
    lambda actor, handover: actor.has(Role.MENTOR),
    _l("Only a mentor takes graduates over; the employment office gives that role."),
)
ends_absence = Rule(
    lambda actor, absence: absence.user_id == actor.id or actor.has(Role.COUNSELOR, Role.COLLEGE_LEADER, Role.OFFICE),
    _l("Only who is away, or who stands above them, ends an absence."),
)
asked_it = Rule(lambda actor, request: request.asked_by == actor.id, _l("Only who asked can take it back."))


def _answers(actor: Any, request: HelpRequest) -> bool:
    """Acting for the level asked, or for one above it."""
    order = list(Level)
    own = {
        Level.COUNSELOR: request.student.class_id in actor.units(Role.COUNSELOR),
        Level.COLLEGE: bool({None, request.student.college_id} & actor.units(Role.COLLEGE_LEADER)),
        Level.SCHOOL: actor.has(Role.OFFICE, Role.SCHOOL_LEADER),
    }
    reached = [level for level, yes in own.items() if yes]
    return any(order.index(level) >= order.index(request.to_level) for level in reached)


answers = Rule(_answers, _l("Only the level that was asked, or one above, answers."))

allow(Contact, correct=wrote_it & is_fresh, read_private=keeps_it)
allow(Proposal, adjust=assigns, confirm=assigns, drop=assigns)
allow(Student, assign=assigns_for)
allow(Handover, prepare=prepares, offer=prepares, cancel=prepares, sign=receives & is_mentor, decline=receives)
allow(Absence, end=ends_absence)
allow(HelpRequest, answer=answers, take_back=asked_it)
allow(Plan, edit=Rule(lambda actor, plan: helps(actor, plan.student), helps.says))
