"""The office's settings for mentoring, and the code lists of the register."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ...core import jobs
from ...core.db import db, unit
from ...core.options import OptionRow
from ...students import service as students
from ...students.models import Code, CodeKind
from .. import options

KEYS = [option.key for option in options.ALL]


def version() -> int:
    """A number that grows with every change of any of mentoring's settings."""
    query = sa.select(sa.func.coalesce(sa.func.sum(OptionRow.version), 0)).where(OptionRow.key.in_(KEYS))
    return int(db.session.scalar(query) or 0)


def save(values: dict[str, Any]) -> bool:
    """Set the options by key; True when graduates fall due by other days now, which a job then reckons."""
    before = [option.value for option in options.CARE]
    for option in options.ALL:
        option.set(values[option.key])
    if before == [option.value for option in options.CARE]:
        return False
    jobs.enqueue("mentoring.reckon")
    return True


@jobs.handles("mentoring.reckon", lease=600)
def reckon(job: jobs.Job) -> None:
    """After a change of the days between contacts: every graduate anew, a batch a transaction."""
    after = -1
    while after:
        with unit("write"):
            jobs.still_mine(job)
            after = students.reckon_all(max(after, 0))
            if not after:
                jobs.close(job)


# -- Code lists -------------------------------------------------------------------------------------------


class Exists(Exception):
    """The list has an entry with this code."""


def _of(kind: CodeKind) -> list[Code]:
    return list(db.session.scalars(sa.select(Code).where(Code.kind == kind).order_by(Code.place, Code.code)))


def add_code(kind: CodeKind, code: str, name: str, name_en: str) -> Code:
    """A new entry at the end of its list. Raises :class:`Exists`."""
    if db.session.scalar(sa.select(Code.id).where(Code.kind == kind, Code.code == code)) is not None:
        raise Exists
    last = db.session.scalar(sa.select(sa.func.max(Code.place)).where(Code.kind == kind))
    made = Code(kind=kind, code=code, name=name, name_en=name_en, place=0 if last is None else last + 1)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except sa.exc.IntegrityError:  # someone added it at the same moment
        raise Exists from None
    return made


def change_code(code: Code, name: str, name_en: str, place: int) -> None:
    """Rename an entry and move it to this place of its list, counted from 1; only what lies between moves."""
    code.name, code.name_en = name, name_en
    entries = _of(code.kind)
    places = [e.place for e in entries]
    if len(set(places)) < len(places):
        places = list(range(min(places), min(places) + len(places)))
    entries.remove(code)
    entries.insert(min(place, len(places)) - 1, code)
    for entry, there in zip(entries, places, strict=True):
        entry.place = there


def place_of(code: Code) -> int:
    """The place of an entry in its list, counted from 1."""
    before = sa.or_(Code.place < code.place, sa.and_(Code.place == code.place, Code.code < code.code))
    query = sa.select(sa.func.count()).select_from(Code).where(Code.kind == code.kind, before)
    return int(db.session.scalar(query) or 0) + 1


def retire(code: Code, retired: bool) -> None:
    """A retired entry is offered no more; what bears it can still be read."""
    code.is_retired = retired
