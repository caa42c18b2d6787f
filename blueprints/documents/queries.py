"""Reads of documents, pages and marks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.queries import people_named
from ..core.db import db
from ..core.files import Blob
from ..core.text import clean
from .models import Annotation, Answer, AnswerKind, Document, Drawing, MarkKind, Page, PagePicture


@dataclass(frozen=True)
class AnswerView:
    author_id: int
    kind: AnswerKind
    kind_label: Any
    who: str
    at: datetime
    body: str


@dataclass(frozen=True)
class MarkView:
    """A mark as pages show it: numbered in reading order, with names in place of ids."""

    id: int
    number: int
    kind: MarkKind
    kind_label: Any
    page_no: int
    rects: list[list[float]]
    quote: str
    body: str
    draft: bool
    closed: bool
    author_name: str
    at: datetime
    mine: bool
    answers: list[AnswerView]
    version: int

    @property
    def wants_answer(self) -> bool:
        return self.kind.wants_answer

    def answered_by(self, user_id: int) -> bool:
        return any(a.author_id == user_id for a in self.answers)


def document(document_id: int) -> Document:
    """A document with its pages in order and its original; raises NoResultFound."""
    drawing = joinedload(Document.drawing)
    query = sa.select(Document).where(Document.id == document_id)
    return db.session.scalars(
        query.options(drawing.selectinload(Drawing.pages), drawing.joinedload(Drawing.blob))
    ).one()


def page(document: Document, no: int) -> Page | None:
    return db.session.scalar(sa.select(Page).where(Page.drawing_id == document.drawing_id, Page.no == no))


def picture(document: Document, no: int, width: int) -> Blob | None:
    """The page at this width, or at the nearest one that is drawn already."""
    query = (
        sa.select(Blob)
        .join(PagePicture, PagePicture.blob_id == Blob.id)
        .join(Page, Page.id == PagePicture.page_id)
        .where(Page.drawing_id == document.drawing_id, Page.no == no)
        .order_by(sa.func.abs(PagePicture.width - width))
        .limit(1)
    )
    return db.session.scalar(query)


def drawn(document: Document) -> list[int]:
    """The numbers of the pages that have a picture already."""
    query = (
        sa.select(Page.no)
        .join(PagePicture, PagePicture.page_id == Page.id)
        .where(Page.drawing_id == document.drawing_id)
    )
    return list(db.session.scalars(query.distinct().order_by(Page.no)))


def mark(document_id: int, mark_id: int) -> Annotation | None:
    """One mark of this document, deleted or not, with its answers."""
    query = sa.select(Annotation).where(Annotation.id == mark_id, Annotation.document_id == document_id)
    return db.session.scalar(query.options(selectinload(Annotation.answers)))


def marks(document_ids: list[int], *, drafts_of: int | None, viewer: int) -> dict[int, list[MarkView]]:
    """The marks of each document in reading order: all published ones, and this person's own drafts.

    Two queries whatever the number of documents and marks, and one for the names.
    """
    shown: sa.ColumnElement[bool] = Annotation.published_at.is_not(None)
    if drafts_of is not None:
        shown = sa.or_(shown, Annotation.author_id == drafts_of)
    query = (
        sa.select(Annotation)
        .where(Annotation.document_id.in_(document_ids), Annotation.deleted_at.is_(None), shown)
        .options(selectinload(Annotation.answers))
        .execution_options(populate_existing=True)  # an answer given in this request is among them
    )
    found = sorted(db.session.scalars(query), key=lambda m: m.reading_order)
    names = people_named({m.author_id for m in found} | {a.author_id for m in found for a in m.answers})
    views: dict[int, list[MarkView]] = {d: [] for d in document_ids}
    for item in found:
        siblings = views[item.document_id]
        siblings.append(_view(item, len(siblings) + 1, names, viewer))
    return views


def _view(mark: Annotation, number: int, names: dict[int, str], viewer: int) -> MarkView:
    return MarkView(
        id=mark.id,
        number=number,
        kind=mark.kind,
        kind_label=mark.kind.label,
        page_no=mark.page_no,
        rects=mark.rects,
        quote=mark.quote,
        body=mark.body,
        draft=mark.is_draft,
        closed=mark.closed_at is not None,
        author_name=names.get(mark.author_id, ""),
        at=mark.edited_at or mark.created_at,
        mine=mark.author_id == viewer,
        answers=[_answer(a, names) for a in mark.answers],
        version=mark.version,
    )


def _answer(answer: Answer, names: dict[int, str]) -> AnswerView:
    return AnswerView(
        answer.author_id, answer.kind, answer.kind.label, names.get(answer.author_id, ""), answer.at, answer.body
    )


def has_draft(document_id: int, author_id: int, body: str) -> bool:
    """Whether this person has a draft with exactly these words on the document."""
    query = sa.select(Annotation.id).where(
        Annotation.document_id == document_id,
        Annotation.author_id == author_id,
        Annotation.body == clean(body),
        Annotation.published_at.is_(None),
        Annotation.deleted_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None
