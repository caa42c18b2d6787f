"""Questions up the chain: asked from a graduate's file, answered by the next level, come back to who asked."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...core.access import can, load
from ...core.listing import listed as list_page
from ...core.pages import done, render
from ...students import queries as register
from ...students.models import Student
from .. import policy
from ..forms.help_request import AnswerForm, HelpForm, PassOnForm
from ..listings_help import HELP as LIST
from ..models import HelpRequest, HelpState, Level
from ..queries import chain
from ..queries import help_request as queries
from ..service import help_request as service
from ..workflow.help_request import HELP
from . import bp


@bp.get("/help", access=policy.staff_door)
def help_requests() -> Response:
    return render("mentoring/help_list.html", page=list_page(LIST, url_for(".help_requests")), State=HelpState)


# -- Asking --------------------------------------------------------------------------------------------------


def _level(student: Student) -> Level:
    return policy.level_of(current_user, student, deputises=chain.is_deputy(current_user.id, student))


def _ask(student: Student, form: HelpForm, status: int = 200) -> Response:
    level, people = queries.next_level(student, _level(student))
    return render(
        "mentoring/help_ask.html",
        status,
        student=student,
        help_form=form if can("ask_up", student) and level is not None else None,
        help_requests=queries.of(student.id, most=20),
        level=level,
        people=people,
    )


@bp.get("/students/<int:id>/help", access=policy.staff_door)
def help_of(id: int) -> Response:
    """All questions about one graduate, and the form to ask another."""
    return _ask(load(Student, id, None, register.WHOLE), HelpForm(formdata=None))


@bp.post("/students/<int:id>/help", access=policy.helper_door)
def ask_for_help(id: int) -> Response:
    student = load(Student, id, "ask_up", register.WHOLE)
    form = HelpForm()
    if not form.validate():
        return _ask(student, form, 422)
    try:
        made = service.ask(student, current_user, _level(student), form.question.data)
    except service.NothingAbove:
        form.question.errors = [_("There is no level above yours. Talk to a colleague in the office.")]
        return _ask(student, form, 422)
    except service.WaitsAlready as waits:
        form.question.errors = [
            f"{waits.description} " + _("Wait for its answer, or take it back and ask anew."),
        ]
        return _ask(student, form, 409)
    return done(url_for(".graduate", id=id), _("Asked: %(level)s. The answer comes to you.", level=made.to_level.label))


# -- One question ----------------------------------------------------------------------------------------------


@bp.get("/help/<int:id>", access=policy.staff_door)
def help_request(id: int) -> Response:
    return _show(load(HelpRequest, id, None, queries.FULL))


def _show(
    held: HelpRequest, status: int = 200, answer: AnswerForm | None = None, onward: PassOnForm | None = None
) -> Response:
    moves = {move.name for move in HELP.open_to(current_user, held)}
    return render(
        "mentoring/help.html",
        status,
        request_=held,
        student=held.student,
        moves=moves,
        above=queries.next_level(held.student, held.to_level)[0] if "pass_on" in moves else None,
        answer_form=answer or AnswerForm(formdata=None),
        pass_form=onward or PassOnForm(formdata=None, prefix="on"),
    )


@bp.post("/help/<int:id>/answer", access=policy.staff_door)
def answer_help(id: int) -> Response:
    held = load(HelpRequest, id, None, queries.FULL)
    form = AnswerForm()
    if not form.validate():
        return _show(held, 422, answer=form)
    HELP.fire("answer", held, current_user, answer=form.answer.data)
    return done(url_for(".help_request", id=id), _("Answered. %(name)s has a notice.", name=held.asker.name))


@bp.post("/help/<int:id>/pass-on", access=policy.staff_door)
def pass_help_on(id: int) -> Response:
    held = load(HelpRequest, id, None, queries.FULL)
    form = PassOnForm(prefix="on")
    if not form.validate():
        return _show(held, 422, onward=form)
    HELP.fire("pass_on", held, current_user, answer=form.answer.data or "")
    return done(url_for(".help_request", id=id), _("Passed on. The answer will come back to you."))


@bp.post("/help/<int:id>/take-back", access=policy.staff_door)
def take_help_back(id: int) -> Response:
    held = load(HelpRequest, id, None, queries.FULL)
    HELP.fire("take_back", held, current_user)
    return done(url_for(".help_requests", tab="asked"), _("Taken back. Nobody needs to answer it now."))
