"""Teams and rooms side by side: put together, looked at, confirmed in one act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from ...core import clock
from ...core.pages import done, render
from .. import options, policy
from ..fitting import HORIZON_DAYS
from ..forms.allotment import AllotForm, allot_form
from ..models import Application, Kind, TenancyState, Workspace
from ..occupancy_drawing import Bar, Chart, Row, labelled, short
from ..queries import allotment as queries
from ..queries.place import DAY, Span
from ..service import allotment as drafts
from ..service import offer as service
from . import bp

MOST_ROOMS = 24
MOST_TEAMS = 60
MONTHS = 12


class Board:
    """Everything the page shows, out of who waits, what is free and what has been put together."""

    def __init__(self, pairs: dict[int, int], suggest: bool = False) -> None:
        self.kind = request.args.get("kind", "") if request.args.get("kind") in list(Kind) else ""
        self.waiting = queries.waiting()
        self.teams = self.waiting[:MOST_TEAMS]
        rooms = [w for w in queries.workspaces() if self.kind in ("", w.kind.value)]
        self.bars = queries.held([w.id for w in rooms], clock.today())
        self.fits = queries.fits(self.teams, rooms, self.bars)
        self.stays = queries.asked_to_stay(w.id for w in rooms)
        if suggest:
            pairs = queries.suggested(self.teams, rooms, self.fits, self.stays)
        self.staged = drafts.staged(pairs, self.teams, rooms, self.fits)
        self.given = {item.room.id: item for item in self.staged}
        self.chosen = {item.team.id: item for item in self.staged}
        useful = [w for w in rooms if w.id in self.given or any(self.fits[t.id, w.id].fits for t in self.teams)]
        useful.sort(key=lambda w: (self._free_from(w), w.code))
        self.rooms, self.more = useful[:MOST_ROOMS], len(useful[MOST_ROOMS:])

    def _free_from(self, room: Workspace) -> date:
        return min((f for t in self.teams if (f := self.fits[t.id, room.id].begins_on)), default=date.max)

    def free_from(self, room: Workspace) -> date | None:
        """The first day on which nobody has it."""
        return next_free([bar.taken for bar in self.bars.get(room.id, [])])

    def other(self, team: Application, room: Workspace) -> drafts.Staged | None:
        """Another team to which this room is given in this same draft."""
        item = self.given.get(room.id)
        return item if item is not None and item.team.id != team.id else None

    def url(self, without: int = 0) -> str:
        query: dict[str, Any] = {"kind": self.kind} if self.kind else {}
        query |= {f"{drafts.PREFIX}{i.team.id}": i.room.id for i in self.staged if i.team.id != without}
        return url_for(".allotment", **query)


def next_free(taken: list[Any]) -> date:
    day = clock.today()
    for item in sorted(taken, key=lambda t: t.begins_on):
        if item.begins_on <= day <= item.ends_on:
            day = item.ends_on + timedelta(days=1)
    return day


@dataclass(frozen=True)
class Drawn:
    """A row of the small chart: what there is, and over it the bar of what has been put together."""

    room: Workspace
    row: Row
    new: Bar


def _chart(board: Board) -> dict[str, Any]:
    """The occupancy of the rooms that are given, as it will be."""
    today = clock.today()
    chart = Chart.of(today.replace(day=1), MONTHS, today, options.SOON_DAYS.value)
    rows = []
    for item in board.staged:
        there = [
            Span(0, item.room.id, h.begins_on, h.ends_on, h.status, team=h.team, reason=h.why)
            for h in board.bars.get(item.room.id, [])
        ]
        x = chart.x(max(item.begins_on, chart.first))
        width = round(chart.x(min(item.ends_on, chart.last) + DAY) - x, 1)
        span = Span(0, item.room.id, item.begins_on, item.ends_on, TenancyState.OFFERED, team=item.team.team)
        days = f"{short(item.begins_on, today)} – {short(item.ends_on, today)}"
        new = Bar("new", x, width, labelled(item.team.team, f" {days}", width - 14), span)
        rows.append(Drawn(item.room, chart.row(there), new))
    heads = [(f"{day.year}/{day.month}" if day.month == 1 or not n else str(day.month), x, day.month == 1)
             for n, (day, x) in enumerate(chart.months)]  # fmt: skip
    return {"rows": rows, "heads": heads, "today_x": chart.today_x}


def _page(board: Board, status: int = 200, form: Any = None, problems: list[str] | None = None) -> Response:
    if form is None:
        form = _form(board)(formdata=None)
        form.answer_by.data = clock.today() + timedelta(days=options.ANSWER_DAYS.value)
        for item in board.staged:
            form[f"from_{item.team.id}"].data, form[f"until_{item.team.id}"].data = item.begins_on, item.ends_on
    return render(
        "incubator/allotment.html",
        status,
        tab="allotment",
        board=board,
        form=form,
        problems=problems or [],
        chart=_chart(board),
        today=clock.today(),
        kinds=[("", _("All"))] + [(k.value, k.label) for k in Kind],
        horizon=HORIZON_DAYS,
        prefix=drafts.PREFIX,
    )


def _form(board: Board) -> type[AllotForm]:
    return allot_form([(i.team.id, i.team.team, i.room.code) for i in board.staged])


@bp.get("/allotment", access=policy.manager_door)
@bp.get("/allot", access=policy.manager_door, endpoint="allot_page")
def allotment() -> Response:
    return _page(Board(drafts.chosen(request.args.items()), suggest="suggest" in request.args))


@bp.post("/allotment", access=policy.manager_door)
@bp.post("/allot", access=policy.manager_door, endpoint="allot_now")
def allot() -> Response:
    """Confirm all pairs, or none with a sentence for each that cannot be."""
    pairs = drafts.chosen(request.form.items())
    board = Board(pairs)
    typed = drafts.lines(request.form.get("pairs", ""))
    if typed is None:
        return _page(board, 422, problems=[_("A line is application:workspace:from:until, with days as 2026-12-01.")])
    form = AllotForm() if typed else _form(board)()
    if not form.validate():
        return _page(board, 422, None if typed else form, [str(e) for e in form.answer_by.errors] if typed else None)
    wanted = typed or [_pair(item, form) for item in board.staged]
    gone = {team for team in pairs if team not in board.chosen}
    try:
        if not typed and gone:
            _already(pairs, gone, wanted)
        if not wanted:
            return _page(board, 422, problems=[_("Choose a room for at least one team.")])
        made = service.offer(current_user, wanted, form.answer_by.data)
    except service.Clash as clash:
        return _page(Board({t: w for t, w in pairs.items() if t not in clash.pairs}), 422, problems=clash.sentences)
    said = ngettext("%(num)d team has its offer.", "%(num)d teams have their offers.", len(made)) if made else None
    return done(url_for(".allotment"), said or _("That was sent a moment ago."))


def _pair(item: drafts.Staged, form: Any) -> service.Pair:
    """With the days as typed, else as they fit."""
    begins, ends = form[f"from_{item.team.id}"].data, form[f"until_{item.team.id}"].data
    return service.Pair(item.team.id, item.room.id, begins or item.begins_on, ends or item.ends_on)


def _already(pairs: dict[int, int], gone: set[int], wanted: list[service.Pair]) -> None:
    """Pairs that are not possible any more are judged by the service, so that each is named with its reason."""
    for team in gone:
        begins, ends = request.form.get(f"from_{team}", ""), request.form.get(f"until_{team}", "")
        try:
            days = (date.fromisoformat(begins), date.fromisoformat(ends))
        except ValueError:
            days = (clock.today(), clock.today())
        wanted.append(service.Pair(team, pairs[team], *days))
