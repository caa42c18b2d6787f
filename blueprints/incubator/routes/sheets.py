"""A referee's blind sheets: the list, one application without names, its pages, the points."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import Conflict

from ...core import files
from ...core.pages import done, render
from ...documents import queries as documents
from ...documents.rendering import WIDTHS
from .. import checklist, points, policy
from ..forms.sheet import ANCHORS, sheet_form
from ..models import Application
from ..queries import intake as intakes
from ..queries import sheet as queries
from ..service import sheet as service
from . import bp


@bp.get("/sheets", access=policy.staff_door)
def sheets() -> Response:
    """What waits for my points, and what I have handed in."""
    lines = queries.lines(current_user)
    calls: dict[int, list[queries.Line]] = {}
    for line in lines:
        calls.setdefault(line.intake_id, []).append(line)
    return render("incubator/sheets.html", calls=list(calls.values()), is_referee=queries.is_referee(current_user))


def _load(id: int) -> Application:
    """The application as this referee may read it. Sheets that were begun and are closed by now say so."""
    found = queries.blind(current_user, id)
    if found is None:
        if queries.own(id, current_user.id) is not None:
            raise Conflict(_("This application is decided or was taken back, so its sheet is closed."))
        abort(404)
    return found


@bp.get("/sheets/<int:id>", access=policy.staff_door)
def sheet(id: int) -> Response:
    return _page(_load(id))


def _page(application: Application, status: int = 200, form: Any = None) -> Response:
    criteria = application.intake.criteria
    weights = {c.id: c.weight for c in criteria}
    mine = queries.own(application.id, current_user.id)
    given = {s.criterion_id: s.points for s in mine.scores} if mine else {}
    if form is None:
        data = {f"points_{id}": str(n) for id, n in given.items()} | {"remark": mine.remark if mine else ""}
        form = sheet_form(criteria)(formdata=None, data=data)
    endorsed = queries.endorsements(application.id)
    names = queries.names_of(application, endorsed)
    texts = {f.name: queries.masked(f.text, names) for f in application.fields if f.text}
    papers = [p for p in application.papers if p.replaced_at is None]
    drawn = queries.pages([p.document_id for p in papers])
    open_ = [line for line in queries.lines(current_user) if line.open and line.intake_id == application.intake_id]
    at = next(n for n, line in enumerate(open_) if line.id == application.id)
    return render(
        "incubator/sheet.html",
        status,
        application=application,
        no=open_[at].no,
        criteria=criteria,
        form=form,
        mine=mine,
        locked=mine is not None and mine.handed_in_at is not None,
        given=given,
        total=points.of_sheet(given, weights),
        so_far=sum(weights[id] for id in given),
        texts=[(kind.label, texts[kind.name]) for kind in checklist.FIELDS if kind.name in texts],
        endorsed=[(e, queries.masked(e.text, names)) for e in endorsed],
        papers=[(p, drawn.get(p.document_id, [])) for p in papers],
        team_size=1 + len(application.members),
        lines=open_,
        at=at,
        before=open_[at - 1] if at else None,
        after=open_[at + 1] if at + 1 < len(open_) else None,
        anchors=ANCHORS,
    )


@bp.post("/sheets/<int:id>", access=policy.staff_door)
def save_sheet(id: int) -> Response:
    """Keep the sheet as a draft; with ``then=hand-in`` hand it in and go on with the next one."""
    application = _load(id)
    form = sheet_form(application.intake.criteria)()
    hands_in = request.form.get("then") == "hand-in"
    if not form.validate() or (hands_in and not form.is_whole()):
        return _page(application, 422, form)
    try:
        service.save(application, current_user, form.given, form.remark.data or "", hand_in=hands_in)
    except service.HandedIn:
        raise Conflict(_("You have handed this sheet in, so it does not change any more.")) from None
    if not hands_in:
        return done(url_for(".sheet", id=id), _("Saved. Nobody sees it until you hand it in."))
    rest = [line for line in queries.lines(current_user) if line.open and not line.handed_in]
    later = [line for line in rest if line.id > id] or rest
    if later:
        no = intakes.labels(application.intake_id)[id]
        return done(url_for(".sheet", id=later[0].id), _("Application %(no)s is handed in.", no=no))
    return done(url_for(".sheets"), _("All sheets are handed in. Thank you."))


@bp.post("/sheets/<int:id>/draft", access=policy.staff_door)
def draft_sheet(id: int) -> Response:
    """What is typed keeps itself, without a word."""
    application = _load(id)
    form = sheet_form(application.intake.criteria)()
    if not form.validate():
        return _page(application, 422, form)
    try:
        service.save(application, current_user, form.given, form.remark.data or "")
    except service.HandedIn:
        raise Conflict(_("You have handed this sheet in, so it does not change any more.")) from None
    return done(url_for(".sheet", id=id), None, lambda: _page(application, form=form))


@bp.get("/sheets/<int:id>/papers/<int:paper_id>/pages/<int:n>", access=policy.staff_door)
def sheet_page(id: int, paper_id: int, n: int) -> Response:
    """A page of a paper as a picture; the file and its name stay closed."""
    width = request.args.get("w", type=int, default=780)
    document = queries.blind_paper(current_user, id, paper_id)
    blob = documents.picture(document, n, width if width in WIDTHS else 780) if document else None
    if blob is None:
        abort(404)
    return files.respond(blob)
