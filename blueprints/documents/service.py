"""What happens to documents and marks."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ..core import clock, jobs
from ..core.db import db, locked, queue_at
from ..core.files import Blob, Received, blob_of
from .models import Annotation, Answer, AnswerKind, Document, Drawing, MarkKind
from .places import Place

MOST_MARKS, MOST_ANSWERS = 100, 12
MOST_BYTES_A_DAY = 500 * 2**20
OVER_QUOTA = _l("You have uploaded a great deal within a day. Go on tomorrow, or ask the employment office.")
"""What is said where :func:`within_quota` says no."""


class Stale(Exception):
    """Someone changed the mark since the form was opened; ``theirs`` is what it says now."""

    def __init__(self, theirs: str) -> None:
        super().__init__(theirs)
        self.theirs = theirs


class TooMany(Exception):
    """A document holds no more than :data:`MOST_MARKS` marks of one person, a mark :data:`MOST_ANSWERS` answers."""


def within_quota(owner_id: int, more: int = 0) -> bool:
    """Whether this person may hand in ``more`` bytes today, on top of what the last day brought."""
    query = (
        sa.select(sa.func.sum(Blob.size))
        .join(Drawing, Drawing.blob_id == Blob.id)
        .join(Document, Document.drawing_id == Drawing.id)
        .where(Document.owner_id == owner_id, Document.created_at > clock.now() - timedelta(days=1))
    )
    return (db.session.scalar(query) or 0) + more <= MOST_BYTES_A_DAY


def take(received: Received, owner_id: int) -> Document:
    """A new document for a received file. Its pages are drawn by the worker, unless this content was drawn before."""
    drawing = drawing_of(received)
    document = Document(drawing_id=drawing.id, owner_id=owner_id, name=received.name, created_at=clock.now())
    document.drawing = drawing
    db.session.add(document)
    return document


def drawing_of(received: Received) -> Drawing:
    """The pages of this content, which are drawn once; a drawing that is new is given to the worker."""
    blob = blob_of(received)
    drawing = db.session.scalar(sa.select(Drawing).where(Drawing.blob_id == blob.id))
    if drawing is None:
        drawing = Drawing(blob_id=blob.id)
        drawing.pages = []
        db.session.add(drawing)
        jobs.enqueue("documents.draw", drawing_id=drawing.id)
    drawing.blob = blob
    return drawing


def mark(document: Document, author_id: int, page_no: int, place: Place, kind: MarkKind, body: str) -> Annotation:
    """Mark a place. The same words by the same person on the same place are one mark, however often sent."""
    queue_at(document)
    fingerprint = _fingerprint(kind.value, str(page_no), place.gesture, body)
    found = _same(document.id, author_id, fingerprint)
    if found is not None:
        return found
    count = sa.select(sa.func.count()).where(Annotation.document_id == document.id, Annotation.author_id == author_id)
    if (db.session.scalar(count) or 0) >= MOST_MARKS:
        raise TooMany
    made = Annotation(
        document_id=document.id,
        author_id=author_id,
        page_no=page_no,
        kind=kind,
        body=body,
        place=place.gesture[:200],
        selector=place.selector,
        fingerprint=fingerprint,
        created_at=clock.now(),
    )
    db.session.add(made)
    return made


def _same(document_id: int, author_id: int, fingerprint: str) -> Annotation | None:
    query = sa.select(Annotation).where(
        Annotation.document_id == document_id,
        Annotation.author_id == author_id,
        Annotation.fingerprint == fingerprint,
        Annotation.deleted_at.is_(None),
    )
    return db.session.scalar(query)


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def edit(mark: Annotation, kind: MarkKind, body: str, seen_version: int) -> None:
    """Change a draft's words; raises :class:`Stale` when it is not the version the form showed."""
    locked(mark)
    if mark.version != seen_version and mark.body != body:
        raise Stale(mark.body)
    if (mark.kind, mark.body) != (kind, body):
        mark.kind, mark.body, mark.edited_at = kind, body, clock.now()
        mark.fingerprint = _fingerprint(kind.value, str(mark.page_no), mark.place, body)


def delete(mark: Annotation) -> None:
    if mark.deleted_at is None:
        mark.deleted_at = clock.now()


def restore(mark: Annotation) -> None:
    """Undo a deletion."""
    if mark.deleted_at is not None and _same(mark.document_id, mark.author_id, mark.fingerprint) is None:
        mark.deleted_at = None


def publish(document: Document, author_id: int) -> int:
    """Make this person's drafts on the document readable; returns how many."""
    query = sa.select(Annotation).where(
        Annotation.document_id == document.id,
        Annotation.author_id == author_id,
        Annotation.published_at.is_(None),
        Annotation.deleted_at.is_(None),
    )
    drafts = db.session.scalars(query).all()
    for draft in drafts:
        draft.published_at = clock.now()
    return len(drafts)


def answer(mark: Annotation, author_id: int, kind: AnswerKind, body: str) -> bool:
    """Add an answer; True when it is new, for the same one twice is one. Raises :class:`TooMany`."""
    queue_at(mark)
    fingerprint = _fingerprint(kind.value, body)
    mine = sa.select(Answer).where(Answer.annotation_id == mark.id, Answer.author_id == author_id)
    if db.session.scalar(mine.where(Answer.fingerprint == fingerprint)) is not None:
        return False
    if (db.session.scalar(sa.select(sa.func.count()).select_from(mine.subquery())) or 0) >= MOST_ANSWERS:
        raise TooMany
    db.session.add(
        Answer(
            annotation_id=mark.id,
            document_id=mark.document_id,
            author_id=author_id,
            kind=kind,
            body=body,
            at=clock.now(),
            fingerprint=fingerprint,
        )
    )
    return True


def unsay(mark: Annotation, author_id: int) -> None:
    """Take back a ``done`` that was pressed by mistake."""
    query = sa.select(Answer).where(
        Answer.annotation_id == mark.id, Answer.author_id == author_id, Answer.kind == AnswerKind.DONE
    )
    for said in db.session.scalars(query):
        db.session.delete(said)


def close(mark: Annotation) -> None:
    """The reviewer is satisfied with what became of it."""
    if mark.closed_at is None:
        mark.closed_at = clock.now()


def reopen(mark: Annotation) -> None:
    mark.closed_at = None
