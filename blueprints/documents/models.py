"""A file seen as pages, and marks on pages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..core import clock
from ..core.audit import Audited
from ..core.db import Model, reference, text_enum
from ..core.files import Blob


class MarkKind(StrEnum):
    MUST_FIX = "must-fix"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    QUESTION = "question"

    @property
    def label(self) -> Any:
        return MARK_LABELS[self]

    @property
    def wants_answer(self) -> bool:
        return self is not MarkKind.PRAISE


MARK_LABELS = {
    MarkKind.MUST_FIX: _l("Must fix"),
    MarkKind.SUGGESTION: _l("Suggestion"),
    MarkKind.PRAISE: _l("Well done"),
    MarkKind.QUESTION: _l("Question"),
}


class AnswerKind(StrEnum):
    DONE = "done"
    DISAGREE = "disagree"
    QUESTION = "question"
    REPLY = "reply"

    @property
    def label(self) -> Any:
        return ANSWER_LABELS[self]


ANSWER_LABELS = {
    AnswerKind.DONE: _l("Done"),
    AnswerKind.DISAGREE: _l("Disagrees"),
    AnswerKind.QUESTION: _l("Asks"),
    AnswerKind.REPLY: _l("Replies"),
}


class Drawing(Model):
    """What became of one content: its pages, drawn once however often the same file is handed in.

    ``ready_at`` is set when all pages are drawn at all widths, ``problem`` (a code of
    ``rendering.Unreadable``) when they cannot be.
    """

    __tablename__ = "drawing"

    blob_id: Mapped[int] = reference("blob.id", unique=True, index=False)
    page_count: Mapped[int | None] = mapped_column(sa.Integer)
    has_text: Mapped[bool] = mapped_column(default=False)
    ready_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(sa.String(30))

    blob: Mapped[Blob] = relationship(lazy="raise")
    pages: Mapped[list[Page]] = relationship(lazy="raise", order_by="Page.no", passive_deletes=True)


class Document(Audited, Model):
    """One version of one file, under the name its owner gave it. It never changes."""

    __tablename__ = "document"
    __table_args__ = (sa.Index("ix_document_owner", "owner_id", "created_at"),)

    drawing_id: Mapped[int] = reference("drawing.id")
    owner_id: Mapped[int] = reference("user_account.id", index=False)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    drawing: Mapped[Drawing] = relationship(lazy="raise")

    @property
    def blob(self) -> Blob:
        return self.drawing.blob

    @property
    def pages(self) -> list[Page]:
        return self.drawing.pages

    @property
    def page_count(self) -> int | None:
        return self.drawing.page_count

    @property
    def is_scan(self) -> bool:
        """Drawn, and without any text: only boxes can be marked on it."""
        return self.drawing.ready_at is not None and not self.drawing.has_text

    @property
    def is_ready(self) -> bool:
        return self.drawing.ready_at is not None

    @property
    def problem(self) -> str | None:
        return self.drawing.problem


class Page(Model):
    """One page: its size in PDF points and its text lines, as ``rendering.Sheet`` gives them."""

    __tablename__ = "page"
    __table_args__ = (sa.UniqueConstraint("drawing_id", "no"),)

    drawing_id: Mapped[int] = reference("drawing.id", ondelete="CASCADE", index=False)
    no: Mapped[int] = mapped_column(sa.Integer)
    width: Mapped[float]
    height: Mapped[float]
    lines: Mapped[list[Any]] = mapped_column(sa.JSON)

    @property
    def scan(self) -> bool:
        """A page without any text: only a box can be marked on it."""
        return not self.lines


class PagePicture(Model):
    """A page drawn at one nominal width (780, 1240 or 1654 pixels)."""

    __tablename__ = "page_picture"
    __table_args__ = (sa.UniqueConstraint("page_id", "width"),)

    page_id: Mapped[int] = reference("page.id", ondelete="CASCADE", index=False)
    width: Mapped[int] = mapped_column(sa.Integer)
    blob_id: Mapped[int] = reference("blob.id")

    blob: Mapped[Blob] = relationship(lazy="raise")


class Annotation(Audited, Model):
    """A mark on a page. A draft until ``published_at``; ``deleted_at`` can be undone until then.

    ``selector`` has the parts of a W3C Web Annotation selector: ``page``, ``rects`` (points, origin at
    the top left of the page as shown), ``quote`` (exact, prefix, suffix) and ``position``
    (first and last line with character offsets). Rectangles are the truth: a version never changes,
    so no mark is ever orphaned. ``place`` is the gesture as it was sent (``line=12``).
    """

    __tablename__ = "annotation"
    __table_args__ = (
        sa.Index(
            "uq_annotation_once",
            "document_id",
            "author_id",
            "fingerprint",
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        ),
        sa.CheckConstraint("closed_at IS NULL OR published_at IS NOT NULL", name="closed"),
        sa.CheckConstraint("body <> ''", name="body"),
    )

    document_id: Mapped[int] = reference("document.id", ondelete="CASCADE")
    author_id: Mapped[int] = reference("user_account.id")
    page_no: Mapped[int] = mapped_column(sa.Integer)
    kind: Mapped[MarkKind] = mapped_column(text_enum(MarkKind, "kind"))
    body: Mapped[str]
    place: Mapped[str] = mapped_column(sa.String(200))
    selector: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    edited_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    answers: Mapped[list[Answer]] = relationship(lazy="raise", order_by="Answer.id", passive_deletes=True)

    __mapper_args__ = {"version_id_col": version}

    def audit_topic(self) -> tuple[str, int]:
        return "document", self.document_id

    @property
    def rects(self) -> list[list[float]]:
        rects: list[list[float]] = self.selector["rects"]
        return rects

    @property
    def quote(self) -> str:
        return str(self.selector.get("quote", {}).get("exact", ""))

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    @property
    def reading_order(self) -> tuple[int, float, float, int]:
        first = self.rects[0]
        return self.page_no, first[1], first[0], self.id


class Answer(Audited, Model):
    """What the student says to a mark (done, disagree because, a question), or the reviewer's reply."""

    __tablename__ = "answer"
    __table_args__ = (sa.UniqueConstraint("annotation_id", "author_id", "fingerprint"),)

    annotation_id: Mapped[int] = reference("annotation.id", ondelete="CASCADE", index=False)
    author_id: Mapped[int] = reference("user_account.id")
    kind: Mapped[AnswerKind] = mapped_column(text_enum(AnswerKind, "kind"))
    body: Mapped[str]
    at: Mapped[datetime]
    fingerprint: Mapped[str] = mapped_column(sa.String(64))

    document_id: Mapped[int] = reference("document.id", ondelete="CASCADE")

    def audit_topic(self) -> tuple[str, int]:
        return "document", self.document_id
