"""What students are told about their plan and their sealed entries. No notice names a kind of hardship."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from ..accounts import queries as accounts
from ..accounts import service
from ..students.models import Student

PLAN, SEEN = "/me/plan", "/me/seen"


@service.notice_kind("mentoring.plan_made")
def _plan_made(facts: dict[str, Any]) -> str:
    return _("%(who)s has begun a career plan with you. Look at it, and say what does not fit.", **facts)


@service.notice_kind("mentoring.plan_reviewed", by_mail=False)
def _plan_reviewed(facts: dict[str, Any]) -> str:
    return _("%(who)s has looked at your career plan again.", **facts)


@service.notice_kind("mentoring.plan_closed", by_mail=False)
def _plan_closed(facts: dict[str, Any]) -> str:
    return _("%(who)s has closed your career plan. It stays here to be read.", **facts)


@service.notice_kind("mentoring.tag_kept", by_mail=False)
def _tag_kept(facts: dict[str, Any]) -> str:
    return _("%(who)s has put a sealed entry into your file.", **facts)


@service.notice_kind("mentoring.tag_opened")
def _tag_opened(facts: dict[str, Any]) -> str:
    return _("%(who)s has opened the sealed entries of your file. See what for.", **facts)


def tell(student: Student, what: str, who: str) -> None:
    """Tell the student of an act by this teacher."""
    service.tell(accounts.user(student.user_id), f"mentoring.{what}", SEEN if what.startswith("tag") else PLAN, who=who)
