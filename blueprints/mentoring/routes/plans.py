"""The career plan: a teacher's pages about it, and the student's own."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...accounts import queries as accounts
from ...core import clock
from ...core.access import can, load
from ...core.ids import read_id
from ...core.pages import done, render
from ...students import queries as register
from ...students.models import Student
from .. import plan_templates, policy
from ..forms.plan import BeginForm, CloseForm, PlanForm, ReviewForm
from ..models import Owner, Plan, PlanStep
from ..queries import plan as queries
from ..service import plan as service
from . import bp, mine
from .own import own_record


def _open(student: Student) -> Plan:
    plan = queries.open_of(student.id)
    if plan is None:
        abort(409, _("There is no open plan any more. Reload the page to see how things stand."))
    return plan


def _page(student: Student, status: int = 200, own: bool = False, **forms: Any) -> Response:
    """The open plan; a teacher without one is offered the templates."""
    plan = queries.open_of(student.id)
    if plan is None and not own and can("plan", student) and not forms:
        return _templates(student)
    past = queries.closed_of(student.id)
    facts: dict[str, Any] = {
        "student": student,
        "plan": plan,
        "fact": queries.facts([student.id])[student.id],
        "past": past,
        "names": accounts.people_named(queries.people_of([*([plan] if plan else []), *past])),
        "own": own,
        "month": clock.start_of(clock.today().replace(day=1)),
        "today": clock.today(),
        "may": not own and can("plan", student),
        "review_form": ReviewForm(formdata=None),
        "close_form": CloseForm(formdata=None),
        **forms,
    }
    return render("mentoring/plan.html", status, **facts)


def _templates(student: Student, status: int = 200, form: BeginForm | None = None) -> Response:
    """What a plan can begin with: the template that the query names, or that the intention suggests."""
    wish = register.intentions([student.id]).get(student.id)
    template = plan_templates.BY_KEY.get(request.values.get("template", "")) or plan_templates.fitting(wish)
    past = queries.closed_of(student.id)
    return render(
        "mentoring/plan_new.html",
        status,
        student=student,
        chosen=template,
        templates=plan_templates.TEMPLATES,
        form=form or BeginForm.fresh(template),
        wish=wish,
        why=queries.facts([student.id])[student.id].needed,
        past=past,
        names=accounts.people_named(queries.people_of(past)),
        today=clock.today(),
    )


@bp.get("/students/<int:id>/plan", access=policy.staff_door)
def plan(id: int) -> Response:
    return _page(load(Student, id, None, register.WHOLE))


@bp.post("/students/<int:id>/plan", access=policy.helper_door)
def begin_plan(id: int) -> Response:
    student = load(Student, id, "plan", register.WHOLE)
    template = plan_templates.BY_KEY.get(request.form.get("template", "")) or abort(400)
    form = BeginForm.of(template)
    if not form.validate():
        return _templates(student, 422, form)
    service.begin(student, current_user, template, form.goal.data, form.steps.data or ())
    return done(url_for(".plan", id=id), _("The plan is there. The student can see it and tick it off, too."))


@bp.get("/students/<int:id>/plan/edit", access=policy.helper_door)
def edit_plan(id: int) -> Response:
    student = load(Student, id, "plan", register.WHOLE)
    plan = queries.open_of(student.id) or abort(404)
    return _edit(student, PlanForm.of(plan))


def _edit(student: Student, form: PlanForm, status: int = 200, theirs: Plan | None = None) -> Response:
    return render("mentoring/plan_edit.html", status, student=student, form=form, theirs=theirs)


@bp.post("/students/<int:id>/plan/edit", access=policy.helper_door)
def change_plan(id: int) -> Response:
    student = load(Student, id, "plan", register.WHOLE)
    plan, form = _open(student), PlanForm()
    if not form.validate():
        return _edit(student, form, 422)
    try:
        service.change(plan, form.goal.data, _rows(form), form.version.data or 0)
    except service.Stale:
        # What was typed stays; saved once more, it holds.
        form.version.raw_data, form.version.data = None, plan.version
        return _edit(student, form, 409, plan)
    except service.TooMany:
        form.goal.errors = [_("At most %(num)d steps. Leave out what matters least.", num=service.MOST_STEPS)]
        return _edit(student, form, 422)
    return done(url_for(".plan", id=id), _("Saved."))


def _rows(form: PlanForm) -> list[service.Row]:
    rows = []
    for n, row in enumerate(form.typed, 1):
        place = row.place.data if row.place.data is not None else n
        removed = bool(row.remove.data) or not row.text.data
        known = read_id(row.step.data)
        rows.append(service.Row(known, place, row.text.data or "", Owner(row.owner.data), row.due_on.data, removed))
    return rows


@bp.post("/students/<int:id>/plan/steps/<int:step>", access=policy.helper_door)
def tick(id: int, step: int) -> Response:
    student = load(Student, id, "tick", register.WHOLE)
    _tick(student, step)
    return done(url_for(".plan", id=id), show=lambda: _page(student))


def _tick(student: Student, step_id: int) -> None:
    found: PlanStep = next((s for s in _open(student).steps if s.id == step_id), None) or abort(404)
    service.tick(found, current_user.id, request.form.get("done") == "1")


@bp.post("/students/<int:id>/plan/reviews", access=policy.helper_door)
def review_plan(id: int) -> Response:
    """The monthly look."""
    student = load(Student, id, "plan", register.WHOLE)
    plan, form = _open(student), ReviewForm()
    if not form.validate():
        return _page(student, 422, review_form=form)
    service.review(plan, student, current_user, form.text.data)
    return done(url_for(".plan", id=id) + "#reviews", _("Written down. The next look is due in a month."))


@bp.post("/students/<int:id>/plan/close", access=policy.helper_door)
def close_plan(id: int) -> Response:
    student = load(Student, id, "plan", register.WHOLE)
    plan, form = _open(student), CloseForm()
    if not form.validate():
        return _page(student, 422, close_form=form)
    service.close(plan, student, current_user, form.outcome.data)
    return done(url_for(".plan", id=id), _("The plan is closed. You can begin the next one."))


@bp.post("/students/<int:id>/plan/reopen", access=policy.helper_door)
def reopen_plan(id: int) -> Response:
    """Take back the closing of the last plan."""
    student = load(Student, id, "plan", register.WHOLE)
    last = next(iter(queries.closed_of(student.id, most=1)), None) or abort(404)
    if not service.reopen(last):
        abort(409, _("There is another open plan. Close that one first."))
    return done(url_for(".plan", id=id), _("The plan is open again."))


def _print(student: Student) -> Response:
    plan = queries.open_of(student.id) or next(iter(queries.closed_of(student.id, most=1)), None) or abort(404)
    return render(
        "mentoring/plan_print.html",
        student=student,
        plan=plan,
        fact=queries.facts([student.id])[student.id],
        names=accounts.people_named(queries.people_of([plan])),
        wish=register.intentions([student.id]).get(student.id),
        school=accounts.school_name(),
        today=clock.today(),
        own=student.user_id == current_user.id,
    )


@bp.get("/students/<int:id>/plan/print", access=policy.staff_door)
def print_plan(id: int) -> Response:
    """On A4, with places to sign."""
    return _print(load(Student, id, None, register.WHOLE))


# -- The student's own ------------------------------------------------------------------------------------------


@mine.get("/plan", access=policy.student_door)
def own_plan() -> Response:
    return _page(own_record(), own=True)


@mine.post("/plan/steps/<int:step>", access=policy.student_door)
def own_tick(step: int) -> Response:
    student = own_record("tick")
    _tick(student, step)
    return done(url_for(".own_plan"), show=lambda: _page(student, own=True))


@mine.get("/plan/print", access=policy.student_door)
def own_print() -> Response:
    return _print(own_record())
