"""Reads of an application: the whole of it in a constant number of queries, its people, its papers, its words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ...accounts.models import Grant, Role, User
from ...accounts.queries import people_named
from ...core import audit, clock
from ...core.access import visible
from ...core.db import db
from ...core.text import clean
from ...documents.models import Document, Drawing
from ...students.models import Student
from .. import checklist
from ..models import (
    Answer,
    Application,
    ApplicationState,
    Endorsement,
    EndorsementKind,
    Field,
    Intake,
    IntakeState,
    Member,
    Message,
    Paper,
    PaperKind,
    Referee,
    Tenancy,
)
from ..models.tenancy import LIVING
from ..policy import own_student

# What the rules on an application look at, so that whoever loads one for a verb loads this.
WHOLE: tuple[Any, ...] = (
    joinedload(Application.intake),
    joinedload(Application.college),
    joinedload(Application.lead).joinedload(Student.user),
    selectinload(Application.members).joinedload(Member.student).joinedload(Student.user),
    selectinload(Application.papers),
)
_DRAWN = joinedload(Paper.document).joinedload(Document.drawing)
# What its own page shows beside that.
PAGE: tuple[Any, ...] = (
    *WHOLE,
    joinedload(Application.intake).selectinload(Intake.criteria),
    joinedload(Application.lead).joinedload(Student.mentor),
    joinedload(Application.lead).joinedload(Student.class_),
    selectinload(Application.members).joinedload(Member.student).joinedload(Student.class_),
    selectinload(Application.papers).options(_DRAWN, _DRAWN.joinedload(Drawing.blob)),
    selectinload(Application.fields),
)
OF_PAPER: tuple[Any, ...] = (
    joinedload(Paper.application).options(*WHOLE),
    joinedload(Paper.document).joinedload(Document.drawing).joinedload(Drawing.blob),
)
OPEN_SQL = ("draft", "submitted", "approved", "housed")
MOST_FOUND = 6


def own(actor: Any) -> list[Application]:
    """What this student leads or has said yes to, newest first, as the lists of it need it. Being asked makes no team
    one's own (:func:`asked_of`)."""
    mine = own_student(actor)
    said_yes = sa.select(Member.application_id).where(Member.student_id.in_(mine), Member.answer == Answer.CONFIRMED)
    query = (
        sa.select(Application)
        .where(visible(Application, actor), sa.or_(Application.lead_id.in_(mine), Application.id.in_(said_yes)))
        .options(joinedload(Application.intake), selectinload(Application.members))
        .order_by(Application.created_at.desc(), Application.id.desc())
    )
    return list(db.session.scalars(query))


def open_of(student_id: int) -> Application | None:
    """The one open application this student leads, if any."""
    query = sa.select(Application).where(Application.lead_id == student_id, Application.status.in_(OPEN_SQL))
    return db.session.scalar(query)


def asked_of(actor: Any) -> list[Application]:
    """The drafts that wait for this student's yes or no."""
    asked = sa.select(Member.application_id).where(
        Member.student_id.in_(own_student(actor)), Member.answer == Answer.ASKED
    )
    waits = Application.status == ApplicationState.DRAFT
    query = sa.select(Application).where(Application.id.in_(asked), waits, visible(Application, actor)).options(*WHOLE)
    return list(db.session.scalars(query).unique())


def open_calls() -> list[Intake]:
    """The calls one can apply to today, the one that ends first first."""
    today = clock.today()
    query = (
        sa.select(Intake)
        .where(Intake.status == IntakeState.OPEN, Intake.opens_on <= today, Intake.closes_on >= today)
        .options(selectinload(Intake.criteria))
        .order_by(Intake.closes_on, Intake.id)
    )
    return list(db.session.scalars(query))


def field(application_id: int, name: str) -> Field | None:
    return db.session.scalar(sa.select(Field).where(Field.application_id == application_id, Field.name == name))


def texts_of(application_id: int) -> dict[str, str]:
    """What the texts of this application say now."""
    query = sa.select(Field.name, Field.text).where(Field.application_id == application_id)
    return dict(db.session.execute(query).all())  # type: ignore[arg-type]


def missing(application: Application) -> list[checklist.Item]:
    """What keeps it from being handed in: one query. Needs ``members`` with their students, and ``papers``."""
    items = checklist.of(application, texts_of(application.id), (), names_of_members(application))
    return [item for item in items if item.is_missing]


def has_living_tenancy(application_id: int) -> bool:
    query = sa.select(Tenancy.id).where(Tenancy.application_id == application_id, Tenancy.status.in_(LIVING))
    return db.session.scalar(query.limit(1)) is not None


# -- People -------------------------------------------------------------------------------------------------


def _whole_words(words: str) -> sa.ColumnElement[bool]:
    """A whole name, number, pinyin or initials: a part of one finds nobody, so that the register cannot be leafed."""
    word = "".join(clean(words).lower().split()).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return sa.literal(" ").concat(User.search_key).concat(" ").like(f"% {word} %", escape="\\")


def students_found(words: str) -> list[Student]:
    """Whom of the graduates these words mean, a few at most: the number first, then name, pinyin, initials."""
    said = words.split()
    if not said:
        return []
    base = (
        sa.select(Student)
        .join(User, User.id == Student.user_id)
        .where(User.disabled_at.is_(None))
        .options(joinedload(Student.user), joinedload(Student.class_), joinedload(Student.college))
        .order_by(User.sort_key)
        .limit(MOST_FOUND)
    )
    for test in (User.number == said[-1], User.name == words.strip(), _whole_words(words)):
        if found := list(db.session.scalars(base.where(test))):
            return found
    return []


def teachers_found(words: str) -> list[User]:
    """Whom of the staff these words mean: the number first, then name, pinyin, initials."""
    said = words.split()
    if not said:
        return []
    today = clock.today()
    staff = sa.select(Grant.user_id).where(
        Grant.role.not_in([Role.STUDENT, Role.ADMIN]),
        Grant.begins_on <= today,
        sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today),
    )
    base = (
        sa.select(User).where(User.id.in_(staff), User.disabled_at.is_(None)).order_by(User.sort_key).limit(MOST_FOUND)
    )
    for test in (
        sa.or_(User.number == said[-1], User.username == said[-1]),
        User.name == words.strip(),
        _whole_words(words),
    ):
        if found := list(db.session.scalars(base.where(test))):
            return found
    return []


def team_users(application: Application) -> list[User]:
    """The lead and who has confirmed, as people to tell something. Needs ``WHOLE``."""
    users = [application.lead.user]
    users += [m.student.user for m in application.members if m.student and m.answer is Answer.CONFIRMED]
    return users


def names_of_members(application: Application) -> dict[int, str]:
    return {m.student_id: m.student.user.name for m in application.members if m.student_id and m.student}


# -- What is written ------------------------------------------------------------------------------------------


def taken_back(application_id: int, user_id: int) -> Endorsement | None:
    """What this teacher was asked for as a mentor, and is no more."""
    return db.session.scalar(
        sa.select(Endorsement).where(
            Endorsement.application_id == application_id,
            Endorsement.user_id == user_id,
            Endorsement.kind == EndorsementKind.MENTOR,
            Endorsement.taken_back_at.is_not(None),
        )
    )


def is_referee(intake_id: int, user_id: int) -> bool:
    """Whether this person scores the teams of this call."""
    query = sa.select(Referee.id).where(Referee.intake_id == intake_id, Referee.user_id == user_id)
    return db.session.scalar(query.limit(1)) is not None


def endorsements(application_id: int) -> list[Endorsement]:
    """Who was asked to help, in the order in which they were asked."""
    query = (
        sa.select(Endorsement)
        .where(Endorsement.application_id == application_id, Endorsement.taken_back_at.is_(None))
        .options(joinedload(Endorsement.user))
        .order_by(Endorsement.kind.desc(), Endorsement.asked_at, Endorsement.id)
    )
    return list(db.session.scalars(query))


def messages(application_id: int, most: int = 200) -> list[Message]:
    """The thread between the team and its helpers, oldest first."""
    query = (
        sa.select(Message)
        .where(Message.application_id == application_id)
        .options(joinedload(Message.by))
        .order_by(Message.id.desc())
        .limit(most)
    )
    return list(reversed(db.session.scalars(query).all()))


@dataclass(frozen=True)
class Past:
    """What a text once said."""

    text: str
    who: str
    at: datetime
    version: int


def past_of(found: Field, most: int = 100) -> list[Past]:
    """Everything this text has ever said, newest first: who changed it to that, and when. From the audit."""
    query = (
        sa.select(audit.AuditEntry)
        .where(
            audit.AuditEntry.topic_type == "application",
            audit.AuditEntry.topic_id == found.application_id,
            audit.AuditEntry.subject_type == Field.__tablename__,
            audit.AuditEntry.subject_id == found.id,
        )
        .order_by(audit.AuditEntry.id.desc())
        .limit(most)
    )
    entries = list(db.session.scalars(query))
    names = people_named({e.actor_id for e in entries if e.actor_id})
    said = []
    for entry in entries:
        changes: dict[str, list[Any]] = json.loads(entry.changes)
        if "text" in changes:
            version = (changes.get("version") or [0, 1])[1] or 1
            said.append(Past(changes["text"][1] or "", names.get(entry.actor_id or 0, ""), entry.at, version))
    return said


def newest_plan(application: Application) -> Paper | None:
    """The business plan that counts. Needs ``papers``."""
    return next((p for p in reversed(application.papers) if p.kind is PaperKind.PLAN and p.replaced_at is None), None)


def papers_of(application_ids: Iterable[int]) -> dict[int, Paper]:
    """The business plan of each: one query whatever their number."""
    query = sa.select(Paper).where(
        Paper.application_id.in_(list(application_ids)), Paper.kind == PaperKind.PLAN, Paper.replaced_at.is_(None)
    )
    return {p.application_id: p for p in db.session.scalars(query)}
