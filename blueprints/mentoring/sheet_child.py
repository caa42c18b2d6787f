"""Reads the first sheet of a workbook, inside the sandbox: one JSON list of texts a row, from the first row on.

Run as `python -I sheet_child.py MOST_ROWS MOST_COLUMNS` in a folder that holds `source.xlsx`.
"""

import json
import sys
from typing import Any

from python_calamine import load_workbook

LONGEST = 200


def main() -> None:
    most_rows, most_columns = int(sys.argv[1]), int(sys.argv[2])
    sheet = load_workbook("source.xlsx").get_sheet_by_index(0)
    for row in sheet.to_python(skip_empty_area=False, nrows=most_rows):
        sys.stdout.write(json.dumps([text(cell) for cell in row[:most_columns]]) + "\n")


def text(cell: Any) -> str:
    """A number typed as a number is still a number of a person: no `.0` at its end."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)[:LONGEST]


main()
