"""A list page is data: tabs, filters, columns and orders; the URL's query is the only state.

:func:`listed` applies ``visible()`` itself and gives the page, and :func:`exported` the XLSX or CSV,
out of one select, so that they cannot disagree. Unknown keys of the query are ignored, ties are broken
by id, and counts stop at :data:`COUNT_TO`, so that a list costs the same over 60 rows and 20,000.
A statement is built once for all who may see the same and kept (building takes five times as long as executing).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, request, send_file
from flask_login import current_user

from . import audit, clock
from .access import visible
from .db import Model, db, regardless, rows
from .text import clean

COUNT_TO = 500
PER_PAGE = 25
EXPORT_TO = 50_000
MOST_BUILT = 200
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Column:
    """One column: its heading, what an export writes for a row, and what sorting by it means."""

    key: str
    label: Any
    value: Callable[[Any], Any]
    order: tuple[Any, ...] = ()
    first: str = "up"


@dataclass(frozen=True)
class Filter:
    """One choice above the list: its options for this actor, and the condition each stands for."""

    key: str
    label: Any
    options: Callable[[], Sequence[tuple[str, Any]]]
    where: Callable[[str], sa.ColumnElement[bool] | None]


@dataclass(frozen=True)
class Tab:
    key: str
    label: Any
    where: Callable[[Any], sa.ColumnElement[bool]]
    order: tuple[Any, ...]
    tone: str = ""


@dataclass(frozen=True)
class Listing:
    """A list as data. ``source()`` is a SELECT of the columns the rows need, without order or limit.

    ``facts()`` is what the tabs' conditions are made of beside the actor, such as the date before which is overdue.
    """

    name: str
    model: type[Model]
    source: Callable[[], sa.Select[Any]]
    columns: tuple[Column, ...]
    tabs: tuple[Tab, ...]
    filters: tuple[Filter, ...] = ()
    search: Callable[[str], sa.ColumnElement[bool]] | None = None
    facts: Callable[[], Hashable] = lambda: None


@dataclass(frozen=True)
class TabLink:
    key: str
    label: Any
    url: str
    count: str
    current: bool
    tone: str


class ListPage:
    """What a template needs of one page of a list."""

    def __init__(self, listing: Listing, actor: Any, query: Mapping[str, str], path: str) -> None:
        self.listing, self.actor, self.path = listing, actor, path
        self.words = clean(query.get("q"))[:60]
        self.tab = next((t for t in listing.tabs if t.key == query.get("tab")), listing.tabs[0])
        self.chosen = self._choices(query)
        self.sort, self.descending = self._order(query.get("sort", ""))
        number = query.get("page", "1")
        self.number = min(int(number), 10_000) if number.isdecimal() and len(number) < 7 and int(number) else 1
        self._state = {
            "tab": self.tab.key if self.tab is not listing.tabs[0] else "",
            "q": self.words,
            **self.chosen,
            "sort": ("-" if self.descending else "") + self.sort.key if self.sort else "",
        }

    def _choices(self, query: Mapping[str, str]) -> dict[str, str]:
        chosen = {}
        for item in self.listing.filters:
            value = query.get(item.key, "")
            if value and item.where(value) is not None:
                chosen[item.key] = value
        return chosen

    def _order(self, wanted: str) -> tuple[Column | None, bool]:
        name = wanted.removeprefix("-")
        column = next((c for c in self.listing.columns if c.key == name and c.order), None)
        return column, column is not None and wanted.startswith("-")

    def url(self, **changes: Any) -> str:
        """This list with some of its state changed; a new choice begins at page one."""
        state = {k: v for k, v in {**self._state, **changes}.items() if v not in ("", None)}
        return f"{self.path}?{urlencode(state)}" if state else self.path

    # -- the select --

    def _conditions(self, tab: Tab) -> list[sa.ColumnElement[bool]]:
        where = [visible(self.listing.model, self.actor), tab.where(self.actor)]
        if self.words and self.listing.search:
            where.append(self.listing.search(self.words))
        for item in self.listing.filters:
            if item.key in self.chosen and (condition := item.where(self.chosen[item.key])) is not None:
                where.append(condition)
        return where

    def select(self) -> sa.Select[Any]:
        order = list(self.tab.order)
        if self.sort:
            order = [o.desc() if self.descending else o.asc() for o in self.sort.order]
        return self.listing.source().where(*self._conditions(self.tab)).order_by(*order, self.listing.model.id)

    def _counted(self, conditions: list[sa.ColumnElement[bool]], joined: bool = False) -> sa.ScalarSelect[int]:
        """How many, up to :data:`COUNT_TO`; without the joins of the rows unless the search needs them."""
        found = sa.select(self.listing.model.id)
        if joined:
            found = self.listing.source().with_only_columns(self.listing.model.id, maintain_column_froms=True)
        limited = found.where(*conditions).limit(COUNT_TO).subquery()
        return sa.select(sa.func.count()).select_from(limited).scalar_subquery()

    def _counts(self) -> Any:
        seen = visible(self.listing.model, self.actor)
        return sa.select(*(self._counted([seen, tab.where(self.actor)]) for tab in self.listing.tabs))

    def _page(self) -> sa.Select[Any]:
        # Written into the statement: not knowing how few rows are wanted, PostgreSQL would plan it anew each time.
        limit = sa.bindparam("limit", PER_PAGE + 1, sa.Integer, literal_execute=True)
        return self.select().limit(limit).offset(sa.bindparam("skipped", type_=sa.Integer, literal_execute=True))

    def load(self) -> ListPage:
        known = (self.listing.name, self.actor.standing, self.listing.facts())
        numbers = rows(_built((known, "counts"), self._counts))[0]
        self.total = numbers[self.listing.tabs.index(self.tab)]
        if self.filtered:
            self.total = db.session.scalar(sa.select(self._counted(self._conditions(self.tab), joined=True))) or 0
        self.tabs = [self._link(tab, count) for tab, count in zip(self.listing.tabs, numbers, strict=True)]
        if not self.capped:
            self.number = min(self.number, max(1, self.pages or 1))
        ordered = (known, self.tab.key, self._state["sort"])
        page = self._page() if self.filtered else _built(ordered, self._page)
        found = rows(page, skipped=(self.number - 1) * PER_PAGE)
        self.has_next = len(found) > PER_PAGE
        self.rows = found[:PER_PAGE]
        return self

    def _link(self, tab: Tab, count: int) -> TabLink:
        url = self.url(tab=tab.key if tab is not self.listing.tabs[0] else "", page="")
        return TabLink(tab.key, tab.label, url, _capped(count), tab is self.tab, tab.tone if count else "")

    # -- what the pager and the headings say --

    @property
    def capped(self) -> bool:
        return self.total >= COUNT_TO

    @property
    def pages(self) -> int | None:
        return None if self.capped else -(-self.total // PER_PAGE)

    @property
    def first(self) -> int:
        return (self.number - 1) * PER_PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * PER_PAGE + len(self.rows)

    @property
    def filtered(self) -> bool:
        return bool(self.words or self.chosen)

    def page_url(self, number: int) -> str:
        return self.url(page=number if number > 1 else "")

    @property
    def pager(self) -> Pager:
        return Pager(self)

    def headings(self) -> Iterator[tuple[Column, str | None, str | None]]:
        """Each column with the address that sorts by it and the direction it is sorted in now."""
        for column in self.listing.columns:
            if not column.order:
                yield column, None, None
                continue
            now = None if self.sort is not column else ("down" if self.descending else "up")
            down_next = now == "up" or (now is None and column.first == "down")
            yield column, self.url(sort=("-" if down_next else "") + column.key, page=""), now


class Pager:
    """The pages of a list, for ``ui.pager``."""

    def __init__(self, page: ListPage) -> None:
        self.number, self.pages, self.has_next = page.number, page.pages, page.has_next
        self.first, self.last, self.total, self.capped = page.first, page.last, page.total, page.capped
        self.url = page.page_url


_BUILT: dict[Hashable, sa.Select[Any]] = {}


def _built(key: Hashable, build: Callable[[], sa.Select[Any]]) -> sa.Select[Any]:
    """The statement kept under this key, else a new one."""
    statement = _BUILT.get(key)
    if statement is None:
        if len(_BUILT) >= MOST_BUILT:
            _BUILT.clear()
        statement = _BUILT[key] = build()
    return statement


def _capped(count: int) -> str:
    return f"{COUNT_TO - 1}+" if count >= COUNT_TO else str(count)


def listed(listing: Listing, path: str) -> ListPage:
    """This page of the list, as the signed-in person sees it."""
    return ListPage(listing, current_user, request.args, path).load()


# -- Exports --------------------------------------------------------------------------------------


def exported(listing: Listing, kind: str, filename: str) -> Response:
    """The whole list as the person sees and filters it, as ``xlsx`` or ``csv``; the export is audited."""
    page = ListPage(listing, current_user, request.args, "")
    rows = db.session.execute(page.select().limit(EXPORT_TO)).all()
    note = f"{len(rows)} rows, {kind}, {page.url()}"
    regardless(audit.event_of, f"export.{listing.name}", "listing", 0, note, current_user.id)
    table = [[c.label for c in listing.columns], *([c.value(r) for c in listing.columns] for r in rows)]
    written = workbook(table) if kind == "xlsx" else _csv(table)
    mimetype = "text/csv" if kind == "csv" else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    name = f"{filename}-{clock.today().isoformat()}.{kind}"
    return send_file(written, mimetype=mimetype, as_attachment=True, download_name=name)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def workbook(table: list[list[Any]]) -> Any:
    """A spreadsheet of these rows, the first of them its head, as an open file; nothing in it is a formula."""
    import xlsxwriter  # 11 MB that only an export needs

    out = SpooledTemporaryFile(max_size=2**22)  # noqa: SIM115 (the response closes it)
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for y, row in enumerate(table):
        for x, value in enumerate(row):
            if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                sheet.write_number(y, x, value)
            else:
                sheet.write_string(y, x, _cell(value), bold if y == 0 else None)
    sheet.autofit(300)
    book.close()
    out.seek(0)
    return out


def _csv(table: list[list[Any]]) -> Any:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in table:
        cells = [_cell(v) for v in row]
        writer.writerow(["'" + c if c.startswith(FORMULA) else c for c in cells])
    return io.BytesIO(b"\xef\xbb\xbf" + text.getvalue().encode())
