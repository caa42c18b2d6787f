"""What people are told of a call: sheets to write, the time of the pitch, the decision, the appeal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from ..accounts import queries as accounts
from ..accounts.models import Role, User
from ..accounts.service import notice_kind, tell
from ..core.i18n import day, when
from ..core.workflow import Machine, Move, moved
from .models import Answer, Application, Intake, Outcome
from .queries import intake as queries
from .workflow.intake import INTAKE

SHEETS = "/incubator/sheets"


def decision_path(application: Application) -> str:
    return f"/incubator/applications/{application.id}/decision"


def results_path(application: Application) -> str:
    return f"/incubator/calls/{application.intake_id}/results?at={application.id}"


@notice_kind("incubator.sheets_wait")
def _sheets_wait(facts: dict[str, Any]) -> str:
    return _("The call “%(call)s” is closed for applications. Your sheets can be written now.", **facts)


@notice_kind("incubator.pitch")
def _pitch(facts: dict[str, Any]) -> str:
    at = datetime.fromisoformat(facts["at"])
    return _("Your team %(team)s presents its project: %(when)s.", team=facts["team"], when=f"{day(at)} {_hour(at)}")


def _hour(at: datetime) -> str:
    return when(at).rpartition(" ")[2]


@notice_kind("incubator.approved")
def _approved(facts: dict[str, Any]) -> str:
    return _("%(team)s is approved for the incubator. Read the reason and your place on the waitlist.", **facts)


@notice_kind("incubator.rejected")
def _rejected(facts: dict[str, Any]) -> str:
    return _("%(team)s is not approved this time. The reason says what was missing, and you can appeal once.", **facts)


@notice_kind("incubator.appealed")
def _appealed(facts: dict[str, Any]) -> str:
    return _("%(team)s has appealed against the decision. Please answer.", **facts)


@notice_kind("incubator.appeal_answered")
def _appeal_answered(facts: dict[str, Any]) -> str:
    return _("Your appeal for %(team)s is answered.", **facts)


@notice_kind("incubator.extended")
def _extended(facts: dict[str, Any]) -> str:
    days = {name: day(date.fromisoformat(facts[name])) for name in ("first", "last")}
    return _(
        "“%(call)s”: the deadline is put off from %(first)s to %(last)s: %(why)s",
        call=facts["call"],
        why=facts["why"],
        **days,
    )


# -- Telling ------------------------------------------------------------------------------------------------


def team_of(application: Application) -> list[User]:
    """Who began the application, and the students who confirmed being on the team."""
    confirmed = [m.student.user for m in application.members if m.student and m.answer is Answer.CONFIRMED]
    return [application.lead.user, *confirmed]


def tell_extended(intake: Intake, was: date, actor: Any) -> None:
    """Each who writes on an application of this call, has handed one in or was asked about one hears it once."""
    facts = {"call": intake.name, "first": was.isoformat(), "last": intake.closes_on.isoformat()}
    told = {actor.id}
    for user, url in queries.concerned(intake.id):
        if user.id not in told:
            told.add(user.id)
            tell(user, "incubator.extended", url, why=intake.extended_why, **facts)


def tell_pitch(application: Application) -> None:
    if application.pitch_at is not None:
        for user in team_of(application):
            at = application.pitch_at.isoformat()
            tell(user, "incubator.pitch", decision_path(application), team=application.team, at=at)


def tell_decided(application: Application, outcome: Outcome) -> None:
    for user in team_of(application):
        tell(user, f"incubator.{outcome.value}", decision_path(application), team=application.team)


def tell_appealed(application: Application) -> None:
    for user in accounts.holders(Role.INCUBATOR_MANAGER):
        tell(user, "incubator.appealed", results_path(application), team=application.team)


def tell_answered(application: Application, outcome: Outcome) -> None:
    for user in team_of(application):
        tell(user, "incubator.appeal_answered", decision_path(application), team=application.team)


@moved.connect_via(INTAKE)
def _on_move(machine: Machine, move: Move, obj: Intake, actor: Any) -> None:
    """The referees hear when there is something to score. Needs ``referees`` with their users."""
    if move.name in ("close", "lapse"):
        for referee in obj.referees:
            tell(referee.user, "incubator.sheets_wait", SHEETS, call=obj.name)
