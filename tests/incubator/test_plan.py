"""Plan and occupancy: what is drawn, how a day stands, and that drawing and table say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.incubator.models import TenancyState
from blueprints.incubator.occupancy_drawing import WIDTH, Chart
from blueprints.incubator.plan_drawing import Caption, cut_at, fitted, wings
from blueprints.incubator.queries.place import Span, Use, standing

from .rooms import a_block, a_floor, a_workspace, an_application
from .test_place import APPROVED, HOUSED, a_stay

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


def span(first: int, last: int, status: TenancyState | None = TenancyState.ACTIVE, **facts) -> Span:
    return Span(1, 1, TODAY + first * DAY, TODAY + last * DAY, status, **facts)


# -- How a day stands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spans", "use", "since", "until"),
    [
        ([], Use.FREE, None, None),
        ([span(-10, 61)], Use.TAKEN, -10, 61),
        ([span(-10, 60)], Use.SOON, -10, 60),
        ([span(-10, 0)], Use.SOON, -10, 0),
        ([span(-10, -1, TenancyState.ENDED)], Use.FREE, 0, None),
        ([span(-30, -9, TenancyState.ENDED)], Use.FREE, -8, None),
        ([span(5, 90)], Use.FREE, None, 4),
        ([span(5, 90, TenancyState.OFFERED)], Use.OFFER, 5, 90),
        ([span(-1, 90, TenancyState.ACCEPTED)], Use.OFFER, -1, 90),
        ([span(-3, 12, None, reason="x")], Use.BLOCKED, -3, 12),
        ([span(-30, 0, TenancyState.ENDED), span(0, 12, None, reason="x")], Use.BLOCKED, 0, 12),
        ([span(-9, 0, TenancyState.ENDED)], Use.TAKEN, -9, 0),
    ],
)
def test_how_a_workspace_stands_on_a_day(app, spans, use, since, until):
    with app.app_context():
        found = standing(spans, TODAY)
    assert found.use is use
    assert found.since == (TODAY + since * DAY if since is not None else None)
    assert found.until == (TODAY + until * DAY if until is not None else None)


def test_the_plan_of_another_day_shows_that_day(app, cast, browser):
    with app.app_context():
        room = a_workspace()
        a_stay(an_application(cast.lin, team="竹编", **HOUSED), room, TODAY - 30 * DAY, TODAY + 90 * DAY)
    manager = browser(cast.incubator)
    assert shown(manager.get("/incubator/plan")) == ("taken", "In use")
    assert shown(manager.get(f"/incubator/plan?on={TODAY + 60 * DAY}")) == ("soon", "Ending soon")
    assert shown(manager.get(f"/incubator/plan?on={TODAY + 91 * DAY}")) == ("free", "Free")
    assert shown(manager.get("/incubator/plan?on=nonsense")) == ("taken", "In use")
    assert shown(manager.get("/incubator/plan?on=0001-01-01")) == ("taken", "In use")
    assert shown(manager.get("/incubator/plan?floor=7&room=999999999999999999999")) == ("taken", "In use")


def shown(answer) -> tuple[str, str]:
    """The class of the one workspace drawn, and the word in the table: they must agree."""
    assert answer.status == 200
    (drawn,) = answer.page.xpath("//a[contains(@class,'ws ')]/@class")
    (said,) = answer.page.xpath("//table//td[contains(@class,'end')]")
    return drawn.split()[-1], said.text_content().strip()


def test_every_state_is_told_by_border_pattern_and_word(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        rooms = [a_workspace(code, floor) for code in ("1", "2", "3", "4", "5")]
        a_stay(an_application(cast.lin, **HOUSED), rooms[1], TODAY - DAY, TODAY + 200 * DAY)
        a_stay(an_application(cast.meng, **HOUSED), rooms[2], TODAY - DAY, TODAY + 20 * DAY)
        a_stay(an_application(cast.far, **APPROVED), rooms[3], TODAY + DAY, TODAY + 20 * DAY, TenancyState.OFFERED)
        a_block(rooms[4], TODAY, TODAY)
    page = browser(cast.office).get("/incubator/plan")
    drawn = page.page.xpath("//a[contains(@class,'ws ')]")
    assert [a.get("class").split()[-1] for a in drawn] == ["free", "taken", "soon", "offer", "blocked"]
    words = [" ".join(a.text_content().split()) for a in drawn]
    said = ("Free", "to 2027/6/12", "20 days left", "Under offer", "to 11/24")
    assert all(one in word for one, word in zip(said, words, strict=True)), words
    fills = [a.xpath(".//*[starts-with(@fill,'url')]/@fill") for a in drawn]
    assert fills == [[], [], ["url(#p_soon)"], ["url(#p_offer)"], ["url(#p_blocked)"]]
    for pattern in ("p_soon", "p_offer", "p_blocked"):
        assert page.page.xpath(f"//*[@id='{pattern}']")


def test_the_panel_beside_the_plan_is_the_workspace_that_was_chosen(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        a_workspace("201", floor)
        room = a_workspace("202", floor, equipment="白板 1")
        elsewhere = a_workspace("301", a_floor("3 层"))
    page = browser(cast.lin).get(f"/incubator/plan?floor={floor}&room={room}")
    (panel,) = page.page.xpath("//aside[@id='room']")
    assert "202 Studio" in panel.text_content()
    assert "白板 1" in panel.text_content()
    assert page.page.xpath("//a[@aria-current='true']//text()[.='202']")
    # a room alone brings its floor; one of another floor is not shown on this one
    assert "301 Studio" in browser(cast.lin).get(f"/incubator/plan?room={elsewhere}").said
    assert "301 Studio" not in browser(cast.lin).get(f"/incubator/plan?floor={floor}&room={elsewhere}").said


# -- The two wings ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    w: int
    h: int
    id: int = 0
    code: str = "201"


boxes = st.lists(
    st.builds(Box, st.integers(0, 900), st.integers(0, 300), st.integers(10, 400), st.integers(10, 140)), max_size=12
)


@given(boxes)
def test_no_workspace_is_cut_and_none_is_lost(found):
    width = max([960, *(b.x + b.w for b in found)])
    found = [Box(b.x, b.y, b.w, b.h, n) for n, b in enumerate(found)]
    captions = {b.id: Caption("free", "", "free", "free") for b in found}
    cut = cut_at(width, found)
    drawn = wings(width, 440, [{"name": "corridor", "x": 0, "y": 0, "w": width, "h": 20}], found, captions)
    assert len(drawn) == (1 if cut is None else 2)
    assert sum(w.width for w in drawn) == width
    assert sorted(s.id for w in drawn for s in w.shapes) == [b.id for b in found]
    for wing in drawn:
        for shape in wing.shapes:
            assert wing.x <= shape.x
            assert shape.x + shape.w <= wing.x + wing.width
        assert [p.w for p in wing.parts] == [wing.width]


def test_the_cut_is_at_the_edge_nearest_the_middle():
    assert cut_at(960, [Box(0, 0, 300, 10), Box(300, 0, 180, 10), Box(480, 0, 480, 10)]) == 480
    assert cut_at(960, [Box(0, 0, 400, 10), Box(400, 0, 160, 10)]) in (400, 560)
    assert cut_at(960, [Box(0, 0, 900, 10)]) is None


@given(st.text(max_size=40), st.integers(1, 400))
def test_a_text_is_cut_to_what_fits(text, width):
    assert len(fitted(text, width, 14)) <= max(len(text), 2)


# -- The occupancy ----------------------------------------------------------------------------------------------


def chart(months: int = 12) -> Chart:
    return Chart.of(date(2026, 9, 1), months, TODAY, 60)


def test_the_window_is_whole_months():
    assert (chart().first, chart().last, len(chart().months)) == (date(2026, 9, 1), date(2027, 8, 31), 12)
    assert chart().x(date(2027, 9, 1)) == WIDTH
    assert Chart.of(date(2025, 1, 1), 6, TODAY, 60).today_x is None


def test_only_gaps_that_open_within_sixty_days_are_green():
    row = chart().row([span(-60, 29), span(40, 100)])
    assert [(g.begins_on, g.green) for g in row.gaps] == [
        (date(2026, 9, 1), False),  # over
        (TODAY + 30 * DAY, True),
        (TODAY + 101 * DAY, False),  # later
    ]
    assert chart().row([span(-60, -9, TenancyState.ENDED)]).gaps[-1].days == 8


def test_blocked_days_do_not_count_as_unused():
    whole = chart()
    half = Span(1, 1, whole.first, whole.first + 181 * DAY, TenancyState.ACTIVE)
    rest = Span(2, 1, half.ends_on + DAY, whole.last, None, reason="x")
    assert whole.row([half]).used == 50
    assert whole.row([half, rest]).used == 100
    assert whole.row([rest, Span(3, 1, whole.first, half.ends_on, None)]).used is None


spans = st.lists(
    st.tuples(st.integers(-400, 500), st.integers(0, 200), st.sampled_from([*TenancyState, None])), max_size=8
)


@given(spans, st.sampled_from((6, 12, 24, 36)))
def test_bars_and_gaps_fill_the_row_and_gaps_are_free(found, months):
    laid = sorted(
        (Span(n, 1, TODAY + first * DAY, TODAY + (first + long) * DAY, status)
         for n, (first, long, status) in enumerate(found)),
        key=lambda s: s.begins_on,
    )  # fmt: skip
    whole = chart(months)
    row = whole.row(laid)
    assert row.used is None or 0 <= row.used <= 100
    for gap in row.gaps:
        assert not any(s.holds(gap.begins_on) for s in laid)
        assert 0 <= gap.x < gap.x + gap.w <= WIDTH + 0.2
    for bar in row.bars:
        assert 0 <= bar.x <= bar.x + bar.w <= WIDTH + 0.2
    for n in range(0, whole.days, 7):
        day = whole.first + n * DAY
        free = any(g.x - 0.06 <= whole.x(day) < g.x + g.w - 0.06 for g in row.gaps)
        assert free != any(s.holds(day) for s in laid)


def test_the_chart_and_its_table_say_the_same(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        rooms = [a_workspace(code, floor) for code in ("201", "202")]
        a_stay(an_application(cast.lin, team="竹编", **HOUSED), rooms[0], TODAY - 30 * DAY, TODAY + 29 * DAY)
        a_block(rooms[1], TODAY - DAY, TODAY + 9 * DAY, "桌椅维修")
    page = browser(cast.incubator).get("/incubator/occupancy")
    drawn = [" ".join(t.split()) for t in page.page.xpath("//svg//title/text()")]
    assert drawn == ["竹编: 2026-10-25 – 2026-12-23", "桌椅维修: 2026-11-23 – 2026-12-03"]
    cells = [[td.text_content() for td in tr] for tr in page.page.xpath("//details//tbody/tr")]
    assert cells == [
        ["201", "竹编", "2026-10-25", "2026-12-23", "In the room"],
        ["202", "桌椅维修", "2026-11-23", "2026-12-03", "Blocked"],
    ]
    assert "free from 12/24" in page.said


def test_the_days_before_a_room_is_lent_are_left_out_of_the_plan_and_hatched_in_the_chart(app, cast, browser):
    opens = date(2026, 10, 24)
    with app.app_context():
        room = a_workspace("201", lent_from=opens)
        later = a_workspace("202", lent_from=TODAY + 40 * DAY)
        a_block(later, TODAY + 30 * DAY, TODAY + 44 * DAY, "布线")
        a_workspace("203", lent_from=TODAY + 500 * DAY)
        a_stay(an_application(cast.lin, team="竹编", **HOUSED), room, opens + 10 * DAY, opens + 19 * DAY)
    manager = browser(cast.incubator)

    def codes(on: date) -> list[str]:
        page = manager.get(f"/incubator/plan?on={on}").page
        return [t.text for t in page.xpath("//div[@class='plan']//a/text[1]")]

    assert codes(opens - DAY) == []
    assert codes(opens) == codes(TODAY) == ["201"]
    assert codes(TODAY + 40 * DAY) == ["201", "202"]
    page = manager.get("/incubator/occupancy?from=2026-09&months=6")
    titles = [t.text for t in page.page.xpath("//table//title")]
    assert f"not lent yet: 2026-09-01 – {opens - DAY}" in titles
    assert f"not lent yet: 2026-09-01 – {TODAY + 39 * DAY}" in titles
    assert f"布线: {TODAY + 40 * DAY} – {TODAY + 44 * DAY}" in titles
    assert page.page.xpath("//div[contains(@class,'occ')]//tbody//th[@scope='row']/a/text()") == ["201", "202"]
    used = 10 * 100 / ((date(2027, 2, 28) - opens).days + 1)
    shown = page.page.xpath("//div[contains(@class,'occ')]//td[@class='num']/text()")
    assert shown == [f"{round(used)}%", "0%"], "days before it was lent are not unused"


@pytest.mark.parametrize("query", ["?from=2026-13&months=12", "?from=x", "?months=7", "?kind=palace", "?floor=abc", ""])
def test_a_query_that_means_nothing_shows_the_usual_window(app, cast, browser, query):
    with app.app_context():
        a_workspace()
    page = browser(cast.lin).get(f"/incubator/occupancy{query}")
    assert page.status == 200
    assert "Sep 2026 to Aug 2027" in page.said


def test_the_chart_shows_what_was_asked_for(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        full, free = a_workspace("201", floor), a_workspace("202", floor)
        a_workspace("301", a_floor("3 层"))
        a_stay(an_application(cast.lin, **HOUSED), full, TODAY - 30 * DAY, TODAY + 290 * DAY)
    person = browser(cast.lin)
    rows = lambda path: person.get(path).page.xpath("//div[contains(@class,'occ')]//tbody//th[@scope='row']/a/text()")  # noqa: E731
    assert rows("/incubator/occupancy") == ["201", "202", "301"]
    assert rows(f"/incubator/occupancy?floor={floor}") == ["201", "202"]
    assert rows(f"/incubator/occupancy?floor={floor}&only=free") == ["202"]
    assert rows("/incubator/occupancy?kind=desk") == []
    assert free
