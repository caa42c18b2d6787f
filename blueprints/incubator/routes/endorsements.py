"""A teacher is asked, reads, marks the plan, writes; the college gives its opinion in the same way."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from ...core.access import load
from ...core.doors import signed_in
from ...core.pages import done, render
from .. import checklist, desk, policy
from .. import notices_application as notices
from ..forms.application import MessageForm, yuan
from ..forms.endorsement import AskTeacherForm, EndorsementForm
from ..models import Application, Endorsement, Paper
from ..queries import application as applications
from ..queries import endorsement as queries
from ..service import endorsement as service
from . import bp
from .applications import page as application_page


@bp.post("/applications/<int:id>/teachers", access=signed_in)
def ask_teacher(id: int) -> Response:
    """The team asks its mentor or any other teacher."""
    application, form = load(Application, id, "ask_teacher", applications.PAGE), AskTeacherForm()
    if not form.validate():
        return application_page(application, 422, teacher_form=form)
    found = applications.teachers_found(form.teacher.data)
    if len(found) != 1:
        form.teacher.errors = [
            _("Several people fit. Choose one below.")
            if found
            else _("No teacher is found by “%(words)s”. Type the whole name or its pinyin.", words=form.teacher.data)
        ]
        return application_page(application, 422, teacher_form=form, teachers=found)
    try:
        made, is_new = service.ask(application, found[0])
    except service.TooManyTeachers:
        form.teacher.errors = [_("At most %(num)d teachers.", num=service.MOST_TEACHERS)]
        return application_page(application, 422, teacher_form=form)
    except service.Referees:
        form.teacher.errors = [_("%(name)s cannot be asked in this call. Ask another teacher.", name=found[0].name)]
        return application_page(application, 422, teacher_form=form)
    if is_new:
        notices.tell_teacher(application, made, found[0])
    return done(
        url_for(".application", id=id) + "#teachers", _("%(name)s is asked and gets a notice.", name=found[0].name)
    )


@bp.post("/applications/<int:id>/teachers/<int:endorsement_id>/remove", access=signed_in)
def unask_teacher(id: int, endorsement_id: int) -> Response:
    """Take the question back while nothing is written."""
    application = load(Application, id, "ask_teacher", applications.WHOLE)
    found = next((e for e in applications.endorsements(application.id) if e.id == endorsement_id), None)
    if found is not None and found.written_at is not None:
        abort(409, _("There is an answer already. It stays with the application."))
    if found is not None and found.kind.value == "college":
        abort(403, _("The college is asked by the site."))
    if found is not None:
        service.withdraw_request(found)
    return done(url_for(".application", id=id) + "#teachers", _("The question is taken back."))


# -- The teacher ----------------------------------------------------------------------------------------------


@bp.get("/endorsements", access=policy.staff_door)
def endorsements() -> Response:
    """What teams have asked this teacher for."""
    asked = queries.asked_of(current_user)
    can_write = {e.id for e, a in asked if service.can_write(e, a)}
    return render("incubator/endorsements.html", asked=asked, can_write=can_write)


def _page(endorsement: Endorsement, status: int = 200, **context: Any) -> Response:
    application = load(Application, endorsement.application_id, None, applications.PAGE)
    own = queries.own_of(application.id, current_user.id)
    facts = {
        "endorsement": endorsement,
        "application": application,
        "own": own,
        "forms": desk.endorsement_forms(own),
        "can_write": {e.id: service.can_write(e, application) for e in own},
        "fields": checklist.FIELDS,
        "texts": {f.name: f for f in application.fields},
        "papers": checklist.newest(application.papers),
        "plan": applications.newest_plan(application),
        "endorsements": applications.endorsements(application.id),
        "messages": applications.messages(application.id),
        "message_form": MessageForm(formdata=None),
        "talks": True,
        "yuan": yuan,
        **context,
    }
    return render("incubator/endorse.html", status, **facts)


def _own(id: int, verb: str | None = None) -> Endorsement:
    """One's own; that another teacher was asked is no address of this person's."""
    endorsement = load(Endorsement, id, verb)
    if endorsement.user_id != current_user.id:
        abort(404)
    return endorsement


@bp.get("/endorsements/<int:id>", access=policy.staff_door)
def endorsement(id: int) -> Response:
    return _page(_own(id))


@bp.post("/endorsements/<int:id>", access=policy.staff_door)
def write_endorsement(id: int) -> Response:
    found = _own(id, "write")
    application = load(Application, found.application_id, None, applications.WHOLE)
    form = EndorsementForm(prefix=desk.prefix_of(found))
    if not form.validate():
        own = queries.own_of(application.id, current_user.id)
        return _page(found, 422, forms={**desk.endorsement_forms(own), found.id: form})
    try:
        is_new = service.write(found, application, form.supports.data == "yes", form.reasons.data)
    except service.Settled:
        abort(409, _("The review has begun, so what is written stays as it is."))
    if is_new:
        notices.tell_endorsed(application, current_user)
    return done(url_for(".endorsement", id=id), _("Saved. The team and who decides can read it."))


@bp.post("/papers/<int:id>/send", access=signed_in)
def send_marks(id: int) -> Response:
    """The drafts of this teacher become readable for the team, all at once."""
    paper = load(Paper, id, "annotate", applications.OF_PAPER)
    count = service.send_marks(paper, current_user)
    if count:
        notices.tell_marks(paper, current_user)
    said = ngettext("%(num)d mark sent.", "%(num)d marks sent.", count) if count else _("There is nothing new to send.")
    return done(url_for(".paper", id=id), said)
