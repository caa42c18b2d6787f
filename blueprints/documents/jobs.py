"""Drawing a file's pages: the worker's part."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from ..core import clock, files, jobs
from ..core.db import db, unit
from ..core.files import Blob
from ..core.options import Option
from ..core.sniff import Kind
from .models import Drawing, Page, PagePicture
from .rendering import Picture, Sheet, Unreadable, draw

MOST_PAGES = Option("documents.most_pages", 10, "", low=1, high=30)
LEASE_SECONDS = 75


@jobs.handles("documents.draw", lease=LEASE_SECONDS, failed=lambda drawing_id: give_up(drawing_id))
def draw_pages(job: jobs.Job, drawing_id: int) -> None:
    """Draw every page at every width. Each picture is stored as it comes, so that page 1 is soon seen.

    A second run after a crash finds what the first has stored and adds only what is missing.
    """
    with unit("read"):
        blob = db.session.scalars(
            sa.select(Blob).join(Drawing, Drawing.blob_id == Blob.id).where(Drawing.id == drawing_id)
        ).one()
        sha256, kind, most_pages = blob.sha256, blob.kind, MOST_PAGES.value
    with TemporaryDirectory(dir=files.scratch(), prefix="draw-") as folder:
        work = Path(folder)
        try:
            for thing in draw(_source(sha256, work), kind, work, max_pages=most_pages):
                _keep(job, drawing_id, thing)
        except Unreadable as error:
            with unit("write"):
                db.session.get_one(Drawing, drawing_id).problem = error.code
                jobs.close(job)
            return
    with unit("write"):
        db.session.get_one(Drawing, drawing_id).ready_at = clock.now()
        jobs.close(job)


def give_up(drawing_id: int) -> None:
    """After the last try: the page says so, and the original can still be downloaded."""
    db.session.get_one(Drawing, drawing_id).problem = "damaged"


def _source(sha256: str, work: Path) -> Path:
    path = files.store().path(sha256)
    if path is not None:
        return path
    copy = work / "original"
    with files.store().open(sha256) as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target)
    return copy


def _keep(job: jobs.Job, drawing_id: int, thing: Sheet | Picture) -> None:
    received = files.keep(thing.path, Kind(thing.kind)) if isinstance(thing, Picture) else None
    with unit("write"):
        jobs.still_mine(job)
        page = db.session.scalar(sa.select(Page).where(Page.drawing_id == drawing_id, Page.no == thing.no))
        if isinstance(thing, Sheet):
            if page is None:
                db.session.add(
                    Page(drawing_id=drawing_id, no=thing.no, width=thing.width, height=thing.height, lines=thing.lines)
                )
            drawing = db.session.get_one(Drawing, drawing_id)
            drawing.page_count, drawing.has_text = thing.of, drawing.has_text or bool(thing.lines)
        elif page is not None and received is not None:
            known = sa.select(PagePicture.id).where(PagePicture.page_id == page.id, PagePicture.width == thing.width)
            if db.session.scalar(known) is None:
                db.session.add(PagePicture(page_id=page.id, width=thing.width, blob_id=files.blob_of(received).id))
