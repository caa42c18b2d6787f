"""What lists of several slices share: the choice of a college."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from ..core.ids import read_id
from ..core.listing import Filter
from .queries import college_names


def by_college(column: Any) -> Filter:
    """A filter on the column that holds a college's id."""
    return Filter(
        "college",
        _l("College"),
        lambda: [(str(id), name) for id, name in college_names().items()],
        lambda value: column == id if (id := read_id(value)) is not None else None,
    )
