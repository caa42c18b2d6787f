"""The register over HTTP."""

from __future__ import annotations

from flask import Response, abort, request, url_for
from flask_babel import gettext as _

from ..accounts import policy as people_policy
from ..core.access import load
from ..core.doors import Slice
from ..core.listing import listed
from ..core.pages import done, local_url, render
from . import queries, service
from .listings import LEVELS, REGISTER
from .models import Student

bp = Slice("students", __name__, url_prefix="/students")


@bp.get("/", access=people_policy.office)
def index() -> Response:
    """All graduates, and the support level that the office has set for each."""
    return render("students/register.html", page=listed(REGISTER, url_for(".index")), levels=LEVELS)


@bp.post("/<int:id>/level", access=people_policy.office)
def set_level(id: int) -> Response:
    student = load(Student, id, "set_level", queries.WITH_PERSON)
    level = request.form.get("level", "")
    if level not in ("0", "1", "2"):
        abort(400)
    service.set_level(student, int(level))
    back = local_url(request.form.get("back")) or url_for(".index")
    return done(back, _("%(name)s: support level set.", name=student.user.name))
