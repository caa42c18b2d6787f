"""My six, or the list of all whom one helps; saved views; what is done to several at once."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from ...accounts import service as people
from ...accounts.models import Role
from ...core.access import find
from ...core.ids import read_id
from ...core.listing import exported, listed
from ...core.pages import done, local_url, render
from ...students import panels
from ...students import queries as register
from ...students.models import Student
from ...students.policy import HELPERS, in_care_of
from .. import policy
from ..bands import band
from ..forms.views import BulkForm, ViewForm
from ..listings import GRADUATES, filters_for
from ..queries import contact as contacts
from ..queries import plan as plans
from ..service import bulk as bulk_service
from . import bp
from ._pages import in_short

MOST_CARDS = 12


@bp.get("/", access=policy.staff_door)
def index() -> Response:
    """A mentor's cards, what falls due first; a list for whoever helps more than twelve."""
    if current_user.has(Role.MENTOR):
        students = contacts.six(current_user, in_care_of(current_user), MOST_CARDS)
        others = current_user.has(Role.COUNSELOR, Role.COLLEGE_LEADER, Role.OFFICE, Role.SCHOOL_LEADER)
        if len(students) <= MOST_CARDS and (students or not others):
            return _six(students, others)
    return _list()


def _six(students: list[Student], has_list: bool) -> Response:
    ids = [s.id for s in students]
    facts: dict[str, Any] = {
        "students": students,
        "bands": {s.id: band(s, mine=True) for s in students},
        "last": contacts.last_of(ids),
        "promises": contacts.promises_of(ids),
        "wishes": in_short(register.intentions(ids)),
        "panels": panels.of(current_user, ids),
        "plans": plans.facts(ids),
        "has_list": has_list,
    }
    return render("mentoring/six.html", **facts)


@bp.get("/list", access=policy.staff_door)
def graduates() -> Response:
    return _list()


def _list(status: int = 200, view_form: ViewForm | None = None, verdicts: Any = None) -> Response:
    page = listed(GRADUATES, url_for(".graduates"))
    ids = [row.id for row in page.rows]
    facts: dict[str, Any] = {
        "page": page,
        "filters": filters_for(current_user),
        "bands": {row.id: band(row, mine=row.mentor_id == current_user.id) for row in page.rows},
        "wishes": in_short(register.intentions(ids)),
        "last": contacts.last_of(ids),
        "panels": panels.of(current_user, ids),
        "views": people.saved_views(current_user.id, GRADUATES.name),
        "view_form": view_form or ViewForm(formdata=None),
        "bulk_form": BulkForm(formdata=None),
        "verdicts": verdicts,
        "may_assign": current_user.has(Role.COUNSELOR, Role.COLLEGE_LEADER, Role.OFFICE),
        "may_help": current_user.has(*HELPERS),
        "may_set": current_user.has(Role.OFFICE),
    }
    return render("mentoring/list.html", status, **facts)


@bp.get("/export.<any(xlsx, csv):kind>", access=policy.staff_door)
def export(kind: str) -> Response:
    return exported(GRADUATES, kind, "graduates")


# -- Saved views ----------------------------------------------------------------------------------------------


@bp.post("/views", access=policy.staff_door)
def save_view() -> Response:
    """Keep the list as it is filtered and sorted now under a name."""
    form = ViewForm()
    if not form.validate():
        return _list(422, form)
    people.save_view(current_user, GRADUATES.name, form.name.data, form.query.data)
    return done(f"{url_for('.graduates')}?{form.query.data}", _("View “%(name)s” saved.", name=form.name.data))


@bp.post("/views/<int:id>/delete", access=policy.staff_door)
def delete_view(id: int) -> Response:
    if not people.delete_view(current_user.id, id):
        abort(404)
    return done(url_for(".graduates"), _("The view is gone; nothing else has changed."))


# -- Several at once ------------------------------------------------------------------------------------------


@bp.post("/bulk", access=policy.helper_door)
def bulk() -> Response:
    """One act on several graduates, each judged by itself, with a verdict for each that was refused."""
    form = BulkForm()
    back = local_url(request.form.get("back")) or url_for(".graduates")
    ids = [id for i in request.form.getlist("ids") if (id := read_id(i))][:200]
    if not ids:
        return done(back, _("Choose at least one graduate first."))
    if not form.validate():
        return done(back, " ".join(str(e) for errors in form.errors.values() for e in errors))
    refused = []
    count = 0
    for id in ids:
        student = find(Student, id, register.WHOLE)
        says = bulk_service.act(student, current_user, form.act.data, form.next_on.data) if student else None
        if student is None:
            continue
        if says is None:
            count += 1
        else:
            refused.append(f"{student.user.name}: {says}")
    said = ngettext("Done for %(num)d graduate.", "Done for %(num)d graduates.", count)
    return done(back, " ".join([said, *refused[:5]]))
