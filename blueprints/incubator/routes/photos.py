"""Photos of a workspace and of a check: seen by who sees those, added and removed by the manager."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from ...core import files
from ...core.access import can, load
from ...core.db import wait_to_write
from ...core.doors import signed_in
from ...core.pages import done
from .. import policy
from ..forms.photo import CaptionForm, PhotosForm
from ..models import Check, Photo, Tenancy, Workspace
from ..queries import photo as queries
from ..queries import tenancy as tenancies
from ..service import photo as service
from . import bp
from .place import WITH_FLOOR, workspace_page


def _picture(of: queries.Of, photo: int) -> Response:
    blob = queries.picture(_photo(of, photo))
    return files.respond(blob) if blob is not None else abort(404)


def _photo(of: queries.Of, photo: int) -> Photo:
    return queries.one(of, photo) or abort(404)


def _describe(photo: Photo) -> str:
    """A caption that is too long keeps what was there, and the sentence says so."""
    form = CaptionForm()
    if not form.validate():
        return " ".join(str(e) for e in form.caption.errors)
    service.describe(photo, form.caption.data or "")
    return _("Saved.")


# -- Of a workspace ---------------------------------------------------------------------------------------------


@bp.get("/workspaces/<int:id>/photos/<int:photo>", access=signed_in)
def workspace_photo(id: int, photo: int) -> Response:
    return _picture(load(Workspace, id), photo)


@bp.post("/workspaces/<int:id>/photos", access=policy.manager_door, writes=False, body=service.BODY)
def add_workspace_photos(id: int) -> Response:
    workspace, form = load(Workspace, id, "change", WITH_FLOOR), PhotosForm()
    if not form.validate():
        return workspace_page(workspace, 422, photo_form=form)
    try:
        received = service.receive(form.photos.uploads)
        wait_to_write()
        workspace = load(Workspace, id, "change", WITH_FLOOR)
        count = service.add(workspace, current_user, received, form.caption.data or "")
    except service.Refused as refusal:
        form.photos.errors = refusal.sentences
        return workspace_page(workspace, 422, photo_form=form)
    added = ngettext(
        "%(num)d photo is stored and appears in a moment.", "%(num)d photos are stored and appear in a moment.", count
    )
    return done(url_for(".workspace", id=id), added if count else _("These are there already."))


@bp.post("/workspaces/<int:id>/photos/<int:photo>/caption", access=policy.manager_door)
def describe_workspace_photo(id: int, photo: int) -> Response:
    return done(url_for(".workspace", id=id), _describe(_photo(load(Workspace, id, "change"), photo)))


@bp.post("/workspaces/<int:id>/photos/<int:photo>/remove", access=policy.manager_door)
def remove_workspace_photo(id: int, photo: int) -> Response:
    service.remove(_photo(load(Workspace, id, "change"), photo))
    return done(url_for(".workspace", id=id), _("The photo is removed."))


# -- Of a check -------------------------------------------------------------------------------------------------


def _check(id: int, item: int, verb: str | None = None) -> tuple[Tenancy, Any]:
    held = load(Tenancy, id, verb, tenancies.FULL)
    return held, tenancies.part(Check, item, id) or abort(404)


@bp.get("/tenancies/<int:id>/checks/<int:item>/photos/<int:photo>", access=signed_in)
def check_photo(id: int, item: int, photo: int) -> Response:
    held, check = _check(id, item)
    return _picture(check, photo) if can("see_money", held) else abort(404)


@bp.post("/tenancies/<int:id>/checks/<int:item>/photos/<int:photo>/caption", access=policy.manager_door)
def describe_check_photo(id: int, item: int, photo: int) -> Response:
    _held, check = _check(id, item, "manage")
    return done(url_for(".check", id=id, item=item), _describe(_photo(check, photo)))


@bp.post("/tenancies/<int:id>/checks/<int:item>/photos/<int:photo>/remove", access=policy.manager_door)
def remove_check_photo(id: int, item: int, photo: int) -> Response:
    _held, check = _check(id, item, "manage")
    service.remove(_photo(check, photo))
    return done(url_for(".check", id=id, item=item), _("The photo is removed."))
