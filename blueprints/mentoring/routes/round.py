"""The call round: down a list, one graduate after the other."""

from __future__ import annotations

from flask import Response, abort, request

from ...core.access import find
from ...core.ids import read_id
from ...students import queries as register
from ...students.models import Student
from .. import policy
from . import bp
from ._pages import chosen_list, round_list, round_page


@bp.get("/round", access=policy.helper_door, endpoint="round_")
def call_round() -> Response:
    """``?list=`` a tab of the list or a saved view (``view-<id>``), or ``?ids=`` several; ``at=`` who is called now."""
    picked = [id for i in request.args.getlist("ids") if (id := read_id(i))]
    list_ = chosen_list(picked) if picked else request.args.get("list", "") or "due"
    named = round_list(list_)
    if named is None:
        abort(404)
    label, ids = named
    at = request.args.get("at", "")
    if at == "end":
        return round_page(None, list_, label, [])
    wanted = read_id(at) or (ids[0] if ids else None)
    if wanted is None:
        return round_page(None, list_, label, [])
    student = find(Student, wanted, register.WHOLE)
    if student is None:
        abort(404)
    return round_page(student, list_, label, ids)
