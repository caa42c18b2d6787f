"""A team writes its application together, and no word of anybody is lost.

Each text is a row of its own, saved against the version the writer saw. A writer who saw an older one is not let
over the newer: what both changed in different lines is put together, and the rest is shown to them side by side.
The columns go by the same rule, each for itself. What a text once said stays readable (``queries.past_of``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from typing import Any

import sqlalchemy as sa

from ...core import clock
from ...core.db import db, queue_at
from ...core.files import Received
from ...documents import service as documents
from ...students.models import Student
from .. import checklist
from ..models import (
    Answer,
    Application,
    ApplicationState,
    Field,
    Intake,
    Member,
    Message,
    Paper,
    PaperKind,
)
from ..queries import application as queries
from ..workflow.application import APPLICATION
from .offer import hold_teams

MOST_MEMBERS = 12
MOST_PAPERS = 20
MOST_LINES = 300
"""Of a text that is put together with another: comparing equal lines takes time by their number cubed."""


class HasOne(Exception):
    """The student leads an open application already; it is ``existing``."""

    def __init__(self, existing: Application) -> None:
        super().__init__(existing.id)
        self.existing = existing


class Clash(Exception):
    """Someone else has changed the same lines since; ``theirs`` is what the text says now."""

    def __init__(self, theirs: Field) -> None:
        super().__init__(theirs.name)
        self.theirs = theirs


class FactsClash(Exception):
    """Someone else has set these columns otherwise since; ``theirs`` says to what."""

    def __init__(self, theirs: dict[str, str]) -> None:
        super().__init__(", ".join(theirs))
        self.theirs = theirs


class Incomplete(Exception):
    """``items`` of the checklist are missing."""

    def __init__(self, items: list[checklist.Item]) -> None:
        super().__init__(len(items))
        self.items = items


class CannotAdd(Exception):
    """``lead``, ``there``, ``full``: why this student is not asked."""


class OverQuota(Exception):
    """So much was uploaded within a day that nothing more is taken."""


class TooManyPapers(Exception):
    """An application holds no more than :data:`MOST_PAPERS` papers, old ones counted."""


class HasRoom(Exception):
    """A room is offered or held: that is answered first."""


# -- The application ------------------------------------------------------------------------------------------


def begin(student: Student, intake: Intake, team: str) -> Application:
    """A draft in this call. Sent twice, it is one. Raises :class:`HasOne`."""
    queue_at(student)
    there = queries.open_of(student.id)
    if there is not None:
        if there.status is ApplicationState.DRAFT and (there.intake_id, there.team) == (intake.id, team):
            return there
        raise HasOne(there)
    made = Application(
        intake_id=intake.id, lead_id=student.id, college_id=student.college_id, team=team, created_at=clock.now()
    )
    db.session.add(made)
    db.session.flush()
    return made


def submit(application: Application, actor: Any) -> bool:
    """Hand in what is complete; the same act again is answered as the first. Raises :class:`Incomplete`."""
    if application.status is ApplicationState.DRAFT and (missing := queries.missing(application)):
        raise Incomplete(missing)
    return APPLICATION.fire("submit", application, actor)


def withdraw(application: Application, actor: Any) -> bool:
    """Raises :class:`HasRoom` while a room is offered to the team. Who allots holds the team too: one comes first."""
    hold_teams([application.id])
    if queries.has_living_tenancy(application.id):
        raise HasRoom
    return APPLICATION.fire("withdraw", application, actor)


# -- What is written together ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Saved:
    """The text as it stands now; ``merged`` when it has lines of someone else that the writer had not seen."""

    field: Field
    merged: bool


def save_text(application: Application, actor_id: int, name: str, text: str, base: int, was: str) -> Saved:
    """Save one text. ``base`` is the version its writer saw and ``was`` what that said. Raises :class:`Clash`."""
    queue_at(application)
    field = queries.field(application.id, name)
    if field is None:
        field = Field(application_id=application.id, name=name, text="", by_id=actor_id, at=clock.now())
        if not text:
            field.version = 0
            return Saved(field, False)  # nothing was written yet, and still is not
        field.text = text
        db.session.add(field)
        db.session.flush()
        return Saved(field, False)
    db.session.refresh(field)
    if text == field.text:
        return Saved(field, False)
    merged = False
    if base != field.version:
        together = merge(was, text, field.text)
        if together is None:
            raise Clash(field)
        merged, text = together != text, together
    if text != field.text:
        field.text, field.by_id, field.at = text, actor_id, clock.now()
        db.session.flush()
    return Saved(field, merged)


Edit = tuple[int, int, list[str]]


def merge(was: str, mine: str, theirs: str) -> str | None:
    """Both changes of ``was`` together, or None when they touch.

    Lines are compared. Between two changes there must be a line that neither has changed: then every line that
    either has written is in the result, and only lines that one of them took out of ``was`` are missing.
    """
    if max(text.count("\n") for text in (was, mine, theirs)) > MOST_LINES:
        return None
    before = was.split("\n")
    ours, others = _edits(before, mine), _edits(before, theirs)
    both: list[Edit] = list(others)
    for edit in ours:
        if edit in others:
            continue
        if any(edit[0] <= other[1] and other[0] <= edit[1] for other in others):
            return None
        both.append(edit)
    lines = list(before)
    for first, last, new in sorted(both, key=lambda e: e[0], reverse=True):
        lines[first:last] = new
    return "\n".join(lines)


def _edits(before: list[str], text: str) -> list[Edit]:
    after = text.split("\n")
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(i1, i2, after[j1:j2]) for tag, i1, i2, j1, j2 in codes if tag != "equal"]


def save_facts(
    application: Application,
    facts: Mapping[str, Any],
    typed: Mapping[str, str],
    now: Mapping[str, str],
    before: Mapping[str, str] | None,
) -> None:
    """Set the columns this writer has changed, and no other.

    ``typed`` is what they say, ``before`` what the page showed them, ``now`` what is stored. Raises
    :class:`FactsClash` when someone else has changed one of the same to something else.
    """
    mine = [name for name in facts if before is None or typed[name] != before.get(name, "")]
    clash = {
        name: now[name]
        for name in mine
        if before is not None and now[name] != before.get(name, "") and now[name] != typed[name]
    }
    if clash:
        raise FactsClash(clash)
    for name in mine:
        if getattr(application, name) != facts[name]:
            setattr(application, name, facts[name])


# -- The team -----------------------------------------------------------------------------------------------------


def add_student(application: Application, student: Student, part: str) -> Member:
    """Ask a student to be on the team; who has declined is asked once more. Raises :class:`CannotAdd`."""
    queue_at(application)
    if student.id == application.lead_id:
        raise CannotAdd("lead")
    found = next((m for m in application.members if m.student_id == student.id), None)
    if found is not None:
        if found.answer is not Answer.DECLINED:
            raise CannotAdd("there")
        found.answer, found.answered_at, found.part = Answer.ASKED, None, part or found.part
        return found
    return _add(application, Member(application_id=application.id, student_id=student.id, part=part))


def add_guest(application: Application, name: str, part: str) -> Member:
    """Someone from outside, who has no page here and so confirms nothing."""
    queue_at(application)
    found = next((m for m in application.members if m.student_id is None and m.name == name), None)
    if found is not None:
        found.part = part or found.part
        return found
    guest = Member(application_id=application.id, name=name, part=part, answer=Answer.CONFIRMED)
    guest.answered_at = clock.now()
    return _add(application, guest)


def _add(application: Application, member: Member) -> Member:
    if len(application.members) >= MOST_MEMBERS:
        raise CannotAdd("full")
    db.session.add(member)
    db.session.flush()
    return member


def answer(member: Member, yes: bool) -> bool:
    """The student says whether they are on the team; True when this is news."""
    said = Answer.CONFIRMED if yes else Answer.DECLINED
    if member.answer is said:
        return False
    member.answer, member.answered_at = said, clock.now()
    return True


def remove(member: Member) -> None:
    db.session.delete(member)


# -- Papers and words ----------------------------------------------------------------------------------------------


def add_paper(
    application: Application, actor_id: int, received: Received, kind: PaperKind, replaces: Paper | None = None
) -> Paper:
    """Keep a file. A business plan and figures take the place of the ones before, which stay readable.

    Raises :class:`OverQuota` and :class:`TooManyPapers`.
    """
    queue_at(application)
    papers = papers_now(application.id)
    for paper in papers:
        if paper.kind is kind and paper.replaced_at is None and paper.document.blob.sha256 == received.sha256:
            return paper  # the same file sent twice
    if len(papers) >= MOST_PAPERS:
        raise TooManyPapers
    if not documents.within_quota(actor_id, received.size):
        raise OverQuota
    for old in papers:
        same = kind is not PaperKind.OTHER and old.kind is kind
        if old.replaced_at is None and (same or (replaces is not None and old.id == replaces.id)):
            old.replaced_at = clock.now()
    document = documents.take(received, actor_id)
    db.session.flush()
    made = Paper(application_id=application.id, kind=kind, document_id=document.id, at=clock.now())
    made.document = document
    db.session.add(made)
    return made


def papers_now(application_id: int) -> list[Paper]:
    query = sa.select(Paper).where(Paper.application_id == application_id).options(*queries.OF_PAPER).order_by(Paper.id)
    return list(db.session.scalars(query).unique())


def remove_paper(paper: Paper) -> None:
    """Take a paper out of the application; it stays readable among the old ones."""
    if paper.replaced_at is None:
        paper.replaced_at = clock.now()


def restore_paper(paper: Paper) -> None:
    """Put it back; a plan that came in its place goes among the old ones."""
    if paper.replaced_at is None:
        return
    for other in papers_now(paper.application_id):
        if other.kind is paper.kind is not PaperKind.OTHER and other.replaced_at is None:
            other.replaced_at = clock.now()
    paper.replaced_at = None


def say(application: Application, by_id: int, text: str) -> bool:
    """A word between the team and its teachers; False when the same was just said."""
    queue_at(application)
    lately = clock.now() - timedelta(minutes=1)
    same = sa.select(Message.id).where(
        Message.application_id == application.id, Message.by_id == by_id, Message.text == text, Message.at > lately
    )
    if db.session.scalar(same.limit(1)) is not None:
        return False
    db.session.add(Message(application_id=application.id, by_id=by_id, text=text, at=clock.now()))
    return True
