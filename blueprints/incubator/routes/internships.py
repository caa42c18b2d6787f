"""“Come and learn first”: teams that take students, and what students ask them."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...accounts.models import Role
from ...core.access import require
from ...core.doors import signed_in
from ...core.pages import done, render
from ...students import queries as register
from .. import notices_application as notices
from .. import policy
from ..forms.internship import InternshipForm
from ..models import Internship, Tenancy
from ..queries import internship as queries
from ..service import internship as service
from . import bp


def _page(status: int = 200, form: InternshipForm | None = None, at: int | None = None, **context: Any) -> Response:
    is_student = current_user.has(Role.STUDENT)
    return render(
        "incubator/internships.html",
        status,
        hosts=queries.hosts(current_user),
        asked=queries.asked_by_others(current_user) if is_student else [],
        is_student=is_student,
        own_teams=queries.own_teams(current_user) if is_student else set(),
        form=form or InternshipForm(formdata=None),
        at=at,
        **context,
    )


@bp.get("/learn", access=signed_in)
def internships() -> Response:
    return _page()


def _host(id: int) -> Tenancy:
    return queries.host(id) or abort(404)


@bp.post("/learn/<int:id>", access=policy.student_door)
def ask_internship(id: int) -> Response:
    """A student asks this team with a sentence."""
    tenancy, form = _host(id), InternshipForm()
    student = register.of_user(current_user.id) or abort(403)
    if not form.validate():
        return _page(422, form, id)
    if tenancy.application_id in queries.own_teams(current_user):
        form.why.errors = [_("This is your own team.")]
        return _page(422, form, id)
    _asked, is_new = service.ask(tenancy, student, form.why.data)
    if is_new:
        notices.tell_intern_asked(tenancy, current_user)
    return done(url_for(".internships"), _("Asked. You get a notice when the team answers."))


@bp.post("/learn/<int:id>/withdraw", access=policy.student_door)
def withdraw_internship(id: int) -> Response:
    student = register.of_user(current_user.id) or abort(403)
    asked = queries.of(id, student.id)
    if asked is not None:
        service.take_back(asked)
    return done(url_for(".internships"), _("Taken back."))


def _asked_of_us(id: int) -> tuple[Internship, Tenancy]:
    """A request to this person's own team."""
    asked = queries.one(id) or abort(404)
    tenancy = queries.host(asked.tenancy_id)
    if tenancy is None or tenancy.application_id not in queries.own_teams(current_user):
        abort(404)
    require("host", tenancy)
    return asked, tenancy


@bp.post("/internships/<int:id>", access=policy.student_door)
def answer_internship(id: int) -> Response:
    """The team says yes or no."""
    asked, tenancy = _asked_of_us(id)
    said = request.form.get("answer")
    if said not in ("yes", "no"):
        abort(400)
    student = register.get_person(asked.student_id) or abort(404)
    try:
        is_new = service.answer(asked, tenancy, said == "yes")
    except service.Full:
        abort(409, _("All places of your team are taken. Say no to someone else first."))
    if is_new:
        notices.tell_intern_answered(asked, tenancy, student.user)
    return done(url_for(".internships") + "#asked", _("%(name)s has been told.", name=student.user.name))
