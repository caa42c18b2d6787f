"""Reads of the register."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import User
from ..core.db import db
from ..core.text import like
from .models import Student

WITH_PERSON = (joinedload(Student.user),)


def of_user(user_id: int) -> Student | None:
    """The graduate this person is, if any."""
    return db.session.scalar(sa.select(Student).where(Student.user_id == user_id))


def matching(words: str) -> sa.ColumnElement[bool]:
    """Found by characters, number, full pinyin or initials; needs the join to ``User``."""
    return User.search_key.like(like(words), escape="\\")
