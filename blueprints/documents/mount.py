"""The red pen's routes, mounted by the slice that owns a document behind that slice's own rules.

``documents`` has no URLs of its own: :func:`mount_sheet` adds the pages, the original, the text, the
marks and the answers below a prefix of the owner's blueprint, and asks the owner's :class:`Desk`
for every decision.
"""

from __future__ import annotations

from typing import Any, Protocol

from flask import Response, abort, jsonify, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import audit, files
from ..core.doors import Slice, signed_in
from ..core.pages import done
from . import places, queries, service
from .forms import AnswerForm, MarkForm
from .models import Annotation, AnswerKind, Document, MarkKind
from .rendering import WIDTHS


class Desk(Protocol):
    """What the owning slice answers for one of its things."""

    def document(self, id: int, verb: str | None = None) -> tuple[Any, Document]:
        """The owner and the document that is asked for (``?round=`` is the owner's to read): 404, 403."""

    def of_mark(self, id: int, mark_id: int, verb: str) -> tuple[Any, Document, Annotation]:
        """The owner, the document and a mark of any of its versions: 404, 403."""

    def room(self, owner: Any, status: int = 200, **context: Any) -> Response:
        """The page that shows the document, with a composer or an undo row when given."""

    def home(self, owner: Any) -> str:
        """The address of that page."""

    def worked(self, owner: Any) -> None:
        """Called in the transaction of everything the pen writes: renews a lease, for instance."""

    def may_say(self, owner: Any) -> frozenset[AnswerKind]:
        """The kinds of answer that this person may give."""

    def answered(self, owner: Any, mark: Annotation, kind: AnswerKind) -> None:
        """Called when an answer was written: tells the other side."""


class Target:
    """What the composer shows of the place it is about; without a place it only keeps the words."""

    def __init__(
        self,
        page: int,
        place: places.Place | None = None,
        grow_url: str | None = None,
        shrink_url: str | None = None,
        mark_id: int | None = None,
    ) -> None:
        self.page, self.grow_url, self.shrink_url, self.mark_id = page, grow_url, shrink_url, mark_id
        self.line: str | None = None
        self.sel: str | None = None
        self.box: str | None = None
        self.quote = ""
        if place is not None:
            gesture, _sep, value = place.gesture.partition("=")
            setattr(self, gesture, value)
            self.quote = place.quote


def mount_sheet(bp: Slice, desk: Desk, prefix: str = "/<int:id>") -> None:
    """Add the red pen's routes to a slice's blueprint."""

    def place_of(document: Document, form: MarkForm) -> tuple[Any, places.Place]:
        page = queries.page(document, form.page.data or 1)
        if page is None:
            abort(404)
        return page, places.find(page, line=form.line.data or "", sel=form.sel.data or "", box=form.box.data or "")

    def composer_url(id: int, page: int, line: str) -> str:
        return url_for(f"{bp.name}.compose", id=id, page=page, line=line)

    def target_of(id: int, page: Any, place: places.Place, mark_id: int | None = None) -> Target:
        gesture, _sep, value = place.gesture.partition("=")
        if gesture != "line" or mark_id is not None:
            return Target(page.no, place, mark_id=mark_id)
        first, last = (int(n) for n in (value.split("-") * 2)[:2]) if "-" in value else (int(value), int(value))
        grow = composer_url(id, page.no, f"{first}-{last + 1}") if last + 1 < len(page.lines) else None
        shrink = (
            None
            if last == first
            else composer_url(id, page.no, f"{first}-{last - 1}" if last - 1 > first else str(first))
        )
        return Target(page.no, place, grow, shrink)

    @bp.get(f"{prefix}/pages/<int:n>", access=signed_in, endpoint="page")
    def page(id: int, n: int) -> Response:
        """A page as a picture, ``?w=`` 780, 1240 or 1654 pixels wide."""
        width = request.args.get("w", type=int, default=1240)
        _owner, document = desk.document(id)
        blob = queries.picture(document, n, width if width in WIDTHS else 1240)
        if blob is None:
            abort(404)
        return files.respond(blob)

    @bp.get(f"{prefix}/original", access=signed_in, writes=True, endpoint="original")
    def original(id: int) -> Response:
        """The file as it was handed in; who takes it is written down."""
        owner, document = desk.document(id)
        audit.seen(owner, "original.downloaded", document.name)
        return files.respond(document.blob, download_as=document.name)

    @bp.get(f"{prefix}/text", access=signed_in, endpoint="text")
    def text(id: int) -> Response:
        """The text of all pages, a line a line."""
        _owner, document = desk.document(id)
        pages = ["\n".join(line["text"] for line in p.lines) for p in queries.document(document.id).pages]
        return Response("\n\n".join(pages) + "\n", mimetype="text/plain")

    @bp.get(f"{prefix}/annotations.json", access=signed_in, endpoint="annotations_json")
    def annotations_json(id: int) -> Response:
        """The marks one may read, as W3C Web Annotations."""
        _owner, document = desk.document(id)
        found = queries.marks([document.id], drafts_of=None, viewer=current_user.id)[document.id]
        source = url_for(f"{bp.name}.original", id=id)
        stored = {m.id: queries.mark(document.id, m.id) for m in found}
        return jsonify([places.as_web_annotation(stored[m.id], source, m.author_name) for m in found])

    @bp.get(f"{prefix}/annotations", access=signed_in, endpoint="compose")
    def compose(id: int) -> Response:
        """The page with a composer for the place that the query names."""
        owner, document = desk.document(id, "annotate")
        form = MarkForm(request.args)
        try:
            page, place = place_of(document, form)
        except places.NoSuchPlace:
            abort(404)
        return desk.room(owner, composer=MarkForm(formdata=None), target=target_of(id, page, place))

    @bp.post(f"{prefix}/annotations", access=signed_in, endpoint="annotate")
    def annotate(id: int) -> Response:
        """Save a mark as a draft."""
        owner, document = desk.document(id, "annotate")
        form = MarkForm()
        try:
            page, place = place_of(document, form)
        except places.NoSuchPlace:
            form.body.errors = [_("That place is not on this page. Choose a line, some text or a box again.")]
            return desk.room(owner, 422, composer=form, target=Target(form.page.data or 1))
        if not form.validate():
            return desk.room(owner, 422, composer=form, target=target_of(id, page, place))
        try:
            made = service.mark(document, current_user.id, page.no, place, MarkKind(form.kind.data), form.body.data)
        except service.TooMany:
            form.body.errors = [
                _("There are %(num)d marks already. A student can hardly act on more.", num=service.MOST_MARKS)
            ]
            return desk.room(owner, 422, composer=form, target=target_of(id, page, place))
        desk.worked(owner)
        return done(f"{desk.home(owner)}#card_{made.id}", None, lambda: desk.room(owner, fresh=made.id))

    @bp.get(f"{prefix}/annotations/<int:mark_id>", access=signed_in, endpoint="edit_mark")
    def edit_mark(id: int, mark_id: int) -> Response:
        owner, document, mark = _own_draft(desk, id, mark_id)
        form = MarkForm(formdata=None, kind=mark.kind.value, body=mark.body, version=mark.version)
        page = queries.page(document, mark.page_no)
        target = target_of(id, page, places.Place(mark.place, mark.selector), mark.id)
        return desk.room(owner, composer=form, target=target)

    @bp.post(f"{prefix}/annotations/<int:mark_id>", access=signed_in, endpoint="save_mark")
    def save_mark(id: int, mark_id: int) -> Response:
        owner, document, mark = _own_draft(desk, id, mark_id)
        form = MarkForm()
        page = queries.page(document, mark.page_no)
        target = target_of(id, page, places.Place(mark.place, mark.selector), mark.id)
        if not form.validate():
            return desk.room(owner, 422, composer=form, target=target)
        try:
            service.edit(mark, MarkKind(form.kind.data), form.body.data, form.version.data or 0)
        except service.Stale as stale:
            form.body.errors = [
                _("This mark was changed in another window. There it says: %(text)s", text=stale.theirs)
            ]
            form.version.raw_data, form.version.data = None, mark.version
            return desk.room(owner, 409, composer=form, target=target)
        desk.worked(owner)
        return done(f"{desk.home(owner)}#card_{mark.id}", _("Mark changed."), lambda: desk.room(owner, fresh=mark.id))

    @bp.post(f"{prefix}/annotations/<int:mark_id>/delete", access=signed_in, endpoint="delete_mark")
    def delete_mark(id: int, mark_id: int) -> Response:
        owner, _document, mark = _own_draft(desk, id, mark_id)
        service.delete(mark)
        desk.worked(owner)
        return done(f"{desk.home(owner)}?undo={mark.id}", None, lambda: desk.room(owner, undo=mark))

    @bp.post(f"{prefix}/annotations/<int:mark_id>/restore", access=signed_in, endpoint="restore_mark")
    def restore_mark(id: int, mark_id: int) -> Response:
        owner, _document, mark = _own_draft(desk, id, mark_id, deleted=True)
        service.restore(mark)
        desk.worked(owner)
        return done(
            f"{desk.home(owner)}#card_{mark.id}", _("The mark is back."), lambda: desk.room(owner, fresh=mark.id)
        )

    @bp.post(f"{prefix}/annotations/<int:mark_id>/answers", access=signed_in, endpoint="answer_mark")
    def answer_mark(id: int, mark_id: int) -> Response:
        owner, _document, mark = desk.of_mark(id, mark_id, "answer")
        form = AnswerForm()
        home = f"{desk.home(owner)}#card_{mark.id}"
        if not form.validate():
            return desk.room(owner, 422, answer_form=form, answered=mark.id)
        kind = AnswerKind(form.kind.data)
        if kind not in desk.may_say(owner):
            abort(403)
        try:
            is_new = service.answer(mark, current_user.id, kind, form.body.data or "")
        except service.TooMany:
            form.body.errors = [_("There is enough written below this mark. Please talk on the phone.")]
            return desk.room(owner, 422, answer_form=form, answered=mark.id)
        if is_new:
            desk.answered(owner, mark, kind)
        return done(home, None, lambda: desk.room(owner, fresh=mark.id))

    @bp.post(f"{prefix}/annotations/<int:mark_id>/unsay", access=signed_in, endpoint="unsay")
    def unsay(id: int, mark_id: int) -> Response:
        """Take back a "done"."""
        owner, _document, mark = desk.of_mark(id, mark_id, "answer")
        service.unsay(mark, current_user.id)
        return done(f"{desk.home(owner)}#card_{mark.id}", None, lambda: desk.room(owner, fresh=mark.id))

    @bp.post(f"{prefix}/annotations/<int:mark_id>/close", access=signed_in, endpoint="close_mark")
    def close_mark(id: int, mark_id: int) -> Response:
        owner, _document, mark = desk.of_mark(id, mark_id, "close")
        service.close(mark)
        desk.worked(owner)
        return done(f"{desk.home(owner)}#card_{mark.id}", _("Mark closed."), lambda: desk.room(owner))

    @bp.post(f"{prefix}/annotations/<int:mark_id>/reopen", access=signed_in, endpoint="reopen_mark")
    def reopen_mark(id: int, mark_id: int) -> Response:
        owner, _document, mark = desk.of_mark(id, mark_id, "close")
        service.reopen(mark)
        desk.worked(owner)
        return done(f"{desk.home(owner)}#card_{mark.id}", _("Mark open again."), lambda: desk.room(owner))


def _own_draft(desk: Desk, id: int, mark_id: int, deleted: bool = False) -> tuple[Any, Document, Annotation]:
    """A draft of one's own on the version that is being marked now."""
    owner, document = desk.document(id, "annotate")
    mark = queries.mark(document.id, mark_id)
    if mark is None or mark.author_id != current_user.id or mark.published_at is not None:
        abort(404)
    if mark.deleted_at is not None and not deleted:
        abort(404)
    return owner, document, mark
