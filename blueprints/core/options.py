"""Settings the office edits on a page: declared once with a default, kept as audited rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Mapped, mapped_column

from .audit import Audited
from .db import Model, db, rows

OPTIONS: dict[str, Option] = {}


class OptionRow(Audited, Model):
    """The value an office gave to one option. ``version`` grows with each change."""

    __tablename__ = "option"

    key: Mapped[str] = mapped_column(sa.String(60), unique=True)
    value: Mapped[Any] = mapped_column(sa.JSON)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def audit_topic(self) -> tuple[str, int]:
        return "option", 0


_ALL = sa.select(OptionRow.key, OptionRow.value)


@dataclass(frozen=True)
class Option:
    """One thing an office may set: a number or a yes/no, with bounds and the words for it."""

    key: str
    default: int | bool
    label: Any
    hint: Any = ""
    low: int = 0
    high: int = 10_000

    def __post_init__(self) -> None:
        OPTIONS[self.key] = self

    @property
    def value(self) -> Any:
        """Today's value; all rows are read once a request."""
        if "options" not in g:
            g.options = dict(rows(_ALL))
        return g.options.get(self.key, self.default)

    def set(self, value: int | bool) -> None:
        query = sa.select(OptionRow).where(OptionRow.key == self.key).with_for_update()
        row = db.session.scalar(query)
        if row is None and value != self.default:
            try:
                with db.session.begin_nested():
                    db.session.add(OptionRow(key=self.key, value=value))
            except sa.exc.IntegrityError:  # someone set it for the first time at the same moment
                row = db.session.scalars(query).one()
        if row is not None and row.value != value:
            row.value = value
        db.session.flush()  # ``value`` reads past the session
        g.pop("options", None)
