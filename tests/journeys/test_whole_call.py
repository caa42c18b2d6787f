"""A referee scores by keyboard, and the manager decides a whole call of forty without leaving two pages."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from blueprints.incubator.models import Application, ApplicationState, Decision, Sheet
from tests.incubator import rooms

from .school import School
from .visitors import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEAMS = 40


def prepare(school: School) -> tuple[int, int]:
    """A call with forty teams; ding has scored all of them, shen all but one."""
    cast = school.cast
    with school.app.app_context():
        call = rooms.a_call(cast.shen, cast.ding)
        for n, who in enumerate(rooms.more_students(TEAMS, cast.lin)):
            made = rooms.an_application(
                who, intake=call, status=ApplicationState.SUBMITTED, team=f"团队 {n:02}", plan=False
            )
            rooms.a_sheet(made, cast.ding, 9, 8)
            if n < TEAMS - 1:
                rooms.a_sheet(made, cast.shen, n % 11, 8)
    return call, made


def score_by_keyboard(page: Page, last: int) -> None:
    """Arrow keys choose the points; what is chosen keeps itself; the last sheet leads back to the list."""
    page.goto(f"/incubator/sheets/{last}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Application {TEAMS}")
    for place in range(2):
        page.get_by_role("group").nth(place).get_by_role("radio").first.focus()
        page.keyboard.press("Space")
        for _step in range(8):
            page.keyboard.press("ArrowRight")
    expect(page.locator("#mine")).to_contain_text("80.0")
    page.reload()
    expect(page.get_by_role("group").first.get_by_role("radio", name="8")).to_be_checked()
    page.get_by_role("button", name="Hand in, and the next").press("Enter")
    page.locator("#ask_dialog").get_by_role("button", name="Hand in, and the next").press("Enter")
    expect(page.get_by_text("All sheets are handed in")).to_be_visible()
    assert urlsplit(page.url).path == "/incubator/sheets"


def test_a_whole_call_is_scored_and_decided(school: School, visit: Visitors) -> None:
    call, last = prepare(school)
    score_by_keyboard(visit(school.cast.shen), last)
    assert school.count(Sheet, Sheet.handed_in_at.is_(None)) == 0

    page, paths = visit(school.cast.incubator), set()
    page.on("framenavigated", lambda frame: paths.add(urlsplit(frame.url).path))
    page.goto("/incubator/calls")
    page.get_by_role("link", name="Results 2026 秋季批次").click()
    page.wait_for_url(f"**/incubator/calls/{call}/results")
    page.keyboard.press("n")
    for decided in range(TEAMS):
        title = page.locator("#one_title")
        expect(title).to_contain_text("团队")
        before = title.text_content()
        reaches = page.get_by_text("It reaches the bar").count() == 1
        page.get_by_text("Approved" if reaches else "Not approved", exact=True).first.click()
        page.get_by_label("Criterion it rests on").select_option(index=1)
        reason = "客户问到了人。" if reaches else f"成本没有来源（{decided}）。"
        page.get_by_label("Reason").fill(reason)
        expect(page.locator("#preview")).to_contain_text(reason)
        page.get_by_role("button", name="Decide, and tell the team").click()
        expect(title if decided < TEAMS - 1 else page.locator("main")).not_to_have_text(before or "")
    expect(page.get_by_text("Everything is decided.")).to_be_visible()
    assert paths <= {"/incubator/calls", f"/incubator/calls/{call}/results"}
    assert school.count(Decision) == TEAMS
    assert school.count(Application, Application.status == ApplicationState.SUBMITTED) == 0
