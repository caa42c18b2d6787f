"""Sealed hardship tags over HTTP: kept, opened once, ended; the proof for ten minutes after an opening."""

from __future__ import annotations

from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...core import files
from ...core.access import load
from ...core.db import wait_to_write
from ...core.pages import done, render
from ...core.sniff import Refused
from ...documents.service import OVER_QUOTA
from ...students import queries as register
from ...students.models import HardshipTag, Student
from .. import policy
from ..forms.tag import OpenForm, TagForm
from ..queries import tag as queries
from ..service import tag as service
from . import bp

UPLOAD_BODY = 12 * 2**20


def _page(
    student: Student, status: int = 200, tag_form: TagForm | None = None, open_form: OpenForm | None = None
) -> Response:
    return render(
        "mentoring/tags.html",
        status,
        student=student,
        tags=register.tags(student.id),
        tag_form=tag_form or TagForm(formdata=None),
        open_form=open_form or OpenForm(formdata=None),
    )


@bp.get("/students/<int:id>/tags", access=policy.helper_door)
def tags(id: int) -> Response:
    """That there is something sealed, since when and until when; not what."""
    return _page(load(Student, id, "open_tag", register.WHOLE))


@bp.post("/students/<int:id>/tags", access=policy.helper_door, writes=False, body=UPLOAD_BODY)
def keep_tags(id: int) -> Response:
    student, form = load(Student, id, "keep_tags", register.WHOLE), TagForm()
    fits = form.validate()
    proof = _upload(form) if fits else None
    if form.errors:
        return _page(student, 422, tag_form=form)
    wait_to_write()
    student = load(Student, id, "keep_tags", register.WHOLE)
    try:
        made = service.keep(student, current_user, form.kinds.data, form.valid_until.data, proof)
    except service.OverQuota:
        form.proof.errors = [OVER_QUOTA]
        return _page(student, 422, tag_form=form)
    return done(url_for(".tags", id=id), _("Sealed.") if made else _("That was sealed a moment ago."))


def _upload(form: TagForm) -> service.Proof | None:
    """The proof, locked in the store; None when there is none, or with the error on the field."""
    upload = form.proof.data
    if not upload or not upload.filename:
        return None
    try:
        return service.receive(upload.stream, upload.filename)
    except Refused as refusal:
        form.proof.errors = [str(refusal.sentence)]
        return None


@bp.post("/students/<int:id>/tags/open", access=policy.helper_door)
def open_tags(id: int) -> Response:
    """Shown once, in the answer to the reason; whoever looks again says why again."""
    student, form = load(Student, id, "open_tag", register.WHOLE), OpenForm()
    if not form.validate():
        return _page(student, 422, open_form=form)
    purpose = queries.Purpose(form.purpose.data)
    opened = service.open_all(student, current_user, purpose, form.reason.data)
    minutes = queries.OPEN_FOR.seconds // 60
    response = render("mentoring/tags_opened.html", student=student, opened=opened, minutes=minutes)
    response.headers["Cache-Control"] = "no-store"
    return response


def _tag(student: Student, tag_id: int) -> HardshipTag:
    return queries.tag_of(student.id, tag_id) or abort(404)


@bp.get("/students/<int:id>/tags/<int:tag>/proof", access=policy.helper_door, writes=True)
def proof(id: int, tag: int) -> Response:
    student = load(Student, id, "open_tag")
    held = _tag(student, tag)
    if held.proof is None:
        abort(404)
    note = queries.opening(held.id, current_user.id)
    if note is None:
        abort(403, _("Open the sealed entries first, and say what for; then the proof can be fetched for ten minutes."))
    service.take_proof(held, note)
    return files.respond_with(service.proof_of(held), held.proof.blob.kind, download_as=held.proof.name)


@bp.post("/students/<int:id>/tags/<int:tag>/end", access=policy.helper_door)
def end_tag(id: int, tag: int) -> Response:
    student = load(Student, id, "keep_tags", register.WHOLE)
    service.end(_tag(student, tag))
    return done(url_for(".tags", id=id), _("It no longer holds, and is shown no more."))
