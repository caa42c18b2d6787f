"""The reviewer's queue: over 60 submissions and over 20,000, and beside a bare page of the same rows."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app import create_app
from blueprints.core.db import db

from .load import Times, Visitor, asked
from .schools import School

QUEUE = "/clinic/"
PAGES = {
    "queue": QUEUE,
    "tab mine": QUEUE + "?tab=mine",
    "tab overdue": QUEUE + "?tab=overdue",
    "tab with the student": QUEUE + "?tab=returned",
    "tab signed off": QUEUE + "?tab=done",
    "sorted by waiting": QUEUE + "?sort=waited",
    "sorted by student": QUEUE + "?sort=student",
    "search wang": QUEUE + "?q=wang",
    "search 教师": QUEUE + "?q=%E6%95%99%E5%B8%88",
}
ROUNDS, SECONDS = 6, 0.4
CONNECTIONS, RATE_ROUNDS, RATE_SECONDS = 8, 9, 1.5


@dataclass(frozen=True)
class Growth:
    """One page over a small and over a large database."""

    page: str
    queries: tuple[int, int]
    small: Times
    large: Times

    @property
    def ratio(self) -> float:
        return self.large.median / self.small.median


def growth(
    schools: tuple[School, School], visitors: tuple[Visitor, Visitor], pages: Mapping[str, str] = PAGES
) -> Iterator[Growth]:
    """Each page in turns on both, so that whatever else the machine does falls on both; pages are name -> path."""
    small, large = visitors
    for page, path in pages.items():
        counts = tuple(queries(school, path, visitor.cookie) for school, visitor in zip(schools, visitors, strict=True))
        times = [Times([], 0), Times([], 0)]
        for _round in range(ROUNDS):
            for n, visitor in enumerate((small, large)):
                times[n] += asked(visitor.port, path, visitor.cookie, seconds=SECONDS)
        yield Growth(page, counts, *times)  # type: ignore[arg-type]


def queries(school: School, path: str, cookie: str) -> int:
    """How many statements the page sends, in an application of our own over the same database."""
    app = create_app(school.settings)
    sent: list[str] = []
    with app.app_context():
        engine = db.engine
    client = app.test_client(use_cookies=False)
    headers = {"Cookie": cookie}
    client.get(path, base_url=school.settings.public_url, headers=headers)  # what is looked up once a process
    sa.event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    answer = client.get(path, base_url=school.settings.public_url, headers=headers)
    engine.dispose()
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return sum(not statement.startswith("BEGIN") for statement in sent)


@dataclass(frozen=True)
class Rates:
    """Requests a second on eight connections: the page's, and the bare page's in the same rounds."""

    page: list[Times]
    bare: list[Times]

    @property
    def ratio(self) -> float:
        return statistics.median(ours.rate / bare.rate for ours, bare in zip(self.page, self.bare, strict=True))

    @property
    def rates(self) -> tuple[float, float]:
        return statistics.median(t.rate for t in self.page), statistics.median(t.rate for t in self.bare)

    @property
    def all(self) -> Times:
        return sum(self.page, Times([], 0))


def beside(visitor: Visitor, bare_port: int, bare_path: str) -> Rates:
    """The queue and a bare page in turns."""
    same_rows(visitor, bare_port, bare_path)
    rates = Rates([], [])
    for _round in range(RATE_ROUNDS):
        rates.page.append(asked(visitor.port, QUEUE, visitor.cookie, connections=CONNECTIONS, seconds=RATE_SECONDS))
        rates.bare.append(asked(bare_port, bare_path, connections=CONNECTIONS, seconds=RATE_SECONDS))
    return rates


def same_rows(visitor: Visitor, bare_port: int, bare_path: str) -> None:
    """The comparison is of the same submissions in the same order."""
    ours, theirs = visitor.ask("GET", QUEUE)[1], Visitor(bare_port).ask("GET", bare_path)[1]
    link = re.compile(rb'<a href="/clinic/(\d+)"')
    if len(link.findall(ours)) != 25 or link.findall(ours) != link.findall(theirs):
        raise RuntimeError("the two pages do not show the same rows")
