"""What an assignment tells: one notice a student, one a mentor, however many graduates come and go."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from ..accounts import service
from ..accounts.models import User
from ..core.i18n import sentences


@service.notice_kind("mentoring.your_mentor")
def _your_mentor(facts: dict[str, Any]) -> str:
    return _("%(mentor)s is your mentor from now on. You can turn to them with any question.", **facts)


@service.notice_kind("mentoring.no_mentor")
def _no_mentor(facts: dict[str, Any]) -> str:
    return _(
        "%(before)s is not your mentor any more; the college is looking for another. Until then ask your counselor.",
        **facts,
    )


@service.notice_kind("mentoring.assigned")
def _assigned(facts: dict[str, Any]) -> str:
    gained, lost = facts["gained"], facts["lost"]
    return sentences(
        (
            ngettext(
                "%(num)d graduate has been assigned to you.", "%(num)d graduates have been assigned to you.", gained
            )
            if gained
            else "",
            ngettext(
                "%(num)d graduate has another mentor now; you no longer see them.",
                "%(num)d graduates have another mentor now; you no longer see them.",
                lost,
            )
            if lost
            else "",
        )
    )


def tell_student(user: User, mentor: str, before: str) -> None:
    if mentor:
        service.tell(user, "mentoring.your_mentor", "/me/mentor", mentor=mentor)
    else:
        service.tell(user, "mentoring.no_mentor", "/me/mentor", before=before)


def tell_mentor(user: User, gained: int, lost: int) -> None:
    service.tell(user, "mentoring.assigned", "/mentoring/", gained=gained, lost=lost)
