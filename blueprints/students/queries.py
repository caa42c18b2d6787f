"""Reads of the register."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import joinedload

from ..accounts.models import User
from ..core import clock
from ..core.db import db, rows
from ..core.i18n import shown_language
from ..core.text import like
from .models import Adviser, AdviserKind, Code, CodeKind, HardshipTag, Intention, Student

WITH_PERSON = (joinedload(Student.user),)
WHOLE = (
    *WITH_PERSON,
    joinedload(Student.mentor),
    joinedload(Student.college),
    joinedload(Student.major),
    joinedload(Student.class_),
)
"""What a page about one graduate shows of them."""

_CODES = sa.select(Code.kind, Code.code, Code.name, Code.name_en, Code.is_retired).order_by(Code.place, Code.code)


def of_user(user_id: int) -> Student | None:
    """The graduate this person is, if any."""
    return db.session.scalar(sa.select(Student).where(Student.user_id == user_id))


def matching(words: str) -> sa.ColumnElement[bool]:
    """Found by characters, number, full pinyin or initials; needs the join to ``User``."""
    return User.search_key.like(like(words), escape="\\")


# -- Code lists -------------------------------------------------------------------------------------------


def _codes() -> dict[CodeKind, dict[str, tuple[str, bool]]]:
    """All lists, read once a request: kind -> code -> (name in the reader's language, retired)."""
    if "codes" not in g:
        english = shown_language() == "en"
        g.codes = {kind: {} for kind in CodeKind}
        for kind, code, name, name_en, retired in rows(_CODES):
            g.codes[kind][code] = ((name_en if english else "") or name, retired)
    return g.codes  # type: ignore[no-any-return]


def code_names(kind: CodeKind) -> dict[str, str]:
    """Every entry of a list, retired ones too, so that old records can be read."""
    return {code: name for code, (name, _retired) in _codes()[kind].items()}


def choices(kind: CodeKind) -> list[tuple[str, str]]:
    """What may be chosen today: (code, name) in the order of the list."""
    return [(code, name) for code, (name, retired) in _codes()[kind].items() if not retired]


def named(kind: CodeKind, codes: Iterable[str]) -> list[str]:
    """The names of these codes, in their order; a code nobody knows stands for itself."""
    known = code_names(kind)
    return [known.get(code, code) for code in codes]


# -- Intentions and tags ----------------------------------------------------------------------------------


def intentions(student_ids: Iterable[int]) -> dict[int, Intention]:
    """The present intention of each: one query whatever their number."""
    query = sa.select(Intention).where(Intention.student_id.in_(list(student_ids)), Intention.is_current)
    return {i.student_id: i for i in db.session.scalars(query)}


def intention_history(student_id: int, most: int = 20) -> list[Intention]:
    """Newest first."""
    query = sa.select(Intention).where(Intention.student_id == student_id).order_by(Intention.id.desc()).limit(most)
    return list(db.session.scalars(query))


def tags(student_id: int) -> list[HardshipTag]:
    """The hardship tags that have not been ended, with their proofs; sealed as they are."""
    query = (
        sa.select(HardshipTag)
        .where(HardshipTag.student_id == student_id, HardshipTag.ended_at.is_(None))
        .options(joinedload(HardshipTag.proof))
        .order_by(HardshipTag.id)
    )
    return list(db.session.scalars(query))


def get_person(student_id: int) -> Student | None:
    """A graduate with their name, whoever asks: for a caller who has the id out of a list of their own."""
    return db.session.scalar(sa.select(Student).where(Student.id == student_id).options(*WITH_PERSON))


def advisers(student_id: int) -> list[tuple[AdviserKind, int]]:
    """Who supervises this graduate's thesis and internship: (kind, user id)."""
    query = sa.select(Adviser.kind, Adviser.user_id).where(Adviser.student_id == student_id)
    return [(kind, user_id) for kind, user_id in db.session.execute(query)]


def has_valid_tag(student_ids: Iterable[int]) -> bool:
    """Whether any of these has a hardship tag in force: a yes or no, for which nothing is opened."""
    query = sa.select(HardshipTag.id).where(
        HardshipTag.student_id.in_(list(student_ids)),
        HardshipTag.ended_at.is_(None),
        sa.or_(HardshipTag.valid_until.is_(None), HardshipTag.valid_until >= clock.today()),
    )
    return db.session.scalar(query.limit(1)) is not None
