"""Where a mark sits: a gesture as the browser sends it, turned into rectangles, quote and position.

Three gestures: ``line=12`` or ``line=12-14`` (whole lines), ``sel=12:3-20;13:0-8`` (characters of lines,
as offsets of UTF-16 units, which is what a browser counts in) and ``box=x0,y0,x1,y1`` (points, origin at
the top left of the page as shown).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from .models import Page
from .rendering import part

CONTEXT = 32
SMALLEST = 2.0
MOST_PARTS = 60
_LINES = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_PART = re.compile(r"(\d{1,5}):(\d{1,5})-(\d{1,5})")


class NoSuchPlace(ValueError):
    """The gesture points to nothing on this page."""


@dataclass(frozen=True)
class Place:
    """A place on a page: ``gesture`` as sent (``line=3``), and the selector to store with the mark."""

    gesture: str
    selector: dict[str, Any]

    @property
    def quote(self) -> str:
        return str(self.selector["quote"]["exact"]) if "quote" in self.selector else ""

    @property
    def rects(self) -> list[list[float]]:
        rects: list[list[float]] = self.selector["rects"]
        return rects


def find(page: Page, *, line: str = "", sel: str = "", box: str = "") -> Place:
    """The place that exactly one of the gestures names; raises :class:`NoSuchPlace`."""
    given = [(kind, text) for kind, text in (("line", line), ("sel", sel), ("box", box)) if text]
    if len(given) != 1:
        raise NoSuchPlace("exactly one of line, sel and box")
    kind, text = given[0]
    return {"line": _of_lines, "sel": _of_selection, "box": _of_box}[kind](page, text)


def _of_lines(page: Page, text: str) -> Place:
    match = _LINES.fullmatch(text)
    if match is None:
        raise NoSuchPlace(text)
    first, last = int(match[1]), int(match[2] or match[1])
    if not 0 <= first <= last < len(page.lines):
        raise NoSuchPlace(text)
    return _of_parts(page, f"line={text}", [(n, 0, len(page.lines[n]["xs"]) - 1) for n in range(first, last + 1)])


def _of_selection(page: Page, text: str) -> Place:
    parts = []
    for piece in text.split(";")[:MOST_PARTS]:
        match = _PART.fullmatch(piece)
        if match is None:
            raise NoSuchPlace(text)
        line, start, end = (int(n) for n in match.groups())
        if line >= len(page.lines) or not start < end <= len(page.lines[line]["xs"]) - 1:
            raise NoSuchPlace(text)
        parts.append((line, start, end))
    return _of_parts(page, f"sel={text}", sorted(parts))


def _of_parts(page: Page, gesture: str, parts: list[tuple[int, int, int]]) -> Place:
    rects, words = [], []
    for number, start, end in parts:
        line = page.lines[number]
        edges = line["xs"][start : end + 1]
        rects.append([round(min(edges), 1), line["y0"], round(max(edges), 1), line["y1"]])
        words.append(part(line["text"], start, end))
    first, last = parts[0], parts[-1]
    before = part(page.lines[first[0]]["text"], max(0, first[1] - CONTEXT), first[1])
    after = part(page.lines[last[0]]["text"], last[2], last[2] + CONTEXT)
    return Place(
        gesture,
        {
            "page": page.no,
            "rects": rects,
            "quote": {"exact": "\n".join(words), "prefix": before, "suffix": after},
            "position": {"first": [first[0], first[1]], "last": [last[0], last[2]]},
        },
    )


def _of_box(page: Page, text: str) -> Place:
    try:
        x0, y0, x1, y1 = (float(n) for n in text.split(","))
    except ValueError as error:
        raise NoSuchPlace(text) from error
    if not all(map(math.isfinite, (x0, y0, x1, y1))):
        raise NoSuchPlace(text)
    x0, x1 = sorted(max(0.0, min(x, page.width)) for x in (x0, x1))
    y0, y1 = sorted(max(0.0, min(y, page.height)) for y in (y0, y1))
    if x1 - x0 < SMALLEST or y1 - y0 < SMALLEST:
        raise NoSuchPlace(text)
    rect = [round(n, 1) for n in (x0, y0, x1, y1)]
    inside = [
        ln["text"]
        for ln in page.lines
        if x0 <= (ln["x0"] + ln["x1"]) / 2 <= x1 and y0 <= (ln["y0"] + ln["y1"]) / 2 <= y1
    ]
    selector: dict[str, Any] = {"page": page.no, "rects": [rect]}
    if inside:
        selector["quote"] = {"exact": "\n".join(inside)[:500], "prefix": "", "suffix": ""}
    return Place(f"box={','.join(str(n) for n in rect)}", selector)


def as_web_annotation(mark: Any, source: str, author: str) -> dict[str, Any]:
    """A mark as a W3C Web Annotation (JSON-LD); ``source`` is the address of the document."""
    selectors: list[dict[str, Any]] = [
        {"type": "FragmentSelector", "conformsTo": "http://tools.ietf.org/rfc/rfc3778", "value": f"page={mark.page_no}"}
    ]
    for x0, y0, x1, y1 in mark.rects:
        points = f"{x0},{y0} {x1},{y0} {x1},{y1} {x0},{y1}"
        selectors.append({"type": "SvgSelector", "value": f'<svg:polygon points="{points}"/>'})
    if mark.quote:
        selectors.append({"type": "TextQuoteSelector", **mark.selector["quote"]})
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"urn:qihang:annotation:{mark.id}",
        "type": "Annotation",
        "motivation": "assessing",
        "created": mark.created_at.isoformat(),
        "creator": {"type": "Person", "name": author},
        "body": {"type": "TextualBody", "value": mark.body, "purpose": mark.kind.value},
        "target": {"source": source, "selector": selectors},
    }
