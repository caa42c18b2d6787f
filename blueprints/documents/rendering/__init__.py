"""Files in, pages out: a document becomes pictures of its pages and the lines of text on them.

Nothing of a file is parsed in the calling process: a fresh, limited child does it (`sandbox`), and
what the child reports is checked before it is believed.
"""

import json
import math
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from blueprints.core.sniff import Kind, Refused, sniff

from . import office, sandbox
from .office import office_available
from .reading import MAX_LINES, Line

__all__ = ["WIDTHS", "Picture", "Sheet", "Unreadable", "draw", "office_available", "part", "units"]

WIDTHS = (780, 1240, 1654)
"""Nominal widths of a page's pictures in pixels."""

WALL = 50.0
"""Seconds for one document, conversion included."""

DRAWING = sandbox.Limits(memory=1 << 30, cpu=30, file_size=40_000_000, wall=WALL, open_files=64, processes=0)
MAX_CHARACTERS = 600_000
"""Of one document; a page of closely set Chinese holds 2,000."""

_CHILD = Path(__file__).resolve().with_name("child.py")
_CRASHES_FOR_MEMORY = {4, 5, 6}
"""SIGILL, SIGTRAP, SIGABRT: how PDFium ends itself when an allocation fails."""
_OUT_OF_PROCESSOR_TIME = 24
_KILLED = 9
_FILE_TOO_LARGE = 25

SENTENCES = {
    "encrypted": _l("This file is protected by a password. Remove the password and upload it again."),
    "damaged": _l("This file is damaged and cannot be drawn. Export it as PDF again and upload that."),
    "no_pages": _l("There is no page in this file. Export it as PDF again and upload that."),
    "too_many_pages": _l("This file has too many pages. Upload only the pages that belong to it."),
    "too_big": _l("Drawing this file takes more memory than is allowed. Export it as a plain PDF of A4 pages."),
    "too_slow": _l("Drawing this file takes too long. Print it to PDF and upload that."),
    "no_office": _l("Word files cannot be converted here. Save it as PDF and upload that."),
    "not_converted": _l("This Word file could not be converted. Save it as PDF and upload that."),
}


@dataclass(frozen=True)
class Sheet:
    """One page: number, number of pages, size in points as displayed, lines in reading order."""

    no: int
    of: int
    width: float
    height: float
    lines: list[Line]


@dataclass(frozen=True)
class Picture:
    """One picture of a page. `width` is nominal; `px` is real, and smaller for extreme pages."""

    no: int
    width: int
    path: Path
    kind: Kind
    px: tuple[int, int]


class Unreadable(Exception):
    """A document that cannot be drawn. `sentence` says why and what to do next."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


def draw(source: Path, kind: Kind, workdir: Path, *, max_pages: int = 10) -> Iterator[Sheet | Picture]:
    """Draws the document `source` into the empty folder `workdir`, which is the caller's to delete.

    Yields as the child reports, so that page 1 can be shown while the rest is drawn: Sheet 1,
    Picture (1, 1240), Sheet 2, Picture (2, 1240), …, then all at 780, then all at 1654. Raises
    `Unreadable`, possibly after some pages were given. Takes at most `WALL` seconds, the
    caller's own between two items included.
    """
    deadline = time.monotonic() + WALL
    workdir = workdir.resolve()
    if kind in {Kind.DOCX, Kind.DOC}:
        source, kind = _converted(source, kind, workdir), Kind.PDF
    shutil.copyfile(source, workdir / "source")
    limits = replace(DRAWING, wall=max(1.0, deadline - time.monotonic()))
    command = [*sandbox.python(), str(_CHILD), kind.value, str(max_pages)]
    with sandbox.run(command, workdir, limits) as child:
        report = _Report(workdir, max_pages)
        for line in child.lines():
            yield report.take(line)
        ending = child.ending()
    if ending.code or not report.complete:
        raise Unreadable(_reason(ending))


def units(text: str) -> int:
    """Length of `text` as JavaScript and `Line["xs"]` count it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def part(text: str, start: int, end: int) -> str:
    """`text.slice(start, end)` as JavaScript would give it; half a surrogate pair is left out."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", errors="ignore")


def _converted(source: Path, kind: Kind, workdir: Path) -> Path:
    if not office_available():
        raise Unreadable("no_office")
    copy = workdir / f"word.{kind.value}"
    shutil.copyfile(source, copy)
    made, ending = office.convert(copy, kind.value, workdir)
    if made is None:
        reason = _reason(ending)
        raise Unreadable("not_converted" if reason == "damaged" else reason)
    return made


def _reason(ending: sandbox.Ending) -> str:
    """Why a child ended without finishing."""
    if ending.late or ending.signal in {_OUT_OF_PROCESSOR_TIME, _KILLED}:
        return "too_slow"
    if ending.signal in {*_CRASHES_FOR_MEMORY, _FILE_TOO_LARGE}:
        return "too_big"
    return "damaged"


class _Report:
    """What a child says, believed only where it fits: the file it parses may have taken it over."""

    def __init__(self, workdir: Path, max_pages: int) -> None:
        self._workdir = workdir
        self._max_pages = max_pages
        self._sheets: dict[int, Sheet] = {}
        self._pictures: set[tuple[int, int]] = set()
        self._characters = 0

    @property
    def complete(self) -> bool:
        of = {sheet.of for sheet in self._sheets.values()}
        return of == {len(self._sheets)} and len(self._pictures) == len(WIDTHS) * len(self._sheets)

    def take(self, line: bytes) -> Sheet | Picture:
        """The sheet or picture a line of the report speaks of."""
        try:
            match json.loads(line):
                case {"sheet": dict(facts)}:
                    return self._sheet(facts)
                case {"picture": dict(facts)}:
                    return self._picture(facts)
                case {"unreadable": str(code)} if code in SENTENCES:
                    raise Unreadable(code)
        except (
            KeyError,
            TypeError,
            ValueError,
            OverflowError,
            RecursionError,
            OSError,
            Refused,
        ) as error:
            raise Unreadable("damaged") from error
        raise Unreadable("damaged")

    def _sheet(self, facts: dict[str, Any]) -> Sheet:
        lines = [_line(line) for line in facts["lines"]]
        sheet = Sheet(
            int(facts["no"]),
            int(facts["of"]),
            _point(facts["width"]),
            _point(facts["height"]),
            lines,
        )
        self._characters += sum(len(line["text"]) for line in lines)
        expected = sheet.no == len(self._sheets) + 1 <= sheet.of <= self._max_pages
        if not expected or len(lines) > MAX_LINES or self._characters > MAX_CHARACTERS:
            raise Unreadable("damaged")
        self._sheets[sheet.no] = sheet
        return sheet

    def _picture(self, facts: dict[str, Any]) -> Picture:
        no, width, kind = int(facts["no"]), int(facts["width"]), Kind(facts["kind"])
        key = no, width
        if no not in self._sheets or width not in WIDTHS or key in self._pictures:
            raise Unreadable("damaged")
        path = self._workdir / f"page-{no}-{width}.{kind.value}"
        if path.is_symlink() or not path.is_file():
            raise Unreadable("damaged")
        sniff(path, path.name, frozenset({Kind.PNG, Kind.WEBP}))
        self._pictures.add(key)
        across, down = facts["px"]
        return Picture(no, width, path, kind, (int(across), int(down)))


def _line(facts: dict[str, Any]) -> Line:
    text = facts["text"]
    xs = [_point(x) for x in facts["xs"]]
    if not isinstance(text, str) or len(xs) != units(text) + 1:
        raise ValueError("edges do not fit the text")
    return {
        "text": text,
        "x0": _point(facts["x0"]),
        "y0": _point(facts["y0"]),
        "x1": _point(facts["x1"]),
        "y1": _point(facts["y1"]),
        "xs": xs,
    }


def _point(value: object) -> float:
    """A finite coordinate."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a coordinate")
    return value
