"""The manager's settings, saved together."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ...core.db import db
from ...core.options import OptionRow
from .. import options

KEYS = [option.key for option in options.ALL]


def version() -> int:
    """A number that grows with every change of any of the incubator's settings."""
    query = sa.select(sa.func.coalesce(sa.func.sum(OptionRow.version), 0)).where(OptionRow.key.in_(KEYS))
    return int(db.session.scalar(query) or 0)


def save(values: dict[str, Any]) -> None:
    """Set the options by key."""
    for option in options.ALL:
        option.set(values[option.key])
