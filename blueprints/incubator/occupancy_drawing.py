"""The occupancy as bars: pure arithmetic from spans of days, which the template writes as an SVG a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .fitting import add_months
from .plan_drawing import fitted
from .queries.place import DAY, Span, Use

WIDTH, HEIGHT = 960, 30
SIZE, LABEL = 12, 118
OPENS_SOON = 60
"""Only gaps that open within so many days call for attention; later ones are drawn quietly."""


@dataclass(frozen=True)
class Bar:
    """One span as drawn; ``tail`` is whether it goes on after the chart."""

    use: str
    x: float
    w: float
    text: str
    span: Span


@dataclass(frozen=True)
class Gap:
    """Days on which a workspace is free. ``days`` is how long it has been, when that is known and it is free today.

    ``text_x`` is where its label begins, beside the line of today; None when there is no room for one, or it is over.
    """

    x: float
    w: float
    green: bool
    begins_on: date
    days: int | None
    text_x: float | None


@dataclass(frozen=True)
class Row:
    bars: tuple[Bar, ...]
    gaps: tuple[Gap, ...]
    used: int | None


@dataclass(frozen=True)
class Chart:
    """The window ``first`` to ``last``, both included, and where its months begin."""

    first: date
    last: date
    today: date
    soon_days: int

    @classmethod
    def of(cls, first: date, months: int, today: date, soon_days: int) -> Chart:
        return cls(first, add_months(first, months) - DAY, today, soon_days)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def x(self, day: date) -> float:
        """Where a day begins."""
        return round((day - self.first).days * WIDTH / self.days, 1)

    @property
    def today_x(self) -> float | None:
        return self.x(self.today) if self.first <= self.today <= self.last else None

    @property
    def months(self) -> list[tuple[date, float]]:
        found, day = [], self.first
        while day <= self.last:
            found.append((day, self.x(day)))
            day = add_months(day, 1)
        return found

    def row(self, spans: Sequence[Span]) -> Row:
        """One workspace: its spans in the order of time, and what is free between them."""
        inside = [s for s in spans if s.begins_on <= self.last and s.ends_on >= self.first]
        return Row(tuple(self._bar(s) for s in inside), tuple(self._gaps(inside)), self._used(inside))

    def _bar(self, span: Span) -> Bar:
        x = self.x(max(span.begins_on, self.first))
        w = round(self.x(min(span.ends_on, self.last) + DAY) - x, 1)
        use = "ended" if span.ended or (span.use is Use.TAKEN and span.ends_on < self.today) else span.use.value
        if use == "taken" and span.begins_on <= self.today and (span.ends_on - self.today).days <= self.soon_days:
            use = Use.SOON.value
        goes_on = span.ends_on > self.last
        name = span.team or span.reason
        tail = " →" if goes_on and name else f" – {short(span.ends_on, self.today)}"
        room = w - 14
        text = labelled(name, tail if name else tail.strip(), room) if room >= SIZE * 4 else ""
        return Bar(use, x, w, text, span)

    def _gaps(self, spans: Sequence[Span]) -> Iterable[Gap]:
        free, known = self.first, False
        edges = [*((s.begins_on, s.ends_on) for s in spans), (self.last + DAY, self.last + DAY)]
        for begins, ends in edges:
            if begins > free:
                yield self._gap(free, begins - DAY, known)
            if ends + DAY > free:
                free, known = ends + DAY, True

    def _gap(self, begins: date, ends: date, known: bool) -> Gap:
        x, end = self.x(begins), self.x(ends + DAY)
        green = ends >= self.today and begins <= self.today + timedelta(days=OPENS_SOON)
        now = known and begins <= self.today <= ends
        days = (self.today - begins).days if now else None
        left = x if self.today_x is None or not x <= self.today_x < end else self.today_x
        text_x = left + 8 if end - left >= LABEL and ends >= self.today else None
        return Gap(x, round(end - x, 1), green, begins, days, text_x)

    def _used(self, spans: Sequence[Span]) -> int | None:
        """Per cent of the days that could be used; blocked days do not count."""
        taken = blocked = 0
        for span in spans:
            count = (min(span.ends_on, self.last) - max(span.begins_on, self.first)).days + 1
            if span.use is Use.BLOCKED:
                blocked += count
            else:
                taken += count
        usable = self.days - blocked
        return min(100, round(taken * 100 / usable)) if usable > 0 else None


def labelled(name: str, tail: str, room: float) -> str:
    """The name and a day after it. Where both do not fit it is the name that is cut: the day is what one looks for."""
    left = room - len(tail) * SIZE * 0.56
    return fitted(name, left, SIZE) + tail if left >= SIZE * 2 else fitted(name or tail, room, SIZE)


def short(day: date, today: date) -> str:
    """``8/31``, with the year when it is another: on a drawing there is no room for more."""
    return f"{day.month}/{day.day}" if day.year == today.year else f"{day.year}/{day.month}/{day.day}"
