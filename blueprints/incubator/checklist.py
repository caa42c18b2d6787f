"""The texts of an application, what a good plan says in each, and what is still missing.

Pure: the texts are asked for in this order, by these names; a name is what a :class:`~.models.Field` is found by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from .models import (
    Answer,
    Application,
    CompanyForm,
    Endorsement,
    EndorsementKind,
    Paper,
    PaperKind,
)

LONGEST = 4000


@dataclass(frozen=True)
class TextKind:
    """One text: its name in the database, its label, what a good one says, and whether it must be there."""

    name: str
    label: Any
    good: Any
    required: bool = True
    rows: int = 4


FIELDS = (
    TextKind(
        "pitch",
        _l("In one sentence"),
        _l("For whom, which problem it solves, and how it earns money. Sixty characters are enough."),
        rows=2,
    ),
    TextKind(
        "problem",
        _l("The problem"),
        _l("Who has it, how often, and what they do about it today. Say how you know: whom you asked, what you saw."),
    ),
    TextKind(
        "customers",
        _l("The customers"),
        _l("The first ten by kind and place, who pays, and who decides. “Everyone” is nobody."),
    ),
    TextKind(
        "offer",
        _l("What you offer"),
        _l("What it is, what it costs to make, what you charge, and why people take yours and not another."),
    ),
    TextKind(
        "market",
        _l("The market"),
        _l("How many customers there are within your reach, with the source of each figure, and who else serves them."),
    ),
    TextKind(
        "team",
        _l("Who does what"),
        _l("Who does what, how many hours a week beside your studies, and what you cannot do yet."),
    ),
    TextKind(
        "money",
        _l("Money"),
        _l("What the first year costs, what comes in and when, and how long your own money lasts."),
    ),
    TextKind(
        "risks",
        _l("Risks"),
        _l("The three things most likely to go wrong, and what you do then. Safety and licences belong here."),
    ),
    TextKind(
        "first_year",
        _l("The first year"),
        _l("What is done after three, six and twelve months, such that somebody else can see whether it was."),
    ),
    TextKind(
        "wishes",
        _l("Anything else about the room"),
        _l("Deliveries, machines, working hours, who you would like to sit beside."),
        required=False,
        rows=2,
    ),
)
BY_NAME = {kind.name: kind for kind in FIELDS}


@dataclass(frozen=True)
class Item:
    """A line of the checklist. ``state`` is ``done``, ``wait`` (it is someone else's turn) or ``miss``."""

    label: str
    anchor: str
    state: str
    note: str = ""
    required: bool = True

    @property
    def is_missing(self) -> bool:
        return self.required and self.state != "done"


def newest(papers: Iterable[Paper]) -> list[Paper]:
    """The papers that count now."""
    return [p for p in papers if p.replaced_at is None]


def of(
    application: Application, texts: Mapping[str, str], endorsements: Iterable[Endorsement] = (), names: Any = None
) -> list[Item]:
    """What is there and what is missing, in the order of the page. Needs ``members`` and ``papers``.

    ``names`` are those of members by student id, for the line of one who has not answered.
    """
    items = [_text(kind, texts.get(kind.name, "")) for kind in FIELDS if kind.required]
    items.append(Item(_("Since when you need the room"), "needs", _done(application.from_on)))
    items.append(Item(_("Budget of the first year"), "needs", _done(application.budget is not None), required=False))
    if application.form is CompanyForm.REGISTERED:
        items.append(Item(_("Credit code of the company"), "project", _done(application.credit_code)))
    for member in application.members:
        if member.student_id and member.answer is Answer.ASKED:
            who = (names or {}).get(member.student_id, "")
            items.append(Item(_("%(name)s confirms being on the team", name=who), "members", "wait"))
    plan = any(p.kind is PaperKind.PLAN for p in newest(application.papers))
    items.append(Item(_("Business plan"), "papers", _done(plan)))
    items += _endorsed(list(endorsements))
    return items


def _done(value: Any) -> str:
    return "done" if value else "miss"


def _text(kind: TextKind, text: str) -> Item:
    return Item(str(kind.label), f"text_{kind.name}", _done(text))


def _endorsed(endorsements: list[Endorsement]) -> list[Item]:
    """Both help a team and hinder none: a teacher may be slow, and the call does not wait."""
    found = []
    for kind, anchor in ((EndorsementKind.MENTOR, "teachers"), (EndorsementKind.COLLEGE, "teachers")):
        of_kind = [e for e in endorsements if e.kind is kind]
        state = "done" if any(e.written_at for e in of_kind) else "wait" if of_kind else "miss"
        note = {
            ("wait", EndorsementKind.MENTOR): _("asked, not written yet"),
            ("wait", EndorsementKind.COLLEGE): _("asked, not written yet"),
            ("miss", EndorsementKind.MENTOR): _("ask your mentor or another teacher"),
            ("miss", EndorsementKind.COLLEGE): _("asked by itself when you hand in"),
        }.get((state, kind), "")
        found.append(Item(str(kind.label), anchor, state, note, required=False))
    return found
