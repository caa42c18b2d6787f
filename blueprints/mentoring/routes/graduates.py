"""The file of one graduate, and their wishes."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...core import audit
from ...core.access import can, load
from ...core.db import regardless
from ...core.ids import read_id
from ...core.pages import done, render
from ...students import queries as register
from ...students import service as students
from ...students.models import Side, Student
from .. import policy
from ..forms.intention import IntentionForm
from ..queries import contact as contacts
from . import bp
from ._pages import file_page, wishes


@bp.get("/students/<int:id>", access=policy.staff_door)
def graduate(id: int) -> Response:
    """一人一档. That it was opened is written down once a day for each reader, for the student to see."""
    student = load(Student, id, None, register.WHOLE)
    if not audit.was_seen_today(student, "file.opened", current_user.id):
        regardless(_note_opened, student.id, current_user.id)
    return file_page(student)


def _note_opened(student_id: int, actor_id: int) -> None:
    audit.event_of("file.opened", "student", student_id, actor_id=actor_id)


@bp.get("/students/<int:id>/contacts", access=policy.staff_door)
def older_contacts(id: int) -> Response:
    """Earlier contacts, a page at a time."""
    student = load(Student, id, None, register.WHOLE)
    found = contacts.of_student(student.id, most=50, before=read_id(request.args.get("before")))
    last = found[-1].id if len(found) == 50 else None
    facts: dict[str, Any] = {"may_contact": can("contact", student), "Side": Side}
    return render("mentoring/contacts.html", student=student, contacts=found, last=last, **facts)


@bp.get("/students/<int:id>/intention", access=policy.staff_door)
def intention(id: int) -> Response:
    student = load(Student, id, "wish", register.WHOLE)
    form = IntentionForm.of(register.intentions([student.id]).get(student.id))
    return _intention(student, form)


def _intention(student: Student, form: IntentionForm, status: int = 200) -> Response:
    history = register.intention_history(student.id)
    regions = form.region_names()
    facts: dict[str, Any] = {
        "student": student,
        "form": form,
        "history": history,
        "regions": regions,
        "wishes_of": wishes,
    }
    return render("mentoring/intention.html", status, own=False, **facts)


@bp.post("/students/<int:id>/intention", access=policy.helper_door)
def set_intention(id: int) -> Response:
    student = load(Student, id, "wish", register.WHOLE)
    form = IntentionForm.posted()
    if not form.validate():
        return _intention(student, form, 422)
    made = students.set_intention(student, current_user.id, **form.wishes)
    said = _("Wishes saved.") if made else _("Nothing was new, so nothing was changed.")
    return done(url_for(".graduate", id=id), said)
