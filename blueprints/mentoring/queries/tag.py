"""Reads of sealed hardship tags. Nothing here opens one: that is an act (:mod:`..service.tag`)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from ...core import clock
from ...core.audit import AuditEntry
from ...core.db import db
from ...documents.models import Document, Drawing
from ...students import seen
from ...students.models import HardshipTag

OPENED, PROOF = "tag.opened", "tag.proof"
OPEN_FOR = timedelta(minutes=10)
"""How long after an opening its proof may be fetched."""


class Purpose(StrEnum):
    """What sealed entries are opened for."""

    SUBSIDY = "subsidy"
    INCUBATOR = "incubator"
    SUPPORT = "support"
    OTHER = "other"

    @property
    def label(self) -> Any:
        return PURPOSE_WORDS[self]


PURPOSE_WORDS = {
    Purpose.SUBSIDY: _l("To check a subsidy"),
    Purpose.INCUBATOR: _l("To check the relief of the incubator"),
    Purpose.SUPPORT: _l("To plan support"),
    Purpose.OTHER: _l("Another purpose"),
}


def note_of(purpose: Purpose, reason: str) -> str:
    """Purpose and reason as they stand in the audit entry."""
    return f"{purpose.value}: {reason}"


def what_for(note: str) -> str:
    """The note of an entry in words."""
    purpose, _colon, reason = note.partition(": ")
    known = Purpose(purpose).label if purpose in list(Purpose) else purpose
    return _("%(purpose)s: %(reason)s", purpose=known, reason=reason) if reason else str(known)


seen.says(OPENED, _l("opened the sealed entries: what kind of hardship, by what proof"), what_for, sealed=True)
seen.says(PROOF, _l("downloaded the proof of a sealed entry"), what_for, sealed=True)


def tag_of(student_id: int, tag_id: int) -> HardshipTag | None:
    """A tag of this graduate that has not been ended, with its proof's file."""
    query = (
        sa.select(HardshipTag)
        .where(HardshipTag.id == tag_id, HardshipTag.student_id == student_id, HardshipTag.ended_at.is_(None))
        .options(joinedload(HardshipTag.proof).joinedload(Document.drawing).joinedload(Drawing.blob))
    )
    return db.session.scalar(query)


def opening(tag_id: int, actor_id: int) -> str | None:
    """The note of this person's opening of the tag within the last ten minutes; None when there is none."""
    query = (
        sa.select(AuditEntry.note)
        .where(
            AuditEntry.verb == OPENED,
            AuditEntry.subject_type == HardshipTag.__tablename__,
            AuditEntry.subject_id == tag_id,
            AuditEntry.actor_id == actor_id,
            AuditEntry.at > clock.now() - OPEN_FOR,
        )
        .order_by(AuditEntry.id.desc())
    )
    return db.session.scalar(query.limit(1))
