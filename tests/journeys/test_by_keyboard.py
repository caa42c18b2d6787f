"""A teacher who touches no mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .school import School
from .visitors import Visitors, cards

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_TABS = 120
SHOWS_FOCUS = """element => [element, element.closest('label')]
    .some(shown => shown && getComputedStyle(shown).outlineStyle !== 'none')"""


def tab_to(page: Page, goal: Locator, key: str = "Tab") -> None:
    """Press Tab until this has the focus, and see that the focus shows."""
    for _press in range(MOST_TABS):
        page.keyboard.press(key)
        if goal.evaluate("element => element === document.activeElement"):
            assert goal.evaluate(SHOWS_FOCUS), f"nothing shows the focus on {goal}"
            return
    raise AssertionError(f"{key} pressed {MOST_TABS} times does not reach {goal}")


def test_a_review_by_keyboard_alone(school: School, visit: Visitors) -> None:
    school.hand_in(school.cast.lin, "Maths teacher")
    page = visit(school.cast.shen)
    skip_to_the_content(page)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("林知夏")
    record_the_call(page)
    mark_by_the_text_version(page)
    step_through_the_marks(page)
    switch_the_tools(page)
    read_the_keys(page)
    publish(page)


def skip_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def record_the_call(page: Page) -> None:
    tab_to(page, page.get_by_role("radio", name="Reached", exact=True))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Minutes"))
    page.keyboard.type("8")
    tab_to(page, page.get_by_role("button", name="Record the call"))
    page.keyboard.press("Enter")
    expect(page.locator("#call .badge")).to_have_text("Reached")


def mark_by_the_text_version(page: Page) -> None:
    for line, words in ((6, "How many students?"), (4, "Add your rank.")):
        mark_line(page, line, words)
    expect(cards(page)).to_have_count(2)


def mark_line(page: Page, line: int, words: str) -> None:
    summary = page.locator("#text_version summary")
    link = page.locator("#text_version").get_by_role("link", name=re.compile(f"Mark line {line} of page 1"))
    if not link.is_visible():
        summary.focus()
        page.keyboard.press("Enter")
        tab_to(page, link)
    else:
        tab_to(page, link, "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#composer_body")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")
    expect(cards(page).filter(has_text=words)).to_be_focused()


def step_through_the_marks(page: Page) -> None:
    first, second = cards(page).nth(0), cards(page).nth(1)
    first.focus()
    page.keyboard.press("n")
    expect(second).to_be_focused()
    page.keyboard.press("p")
    expect(first).to_be_focused()


def switch_the_tools(page: Page) -> None:
    box = page.locator(".pen-tools [data-tool=box]")
    page.keyboard.press("b")
    expect(box).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-pressed", "false")
    edit = cards(page).nth(0).get_by_role("link", name="Edit")
    tab_to(page, edit)
    page.keyboard.press("Enter")
    expect(page.locator("#composer_body")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#composer form")).to_have_count(0)
    expect(edit).to_be_focused()


def read_the_keys(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys on this page")
    expect(dialog).to_contain_text("Next mark")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def publish(page: Page) -> None:
    tab_to(page, page.get_by_label("Summary for the student"))
    page.keyboard.type("Good bones; add numbers.")
    tab_to(page, page.get_by_role("radio", name="Revise"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Publish"))
    page.keyboard.press("Enter")
    expect(page.locator(".room-bar .badge").first).to_have_text("Waiting for the student")
