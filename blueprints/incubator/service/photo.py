"""Photos of a workspace or a check: several come at once, and all are stored or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _

from ...core import files
from ...core.db import db, locked
from ...core.sniff import Kind
from ...core.sniff import Refused as FileRefused
from ...documents import service as documents
from ...documents.service import OVER_QUOTA
from ..models import Photo, Workspace
from ..queries import photo as queries
from ..queries.photo import MOST, Of

MOST_MB = 10
PICTURES = frozenset({Kind.JPG, Kind.PNG, Kind.WEBP})
BODY = (MOST * MOST_MB + 2) * 2**20
"""What a request with photos may weigh: each as much as it may alone, and the form around them."""


class Refused(Exception):
    """None of them is stored; ``sentences`` say why, each naming its file."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = list(sentences)


def receive(uploads: Iterable[Any]) -> list[files.Received]:
    """All of these in the store; raises :class:`Refused`. Call it before the writing half of the request begins."""
    received, wrong = [], []
    for upload in uploads:
        try:
            taken = files.receive(upload.stream, upload.filename, allowed=PICTURES, limit=MOST_MB * 2**20)
            received.append(taken)
        except FileRefused as refusal:
            wrong.append(f"{files.shown_name(upload.filename)}: {refusal.sentence}")
    if wrong and received:
        wrong.append(_("None was stored, the good ones neither. Choose them again without this."))
    if wrong:
        raise Refused(*wrong)
    return received


def add(of: Of, actor: Any, received: Sequence[files.Received], caption: str = "") -> int:
    """Put these beside those that are there, the same picture only once; returns how many are new."""
    if not received:
        return 0
    locked(of)
    there = queries.hashes(of)
    new = list({item.sha256: item for item in received if item.sha256 not in there}.values())
    if new and len(there) + len(new) > MOST:
        facts = {"most": MOST, "num": len(there)}
        raise Refused(_("At most %(most)d photos, and there are %(num)d already. None was stored.", **facts))
    if not documents.within_quota(actor.id, sum(item.size for item in new)):
        raise Refused(str(OVER_QUOTA))
    owner = "workspace_id" if isinstance(of, Workspace) else "check_id"
    for item in new:
        document = documents.take(item, actor.id)
        db.session.flush()
        db.session.add(Photo(**{owner: of.id}, document_id=document.id, caption=caption))
        db.session.flush()
    return len(new)


def describe(photo: Photo, caption: str) -> None:
    photo.caption = caption


def remove(photo: Photo) -> None:
    """It is shown nowhere any more. The file stays with who handed it in, as any other does."""
    db.session.delete(photo)
