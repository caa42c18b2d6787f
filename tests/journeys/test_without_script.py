"""The same way from the upload to the sign-off in a browser that runs no script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .school import School, two_pages
from .visitors import Visitors, cards, fill_prescription, record_call, see_pictures, upload, write_mark

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_LOOKS = 40


def test_a_student_and_a_teacher_without_javascript(school: School, visit: Visitors) -> None:
    student = visit(school.cast.lin, phone=True, java_script_enabled=False)
    teacher = visit(school.cast.shen, java_script_enabled=False)
    hand_in(student, two_pages())
    mark_and_publish(teacher)
    answer(student)
    hand_in_version_2(student)
    sign_off(teacher)
    student.goto("/")
    student.get_by_role("link", name="Notices, 1 unread").click()
    student.get_by_role("button", name=re.compile("has signed off")).click()
    expect(student.locator(".page-head .badge")).to_have_text("Signed off")


def look_until_drawn(page: Page, pages: int) -> None:
    """Press "Look again" as often as it is offered."""
    for _look in range(MOST_LOOKS):
        if page.get_by_role("button", name="Confirm and hand in").count():
            break
        page.get_by_role("link", name="Look again").click()
    expect(page.locator(".sheet")).to_have_count(pages)
    see_pictures(page)


def hand_in(page: Page, content: bytes) -> None:
    page.get_by_role("link", name="Hand in a résumé").click()
    page.get_by_label("Target post").fill("Maths teacher")
    upload(page, content)
    page.get_by_role("button", name="Upload and look").click()
    look_until_drawn(page, 2)
    page.get_by_role("button", name="Confirm and hand in").click()
    expect(page.get_by_text("You are next.")).to_be_visible()


def mark_and_publish(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Take next").click()
    record_call(page)
    mark(page, re.compile("Mark line 6 of page 1"), "Must fix", "How many students, and how much better?")
    mark(page, re.compile("Top left of page 2"), "Suggestion", "Put this first.")
    expect(cards(page)).to_have_count(2)
    edit_delete_and_undo(page)
    fill_prescription(page, "Revise and hand in again", "Good bones; add numbers.")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".room-bar .badge").first).to_have_text("Waiting for the student")


def mark(page: Page, place: re.Pattern[str], kind: str, body: str) -> None:
    page.locator("#text_version summary").click()
    page.locator("#text_version").get_by_role("link", name=place).click()
    write_mark(page, kind, body)
    expect(cards(page).filter(has_text=body)).to_have_count(1)


def edit_delete_and_undo(page: Page) -> None:
    cards(page).filter(has_text="Put this first.").get_by_role("link", name="Edit").click()
    page.fill("#composer_body", "Put the club first.")
    page.get_by_role("button", name="Save the mark").click()
    changed = cards(page).filter(has_text="Put the club first.")
    changed.get_by_role("button", name="Delete").click()
    expect(cards(page)).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(changed).to_have_count(1)


def answer(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Notices, 1 unread").click()
    page.get_by_role("button", name=re.compile("has reviewed your résumé")).click()
    cards(page).filter(has_text="How many students").get_by_role("button", name="Done").click()
    expect(page.get_by_text("Handled 1 of 2")).to_be_visible()
    other = cards(page).filter(has_text="Put the club first.").locator("details").filter(has_text="I disagree")
    other.locator("summary").click()
    other.get_by_label("I disagree").fill("The club is over.")
    other.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Handled 2 of 2")).to_be_visible()


def hand_in_version_2(page: Page) -> None:
    page.get_by_role("link", name="Upload version 2").click()
    upload(page, two_pages(changed="Taught two classes of 45 and raised the average by 12 points"))
    page.get_by_role("button", name="Upload and look").click()
    look_until_drawn(page, 2)
    page.get_by_role("button", name="Confirm and hand in").click()


def sign_off(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="See again").click()
    page.get_by_role("button", name="Claim").click()
    asked = page.get_by_role("region", name="Asked in version 1")
    asked.get_by_role("button", name=re.compile("Close mark: How many")).click()
    record_call(page, minutes=3)
    fill_prescription(page, "Signed off", "Ready to send.")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".room-bar .badge").first).to_have_text("Signed off")
