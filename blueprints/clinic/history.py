"""A submission's history in words, and its QR code."""

from __future__ import annotations

from typing import Any

import segno
import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from ..accounts.queries import people_named
from ..core import audit
from ..students import seen
from .models import Submission

WORDS: dict[str, Any] = {
    "clinic.create": _l("uploaded a file"),
    "submission.confirm": _l("confirmed the pages and handed it in"),
    "submission.replace": _l("replaced the file"),
    "submission.resubmit": _l("uploaded the next version"),
    "submission.withdraw": _l("withdrew it"),
    "submission.claim": _l("claimed it"),
    "submission.release": _l("gave it back to the queue"),
    "submission.lapse": _l("The claim lapsed; it went back to the queue"),
    "submission.revise": _l("published the review: revise"),
    "submission.sign_off": _l("signed it off"),
    "number.shown": _l("was shown the phone number"),
    "original.downloaded": _l("downloaded the original file"),
    "clinic.calls": _l("recorded a phone call"),
}

seen.says("number.shown", _l("was shown the phone number"))
seen.says("original.downloaded", _l("downloaded the original file"), lambda name: name)


@seen.about
def _submissions(student_id: int) -> tuple[str, sa.Select[Any]]:
    """What the clinic tells a student of who has looked."""
    return "submission", sa.select(Submission.id).where(Submission.student_id == student_id)


def of(submission: Submission) -> list[audit.Event]:
    """The acts on a submission, newest first: one line an act, however many rows it touched."""
    entries = audit.history([("submission", submission.id)])
    names = people_named({e.actor_id for e in entries if e.actor_id})
    events, last = [], None
    for entry in entries:
        # A call may be recorded in the same act as the review; it is told all the same.
        verb = "clinic.calls" if entry.subject_type == "call" else entry.verb
        if verb not in WORDS:
            continue
        act = (verb, entry.actor_id, entry.at.replace(microsecond=0))
        if act != last:
            events.append(audit.Event(entry.at, names.get(entry.actor_id or 0, ""), str(WORDS[verb])))
        last = act
    return events


def qr_path(path: str) -> tuple[int, str]:
    """The side length in modules, and the dark modules as one SVG path, of the page's public address."""
    code = segno.make(current_app.extensions["qihang.settings"].public_url + path, error="m", micro=False)
    rows = [list(row) for row in code.matrix]
    return len(rows), "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
