"""A hand-over is made and its packet filled; the student answers; a teacher is away and another stands in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from ...accounts.models import User
from ...core import clock
from ...core.db import db, queue_at
from ...core.i18n import day, listed
from ...core.workflow import WrongState
from ...students import queries as register
from ...students.models import Absence, CodeKind, Intention, Side, Student
from .. import notices_handover as notices
from ..models import Consent, Contact, Handover, HandoverCause, HandoverItem, HandoverState
from ..queries import contact as contacts
from ..queries import handover as queries


class Overlaps(Exception):
    """There is an absence on some of these days already, of the teacher or of the deputy."""

    def __init__(self, absence: Absence) -> None:
        super().__init__()
        self.absence = absence


def one_at_a_time(giver: User) -> None:
    """Two hand-overs of the same mentor's graduates are made one after the other, so that the second sees the first."""
    queue_at(giver)


def create(
    actor: User, giver: User, receiver: User, students: Sequence[Student], *, cause: HandoverCause, note: str
) -> Handover:
    """Begin a hand-over; each graduate's part is filled with what the site knows, to be looked over."""
    made = Handover(from_id=giver.id, to_id=receiver.id, cause=cause, note=note, made_by=actor.id)
    db.session.add(made)
    ids = [s.id for s in students]
    last, wishes = contacts.last_of(ids), register.intentions(ids)
    open_promises, goals = queries.promises(ids), queries.goals(ids)
    for student in students:
        wish, talk = wishes.get(student.id), last.get(student.id)
        db.session.add(
            HandoverItem(
                handover_id=made.id,
                student_id=student.id,
                facts=_facts(student, talk, wish, goals.get(student.id, "")),
                promises=_promises(open_promises.get(student.id, [])),
                sore_points=_sore_points(talk, wish),
            )
        )
    return made


def _facts(student: Student, talk: Contact | None, wish: Intention | None, goal: str) -> str:
    lines = [_("How it stands: %(what)s", what=student.situation.label)]
    if talk is None:
        lines.append(_("No conversation yet."))
    else:
        where = {"day": day(talk.at), "how": talk.channel.label}
        lines.append(_("Last talk: %(day)s, %(how)s", **where) + (f"\n{talk.note}" if talk.note else ""))
    if wish is not None:
        regions = register.named(CodeKind.REGION, wish.regions or [])
        lines.append(_("Wishes: %(what)s", what=listed([wish.way.label, *regions, *filter(None, [wish.posts])])))
        if wish.second_plan:
            lines.append(_("Second plan: %(what)s", what=wish.second_plan))
    if student.next_on is not None:
        lines.append(_("Next date: %(day)s", day=day(student.next_on)) + (f" {student.next_what}".rstrip()))
    if student.reach_by is not None or student.reach_hours:
        how = [student.reach_by.label] if student.reach_by else []
        lines.append(_("To be reached by: %(what)s", what=listed([*how, *filter(None, [student.reach_hours])])))
    if goal:
        lines.append(_("Career plan: %(goal)s", goal=goal))
    return "\n".join(lines)


def _promises(open_ones: list[Contact]) -> str:
    lines = []
    for contact in open_ones:
        facts = {"day": day(contact.at), "what": contact.promise}
        by_student = contact.promise_by is Side.STUDENT
        lines.append(
            _("The student promised on %(day)s: %(what)s", **facts)
            if by_student
            else _("A teacher promised on %(day)s: %(what)s", **facts)
        )
    return "\n".join(lines)


def _sore_points(talk: Contact | None, wish: Intention | None) -> str:
    said = [wish.obstacle if wish else "", talk.obstacle if talk else ""]
    return "\n".join(dict.fromkeys(filter(None, said)))


def fill(handover: Handover, items: Sequence[HandoverItem], texts: dict[str, str], parts: Sequence[str]) -> None:
    """Store the packet as it was looked over; once it is offered, the receiver reads what was offered."""
    if handover.status is not HandoverState.PREPARING:
        raise WrongState(_("It is offered already. Take it back to change it."))
    for item in items:
        for part in parts:
            setattr(item, part, texts.get(f"{part}_{item.id}") or "")


def answer_consent(item: HandoverItem, given: bool) -> None:
    """The student's word about the private notes; it may change until the receiver has signed."""
    if item.handover.status is not HandoverState.OFFERED:
        raise WrongState(_("The hand-over is closed by now, so there is nothing to decide any more."))
    item.consent = Consent.GIVEN if given else Consent.REFUSED


# -- Absences ------------------------------------------------------------------------------------------------


def enter_absence(actor: User, user: User, deputy: User, begins_on: date, ends_on: date, note: str) -> Absence:
    """From then until then (both days included) the deputy sees and answers for this teacher's graduates."""
    queue_at(user)
    for person in (user, deputy):
        if (there := queries.away(person.id, begins_on, ends_on)) is not None:
            raise Overlaps(there)
    made = Absence(user_id=user.id, deputy_id=deputy.id, begins_on=begins_on, ends_on=ends_on, note=note)
    made.user, made.deputy = user, deputy
    db.session.add(made)
    notices.tell_deputy(made, actor, queries.answered_for(user.id))
    return made


def end_absence(absence: Absence, actor: Any) -> None:
    """The teacher is back: from this moment the deputy sees their graduates no more."""
    today = clock.today()
    if absence.ends_on < today:
        raise WrongState(_("This absence is over already."))
    notices.tell_deputy_ended(absence, actor)
    if absence.begins_on >= today:
        db.session.delete(absence)
    else:
        absence.ends_on = today - timedelta(days=1)
