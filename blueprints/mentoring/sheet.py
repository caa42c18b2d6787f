"""A workbook of a stranger as rows of text. It is opened in a limited child process, never here.

A single cell at the far end makes any reader allocate the whole sheet before it, which is why memory and time have
limits; who runs into them gets a sentence and not a dead web server.
"""

from __future__ import annotations

import json
import shutil
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask_babel import lazy_gettext as _l

from ..core import files
from ..core.text import clean
from ..documents.rendering import sandbox

MOST_ROWS = 12_000
MOST_COLUMNS = 40
LIMITS = sandbox.Limits(memory=512 << 20, cpu=10, file_size=1 << 20, wall=20, open_files=64)

SENTENCES = {
    "damaged": _l("This workbook cannot be read. Save it again in Excel or WPS as .xlsx and upload that."),
    "too_big": _l("This sheet is too large to read. Copy the rows you need into a new workbook and upload that."),
    "too_many": _l("There are more than %(num)d rows. Divide the list into several files.", num=MOST_ROWS),
    "empty": _l("There is nothing in the first sheet of this workbook."),
}

_CHILD = Path(__file__).resolve().with_name("sheet_child.py")


class Unreadable(Exception):
    """A workbook that cannot be read. ``sentence`` says why and what to do next."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


def read(sha256: str) -> list[list[str]]:
    """The rows of the first sheet of this file of the store, head row included; raises :class:`Unreadable`."""
    with TemporaryDirectory(dir=files.scratch(), prefix="sheet-") as folder:
        work = Path(folder)
        with files.store().open(sha256) as source, (work / "source.xlsx").open("wb") as target:
            shutil.copyfileobj(source, target)
        shutil.copyfile(_CHILD, work / "child.py")  # of the disk the child may see no more than this folder
        command = [*sandbox.python(), str(work / "child.py"), str(MOST_ROWS + 2), str(MOST_COLUMNS)]
        with sandbox.run(command, work, LIMITS) as child:
            found = [_row(line) for line in child.lines()]
            ending = child.ending()
    if ending.code:
        raise Unreadable("too_big" if ending.late or ending.signal else "damaged")
    while found and not any(found[-1]):
        found.pop()
    if not found:
        raise Unreadable("empty")
    if len(found) > MOST_ROWS + 1:
        raise Unreadable("too_many")
    return found


def _row(line: bytes) -> list[str]:
    """A line of the child, believed only if it is what was asked for."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable("damaged") from error
    if not isinstance(row, list) or not all(isinstance(cell, str) for cell in row):
        raise Unreadable("damaged")
    return [clean(cell) for cell in row]


def written(head: list[Any], table: list[list[Any]]) -> BytesIO:
    """A workbook of one sheet; every cell is text, so that a number keeps its zeros."""
    import xlsxwriter  # 11 MB that only an export needs

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold, text = book.add_worksheet(), book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(head) - 1, 20, text)
    for y, row in enumerate([head, *table]):
        for x, value in enumerate(row):
            sheet.write_string(y, x, str(value if value is not None else ""), bold if y == 0 else text)
    book.close()
    out.seek(0)
    return out
