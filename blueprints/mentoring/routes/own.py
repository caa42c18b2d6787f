"""The student's own pages: my mentor, my wishes, what was agreed, how to reach me."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...accounts import queries as accounts
from ...accounts import service as people
from ...core.access import load
from ...core.db import db
from ...core.pages import done, render
from ...students import queries as register
from ...students import service as students
from ...students.models import AdviserKind, Channel, Side, Student
from .. import policy
from ..forms.intention import IntentionForm
from ..forms.own import STORED, ReachForm
from ..models import Contact, Level
from ..notices_contact import KEPT
from ..queries import chain
from ..queries import contact as contacts
from ..queries import handover as handovers
from ..queries import plan as plans
from ..service import contact as service
from . import mine
from ._pages import wishes


def own_record(verb: str | None = None) -> Student:
    """The signed-in graduate; in a writing request locked, as every row that is about to change."""
    there = register.of_user(current_user.id)
    if there is None:
        abort(403)
    return load(Student, there.id, verb, register.WHOLE)


@mine.get("/mentor", access=policy.student_door)
def index() -> Response:
    return _own(own_record())


def _own(student: Student, form: ReachForm | None = None, status: int = 200) -> Response:
    if form is None:
        hours = next((key for key, kept in STORED.items() if kept == student.reach_hours), "")
        by = student.reach_by.value if student.reach_by else ""
        form = ReachForm(formdata=None, by=by, hours=hours, quiet=student.is_quiet)
    facts: dict[str, Any] = {
        "student": student,
        "deputy": chain.deputy_of(student.mentor_id) if student.mentor_id else None,
        "advises": _advises(student),
        "agreed": contacts.agreed(student.id),
        "wishes": wishes(register.intentions([student.id]).get(student.id)),
        "others": chain.people_at(Level.COUNSELOR, student),
        "consents": handovers.consents_asked(student.id),
        "plan_fact": plans.facts([student.id])[student.id],
        "form": form,
        "Side": Side,
    }
    return render("mentoring/own.html", status, **facts)


def _advises(student: Student) -> list[str]:
    """What else the mentor is to this student."""
    words = {
        AdviserKind.THESIS: _("also your thesis adviser"),
        AdviserKind.INTERNSHIP: _("also your internship adviser"),
    }
    return [words[kind] for kind, user_id in register.advisers(student.id) if user_id == student.mentor_id]


@mine.post("/reach", access=policy.student_door)
def set_reach() -> Response:
    student = own_record("set_reach")
    form = ReachForm()
    if not form.validate():
        return _own(student, form, 422)
    by = Channel(form.by.data) if form.by.data else None
    students.set_reach(student, by=by, hours=STORED.get(form.hours.data or "", ""), quiet_until=form.quiet_until)
    return done(url_for(".index"), _("Saved. All who help you see it before they call."))


@mine.get("/intention", access=policy.student_door)
def intention() -> Response:
    student = own_record("wish")
    return _intention(student, IntentionForm.of(register.intentions([student.id]).get(student.id)))


def _intention(student: Student, form: IntentionForm, status: int = 200) -> Response:
    facts: dict[str, Any] = {
        "student": student,
        "form": form,
        "history": register.intention_history(student.id),
        "regions": form.region_names(),
        "wishes_of": wishes,
    }
    return render("mentoring/intention.html", status, own=True, **facts)


@mine.post("/intention", access=policy.student_door)
def set_intention() -> Response:
    student = own_record("wish")
    form = IntentionForm()
    if not form.validate():
        return _intention(student, form, 422)
    made = students.set_intention(student, current_user.id, **form.wishes)
    return done(
        url_for(".index"), _("Your wishes are saved.") if made else _("Nothing was new, so nothing was changed.")
    )


@mine.post("/promises/<int:id>", access=policy.student_door)
def tick_promise(id: int) -> Response:
    """The student ticks off their own promise, or takes the tick back; the mentor is told of the first."""
    student = own_record()
    entry = db.session.get(Contact, id, options=contacts.FULL)
    if entry is None or entry.student_id != student.id or entry.promise_by is not Side.STUDENT:
        abort(404)
    service.keep_promise(entry, entry.promise_kept_at is None)
    if entry.promise_kept_at and student.mentor_id:
        mentor = accounts.user(student.mentor_id)
        people.tell(mentor, KEPT, f"/mentoring/students/{student.id}", student=student.user.name, what=entry.promise)
    return done(url_for(".index"), _("Ticked off. Well done.") if entry.promise_kept_at else _("It is open again."))
