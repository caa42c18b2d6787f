"""Who sees what of the incubator, and who may do what.

The place is open to everyone who has signed in; names of teams are not. An application exists for its team, for the
teachers asked to help it, for its college, for the manager, and, without names, for the referees of its call.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..accounts.policy import role
from ..core.access import Rule, allow, sees
from ..students.models import Student
from .models import (
    Answer,
    Application,
    ApplicationState,
    Block,
    Endorsement,
    Intake,
    IntakeState,
    Member,
    Referee,
    Renewal,
    Tenancy,
    TenancyState,
    Workspace,
)

manager_door = role(Role.INCUBATOR_MANAGER)
student_door = role(Role.STUDENT)
staff_door = role(
    Role.INCUBATOR_MANAGER,
    Role.OFFICE,
    Role.SCHOOL_LEADER,
    Role.COLLEGE_LEADER,
    Role.MENTOR,
    Role.COUNSELOR,
    Role.REVIEWER,
)


def is_manager(actor: Any) -> bool:
    return bool(actor.has(Role.INCUBATOR_MANAGER))


def own_student(actor: Any) -> Any:
    return sa.select(Student.id).where(Student.user_id == actor.id)


def teams_of(actor: Any) -> sa.ColumnElement[bool]:
    """Applications of a team this person is on: the one who began it, and who has not declined to be on it."""
    mine = own_student(actor)
    on_it = sa.select(Member.application_id).where(Member.student_id.in_(mine), Member.answer != Answer.DECLINED)
    return sa.or_(Application.lead_id.in_(mine), Application.id.in_(on_it))


def helped_by(actor: Any) -> sa.ColumnElement[bool]:
    return Application.id.in_(sa.select(Endorsement.application_id).where(Endorsement.user_id == actor.id))


def _applications(actor: Any) -> sa.ColumnElement[bool]:
    """With names. A referee's sheet is another page, without them (:func:`refereed_by`)."""
    handed_in = Application.status != ApplicationState.DRAFT
    if is_manager(actor) or actor.has(Role.OFFICE, Role.SCHOOL_LEADER):
        return handed_in
    parts: list[sa.ColumnElement[bool]] = []
    if actor.has(Role.STUDENT):
        parts.append(teams_of(actor))
    if colleges := actor.units(Role.COLLEGE_LEADER):
        parts.append(sa.and_(handed_in, sa.true() if None in colleges else Application.college_id.in_(colleges)))
    parts.append(helped_by(actor))
    return sa.or_(*parts)


def refereed_by(actor: Any) -> sa.ColumnElement[bool]:
    """What this person scores: handed in to a call they referee, and not a team they help or of their own graduates."""
    calls = sa.select(Referee.intake_id).where(Referee.user_id == actor.id)
    own = sa.select(Student.id).where(Student.mentor_id == actor.id)
    theirs = sa.select(Member.application_id).where(Member.student_id.in_(own))
    return sa.and_(
        Application.intake_id.in_(calls),
        Application.status == ApplicationState.SUBMITTED,
        Application.lead_id.not_in(own),
        Application.id.not_in(theirs),
        ~helped_by(actor),
    )


def _tenancies(actor: Any) -> sa.ColumnElement[bool]:
    return Tenancy.application_id.in_(sa.select(Application.id).where(_applications(actor)))


def _calls(actor: Any) -> sa.ColumnElement[bool]:
    return sa.true() if is_manager(actor) else Intake.status != IntakeState.DRAFT


sees(Workspace, lambda actor: sa.true())
sees(Block, lambda actor: sa.true())
sees(Application, _applications)
sees(Tenancy, _tenancies)
sees(Intake, _calls)
sees(Renewal, lambda actor: Renewal.tenancy_id.in_(sa.select(Tenancy.id).where(_tenancies(actor))))


def _on_team(actor: Any, application: Application) -> bool:
    """Needs ``application.lead`` and ``application.members`` with their students."""
    if application.lead.user_id == actor.id:
        return True
    return any(
        m.student is not None and m.student.user_id == actor.id and m.answer is not Answer.DECLINED
        for m in application.members
    )


manages = Rule(lambda actor, row: is_manager(actor), _l("Only the incubator's manager can do this."))
on_team = Rule(_on_team, _l("Only the team can do this."))
leads = Rule(lambda actor, a: a.lead.user_id == actor.id, _l("Only who began the application can do this."))
is_draft = Rule(
    lambda actor, a: a.status is ApplicationState.DRAFT,
    _l("It is handed in, so it does not change any more. Withdraw it first, if the deadline has not passed."),
)
intake_is_open = Rule(lambda actor, a: a.intake.status is IntakeState.OPEN, _l("The deadline of this call has passed."))
is_offered = Rule(lambda actor, t: t.status is TenancyState.OFFERED, _l("This offer is no longer open."))
of_tenant = Rule(lambda actor, t: _on_team(actor, t.application), _l("Only the team can do this."))

allow(Workspace, change=manages, block=manages)
allow(Block, lift=manages)
allow(Intake, change=manages, referee=manages, decide=manages)
allow(
    Application,
    write=on_team & is_draft,
    invite=on_team & is_draft,
    submit=leads & is_draft & intake_is_open,
    withdraw=leads,
    talk=Rule(lambda actor, a: True, _l("Only the team and who helps it can write here.")),
    decide=manages,
    allot=manages,
    see_bar=manages,
    see_points=on_team | manages,
    appeal=on_team,
)
allow(
    Tenancy,
    answer=of_tenant & is_offered,
    manage=manages,
    ask_renewal=of_tenant,
    leave=of_tenant | manages,
)
allow(Renewal, decide=manages)
