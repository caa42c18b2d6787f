"""What people are told of questions up the chain. Who no longer sees the graduate is told nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from ..accounts import queries as accounts
from ..accounts.models import User
from ..accounts.service import notice_kind, tell
from .models import HelpRequest
from .queries import chain
from .queries import help_request as queries


def path(request: HelpRequest) -> str:
    return f"/mentoring/help/{request.id}"


@notice_kind("mentoring.help_asked")
def _asked(facts: dict[str, Any]) -> str:
    return _("%(who)s asks for your help with %(student)s.", **facts)


@notice_kind("mentoring.help_answered")
def _answered(facts: dict[str, Any]) -> str:
    return _("%(who)s has answered your question about %(student)s.", **facts)


@notice_kind("mentoring.help_passed_on")
def _passed_on(facts: dict[str, Any]) -> str:
    return _("%(who)s has passed your question about %(student)s further up. The answer will come to you.", **facts)


@notice_kind("mentoring.help_taken_back", by_mail=False)
def _taken_back(facts: dict[str, Any]) -> str:
    return _("%(who)s has taken back the question about %(student)s.", **facts)


def tell_asked(request: HelpRequest, actor: User, people: Iterable[User]) -> None:
    for user in people:
        if user.id != actor.id:
            tell(user, "mentoring.help_asked", path(request), who=actor.name, student=request.student.user.name)


def tell_answered(request: HelpRequest, actor: User, kind: str = "mentoring.help_answered") -> None:
    """To all who wait for it; where one of them lost sight of the graduate, to who acts for that level now."""
    told = {actor.id}
    for asker_id, level in queries.askers(request):
        asker = accounts.user(asker_id)
        sees = queries.sees_student(asker, request.student_id)
        for user in [asker] if sees else chain.people_at(level, request.student):
            if user.id not in told:
                told.add(user.id)
                tell(user, kind, path(request), who=actor.name, student=request.student.user.name)


def tell_taken_back(request: HelpRequest, actor: User) -> None:
    for user in chain.people_at(request.to_level, request.student):
        if user.id != actor.id:
            tell(user, "mentoring.help_taken_back", path(request), who=actor.name, student=request.student.user.name)
