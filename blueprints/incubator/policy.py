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
from ..core import clock
from ..core.access import Rule, allow, sees
from ..core.db import db
from ..students.models import Student
from .models import (
    Answer,
    Application,
    ApplicationState,
    Block,
    Building,
    Endorsement,
    Floor,
    Intake,
    IntakeState,
    Member,
    Paper,
    Referee,
    Renewal,
    Tenancy,
    TenancyState,
    Wish,
    Workspace,
)

manager_door = role(Role.INCUBATOR_MANAGER)
student_door = role(Role.STUDENT)
figures_door = role(Role.INCUBATOR_MANAGER, Role.OFFICE, Role.SCHOOL_LEADER, Role.COLLEGE_LEADER)
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
    """Of teams that ask this teacher for help."""
    asked = Endorsement.user_id == actor.id, Endorsement.taken_back_at.is_(None)
    return Application.id.in_(sa.select(Endorsement.application_id).where(*asked))


def ever_helped_by(actor: Any) -> sa.ColumnElement[bool]:
    """Also of teams that have taken the question back: the teacher has seen the names."""
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
    """What this person scores: handed in to a call they referee, and not a team they help or were asked to help, of
    their own graduates or of a college they lead."""
    calls = sa.select(Referee.intake_id).where(Referee.user_id == actor.id)
    own = sa.select(Student.id).where(Student.mentor_id == actor.id)
    theirs = sa.select(Member.application_id).where(Member.student_id.in_(own))
    led = actor.units(Role.COLLEGE_LEADER)
    return sa.and_(
        Application.intake_id.in_(calls),
        Application.status == ApplicationState.SUBMITTED,
        Application.lead_id.not_in(own),
        Application.id.not_in(theirs),
        ~ever_helped_by(actor),
        sa.false() if None in led else Application.college_id.not_in(led),
    )


def _tenancies(actor: Any) -> sa.ColumnElement[bool]:
    return Tenancy.application_id.in_(sa.select(Application.id).where(_applications(actor)))


def _calls(actor: Any) -> sa.ColumnElement[bool]:
    return sa.true() if is_manager(actor) else Intake.status != IntakeState.DRAFT


sees(Workspace, lambda actor: sa.true())
sees(Block, lambda actor: sa.true())
sees(Building, lambda actor: sa.true())
sees(Floor, lambda actor: sa.true())
sees(Application, _applications)
sees(Tenancy, _tenancies)
sees(Intake, _calls)
sees(Paper, lambda actor: Paper.application_id.in_(sa.select(Application.id).where(_applications(actor))))
sees(Endorsement, lambda actor: Endorsement.application_id.in_(sa.select(Application.id).where(_applications(actor))))
sees(Wish, lambda actor: Wish.tenancy_id.in_(sa.select(Tenancy.id).where(_tenancies(actor))))
sees(Renewal, lambda actor: Renewal.tenancy_id.in_(sa.select(Tenancy.id).where(_tenancies(actor))))


def _answer_of(actor: Any, application: Application) -> Answer | None:
    """Needs ``application.lead`` and ``application.members`` with their students."""
    if application.lead.user_id == actor.id:
        return Answer.CONFIRMED
    return next(
        (m.answer for m in application.members if m.student is not None and m.student.user_id == actor.id), None
    )


def _on_team(actor: Any, application: Application) -> bool:
    """Who has said yes to being on it. Who is only asked reads what they are to confirm, and no more."""
    return _answer_of(actor, application) is Answer.CONFIRMED


def _is_asked_to_join(actor: Any, application: Application) -> bool:
    return _answer_of(actor, application) in (Answer.ASKED, Answer.CONFIRMED)


manages = Rule(lambda actor, row: is_manager(actor), _l("Only the incubator's manager can do this."))
on_team = Rule(_on_team, _l("Only the team can do this; say first that you are on it."))
asked_to_join = Rule(_is_asked_to_join, _l("Nobody has asked you to be on this team."))
leads = Rule(lambda actor, a: a.lead.user_id == actor.id, _l("Only who began the application can do this."))
is_draft = Rule(
    lambda actor, a: a.status is ApplicationState.DRAFT,
    _l("It is handed in, so it does not change any more. Take it back first, if the deadline has not passed."),
)
intake_is_open = Rule(
    lambda actor, a: a.intake.status is IntakeState.OPEN and clock.today() <= a.intake.closes_on,
    _l("The deadline of this call has passed."),
) & Rule(
    lambda actor, a: a.intake.opens_on <= clock.today(),
    _l("This call takes applications from a later day; its rule is published already."),
)
is_prepared = Rule(
    lambda actor, intake: intake.status is IntakeState.DRAFT,
    _l("The call is published, so its rule does not change any more."),
)
takes_applications = Rule(
    lambda actor, intake: intake.status is IntakeState.OPEN,
    _l("Only the deadline of a call that is open can be put off; once the review has begun it stays."),
)
is_offered = Rule(lambda actor, t: t.status is TenancyState.OFFERED, _l("This offer is no longer open."))
of_tenant = Rule(lambda actor, t: _on_team(actor, t.application), _l("Only the team can do this."))
leads_tenant = Rule(
    lambda actor, t: t.application.lead.user_id == actor.id, _l("Only who began the application can do this.")
)


def is_asked(user_id: int, application_id: int) -> bool:
    """Whether this teacher was asked to help this team."""
    query = sa.select(Endorsement.id).where(
        Endorsement.application_id == application_id,
        Endorsement.user_id == user_id,
        Endorsement.taken_back_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None


helps = Rule(lambda actor, a: is_asked(actor.id, a.id), _l("Only a teacher whom the team has asked can do this."))
is_before_review = Rule(
    lambda actor, a: a.intake.status is IntakeState.OPEN,
    _l("The review has begun, so nobody new is asked."),
)
is_undecided = Rule(
    lambda actor, a: a.status in (ApplicationState.DRAFT, ApplicationState.SUBMITTED),
    _l("This application is decided, so nothing is added to it any more."),
)


def of_paper(rule: Rule) -> Rule:
    """A rule on an application, asked about one of its papers."""
    return Rule(lambda actor, paper: rule(actor, paper.application), rule.says)


is_newest = Rule(
    lambda actor, paper: paper.replaced_at is None, _l("The team has handed in a newer version. Mark that one.")
)
is_own_endorsement = Rule(lambda actor, e: e.user_id == actor.id, _l("Only the teacher who was asked can write this."))

allow(Workspace, change=manages, block=manages)
allow(Block, lift=manages)
allow(Building, change=manages)
allow(Floor, change=manages)
allow(Intake, change=manages & is_prepared, extend=manages & takes_applications, referee=manages, decide=manages)
allow(
    Application,
    write=on_team & is_draft,
    invite=on_team & is_draft,
    answer=asked_to_join & is_draft,
    ask_teacher=on_team & is_undecided & is_before_review,
    submit=leads & is_draft & intake_is_open,
    withdraw=leads,
    talk=Rule(
        lambda actor, a: on_team(actor, a) or helps(actor, a), _l("Only the team and who helps it can write here.")
    ),
    decide=manages,
    allot=manages,
    see_bar=manages,
    see_points=on_team | manages,
    appeal=on_team,
)
allow(
    Tenancy,
    answer=of_tenant & is_offered,
    host=of_tenant,
    manage=manages,
    ask_renewal=of_tenant,
    leave=leads_tenant | manages,
    see_money=of_tenant | manages,
)
allow(Renewal, decide=manages)
allow(Wish, decide=manages)
allow(
    Paper,
    annotate=of_paper(helps) & of_paper(is_undecided) & is_newest,
    close=of_paper(helps),
    answer=of_paper(on_team | helps),
)
allow(Endorsement, write=is_own_endorsement)
