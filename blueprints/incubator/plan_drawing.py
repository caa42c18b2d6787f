"""The plan of a floor as shapes: pure arithmetic from rectangles, which the template writes as SVG.

A floor is cut into two wings where no workspace crosses, so that labels can be read on a phone, where the wings lie
one above the other; a floor that cannot be cut is drawn whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SMALL = 90
"""Narrower or lower than this, a workspace shows its code and one word."""
INSET = 2
TEXT, FINE = 15, 14


class Rectangle(Protocol):
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True)
class Text:
    """One line of text: its class, and where its middle (or, for a code in a corner, its start) is."""

    text: str
    kind: str
    x: float
    y: float
    middle: bool = True


@dataclass(frozen=True)
class Shape:
    """A workspace as drawn. ``name`` is all that its texts say, for who hears the plan."""

    id: int
    use: str
    x: int
    y: int
    w: int
    h: int
    texts: tuple[Text, ...]
    current: bool


@dataclass(frozen=True)
class Part:
    """What is drawn and not lent: a corridor, stairs; cut where the wing is."""

    name: str
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True)
class Wing:
    x: int
    width: int
    height: int
    shapes: tuple[Shape, ...]
    parts: tuple[Part, ...]

    @property
    def view(self) -> str:
        return f"{self.x - 3} -3 {self.width + 6} {self.height + 6}"


@dataclass(frozen=True)
class Caption:
    """What is written into a workspace: a name, how it stands, and that in one word."""

    use: str
    name: str
    says: str
    short: str


def cut_at(width: int, rectangles: Iterable[Rectangle]) -> int | None:
    """Where to cut: the edge nearest the middle that no workspace crosses, not too near an end."""
    there = list(rectangles)
    edges = {width // 2, *(r.x for r in there), *(r.x + r.w for r in there)}
    possible = [
        edge for edge in edges if width * 0.3 <= edge <= width * 0.7 and not any(r.x < edge < r.x + r.w for r in there)
    ]
    return min(possible, key=lambda edge: (abs(edge - width // 2), edge), default=None)


def fitted(text: str, width: float, size: int) -> str:
    """As much of a text as this width holds; a Chinese character is as wide as the size, a letter about half."""
    used = 0.0
    for at, sign in enumerate(text):
        used += size * (1 if ord(sign) > 0x2E80 else 0.56)
        if used > width:
            return text[: max(1, at - 1)].rstrip() + "…"
    return text


def _shape(row: Any, caption: Caption, current: bool) -> Shape:
    x, y, w, h = row.x + INSET, row.y + INSET, max(1, row.w - 2 * INSET), max(1, row.h - 2 * INSET)
    middle, centre = x + w / 2, y + h / 2
    if w < SMALL or h < SMALL:
        short = Text(fitted(caption.short, w - 2, FINE), "st", middle, centre + 17)
        texts: tuple[Text, ...] = (Text(row.code, "code", middle, centre - 3), short)
    else:
        lines = [Text(row.code, "code", x + 10, y + 25, False)]
        if caption.name:
            lines.append(Text(fitted(caption.name, w - 12, TEXT), "team", middle, centre + 6))
        below = centre + (31 if caption.name else 6)
        lines.append(Text(fitted(caption.says, w - 8, FINE), "st", middle, below))
        texts = tuple(lines)
    return Shape(row.id, caption.use, x, y, w, h, texts, current)


def _part(item: dict[str, Any], first: int, last: int) -> Part | None:
    left, right = max(first, item["x"]), min(last, item["x"] + item["w"])
    if right <= left:
        return None
    return Part(fitted(item["name"], right - left, FINE), left, item["y"], right - left, item["h"])


def wings(
    width: int,
    height: int,
    scenery: Sequence[dict[str, Any]],
    workspaces: Sequence[Any],
    captions: dict[int, Caption],
    current: int | None = None,
) -> list[Wing]:
    """The floor in one or two parts."""
    cut = cut_at(width, workspaces)
    ends = [(0, width)] if cut is None else [(0, cut), (cut, width)]
    made = []
    for first, last in ends:
        inside = [w for w in workspaces if first <= w.x and w.x + w.w <= last] if cut is not None else workspaces
        shapes = tuple(_shape(w, captions[w.id], w.id == current) for w in inside)
        parts = tuple(p for item in scenery if (p := _part(item, first, last)) is not None)
        made.append(Wing(first, last - first, height, shapes, parts))
    return made
