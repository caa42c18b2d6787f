"""My six, the lists and the call round: over a small school and over 10,000 graduates with 400,000 contacts."""

from __future__ import annotations

from collections.abc import Iterator

from .load import Visitor
from .queue import Growth, growth
from .schools import School

PAGES = {
    "mentor1": {"my six": "/mentoring/", "round of a mentor": "/mentoring/round?list=due"},
    "leader1": {
        "college list, due": "/mentoring/list",
        "college list, support first": "/mentoring/list?tab=hardship",
        "college list, everyone": "/mentoring/list?tab=all",
        "round of the college": "/mentoring/round?list=unplaced",
    },
    "office1": {"whole school, due": "/mentoring/list", "home of the office": "/"},
}


def figures(schools: tuple[School, School], ports: tuple[int, int]) -> Iterator[Growth]:
    """Each page as whoever reads it, on both in turns."""
    for login, pages in PAGES.items():
        visitors = tuple(Visitor(port).sign_in(login, "qihang-demo") for port in ports)
        for visitor in visitors:
            visitor.ask("GET", "/")
        yield from growth(schools, visitors, pages)  # type: ignore[arg-type]
