"""What the clinic tells people, on the site and by mail."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from ..accounts import queries as accounts
from ..accounts import service
from ..core.workflow import Machine, Move, moved
from ..documents.models import Annotation, AnswerKind
from .models import Submission
from .workflow import SUBMISSION


@service.notice_kind("clinic.returned")
def _returned(facts: dict[str, Any]) -> str:
    return _("%(who)s has reviewed your résumé for %(target)s: see what to change.", **facts)


@service.notice_kind("clinic.signed_off")
def _signed_off(facts: dict[str, Any]) -> str:
    return _("%(who)s has signed off your résumé for %(target)s: it is ready to send.", **facts)


@service.notice_kind("clinic.new_version")
def _new_version(facts: dict[str, Any]) -> str:
    return _("%(who)s has handed in version %(round)s for %(target)s.", **facts)


@service.notice_kind("clinic.asked")
def _asked(facts: dict[str, Any]) -> str:
    return _("%(who)s asks about a mark on the résumé for %(target)s.", **facts)


@service.notice_kind("clinic.replied")
def _replied(facts: dict[str, Any]) -> str:
    return _("%(who)s has replied to you about the résumé for %(target)s.", **facts)


@service.notice_kind("clinic.appointed")
def _appointed(facts: dict[str, Any]) -> str:
    return _("You are a clinic reviewer from %(begins)s on.", **facts)


def path(submission: Submission) -> str:
    return f"/clinic/{submission.id}"


@moved.connect_via(SUBMISSION)
def tell_of_move(machine: Machine, move: Move, obj: Submission, actor: Any) -> None:
    """A published review to the student; a new version to the reviewer of the last one."""
    if move.name in ("revise", "sign_off"):
        student = accounts.user(obj.student.user_id)
        kind = "clinic.returned" if move.name == "revise" else "clinic.signed_off"
        service.tell(student, kind, path(obj), who=actor.name, target=obj.target)
    elif move.name == "confirm" and obj.round_no > 1 and obj.reviewer_id is not None:
        reviewer = accounts.user(obj.reviewer_id)
        service.tell(reviewer, "clinic.new_version", path(obj), who=actor.name, round=obj.round_no, target=obj.target)


def tell_of_answer(submission: Submission, mark: Annotation, kind: AnswerKind, actor: Any) -> None:
    """A question or a disagreement goes to the reviewer, a reply to the student."""
    if kind in (AnswerKind.QUESTION, AnswerKind.DISAGREE):
        service.tell(
            accounts.user(mark.author_id), "clinic.asked", path(submission), who=actor.name, target=submission.target
        )
    elif kind is AnswerKind.REPLY:
        service.tell(
            accounts.user(submission.student.user_id),
            "clinic.replied",
            path(submission),
            who=actor.name,
            target=submission.target,
        )
