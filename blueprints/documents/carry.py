"""What became of a marked place in the next version: unchanged, changed, or gone.

Lines are aligned first (``difflib`` opcodes over whole lines), and only then is the best match looked
for, inside the replaced block: the best ratio over all lines called a rewritten line deleted. Nothing
closes by itself; what cannot be placed is shown as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

ALIKE = 0.4
MOST_LINES, LONGEST_LINE, MOST_RIVALS = 400, 120, 20
"""Aligning is quadratic at its worst, and a student chooses the text: beyond these a person looks."""


class Fate(StrEnum):
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"

    @property
    def label(self) -> Any:
        return {
            Fate.UNCHANGED: _l("unchanged"),
            Fate.CHANGED: _l("changed"),
            Fate.GONE: _l("no longer there"),
            Fate.UNKNOWN: _l("look for yourself"),
        }[self]

    @property
    def tone(self) -> str:
        return {Fate.UNCHANGED: "warn", Fate.CHANGED: "ok", Fate.GONE: "", Fate.UNKNOWN: ""}[self]


@dataclass(frozen=True)
class Carried:
    """A mark of the earlier version, and what its line says now (``text`` empty when gone)."""

    mark: Any
    fate: Fate
    text: str
    page_no: int | None


def follow(marks: list[Any], before: list[Any], after: list[Any]) -> list[Carried]:
    """For each mark of the earlier version, the fate of its first line; pages are ``models.Page``."""
    old = [(p.no, line["text"][:LONGEST_LINE]) for p in before for line in p.lines]
    new = [(p.no, line["text"][:LONGEST_LINE]) for p in after for line in p.lines]
    if max(len(old), len(new)) > MOST_LINES:
        return [Carried(mark, Fate.UNKNOWN, "", None) for mark in marks]
    blocks = SequenceMatcher(None, [t for _p, t in old], [t for _p, t in new], autojunk=False).get_opcodes()
    return [_follow(mark, old, new, blocks) for mark in marks]


def _follow(mark: Any, old: list[tuple[int, str]], new: list[tuple[int, str]], blocks: list[Any]) -> Carried:
    first = mark.quote.split("\n")[0].strip()[:LONGEST_LINE]
    index = next((n for n, (page, text) in enumerate(old) if page == mark.page_no and first and first in text), None)
    if index is None:
        return Carried(mark, Fate.UNKNOWN, "", None)
    tag, i1, _i2, j1, j2 = next(b for b in blocks if b[1] <= index < b[2])
    if tag == "equal":
        page, text = new[j1 + index - i1]
        return Carried(mark, Fate.UNCHANGED, text, page)
    if tag == "delete" or j1 == j2:
        return Carried(mark, Fate.GONE, "", None)
    rivals = range(j1, min(j2, j1 + MOST_RIVALS))
    score, best = max((SequenceMatcher(None, old[index][1], new[j][1], autojunk=False).ratio(), j) for j in rivals)
    if score < ALIKE:
        return Carried(mark, Fate.GONE, "", None)
    page, text = new[best]
    return Carried(mark, Fate.CHANGED, text, page)
