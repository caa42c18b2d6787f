"""The manager's day: what is free and soon free, what waits behind each tab, and what stays off a printed sheet."""

from __future__ import annotations

from datetime import date, timedelta

from blueprints.accounts import queries as accounts
from blueprints.core import audit
from blueprints.core.db import db, unit
from blueprints.incubator.models import ApplicationState, Check, IntakeState, Renewal, TenancyState
from blueprints.incubator.occupancy_drawing import SIZE, labelled
from blueprints.incubator.queries import home as queries

from .rooms import a_block, a_call, a_sheet, a_workspace, an_application, approved, more_students
from .test_place import HOUSED, a_stay

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
SUBMITTED = ApplicationState.SUBMITTED


def opening(who):
    """(code, first free day, last free day) as days from today, in the order shown."""
    with unit("read"):
        found = queries.opening(accounts.user(who.id), TODAY)
        days = lambda day: (day - TODAY).days if day else None  # noqa: E731
        return [(o.room.code, days(o.on), days(o.until)) for o in found]


def test_a_room_left_today_is_free_tomorrow_and_whoever_suits_is_counted(app, cast, browser):
    with app.app_context():
        room = a_workspace("206")
        left = an_application(cast.meng, status=ApplicationState.LEFT)
        a_stay(left, room, TODAY - 90 * DAY, TODAY, TenancyState.ENDED, left_on=TODAY)
        approved(cast.lin)
        assert opening(cast.incubator) == [("206", 1, None)]
    said = browser(cast.incubator).get("/incubator/").said
    assert "free from Nov 25" in said
    assert "1 team fits" in said


def test_what_is_promised_ends_what_is_free_whoever_holds_it_between(app, cast, browser):
    teams = iter(more(app, cast, 8))
    with app.app_context():
        stay = lambda room, first, last, status=TenancyState.ACTIVE: a_stay(  # noqa: E731
            an_application(next(teams), team=f"队 {first}", texts=False, plan=False, **HOUSED),
            room, TODAY + first * DAY, TODAY + last * DAY, status,
        )  # fmt: skip
        tomorrow, later, moving, blocked, offered, brief = (a_workspace(f"D0{n}") for n in range(1, 7))
        stay(tomorrow, 1, 300)
        stay(later, 7, 300)
        stay(moving, -90, 9)
        stay(moving, 10, 300, TenancyState.PLANNED)
        a_block(blocked, TODAY - DAY, TODAY + 4 * DAY)
        stay(blocked, 5, 20)
        stay(offered, 3, 300, TenancyState.OFFERED)
        stay(brief, -90, 12)
        stay(brief, 20, 300, TenancyState.PLANNED)
        assert opening(cast.incubator) == [("D01", 0, 0), ("D02", 0, 6), ("D06", 13, 19), ("D04", 21, None)]
    page = browser(cast.incubator).get("/incubator/")
    (card,) = page.page.xpath("//section[@aria-labelledby='h_free']")
    assert "only today" in card.text_content() and "until Nov 30" in card.text_content()
    assert "(" not in card.xpath("string(.//h2)"), "no number over rows it does not count"
    assert page.page.xpath("//ul[@class='tiles']//a[contains(., 'Free now')]/b/text()") == ["2"]


def more(app, cast, count):
    with app.app_context():
        return more_students(count, cast.lin)


def test_each_tab_of_the_manager_says_what_waits_behind_it(app, cast, browser):
    tabs = lambda who: {  # noqa: E731
        (a.text or "").strip(): a.xpath("string(span)")
        for a in browser(who).get("/incubator/plan").page.xpath("//nav[@class='tabs']/a")
    }
    assert set(tabs(cast.incubator).values()) == {""}, "nothing waits, so no number"
    with app.app_context():
        call = a_call(cast.shen, status=IntakeState.REVIEWING)
        for n, who in enumerate(more_students(6, cast.lin)):
            if n < 2:
                an_application(who, intake=call, team=f"队 {n}", status=SUBMITTED, texts=False, plan=False)
            else:
                approved(who, intake=call, team=f"队 {n}")
        an_application(cast.lin, status=SUBMITTED, texts=False, plan=False)  # of an open call
        stays = a_stay(an_application(cast.meng, **HOUSED), a_workspace("201"), TODAY - 90 * DAY, TODAY + 20 * DAY)
        with unit("write"):
            audit.act_as(None, "test")
            db.session.add(Check(tenancy_id=stays, due_on=TODAY - DAY))
            db.session.add(Check(tenancy_id=stays, due_on=TODAY + 9 * DAY))
            db.session.add(Renewal(tenancy_id=stays, until_on=TODAY + 200 * DAY, why="还要", asked_by=cast.meng.id))
    found = tabs(cast.incubator)
    assert {name: count for name, count in found.items() if count} == {
        "Calls": "2",
        "Allotment": "4",
        "Waitlist": "4",
        "Tenancies": "2",
    }
    page = browser(cast.incubator).get("/incubator/")
    assert page.page.xpath("//nav[@class='tabs']/a/span[contains(@class, ' bad')]/text()") == ["2"], "a check is late"
    numbers = [b.text for b in page.page.xpath("//ul[@class='tiles']//b")]
    assert numbers == ["0", "2", "1", "0", "4"]
    assert "1 is late" in page.said
    for other in (cast.lin, cast.mentor, cast.office):
        assert not any(tabs(other).values())


def test_a_call_is_open_from_its_first_day_and_decided_only_under_review(app, cast, browser):
    with app.app_context():
        call = a_call(status=IntakeState.OPEN, opens_on=TODAY + DAY)
        an_application(cast.lin, intake=call, status=SUBMITTED, texts=False, plan=False)
    manager = browser(cast.incubator)
    for path in ("/incubator/calls", f"/incubator/calls/{call}", "/incubator/"):
        said = manager.get(path).said
        assert "opens on Nov 25" in said
        assert "Open for applications" not in said
    page = manager.get("/incubator/calls").page
    assert page.xpath("//td[@data-l='To decide']/text()") == ["–"]


def test_what_does_not_fit_says_so_though_the_room_is_given_to_another(app, cast, browser):
    with app.app_context():
        first = approved(cast.lin, team="湿地影像", points=9000)
        second = approved(cast.meng, team="陶土实验室", points=8000, needs_380=True)
        third = approved(cast.far, team="听见方言", points=7000)
        room = a_workspace("202")
    page = browser(cast.incubator).get(f"/incubator/allotment?pair_{first}={room}").page
    cells = [" ".join(td.text_content().split()) for td in page.xpath("//table[@class='fit']//td")]
    assert cells[1] == "Does not fit no 380 V"
    assert cells[2].startswith("Given") and "湿地影像" in cells[2]
    assert not page.xpath(f"//input[@name='pair_{second}' or @name='pair_{third}'][@type='radio']")


def printed(page, where: str) -> str:
    """The words of a part of the page that come onto paper."""
    (part,) = page.page.xpath(where)
    for node in part.xpath(".//*[contains(concat(' ', @class, ' '), ' noprint ')]"):
        node.drop_tree()
    return " ".join(part.text_content().split())


def test_a_printed_list_does_not_tell_who_is_in_need(app, cast, browser):
    with app.app_context():
        approved(cast.lin, team="湿地影像")
        call = a_call(cast.shen, entry_bar=7000, relaxed_bar=6000)
        poor = an_application(
            cast.meng, intake=call, team="豆香记", status=SUBMITTED, relief_asked=True, relief_met=True, plan=False
        )
        a_sheet(poor, cast.shen, 6, 7)
    manager = browser(cast.incubator)
    page = manager.get("/incubator/waitlist")
    assert "Review + waiting + rule" in page.said and page.page.xpath("//td[@data-l='Review + waiting + rule']")
    words = printed(page, "//table")
    assert "湿地影像" in words and "+" not in words
    page = manager.get(f"/incubator/calls/{call}/results?at={poor}")
    assert page.said.count("relaxed") > 1 and "Bar that holds" in page.said
    for part in ("//section[@id='one']", "//div[contains(@class, 'spread')]"):
        words = printed(page, part)
        assert "豆香记" in words and "64.0" in words
        assert "relaxed" not in words and "60.0" not in words and "Bar that holds" not in words


def test_of_a_label_that_is_too_long_the_day_stays():
    assert labelled("北湖记忆文创", " – 12/23", 40 * SIZE) == "北湖记忆文创 – 12/23"
    cut = labelled("北湖记忆文创", " – 12/23", 9 * SIZE)
    assert cut.startswith("北湖") and cut.endswith("… – 12/23")
    assert "12/23" not in labelled("北湖记忆文创", " – 12/23", 4 * SIZE)
