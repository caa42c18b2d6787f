"""A teacher's month: what the site knows of their work, and the lines they have added."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from ...accounts.models import User
from ...core import clock
from ...core.access import visible
from ...core.db import rows
from ...students.models import Student
from ..models import (
    Contact,
    DiaryLine,
    Handover,
    HandoverItem,
    HandoverState,
    HelpRequest,
    HelpState,
    Plan,
    PlanReview,
)

SHORT = 80


@dataclass(frozen=True)
class Entry:
    """One thing done. ``about`` is empty where the graduate is no longer in this teacher's sight."""

    day: date
    at: datetime | None
    kind: str
    what: str
    about: str = ""
    note: str = ""
    minutes: int | None = None
    line_id: int | None = None

    @property
    def time(self) -> str:
        return clock.local(self.at).strftime("%H:%M") if self.at else ""

    @property
    def short(self) -> str:
        folded = " ".join(self.note.split())
        return folded if len(folded) <= SHORT else folded[: SHORT - 1] + "…"


@dataclass(frozen=True)
class Month:
    first: date
    days: list[tuple[date, list[Entry]]] = field(default_factory=list)
    talks: int = 0
    tries: int = 0
    minutes: int = 0
    others: int = 0

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> str:
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The next month, or nothing where it lies in the future."""
        nxt = following(self.first)
        return f"{nxt:%Y-%m}" if nxt <= clock.today() else ""


def following(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=32)).replace(day=1)


def month_named(words: str) -> date:
    """The first day of ``2026-11``; anything else, and what lies in the future, is this month."""
    today = clock.today()
    year, _dash, number = words.partition("-")
    if len(words) == 7 and year.isdecimal() and number.isdecimal():
        known = 2000 <= int(year) <= 2099 and 1 <= int(number) <= 12
        if known and (first := date(int(year), int(number), 1)) <= today:
            return first
    return today.replace(day=1)


def month(actor: Any, first: date) -> Month:
    """Everything of one's own in this month, grouped by day; five queries whatever the number of entries.

    The note of a contact is for the chain, and a private note is not read here at all. Of a graduate whom this
    teacher no longer sees, the work remains, without the name and the note.
    """
    span = (clock.start_of(first), clock.start_of(following(first)))
    contacts = _contacts(actor, span)
    entries = [*(entry for entry, _reached in contacts), *_reviews(actor, span), *_answers(actor, span)]
    entries += [*_signed(actor, span), *_lines(actor, first)]
    days: dict[date, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: (e.day, e.at is None, e.at or clock.now())):
        days.setdefault(entry.day, []).append(entry)
    talks = sum(reached for _entry, reached in contacts)
    return Month(
        first,
        list(days.items()),
        talks=talks,
        tries=len(contacts) - talks,
        minutes=sum(entry.minutes or 0 for entry, _reached in contacts),
        others=len(entries) - len(contacts),
    )


Span = tuple[datetime, datetime]


def _day(at: datetime) -> date:
    return clock.local(at).date()


def _contacts(actor: Any, span: Span) -> list[tuple[Entry, bool]]:
    query = (
        sa.select(
            Contact.at,
            Contact.channel,
            Contact.reached,
            Contact.minutes,
            Contact.note,
            User.name,
            visible(Student, actor).label("sees"),
        )
        .join(Student, Student.id == Contact.student_id)
        .join(User, User.id == Student.user_id)
        .where(Contact.author_id == actor.id, Contact.at >= span[0], Contact.at < span[1])
    )
    gone = _("A graduate you no longer answer for")
    return [
        (
            Entry(
                _day(r.at),
                r.at,
                "contact",
                str(r.channel.label) if r.reached else _("%(how)s, not reached", how=r.channel.label),
                r.name if r.sees else gone,
                r.note if r.sees else "",
                r.minutes,
            ),
            r.reached,
        )
        for r in rows(query)
    ]


def _reviews(actor: Any, span: Span) -> list[Entry]:
    query = (
        sa.select(PlanReview.at, PlanReview.text, User.name, visible(Student, actor).label("sees"))
        .join(Plan, Plan.id == PlanReview.plan_id)
        .join(Student, Student.id == Plan.student_id)
        .join(User, User.id == Student.user_id)
        .where(PlanReview.by_id == actor.id, PlanReview.at >= span[0], PlanReview.at < span[1])
    )
    what = _("Career plan looked at again")
    gone = _("A graduate you no longer answer for")
    return [
        Entry(_day(r.at), r.at, "review", what, r.name if r.sees else gone, r.text if r.sees else "")
        for r in rows(query)
    ]


def _answers(actor: Any, span: Span) -> list[Entry]:
    at = HelpRequest.answered_at
    query = (
        sa.select(at.label("at"), HelpRequest.answer, User.name, visible(Student, actor).label("sees"))
        .join(Student, Student.id == HelpRequest.student_id)
        .join(User, User.id == Student.user_id)
        .where(
            HelpRequest.answered_by == actor.id,
            HelpRequest.status == HelpState.ANSWERED,
            at >= span[0],
            at < span[1],
        )
    )
    what = _("Question of a level below answered")
    gone = _("A graduate you no longer answer for")
    return [
        Entry(_day(r.at), r.at, "help", what, r.name if r.sees else gone, r.answer if r.sees else "")
        for r in rows(query)
    ]


def _signed(actor: Any, span: Span) -> list[Entry]:
    count = sa.select(sa.func.count()).where(HandoverItem.handover_id == Handover.id).scalar_subquery()
    query = (
        sa.select(Handover.signed_at, User.name, count.label("count"))
        .join(User, User.id == Handover.from_id)
        .where(
            Handover.to_id == actor.id,
            Handover.status == HandoverState.SIGNED,
            Handover.signed_at >= span[0],
            Handover.signed_at < span[1],
        )
    )
    return [
        Entry(
            _day(r.signed_at),
            r.signed_at,
            "handover",
            _("Hand-over signed"),
            ngettext("%(num)d graduate from %(name)s", "%(num)d graduates from %(name)s", r.count, name=r.name),
        )
        for r in rows(query)
    ]


def _lines(actor: Any, first: date) -> list[Entry]:
    query = (
        sa.select(DiaryLine.id, DiaryLine.day, DiaryLine.text)
        .where(DiaryLine.user_id == actor.id, DiaryLine.day >= first, DiaryLine.day < following(first))
        .order_by(DiaryLine.id)
    )
    return [Entry(r.day, None, "line", _("Added by hand"), note=r.text, line_id=r.id) for r in rows(query)]


def table(month: Month) -> list[list[Any]]:
    """The month as rows for a spreadsheet."""
    head = [_("Day"), _("Time"), _("What"), _("With whom"), _("Minutes spent"), _("Note")]
    body = [[e.day, e.time, e.what, e.about, e.minutes, e.note] for _day, entries in month.days for e in entries]
    return [head, *body]
