"""From loose characters to lines in reading order.

The order in which a PDF paints its characters is not the order in which they are read. So:
characters that follow each other on the paper become runs, runs at one height become rows, and a
page is cut into columns where a gutter has much text on both sides. Coordinates are points with the
origin at the top left of the page as displayed. Pure Python without imports from the project: this
runs inside the sandbox.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypedDict

MAX_LINES = 2_000
MAX_LINE_CHARACTERS = 2_000

UNKNOWN = "\ufffd"
"""A sign from a font's private area: a digit in one font, an icon in the next."""

WORD_GAP = 0.2
"""A gap wider than this part of the line's height is a space, whatever the file has there."""
IDEOGRAPH_GAP = 0.5
"""The same between two Chinese characters, which are often spaced out a little."""
NO_GAP = 0.05
"""A space in the file over a gap smaller than this is not there for the eye."""
RUN_GAP = 1.0
"""A gap wider than this many heights ends a run."""
BACKWARD = 0.6
"""Kerning may draw a character this many heights back; farther is a new run."""
SAME_ROW = 0.42
"""On one row the middles are less than this part of the greater height apart."""
SAME_RUN = 0.25
"""Within a run the middles differ by less than this part of the height."""
MAX_CANDIDATES = 40
"""Gutters tried in one block, the most frequent first."""
MIN_COLUMN_ROWS = 4
MIN_COLUMN_DENSITY = 0.3
"""Heights of a column's rows together, as a part of its length."""
MIN_COLUMN_CHARACTERS = 60
FLUSH_RIGHT = 0.5
DATE_CHARACTERS = 25
"""Short rows with this part of their right edges in common, and fewer of the left, are dates at the margin."""
MAX_TITLE_ROWS = 4
TITLE_GAP = 1.2
"""Heights of free space under rows that stand above both columns and belong to neither."""
TABLE_ALIGNED = 0.8
TABLE_CELL = 15
"""Two sides with so many rows level, and fewer characters a row than this, are a table."""


class Line(TypedDict):
    """One line. `xs`: a left edge per UTF-16 code unit of `text`, and the right edge of the last."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    xs: list[float]


class Character(NamedTuple):
    """One character and its box."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass
class Run:
    """Characters painted one after the other on one height; the first and last are not spaces."""

    characters: list[Character]

    def __post_init__(self) -> None:
        inked = [c for c in self.characters if c.text != " "]
        self.x0 = min(c.x0 for c in inked)
        self.x1 = max(c.x1 for c in inked)
        self.y0 = min(c.y0 for c in inked)
        self.y1 = max(c.y1 for c in inked)
        self.count = len(inked)

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def text(self) -> str:
        return "".join(c.text for c in self.characters)


Row = list[Run]


def lines(characters: Iterable[Character]) -> list[Line]:
    """The lines of a page in reading order, from its characters in the order they are painted."""
    found: list[Line] = []
    for row in _reading_order(_without_shadows(list(_runs(characters)))):
        if len(found) == MAX_LINES:
            break
        if line := _line(row):
            found.append(line)
    return found


def _runs(characters: Iterable[Character]) -> Iterator[Run]:
    run: list[Character] = []
    for character in characters:
        if run and not _continues(run, character):
            yield from _trimmed(run)
            run = []
        run.append(character)
    yield from _trimmed(run)


def _trimmed(run: list[Character]) -> Iterator[Run]:
    start, end = 0, len(run)
    while start < end and run[start].text == " ":
        start += 1
    while end > start and run[end - 1].text == " ":
        end -= 1
    if start < end:
        yield Run(run[start:end])


def _continues(run: list[Character], new: Character) -> bool:
    last = run[-1]
    height = min(last.y1 - last.y0, new.y1 - new.y0)
    level = abs((last.y0 + last.y1) - (new.y0 + new.y1)) / 2
    gap = new.x0 - last.x1
    return level < SAME_RUN * height and -BACKWARD * height < gap < RUN_GAP * height


def _without_shadows(runs: list[Run]) -> list[Run]:
    """Bold is sometimes faked by painting a text twice, a hair apart: the second is dropped."""
    kept: list[Run] = []
    seen: dict[str, list[Run]] = {}
    for run in runs:
        twins = seen.setdefault(run.text, [])
        near = 0.2 * run.height
        if any(abs(t.x0 - run.x0) < near and abs(t.y0 - run.y0) < near for t in twins[-8:]):
            continue
        twins.append(run)
        kept.append(run)
    return kept


def _rows(runs: list[Run]) -> list[Row]:
    """Runs clustered by their middles, top to bottom; each row from left to right."""
    rows: list[Row] = []
    for run in sorted(runs, key=lambda r: (r.middle, r.x0)):
        home = next((row for row in reversed(rows[-8:]) if _level(row, run) and _fits(row, run)), None)
        if home is None:
            rows.append([run])
        else:
            home.append(run)
    for row in rows:
        row.sort(key=lambda r: r.x0)
    return sorted(rows, key=lambda row: row[0].middle)


def _level(row: Row, run: Run) -> bool:
    apart = abs(row[0].middle - run.middle)
    return apart < SAME_ROW * max(row[0].height, run.height)


def _fits(row: Row, run: Run) -> bool:
    return all(
        min(other.x1, run.x1) - max(other.x0, run.x0) < 0.3 * min(other.x1 - other.x0, run.x1 - run.x0) for other in row
    )


def _reading_order(runs: list[Run]) -> Iterator[Row]:
    """Rows in reading order: where a gutter parts the runs, what is above it, left, right, and
    below.
    """
    waiting = [runs]
    while waiting:
        block = waiting.pop()
        parts = _parted(block)
        if parts:
            waiting.extend(part for part in reversed(parts) if part)
        else:
            yield from _rows(block)


def _parted(runs: list[Run]) -> tuple[list[Run], ...] | None:
    best: tuple[list[Run], ...] | None = None
    most = 0
    for x in _gutters(_rows(runs)):
        for top, bottom in _bands(runs, x):
            inside = [run for run in runs if top <= run.middle < bottom]
            left = [run for run in inside if run.x0 < x]
            right = [run for run in inside if run.x0 >= x]
            weight = min(_count(left), _count(right))
            if weight > most and _columns(left, right):
                above = [run for run in runs if run.middle < top]
                below = [run for run in runs if run.middle >= bottom]
                left, title_left = _without_title(left, right)
                right, title_right = _without_title(right, left)
                above += title_left + title_right
                best, most = (above, left, right, below), weight
    return best


def _without_title(side: list[Run], other: list[Run]) -> tuple[list[Run], list[Run]]:
    """(the column, its title): rows above both columns, well apart from the rest, belong to
    neither.
    """
    start = min(run.y0 for run in other)
    rows = _rows(side)
    for i, (upper, lower) in enumerate(pairwise(rows[: MAX_TITLE_ROWS + 1]), 1):
        free = lower[0].y0 - upper[0].y1
        if upper[0].y1 <= start and free > TITLE_GAP * lower[0].height:
            title = [run for row in rows[:i] for run in row]
            return [run for row in rows[i:] for run in row], title
    return side, []


def _gutters(rows: list[Row]) -> list[float]:
    """Left edges that follow a wide gap, the most frequent first."""
    votes: dict[int, int] = {}
    for row in rows:
        for a, b in pairwise(row):
            if b.x0 - a.x1 > RUN_GAP * min(a.height, b.height):
                votes[int(b.x0) // 2] = votes.get(int(b.x0) // 2, 0) + 1
    return [2.0 * x for x in sorted(votes, key=votes.__getitem__, reverse=True)[:MAX_CANDIDATES]]


def _bands(runs: list[Run], x: float) -> Iterator[tuple[float, float]]:
    """The stretches of the page from top to bottom in which no run crosses `x`."""
    crossing = sorted(run.middle for run in runs if run.x0 < x - 1 and run.x1 > x + 1)
    yield from pairwise([float("-inf"), *crossing, float("inf")])


def _count(runs: list[Run]) -> int:
    return sum(run.count for run in runs)


def _columns(left: list[Run], right: list[Run]) -> bool:
    return _dense(left) and _dense(right) and not _table(left, right) and not _flush_right(_rows(right))


def _flush_right(rows: list[Row]) -> bool:
    if _count([run for row in rows for run in row]) >= DATE_CHARACTERS * len(rows):
        return False
    right = _in_common([row[-1].x1 for row in rows])
    return right >= FLUSH_RIGHT and right > _in_common([row[0].x0 for row in rows])


def _in_common(edges: list[float]) -> float:
    """The part of the edges that lie within three points of one of them."""
    return max(sum(abs(edge - other) < 3 for other in edges) for edge in edges) / len(edges)


def _dense(runs: list[Run]) -> bool:
    """Enough text, and rows that follow each other: a column of dates beside paragraphs is not
    dense.
    """
    if _count(runs) < MIN_COLUMN_CHARACTERS:
        return False
    rows = _rows(runs)
    filled = sum(row[0].height for row in rows)
    extent = max(run.y1 for run in runs) - min(run.y0 for run in runs)
    return len(rows) >= MIN_COLUMN_ROWS and filled >= MIN_COLUMN_DENSITY * extent


def _table(left: list[Run], right: list[Run]) -> bool:
    sides = [_rows(left), _rows(right)]
    fewer, more = sorted(sides, key=len)
    heights = [row[0].middle for row in more]
    level = sum(any(abs(row[0].middle - h) < 1.5 for h in heights) for row in fewer)
    cell = min(_count([run for row in side for run in row]) / len(side) for side in sides)
    return level >= TABLE_ALIGNED * len(fewer) and cell < TABLE_CELL


def _line(row: Row) -> Line | None:
    """A row as a line; None when there are only icons in it."""
    characters = _logical(list(_spaced(row)))[:MAX_LINE_CHARACTERS]
    if not characters:
        return None
    usual = sorted(run.height for run in row for _ in range(run.count))[sum(r.count for r in row) // 2]
    sized = [run for run in row if run.height <= 1.6 * usual]
    xs: list[float] = []
    for character in characters:
        xs.extend(_edges(character))
    xs.append(characters[-1].x1)
    for i in range(1, len(xs)):
        xs[i] = max(xs[i], xs[i - 1])
    return {
        "text": "".join(c.text for c in characters),
        "x0": round(min(c.x0 for c in characters), 1),
        "y0": round(min(run.y0 for run in sized), 1),
        "x1": round(max(c.x1 for c in characters), 1),
        "y1": round(max(run.y1 for run in sized), 1),
        "xs": [round(x, 1) for x in xs],
    }


def _spaced(row: Row) -> Iterator[Character]:
    """The characters of a row with exactly one space wherever there is a gap, and without icons."""
    last: Character | None = None
    for character, space in _without_icons(list(_inked(row))):
        if last and _apart(last, character, space):
            yield Character(" ", last.x1, last.y0, max(last.x1, character.x0), last.y1)
        yield character
        last = character


def _inked(row: Row) -> Iterator[tuple[Character, bool]]:
    """Each visible character, and whether the file has a space before it."""
    space = False
    for run in row:
        for character in run.characters:
            if character.text == " ":
                space = True
            else:
                yield character, space
                space = False


def _without_icons(signs: list[tuple[Character, bool]]) -> list[tuple[Character, bool]]:
    """A private sign that stands alone is an icon; beside others it is text we cannot name, and
    stays.
    """
    apart = [True, *(_apart(a, b, space) for (a, _), (b, space) in pairwise(signs)), True]
    return [sign for i, sign in enumerate(signs) if not (sign[0].text == UNKNOWN and apart[i] and apart[i + 1])]


def _apart(left: Character, right: Character, space: bool) -> bool:
    """Whether a space is to stand between two neighbours; `space` when the file has one."""
    gap = (right.x0 - left.x1) / min(left.y1 - left.y0, right.y1 - right.y0)
    if space:
        return gap > NO_GAP
    return gap > (IDEOGRAPH_GAP if _ideograph(left) and _ideograph(right) else WORD_GAP)


def _ideograph(character: Character) -> bool:
    return unicodedata.east_asian_width(character.text[0]) in {"W", "F"}


def _logical(characters: list[Character]) -> list[Character]:
    """Right-to-left stretches in the order they are read.

    Only the texts change places; the boxes stay from left to right, so that edges never run
    backwards. A part of such a stretch is therefore mirrored within it; the whole stretch is exact.
    """
    found = list(characters)
    start = None
    for i, character in enumerate([*characters, None]):
        side = unicodedata.bidirectional(character.text[0]) if character else "L"
        if side in {"R", "AL"}:
            start = i if start is None else start
            end = i + 1
        elif start is not None and side not in {"WS", "NSM", "BN"}:
            texts = [c.text for c in characters[start:end]][::-1]
            found[start:end] = [c._replace(text=t) for c, t in zip(found[start:end], texts, strict=True)]
            start = None
    return found


def _edges(character: Character) -> list[float]:
    """Left edge of every UTF-16 code unit of a character: JavaScript counts offsets in these."""
    units = len(character.text.encode("utf-16-le")) // 2
    step = (character.x1 - character.x0) / units
    return [character.x0 + step * i for i in range(units)]
