"""A contact is written, in a line or field by field; corrected within its day; its promise ticked off."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...core import clock
from ...core.access import find, load
from ...core.i18n import day
from ...core.ids import read_id
from ...core.pages import done, render
from ...students import queries as register
from ...students.models import Channel, CodeKind, Side, Situation, Student
from .. import oneline, policy
from ..forms.contact import ContactForm
from ..models import Contact, Mood
from ..queries import contact as contacts
from ..service import contact as service
from . import bp
from ._pages import file_page, level_here, round_list, round_page


@bp.post("/students/<int:id>/contacts", access=policy.helper_door)
def log_contact(id: int) -> Response:
    """Save what was typed; a line that has not been shown as fields yet is shown first."""
    student = load(Student, id, "contact", register.WHOLE)
    form = ContactForm()
    if form.is_unread:
        _read_line(form)
        if form.was_reached and form.channel.data:
            return _again(student, form, 422 if form.errors else 200)
    if not form.validate():
        return _again(student, form, 422)
    try:
        contact = service.log(student, current_user.id, level_here(student), **_facts(form))
    except service.AskedForQuiet:
        form.safety.errors = [
            _(
                "%(name)s has asked not to be contacted until %(day)s. Only a reason of safety overrides it.",
                name=student.user.name,
                day=day(student.quiet_until),
            )
        ]
        return _again(student, form, 422)
    said = _("Saved. Next time: %(day)s.", day=day(contact.next_on)) if contact.next_on else _("Saved.")
    return done(_next(student, form), said)


def _read_line(form: ContactForm) -> None:
    """Fill the fields with what the line says; what it does not say stays as it was typed."""
    reading = oneline.read(form.line.data, clock.today(), register.code_names(CodeKind.REGION))
    form.read.data = form.line.data
    if reading.channel:
        form.channel.data = reading.channel.value
    if reading.reached is False:
        form.reached.data = "no"
    for name in ("minutes", "next_on"):
        if (value := getattr(reading, name)) is not None:
            field = getattr(form, name)
            field.data, field.raw_data = value, None  # else it would show again what was typed, which is nothing
    for name in ("mood", "situation"):
        if (value := getattr(reading, name)) is not None:
            getattr(form, name).data = value.value
    form.note.data = reading.note or form.note.data
    form.obstacle.data = reading.obstacle or form.obstacle.data
    if reading.wishes:
        form.intention.data = _wishes_of_line(reading)
    if reading.day_unread:
        form.next_on.errors = [_("“%(words)s” is not a day I understand; choose one below.", words=reading.day_unread)]


def _wishes_of_line(reading: oneline.Reading) -> str:
    """The words of the wishes, such that reading them again gives the same."""
    names = [oneline.short(n) for n in register.named(CodeKind.REGION, reading.regions)]
    way = next((signs[0] for way, signs in oneline.WAYS.items() if way is reading.way), "")
    stage = next((signs[0] for stage, signs in oneline.STAGES.items() if stage == reading.stage), "")
    if stage and reading.posts and any(sign in reading.posts.lower() for sign in oneline.STAGES[reading.stage or ""]):
        stage = ""
    return " ".join(filter(None, [*names, way, stage, reading.posts]))[:120]


def _facts(form: ContactForm) -> dict[str, Any]:
    return {
        "key": (form.key.data or "")[:32] or None,
        "channel": Channel(form.channel.data),
        "reached": form.was_reached,
        "minutes": form.minutes.data,
        "note": form.note.data or "",
        "situation": Situation(form.situation.data) if form.situation.data else None,
        "mood": Mood(form.mood.data) if form.mood.data else None,
        "intention": form.intention.data or "",
        "obstacle": form.obstacle.data or "",
        "promise": form.promise.data or "",
        "promise_by": Side(form.promise_by.data) if form.promise_by.data else None,
        "next_on": form.next_on.data,
        "private": form.private.data or "",
        "safety": form.safety.data or "",
    }


def _again(student: Student, form: ContactForm, status: int) -> Response:
    """The page the form came from, with everything that was typed."""
    named = round_list(form.list.data) if form.list.data else None
    if named is None:
        return file_page(student, status, form)
    label, ids = named
    return round_page(student, form.list.data, label, ids, status, form)


def _next(student: Student, form: ContactForm) -> str:
    if not form.list.data:
        return url_for(".graduate", id=student.id)
    then = read_id(form.then.data) or "end"
    return url_for(".round_", list=form.list.data, at=then)


# -- Putting right ------------------------------------------------------------------------------------------


@bp.get("/contacts/<int:id>", access=policy.helper_door)
def contact(id: int) -> Response:
    """An entry of one's own, to be corrected within its day."""
    entry = load(Contact, id, "correct", contacts.with_student(id))
    form = ContactForm(formdata=None, obj=entry)
    form.channel.data, form.reached.data = entry.channel.value, "yes" if entry.reached else "no"
    form.mood.data = entry.mood.value if entry.mood else ""
    form.promise_by.data = (entry.promise_by or Side.TEACHER).value
    form.private.data = entry.private if entry.keeper_id == current_user.id else ""
    return render("mentoring/contact.html", entry=entry, form=form)


@bp.post("/contacts/<int:id>", access=policy.helper_door)
def correct_contact(id: int) -> Response:
    entry = load(Contact, id, "correct", contacts.with_student(id))
    form = ContactForm()
    if not form.validate():
        return render("mentoring/contact.html", 422, entry=entry, form=form)
    facts = _facts(form)
    service.correct(entry, **{name: facts[name] for name in (*service.CORRECTABLE, "private")})
    return done(url_for(".graduate", id=entry.student_id), _("Corrected."))


@bp.post("/contacts/<int:id>/kept", access=policy.helper_door)
def promise_kept(id: int) -> Response:
    """Tick a promise off, or take the tick back."""
    entry = load(Contact, id, None, contacts.with_student(id))
    student = find(Student, entry.student_id)
    if student is None:
        return done(url_for(".index"))
    service.keep_promise(entry, entry.promise_kept_at is None)
    said = _("Ticked off.") if entry.promise_kept_at else _("It is open again.")
    return done(url_for(".graduate", id=entry.student_id), said)
