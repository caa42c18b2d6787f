"""What happened in a tenancy, in words: the offer, the yes, the keys, the fees, the checks, the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _

from ..accounts.queries import people_named
from ..core import audit
from ..core.i18n import day
from ..core.i18n import month as in_words
from .models import Tenancy, TenancyState, WishState
from .queries import tenancy as queries

Changes = dict[str, list[Any]]
Say = Callable[[Changes, Any], str]
FOUND = frozenset({"done_on", "attendance", "safety", "activity", "money", "people", "note"})
"""What a check says once somebody has looked."""


def of(tenancy: Tenancy) -> list[audit.Event]:
    """The events of this tenancy, newest first."""
    parts = {
        row.id: row
        for rows in (queries.hand_outs, queries.fee_lines, queries.checks, queries.renewals, queries.wishes)
        for row in rows(tenancy.id)
    }
    entries = audit.history([("application", tenancy.application_id), ("tenancy", tenancy.id)])
    names = people_named({e.actor_id for e in entries if e.actor_id})
    events: list[audit.Event] = []
    for entry in entries:
        say = SAYS.get(entry.subject_type)
        if say is None or (entry.subject_type == "tenancy" and entry.subject_id != tenancy.id):
            continue
        if text := say(json.loads(entry.changes), parts.get(entry.subject_id)):
            events.append(audit.Event(entry.at, names.get(entry.actor_id or 0, ""), text))
    return events


def _day(changes: Changes, name: str) -> str:
    return day(date.fromisoformat(changes[name][1]))


def _tenancy(changes: Changes, _part: Any) -> str:
    if "application_id" in changes:
        made = TenancyState(changes.get("status", [None, "offered"])[1])
        begun = {
            TenancyState.OFFERED: _("The room was offered"),
            TenancyState.PLANNED: _("The change of room was planned"),
        }
        return begun.get(made, _("The team came from another room"))
    if "status" in changes:
        words = {
            "accepted": _("The team said yes"),
            "active": _("Signed") if changes["status"][0] == "accepted" else _("The team moved in"),
            "ended": _("Ended"),
            "refused": _("The team said no"),
            "lapsed": _("Nobody answered in time"),
            "cancelled": _("Taken back"),
        }
        return words.get(changes["status"][1], "")
    if "ends_on" in changes:
        return _("It lasts until %(day)s", day=_day(changes, "ends_on"))
    if "signed_id" in changes:
        return _("The signed copy was uploaded")
    return ""


def _hand_out(changes: Changes, item: Any) -> str:
    if item is None:
        return ""
    if "what" in changes:
        return _("Handed out: %(what)s", what=item.what)
    if "back_on" in changes:
        back = changes["back_on"][1] is not None
        return _("Came back: %(what)s", what=item.what) if back else _("Out again: %(what)s", what=item.what)
    return ""


def _fee_line(changes: Changes, line: Any) -> str:
    if line is None or "month" in changes:
        return ""
    month = in_words(line.month)
    if "paid_on" in changes:
        paid = changes["paid_on"][1] is not None
        return (
            _("Fee of %(month)s paid", month=month) if paid else _("Fee of %(month)s not paid after all", month=month)
        )
    return _("Fee of %(month)s: what is waived was changed", month=month) if "waived" in changes else ""


def _check(changes: Changes, check: Any) -> str:
    if check is None or not changes.keys() & FOUND:
        return ""  # it was set up, or went along into another room
    return _("The check of %(day)s was written down", day=day(check.due_on))


def _answered(changes: Changes) -> str:
    return str(WishState(changes["status"][1]).label) if "status" in changes else ""


def _renewal(changes: Changes, _part: Any) -> str:
    if "until_on" in changes:
        return _("The team asked to stay until %(day)s", day=_day(changes, "until_on"))
    return _("Wish to stay: %(answer)s", answer=_answered(changes)) if "status" in changes else ""


def _wish(changes: Changes, wish: Any) -> str:
    if wish is None:
        return ""
    if "text" in changes:
        return _("The team asked: %(wish)s", wish=wish.text)
    return _("%(wish)s: %(answer)s", wish=wish.kind.label, answer=_answered(changes)) if "status" in changes else ""


def _exit_record(changes: Changes, _part: Any) -> str:
    return "" if "tenancy_id" in changes else _("The exit record was changed")


SAYS: dict[str, Say] = {
    "tenancy": _tenancy,
    "hand_out": _hand_out,
    "fee_line": _fee_line,
    "tenancy_check": _check,
    "renewal": _renewal,
    "tenancy_wish": _wish,
    "exit_record": _exit_record,
}
