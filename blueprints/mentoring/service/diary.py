"""Lines are added to the diary, changed and taken out."""

from __future__ import annotations

from datetime import date

from ...core.db import db
from ..models import DiaryLine


def add(user_id: int, day: date, text: str) -> DiaryLine:
    made = DiaryLine(user_id=user_id, day=day, text=text)
    db.session.add(made)
    return made


def change(line: DiaryLine, day: date, text: str) -> None:
    line.day, line.text = day, text


def remove(line: DiaryLine) -> None:
    db.session.delete(line)
