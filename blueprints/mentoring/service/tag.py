"""Sealed hardship tags are kept, opened with a reason, and ended. The student is told of each opening."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO, Any

import sqlalchemy as sa

from ...core import audit, clock
from ...core.db import db
from ...core.files import Received, blob_of, store
from ...core.files import receive as receive_file
from ...core.sealed import CannotOpen, lock_file, unlock
from ...core.sniff import Kind
from ...documents import service as documents
from ...documents.models import Document, Drawing
from ...students import queries as register
from ...students.models import CodeKind, HardshipTag, Student
from ..notices_plan import tell
from ..queries.tag import OPENED, PROOF, Purpose, note_of

TWICE = timedelta(minutes=5)
PROOFS = frozenset({Kind.PDF, Kind.JPG, Kind.PNG, Kind.WEBP})
MOST_BYTES = 10 * 2**20


class OverQuota(Exception):
    """This person has uploaded a great deal within a day."""


@dataclass(frozen=True)
class Opened:
    """A tag with its kind in words; ``kind`` None: it does not open with the keys of this installation."""

    tag: HardshipTag
    kind: str | None


@dataclass(frozen=True)
class Proof:
    """A file that lies locked in the store, and what opens it."""

    received: Received
    key: str


def receive(stream: IO[bytes], name: str) -> Proof:
    """Take a proof into the store, locked with a key of its own. Raises :class:`~...core.sniff.Refused`."""
    keys: list[str] = []
    received = receive_file(
        stream, name, allowed=PROOFS, limit=MOST_BYTES, lock=lambda path: keys.append(lock_file(path))
    )
    return Proof(received, keys[0])


def keep(
    student: Student, actor: Any, kinds: Iterable[str], valid_until: date | None, proof: Proof | None
) -> list[HardshipTag]:
    """Seal these kinds, with one proof for all. The same form sent twice is one entry.

    Other entries of the same kind are not looked at: that would tell who may keep, but has not opened, what is there.
    """
    just_now = sa.select(HardshipTag).where(
        HardshipTag.student_id == student.id,
        HardshipTag.entered_by == actor.id,
        HardshipTag.entered_at > clock.now() - TWICE,
        HardshipTag.ended_at.is_(None),
    )
    there = {tag.kind for tag in db.session.scalars(just_now)}
    if not (new := [kind for kind in kinds if kind not in there]):
        return []
    document = _document(proof.received, actor.id) if proof is not None else None
    made = []
    for kind in new:
        tag = HardshipTag(
            student_id=student.id,
            entered_by=actor.id,
            entered_at=clock.now(),
            valid_until=valid_until,
            proof_id=document.id if document else None,
        )
        tag.kind = kind
        tag.proof_key = proof.key if proof else None
        db.session.add(tag)
        made.append(tag)
    tell(student, "tag_kept", actor.name)
    return made


def _document(received: Received, owner_id: int) -> Document:
    """The locked proof under a name that says nothing; its pages are not drawn: their text would lie open."""
    if not documents.within_quota(owner_id, received.size):
        raise OverQuota
    blob = blob_of(received)
    drawing = db.session.scalar(sa.select(Drawing).where(Drawing.blob_id == blob.id))
    if drawing is None:
        drawing = Drawing(blob_id=blob.id, problem="sealed")
        db.session.add(drawing)
    document = Document(
        drawing_id=drawing.id, owner_id=owner_id, name=f"proof.{received.kind.value}", created_at=clock.now()
    )
    db.session.add(document)
    db.session.flush()
    return document


def open_all(student: Student, actor: Any, purpose: Purpose, reason: str) -> list[Opened]:
    """Open what is sealed, for this once; each is written down, and the student is told who and what for."""
    names = register.code_names(CodeKind.HARDSHIP)
    opened = []
    for tag in register.tags(student.id):
        try:
            code = tag.kind
        except CannotOpen:
            code = None
        audit.seen(tag, OPENED, note_of(purpose, reason))
        opened.append(Opened(tag, names.get(code, code) if code else None))
    if opened:
        tell(student, "tag_opened", actor.name)
    return opened


def proof_of(tag: HardshipTag) -> bytes:
    """The proof itself, unlocked for one answer."""
    assert tag.proof is not None
    with store().open(tag.proof.blob.sha256) as file:
        return unlock(file.read(), tag.proof_key or "")


def take_proof(tag: HardshipTag, note: str) -> None:
    """Write down that the proof was fetched, for the purpose of the opening before it."""
    audit.seen(tag, PROOF, note)


def end(tag: HardshipTag) -> None:
    """It holds no longer. The row stays, sealed as it is."""
    tag.ended_at = tag.ended_at or clock.now()
