"""Who holds the next act and since when: the one alarm of a card, a row and a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from ..core import clock
from ..core.i18n import day
from ..students.models import NEVER, Side, Situation


@dataclass(frozen=True)
class Band:
    """``tone`` in late, today, soon, calm, done; ``words`` who and how long, ``since`` the day it counts from."""

    tone: str
    words: str
    since: str = ""

    @property
    def is_due(self) -> bool:
        return self.tone in ("late", "today")

    @property
    def icon(self) -> str:
        return {"done": "check", "calm": "user"}.get(self.tone, "clock")


def band(row: Any, *, mine: bool) -> Band:
    """From a row with ``due_on``, ``turn``, ``turn_since``, ``next_on``, ``situation``, ``mentor_id``.

    ``mine``: it is the reader who answers for this graduate; others read that it waits for the mentor.
    """
    today: date = clock.today()
    due: date = row.due_on
    if due == NEVER:
        return Band("done", _("Has found a place"), _("nothing to do for now"))
    if row.turn is Side.STUDENT and due > today:
        since = row.turn_since or today
        days = (today - since).days
        words = (
            ngettext("With the student, %(num)d day", "With the student, %(num)d days", days)
            if days
            else _("With the student, since today")
        )
        return Band("calm", words, _("until %(day)s", day=day(due)))
    if row.mentor_id is None:
        return Band("late" if due <= today else "soon", _("Nobody answers for them yet"))
    return _with_teacher(row, due, today, mine)


def _with_teacher(row: Any, due: date, today: date, mine: bool) -> Band:
    over = (today - due).days
    if over > 0:
        words = (
            ngettext("Waiting for you, %(num)d day over", "Waiting for you, %(num)d days over", over)
            if mine
            else ngettext("Waiting for the mentor, %(num)d day over", "Waiting for the mentor, %(num)d days over", over)
        )
        return Band("late", words, _("since %(day)s", day=day(due)))
    if over == 0:
        return Band("today", _("Waiting for you, today") if mine else _("Waiting for the mentor, today"))
    if due == today + timedelta(days=1):
        return Band("soon", _("For you, due tomorrow") if mine else _("With the mentor, due tomorrow"))
    if row.situation is Situation.SETTLED:
        return Band("done", _("Has found a place"), _("ask again on %(day)s", day=day(due)))
    return Band("calm", _("Next on %(day)s", day=day(due)))
