"""What teams and managers are told of offers, agreements and ends."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from ..accounts import queries as accounts
from ..accounts.models import Role, User
from ..accounts.service import notice_kind, tell
from ..core.i18n import day
from .models import Answer, Application, Renewal, Tenancy


def path(tenancy: Tenancy) -> str:
    return f"/incubator/tenancies/{tenancy.id}"


def _day(facts: dict[str, Any], name: str = "on") -> str:
    return day(date.fromisoformat(facts[name]))


@notice_kind("incubator.offer")
def _offer(facts: dict[str, Any]) -> str:
    return _(
        "Room %(room)s is offered to %(team)s from %(begins)s. Please answer by %(on)s.",
        room=facts["room"],
        team=facts["team"],
        begins=_day(facts, "begins"),
        on=_day(facts),
    )


@notice_kind("incubator.offer_back")
def _offer_back(facts: dict[str, Any]) -> str:
    return _("The offer of room %(room)s to %(team)s was taken back. You keep your place in line.", **facts)


@notice_kind("incubator.offer_lapsed")
def _lapsed(facts: dict[str, Any]) -> str:
    return _("The day by which to answer for room %(room)s has passed, so it goes to the next team.", **facts)


@notice_kind("incubator.accepted")
def _accepted(facts: dict[str, Any]) -> str:
    return _("%(team)s takes room %(room)s. The agreement %(number)s is ready to be printed and signed.", **facts)


@notice_kind("incubator.refused", by_mail=False)
def _refused(facts: dict[str, Any]) -> str:
    return _("%(team)s does not take room %(room)s.", **facts)


@notice_kind("incubator.next_in_line", by_mail=False)
def _next_in_line(facts: dict[str, Any]) -> str:
    return _("Room %(room)s was offered to %(team)s by itself, as the next in line whom it fits.", **facts)


@notice_kind("incubator.nobody_fits", by_mail=False)
def _nobody_fits(facts: dict[str, Any]) -> str:
    return _("Room %(room)s is free again, and nobody in line fits just now.", **facts)


@notice_kind("incubator.signed")
def _signed(facts: dict[str, Any]) -> str:
    return _("The agreement %(number)s is signed: room %(room)s is yours until %(on)s.", **{**facts, "on": _day(facts)})


def _ends(facts: dict[str, Any]) -> str:
    return ngettext(
        "Your agreement for room %(room)s ends in %(num)d day, on %(on)s. Ask to stay, or plan the move.",
        "Your agreement for room %(room)s ends in %(num)d days, on %(on)s. Ask to stay, or plan the move.",
        facts["days"],
        room=facts["room"],
        on=_day(facts),
    )


for _step in (60, 30, 15):
    notice_kind(f"incubator.ends_{_step}")(_ends)


@notice_kind("incubator.annulled")
def _annulled(facts: dict[str, Any]) -> str:
    return _("The agreement for room %(room)s was taken back: %(why)s You are on the waitlist again.", **facts)


@notice_kind("incubator.ended")
def _ended(facts: dict[str, Any]) -> str:
    return _("The tenancy of room %(room)s has ended on %(on)s.", **{**facts, "on": _day(facts)})


@notice_kind("incubator.leaves")
def _leaves(facts: dict[str, Any]) -> str:
    return _("%(team)s leaves room %(room)s early, on %(on)s.", **{**facts, "on": _day(facts)})


@notice_kind("incubator.moved_room")
def _moved_room(facts: dict[str, Any]) -> str:
    return _("From %(on)s your room is %(room)s instead of %(old)s.", **{**facts, "on": _day(facts)})


@notice_kind("incubator.renewal_asked", by_mail=False)
def _renewal_asked(facts: dict[str, Any]) -> str:
    return _("%(team)s asks to stay in room %(room)s until %(on)s.", **{**facts, "on": _day(facts)})


@notice_kind("incubator.renewal_granted")
def _renewal_granted(facts: dict[str, Any]) -> str:
    return _("You can stay in room %(room)s until %(on)s. %(answer)s", **{**facts, "on": _day(facts)})


@notice_kind("incubator.renewal_refused")
def _renewal_refused(facts: dict[str, Any]) -> str:
    return _("You cannot stay in room %(room)s longer: %(answer)s", **facts)


@notice_kind("incubator.moves_room")
def _moves_room(facts: dict[str, Any]) -> str:
    return _("On %(on)s you move from %(old)s to %(room)s.", **{**facts, "on": _day(facts)})


@notice_kind("incubator.stays_in_room")
def _stays_in_room(facts: dict[str, Any]) -> str:
    return _("You stay in room %(room)s until %(on)s; the move is called off.", **{**facts, "on": _day(facts)})


@notice_kind("incubator.wish_members", by_mail=False)
def _wish_members(facts: dict[str, Any]) -> str:
    return _("%(team)s wants to change its members: %(wish)s", **facts)


@notice_kind("incubator.wish_room", by_mail=False)
def _wish_room(facts: dict[str, Any]) -> str:
    return _("%(team)s asks for another room than %(room)s: %(wish)s", **facts)


@notice_kind("incubator.wish_granted")
def _wish_granted(facts: dict[str, Any]) -> str:
    return _("Your wish “%(wish)s” is met. %(answer)s", **facts)


@notice_kind("incubator.wish_refused")
def _wish_refused(facts: dict[str, Any]) -> str:
    return _("Your wish “%(wish)s” cannot be met: %(answer)s", **facts)


@notice_kind("incubator.member_joined")
def _member_joined(facts: dict[str, Any]) -> str:
    return _("You are on the team %(team)s from now on.", **facts)


@notice_kind("incubator.member_left")
def _member_left(facts: dict[str, Any]) -> str:
    return _("You are no longer on the team %(team)s.", **facts)


# -- Telling ------------------------------------------------------------------------------------------------


def people(application: Application) -> list[User]:
    """Everyone on the team, once. Needs ``lead`` and ``members`` with their persons."""
    found = {application.lead.user_id: application.lead.user}
    for member in application.members:
        if member.student is not None and member.answer is not Answer.DECLINED:
            found[member.student.user_id] = member.student.user
    return list(found.values())


def tell_team(tenancy: Tenancy, kind: str, but: Any = None, **facts: Any) -> None:
    known = {"room": tenancy.workspace.code, "team": tenancy.application.team}
    for user in people(tenancy.application):
        if user.id != getattr(but, "id", None):
            tell(user, f"incubator.{kind}", path(tenancy), **{**known, **facts})


def tell_managers(tenancy: Tenancy, kind: str, but: Any = None, **facts: Any) -> None:
    known = {"room": tenancy.workspace.code, "team": tenancy.application.team}
    for user in accounts.holders(Role.INCUBATOR_MANAGER):
        if user.id != getattr(but, "id", None):
            tell(user, f"incubator.{kind}", path(tenancy), **{**known, **facts})


def tell_decided(renewal: Renewal, granted: bool) -> None:
    kind = "renewal_granted" if granted else "renewal_refused"
    tell_team(renewal.tenancy, kind, on=renewal.until_on.isoformat(), answer=renewal.answer)
