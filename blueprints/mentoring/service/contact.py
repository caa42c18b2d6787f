"""A contact is written down, corrected, and its promise kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from ...core import clock
from ...core.db import db
from ...students import queries as register
from ...students import service as students
from ...students.models import Channel, CodeKind, Intention, Side, Situation, Student
from .. import oneline
from ..models import Contact, Level, Mood
from ..queries import contact as queries

BY_TEACHER = (Channel.PHONE, Channel.WECHAT, Channel.MESSAGE, Channel.DORM)
"""Ways by which a teacher comes to the student, and not the other way round."""


class AskedForQuiet(Exception):
    """The student has asked not to be contacted; only a stated safety reason overrides it."""


def log(
    student: Student,
    author_id: int,
    level: Level,
    *,
    key: str | None,
    channel: Channel,
    reached: bool,
    minutes: int | None = None,
    note: str = "",
    situation: Situation | None = None,
    mood: Mood | None = None,
    intention: str = "",
    obstacle: str = "",
    promise: str = "",
    promise_by: Side | None = None,
    next_on: date | None = None,
    private: str = "",
    safety: str = "",
    at: datetime | None = None,
    corrects: Contact | None = None,
) -> Contact:
    """Write down a contact, and what it changes of the graduate. The same form sent twice is one entry.

    Not reached and no day given, it is tried again tomorrow. Raises :class:`AskedForQuiet`.
    """
    if key and (there := queries.by_key(author_id, key)) is not None:
        return there
    if student.is_quiet and channel in BY_TEACHER and not safety:
        raise AskedForQuiet
    moment = at or clock.now()
    if not reached and next_on is None:
        next_on = clock.local(moment).date() + timedelta(days=1)
    changed = _wish(student, author_id, moment, intention, obstacle) if reached else None
    made = Contact(
        student_id=student.id,
        author_id=author_id,
        form_key=key or None,
        level=level,
        at=moment,
        written_at=moment,
        channel=channel,
        reached=reached,
        minutes=minutes if reached else None,
        mood=mood if reached else None,
        note=note,
        obstacle=obstacle,
        promise=promise,
        promise_by=(promise_by or Side.TEACHER) if promise else None,
        next_on=next_on,
        intention_id=changed.id if changed else None,
        corrects_id=corrects.id if corrects else None,
        overrode=safety if student.is_quiet else "",
    )
    if private:
        made.private, made.keeper_id = private, author_id
    made.intention = changed
    db.session.add(made)
    students.note_contact(
        student,
        moment,
        reached=reached,
        situation=situation,
        next_on=next_on,
        next_what=promise or (obstacle if not promise else ""),
        turn=Side.STUDENT if promise and promise_by is Side.STUDENT else Side.TEACHER,
    )
    return made


def _wish(student: Student, by_id: int, at: datetime, said: str, obstacle: str) -> Intention | None:
    """What the words change of the intention: places, stage, posts, way, what stands in the way."""
    wishes: dict[str, Any] = {"obstacle": obstacle} if obstacle else {}
    if said:
        reading = oneline.read(said, clock.today(), register.code_names(CodeKind.REGION))
        wishes |= reading.wishes or {"posts": said}
    return students.set_intention(student, by_id, at, **wishes) if wishes else None


CORRECTABLE = ("channel", "reached", "minutes", "mood", "note", "obstacle", "promise", "promise_by", "next_on")


def correct(contact: Contact, **facts: Any) -> None:
    """Put an entry right within its day; the audit keeps what stood there before."""
    for name in CORRECTABLE:
        if name in facts:
            setattr(contact, name, facts[name])
    contact.promise_by = (contact.promise_by or Side.TEACHER) if contact.promise else None
    # A note that went along with a hand-over, or was closed by it, is not the author's to change any more.
    if "private" in facts and (contact.private_sealed is None or contact.keeper_id == contact.author_id):
        contact.private = facts["private"] or None
        contact.keeper_id = contact.author_id if facts["private"] else None
    newest = queries.of_student(contact.student_id, most=1)
    if newest and newest[0].id == contact.id:
        students.note_contact(
            contact.student,
            contact.at,
            reached=contact.reached,
            next_on=contact.next_on,
            next_what=contact.promise,
            turn=Side.STUDENT if contact.promise_by is Side.STUDENT else Side.TEACHER,
        )


def keep_promise(contact: Contact, kept: bool) -> None:
    """The promise was kept, or it was ticked off by mistake."""
    contact.promise_kept_at = clock.now() if kept else None
