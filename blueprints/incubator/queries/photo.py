"""Reads of photos: of a workspace, and of what was found at checks; one query however many a page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ...core.db import db
from ...core.files import Blob
from ...documents import queries as documents
from ...documents.models import Document, Drawing, Page, PagePicture
from ..models import Check, Photo, Workspace

MOST = 8
"""So many photos has one workspace, and one check."""
SHOWN_WIDTH = 780
Of = Workspace | Check


@dataclass(frozen=True)
class Shown:
    """A photo as pages show it. It has no picture before the worker has drawn it, and none when that was in vain."""

    id: int
    caption: str
    drawn: bool
    failed: bool


def _column(kind: type[Of]) -> Any:
    return Photo.workspace_id if kind is Workspace else Photo.check_id


def _shown(kind: type[Of], ids: Iterable[int]) -> dict[int, list[Shown]]:
    drawn = sa.exists().where(Page.drawing_id == Drawing.id, PagePicture.page_id == Page.id)
    query = (
        sa.select(_column(kind), Photo.id, Photo.caption, drawn, Drawing.problem)
        .join(Document, Document.id == Photo.document_id)
        .join(Drawing, Drawing.id == Document.drawing_id)
        .where(_column(kind).in_(list(ids)))
        .order_by(Photo.at, Photo.id)
    )
    found: dict[int, list[Shown]] = defaultdict(list)
    for owner, id, caption, is_drawn, problem in db.session.execute(query):
        found[owner].append(Shown(id, caption, is_drawn, problem is not None))
    return found


def of_workspace(id: int) -> list[Shown]:
    """In the order in which they came."""
    return _shown(Workspace, [id])[id]


def of_checks(ids: Iterable[int]) -> dict[int, list[Shown]]:
    return _shown(Check, ids)


def one(of: Of, id: int) -> Photo | None:
    """This photo, if it is one of this workspace or check."""
    return db.session.scalar(sa.select(Photo).where(Photo.id == id, _column(type(of)) == of.id))


def hashes(of: Of) -> list[str]:
    """What the photos of this workspace or check hold, in the terms of the store."""
    query = (
        sa.select(Blob.sha256)
        .join(Drawing, Drawing.blob_id == Blob.id)
        .join(Document, Document.drawing_id == Drawing.id)
        .join(Photo, Photo.document_id == Document.id)
        .where(_column(type(of)) == of.id)
    )
    return list(db.session.scalars(query))


def picture(photo: Photo) -> Blob | None:
    """As the site has drawn it, so that nothing the camera wrote into the file goes along."""
    return documents.picture(db.session.get_one(Document, photo.document_id), 1, SHOWN_WIDTH)
