"""What the clinic puts on a person's home page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..accounts.models import Role
from ..core import clock
from ..core.shell import HomePanel, home
from ..documents import queries as documents
from ..students.panels import Fact, panel
from . import options, queries
from .lines import look
from .models import State


@home
def student(actor: Any) -> Iterator[HomePanel]:
    """One thing to do, and how each open submission stands."""
    if not actor.has(Role.STUDENT):
        return
    submissions = queries.mine(actor.id, open_only=True)
    cards = []
    for submission in submissions:
        round_ = submission.current
        card: dict[str, Any] = {"submission": submission, "round": round_, "standing": None, "handled": 0, "asked": 0}
        if submission.status is State.WAITING:
            card["standing"] = queries.standing(submission)
        if submission.status is State.RETURNED:
            marks = [
                m
                for m in documents.marks([round_.document_id], drafts_of=None, viewer=actor.id)[round_.document_id]
                if m.wants_answer
            ]
            card["asked"], card["handled"] = len(marks), sum(m.answered_by(actor.id) for m in marks)
        cards.append(card)
    yield HomePanel("clinic/home_student.html", {"cards": cards, "limit": options.OPEN_LIMIT.value}, order=20)


@home
def reviewer(actor: Any) -> Iterator[HomePanel]:
    if not actor.has(Role.REVIEWER):
        return
    late = queries.overdue(actor)
    nxt = queries.next_for(actor)
    main = {
        "next": nxt,
        "why": look().reason(nxt) if nxt else None,
        "mine": queries.held_by(actor.id),
        "late": late,
        "lease": options.LEASE_MINUTES.value,
        "overdue_days": options.OVERDUE_DAYS.value,
        "State": State,
    }
    yield HomePanel("clinic/home_reviewer.html", main, order=20)


@home
def office(actor: Any) -> Iterator[HomePanel]:
    """What has waited too long, for those who do not review themselves but see to it that it is done."""
    if actor.has(Role.OFFICE, Role.COLLEGE_LEADER) and not actor.has(Role.REVIEWER):
        yield HomePanel("clinic/home_office.html", {"late": queries.stuck(actor)}, order=20)


@home
def roster(actor: Any) -> Iterator[HomePanel]:
    """Who is on duty and how the clinic is doing, for those who run or staff it."""
    if not actor.has(Role.REVIEWER, Role.OFFICE, Role.COLLEGE_LEADER):
        return
    facts = {
        "roster": queries.roster(),
        "waiting": queries.waiting_count(),
        "closed": queries.closed_this_week(),
        "median": queries.turnaround(),
        "today": clock.today(),
        "actor": actor,
        "may_set": actor.has(Role.OFFICE),
    }
    yield HomePanel("clinic/home_roster.html", facts, order=30, side=True)


@panel("clinic", _l("Résumé"))
def resume(actor: Any, student_ids: list[int]) -> dict[int, Fact]:
    """Where each graduate's résumé stands, in a word; the open submission before one that is closed."""
    opens = actor.has(Role.OFFICE, Role.COLLEGE_LEADER, Role.COUNSELOR)
    found: dict[int, Fact] = {id: Fact(_("nothing handed in yet"), quiet=True) for id in student_ids}
    words = {state: str(state.label) for state in State}
    for submission in queries.newest_of(student_ids):
        text = _("version %(no)d, %(state)s", no=submission.round_no, state=words[submission.status])
        url = f"/clinic/{submission.id}" if opens and submission.first_queued_at else None
        found[submission.student_id] = Fact(text, url)
    return found
