"""What people are told of hand-overs and deputies, on the site and by mail."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from ..accounts import queries as accounts
from ..accounts.models import User
from ..accounts.service import notice_kind, tell
from ..core.i18n import day
from ..students.models import Absence
from .models import Handover, HandoverItem

LIST = "/mentoring/handovers"
OWN = "/me/mentor"


def path(handover: Handover) -> str:
    return f"{LIST}/{handover.id}"


@notice_kind("mentoring.handover_offered")
def _offered(facts: dict[str, Any]) -> str:
    return ngettext(
        "%(who)s asks you to take over %(num)d graduate. Read the packet, then sign or decline.",
        "%(who)s asks you to take over %(num)d graduates. Read the packet, then sign or decline.",
        facts["count"],
        who=facts["who"],
    )


@notice_kind("mentoring.consent_asked")
def _consent_asked(facts: dict[str, Any]) -> str:
    return _("%(receiver)s is to become your mentor. May the private notes of %(giver)s go along? You decide.", **facts)


@notice_kind("mentoring.new_mentor")
def _new_mentor(facts: dict[str, Any]) -> str:
    return _("From today %(receiver)s is your mentor, after %(giver)s.", **facts)


@notice_kind("mentoring.handover_received")
def _received(facts: dict[str, Any]) -> str:
    return ngettext(
        "You have signed: you answer for %(num)d more graduate, from %(who)s.",
        "You have signed: you answer for %(num)d more graduates, from %(who)s.",
        facts["count"],
        who=facts["who"],
    )


@notice_kind("mentoring.handover_signed")
def _signed(facts: dict[str, Any]) -> str:
    return ngettext(
        "%(who)s has signed and answers for %(num)d of the graduates of %(giver)s from now on.",
        "%(who)s has signed and answers for %(num)d of the graduates of %(giver)s from now on.",
        facts["count"],
        who=facts["who"],
        giver=facts["giver"],
    )


@notice_kind("mentoring.handover_declined")
def _declined(facts: dict[str, Any]) -> str:
    return _("%(who)s has declined the hand-over: %(answer)s", **facts)


@notice_kind("mentoring.handover_cancelled", by_mail=False)
def _cancelled(facts: dict[str, Any]) -> str:
    return _("%(who)s has taken back the hand-over that was offered to you. There is nothing to sign now.", **facts)


@notice_kind("mentoring.deputy")
def _deputy(facts: dict[str, Any]) -> str:
    return ngettext(
        "%(who)s is away from %(begins)s to %(ends)s, and you stand in for %(num)d graduate.",
        "%(who)s is away from %(begins)s to %(ends)s, and you stand in for %(num)d graduates.",
        facts["count"],
        who=facts["who"],
        begins=day(date.fromisoformat(facts["begins"])),
        ends=day(date.fromisoformat(facts["ends"])),
    )


@notice_kind("mentoring.deputy_ended", by_mail=False)
def _deputy_ended(facts: dict[str, Any]) -> str:
    return _("You no longer stand in for %(who)s. Thank you for helping.", **facts)


@notice_kind("mentoring.absence_entered", by_mail=False)
def _absence_entered(facts: dict[str, Any]) -> str:
    return _(
        "It is noted that you are away from %(begins)s to %(ends)s; %(who)s stands in for you.",
        who=facts["who"],
        begins=day(date.fromisoformat(facts["begins"])),
        ends=day(date.fromisoformat(facts["ends"])),
    )


# -- Telling -----------------------------------------------------------------------------------------------


def _givers(handover: Handover, but: int) -> list[User]:
    """The giver, and who made it, without the one who acts."""
    told = [] if handover.from_id == but else [handover.giver]
    if handover.made_by not in (handover.from_id, handover.to_id, but):
        told.append(accounts.user(handover.made_by))
    return told


def tell_offered(handover: Handover, actor: User, count: int, asked: list[HandoverItem]) -> None:
    if handover.to_id != actor.id:
        tell(handover.receiver, "mentoring.handover_offered", path(handover), who=actor.name, count=count)
    names = {"receiver": handover.receiver.name, "giver": handover.giver.name}
    for item in asked:
        tell(item.student.user, "mentoring.consent_asked", OWN, **names)


def tell_signed(handover: Handover, actor: User, moved: list[HandoverItem]) -> None:
    """Everyone whom it concerns. The giver's link leads to the list: the packet is closed to them from now on."""
    names = {"receiver": handover.receiver.name, "giver": handover.giver.name}
    for item in moved:
        tell(item.student.user, "mentoring.new_mentor", OWN, **names)
    count = len(moved)
    tell(handover.receiver, "mentoring.handover_received", path(handover), who=handover.giver.name, count=count)
    for user in _givers(handover, actor.id):
        tell(user, "mentoring.handover_signed", LIST, who=actor.name, giver=handover.giver.name, count=count)


def tell_declined(handover: Handover, actor: User, answer: str) -> None:
    for user in _givers(handover, actor.id):
        tell(user, "mentoring.handover_declined", path(handover), who=actor.name, answer=answer)


def tell_withdrawn(handover: Handover, actor: User) -> None:
    if handover.to_id != actor.id:
        tell(handover.receiver, "mentoring.handover_cancelled", LIST, who=actor.name)


def tell_deputy(absence: Absence, actor: User, count: int) -> None:
    days = {"begins": absence.begins_on.isoformat(), "ends": absence.ends_on.isoformat()}
    if absence.deputy_id != actor.id:
        tell(absence.deputy, "mentoring.deputy", f"{LIST}/absence", who=absence.user.name, count=count, **days)
    if absence.user_id != actor.id:
        tell(absence.user, "mentoring.absence_entered", f"{LIST}/absence", who=absence.deputy.name, **days)


def tell_deputy_ended(absence: Absence, actor: User) -> None:
    if absence.deputy_id != actor.id:
        tell(absence.deputy, "mentoring.deputy_ended", f"{LIST}/absence", who=absence.user.name)
