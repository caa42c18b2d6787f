"""What is told about applications: to a team, to those asked to be on it, to the teachers who help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from ..accounts import service
from ..accounts.models import User
from ..core.workflow import Machine, Move, moved
from ..documents.models import Annotation, AnswerKind
from .models import Application, Endorsement, EndorsementKind, Internship, Member, Paper, Tenancy
from .queries import application as queries
from .service import endorsement as endorsements
from .workflow.application import APPLICATION


@service.notice_kind("incubator.member_asked")
def _member_asked(facts: dict[str, Any]) -> str:
    return _("%(who)s asks you to be on the team “%(team)s”. Please say yes or no.", **facts)


@service.notice_kind("incubator.member_confirmed", by_mail=False)
def _member_confirmed(facts: dict[str, Any]) -> str:
    return _("%(who)s is on the team “%(team)s”.", **facts)


@service.notice_kind("incubator.member_declined")
def _member_declined(facts: dict[str, Any]) -> str:
    return _("%(who)s is not on the team “%(team)s”.", **facts)


@service.notice_kind("incubator.teacher_asked")
def _teacher_asked(facts: dict[str, Any]) -> str:
    return _("The team “%(team)s” asks you to read its business plan and to write an endorsement.", **facts)


@service.notice_kind("incubator.college_asked")
def _college_asked(facts: dict[str, Any]) -> str:
    return _("The team “%(team)s” of your college has applied for a room: please write the college's opinion.", **facts)


@service.notice_kind("incubator.endorsed")
def _endorsed(facts: dict[str, Any]) -> str:
    return _("%(who)s has written about the team “%(team)s”.", **facts)


@service.notice_kind("incubator.marks_sent")
def _marks_sent(facts: dict[str, Any]) -> str:
    return _("%(who)s has marked the business plan of “%(team)s”: see what to change.", **facts)


@service.notice_kind("incubator.mark_answered")
def _mark_answered(facts: dict[str, Any]) -> str:
    return _("%(who)s has answered a mark on the plan of “%(team)s”.", **facts)


@service.notice_kind("incubator.message", by_mail=False)
def _message(facts: dict[str, Any]) -> str:
    return _("%(who)s has written about “%(team)s”.", **facts)


@service.notice_kind("incubator.handed_in")
def _handed_in(facts: dict[str, Any]) -> str:
    return _("The application of “%(team)s” is handed in. You will hear when it is decided.", **facts)


@service.notice_kind("incubator.taken_back", by_mail=False)
def _taken_back(facts: dict[str, Any]) -> str:
    return _("%(who)s has taken the application of “%(team)s” back to change it.", **facts)


@service.notice_kind("incubator.withdrawn")
def _withdrawn(facts: dict[str, Any]) -> str:
    return _("%(who)s has withdrawn the application of “%(team)s”.", **facts)


@service.notice_kind("incubator.intern_asked")
def _intern_asked(facts: dict[str, Any]) -> str:
    return _("%(who)s would like to learn with “%(team)s”.", **facts)


@service.notice_kind("incubator.intern_accepted")
def _intern_accepted(facts: dict[str, Any]) -> str:
    return _("“%(team)s” says yes: you can learn with them, in %(room)s.", **facts)


@service.notice_kind("incubator.intern_declined")
def _intern_declined(facts: dict[str, Any]) -> str:
    return _("“%(team)s” has no place for you just now. Look at the other teams.", **facts)


def path(application_id: int) -> str:
    return f"/incubator/applications/{application_id}"


def _tell(users: Iterable[User], but: int | None, kind: str, url: str, **facts: Any) -> None:
    told = {but}
    for user in users:
        if user.id not in told:
            told.add(user.id)
            service.tell(user, f"incubator.{kind}", url, **facts)


def tell_asked(application: Application, member: Member, user: User, actor: Any) -> None:
    _tell([user], actor.id, "member_asked", path(application.id), who=actor.name, team=application.team)


def tell_answered(application: Application, yes: bool, actor: Any) -> None:
    kind = "member_confirmed" if yes else "member_declined"
    _tell([application.lead.user], actor.id, kind, path(application.id), who=actor.name, team=application.team)


def tell_teacher(application: Application, endorsement: Endorsement, teacher: User) -> None:
    _tell([teacher], None, "teacher_asked", f"/incubator/endorsements/{endorsement.id}", team=application.team)


def tell_endorsed(application: Application, actor: Any) -> None:
    team = queries.team_users(application)
    _tell(team, actor.id, "endorsed", f"{path(application.id)}#teachers", who=actor.name, team=application.team)


def tell_marks(paper: Paper, actor: Any) -> None:
    team = queries.team_users(paper.application)
    url = f"/incubator/papers/{paper.id}"
    _tell(team, actor.id, "marks_sent", url, who=actor.name, team=paper.application.team)


def tell_mark_answered(paper: Paper, mark: Annotation, kind: AnswerKind, author: User, actor: Any) -> None:
    """A question or a disagreement goes to who made the mark, a reply to the team; a "done" is seen on the page."""
    url, team = f"/incubator/papers/{paper.id}#card_{mark.id}", paper.application.team
    if kind is AnswerKind.REPLY:
        _tell(queries.team_users(paper.application), actor.id, "mark_answered", url, who=actor.name, team=team)
    elif kind in (AnswerKind.QUESTION, AnswerKind.DISAGREE):
        _tell([author], actor.id, "mark_answered", url, who=actor.name, team=team)


def tell_message(application: Application, actor: Any) -> None:
    """To the team at its page, to each teacher at theirs."""
    facts = {"who": actor.name, "team": application.team}
    _tell(queries.team_users(application), actor.id, "message", f"{path(application.id)}#thread", **facts)
    for asked in queries.endorsements(application.id):
        _tell([asked.user], actor.id, "message", f"/incubator/endorsements/{asked.id}#thread", **facts)


def tell_intern_asked(tenancy: Tenancy, actor: Any) -> None:
    team = queries.team_users(tenancy.application)
    _tell(team, actor.id, "intern_asked", "/incubator/learn#asked", who=actor.name, team=tenancy.application.team)


def tell_intern_answered(asked: Internship, tenancy: Tenancy, user: User) -> None:
    kind = "intern_accepted" if asked.accepted else "intern_declined"
    facts = {"team": tenancy.application.team, "room": tenancy.workspace.code}
    _tell([user], None, kind, "/incubator/learn", **facts)


@moved.connect_via(APPLICATION)
def after_move(machine: Machine, move: Move, obj: Application, actor: Any) -> None:
    """Handed in, the college is asked by itself; the others of the team hear what became of it."""
    if move.name == "submit":
        facts = {"team": obj.team}
        for leader in endorsements.ask_college(obj):
            asked = next(e for e in _written(obj) if e.user_id == leader.id and e.kind is EndorsementKind.COLLEGE)
            _tell([leader], None, "college_asked", f"/incubator/endorsements/{asked.id}", **facts)
        _tell(queries.team_users(obj), actor.id, "handed_in", path(obj.id), **facts)
    elif move.name in ("reopen", "withdraw"):
        kind = "taken_back" if move.name == "reopen" else "withdrawn"
        people = [*queries.team_users(obj), *(e.user for e in _written(obj))]
        _tell(people, actor.id, kind, path(obj.id), who=actor.name, team=obj.team)


def _written(application: Application) -> list[Endorsement]:
    return queries.endorsements(application.id)
