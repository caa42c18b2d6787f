"""A résumé from the upload to the sign-off, with the student's and the teacher's browser side by side."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from blueprints.core.db import db
from tests import machine

from .school import School, two_pages
from .visitors import (
    Visitors,
    cards,
    confirm_pages,
    drag,
    fill_prescription,
    record_call,
    see_pictures,
    switch_to_box,
    upload,
    write_mark,
)  # fmt: skip

pytestmark = [pytest.mark.browser, pytest.mark.slow]
A4_POINTS = (595, 842)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def school(
    request: pytest.FixtureRequest, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[School]:
    """The whole way is gone on both databases."""
    with ExitStack() as kept:
        url = f"{kept.enter_context(machine.postgresql())}/postgres" if request.param == "postgresql" else ""
        with School(tmp_path_factory.mktemp("school"), url) as made:
            yield made
            with made.app.app_context():
                db.engine.dispose()


def test_a_student_and_a_teacher_from_the_upload_to_the_sign_off(school: School, visit: Visitors) -> None:
    student, teacher = visit(school.cast.lin, phone=True), visit(school.cast.shen)
    hand_in(student)
    mark_and_publish(teacher)
    answer(student)
    hand_in_version_2(student)
    sign_off(teacher)
    read_the_sign_off(student)
    print_the_prescription(teacher)


def hand_in(page: Page) -> None:
    page.get_by_role("link", name="Hand in a résumé").tap()
    page.get_by_label("Target post").fill("Maths teacher")
    upload(page, two_pages())
    expect(page.locator(".picked")).to_contain_text("林知夏-简历.pdf")
    page.get_by_label("A question or a note").fill("Is the internship clear?")
    page.get_by_role("button", name="Upload and look").tap()
    confirm_pages(page, 2)
    expect(page.get_by_text("You are next.")).to_be_visible()


def mark_and_publish(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Take next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("林知夏")
    expect(page.get_by_text("Is the internship clear?")).to_be_visible()
    expect(page.locator("#call a[href^='tel:']")).to_have_text("138 0000 0001")
    see_pictures(page)
    record_call(page)
    mark_a_line(page)
    mark_a_selection(page)
    mark_a_box(page)
    edit_delete_and_undo(page)
    page.get_by_label("Summary for the student").press_sequentially("Good bones; add numbers.")
    expect(page.locator("#review_form [data-saved]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    fill_prescription(page, "Revise and hand in again", "Good bones; add numbers.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. The student has been told.")).to_be_visible()
    expect(page.locator(".room-bar .badge").first).to_have_text("Waiting for the student")


def mark_a_line(page: Page) -> None:
    page.locator("#page_1 [data-line='5']").click()
    expect(page.locator("#composer blockquote")).to_have_text("Taught two classes and helped the students improve")
    page.fill("#composer_body", "How many")
    expect(page.locator("#composer [data-saved]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    write_mark(page, "Must fix", "How many students, and how much better?")
    expect(cards(page)).to_have_count(1)
    expect(page.locator("#page_1 .mark")).to_have_count(1)
    expect(cards(page).first).to_be_focused()


def mark_a_selection(page: Page) -> None:
    words = page.locator("#page_1 [data-line='3'] text")
    drag(page, words, (0.01, 0.5), (0.5, 0.5))
    page.get_by_role("button", name="Mark the selected text").click()
    expect(page.locator("#composer blockquote")).to_have_text(re.compile("^Beihu Normal"))
    write_mark(page, "Suggestion", "Add the rank in your year.")
    expect(cards(page)).to_have_count(2)


def mark_a_box(page: Page) -> None:
    switch_to_box(page)
    drag(page, page.locator("#page_2 [data-line='1'] .hit"), (-0.1, -0.5), (1.1, 1.5))
    expect(page.locator("#composer [name=box]")).to_have_count(1)
    write_mark(page, "Question", "Is this up to date?")
    expect(cards(page)).to_have_count(3)
    expect(page.locator("#page_2 .mark")).to_have_count(1)


def edit_delete_and_undo(page: Page) -> None:
    second = cards(page).filter(has_text="Beihu")
    second.get_by_role("link", name="Edit").click()
    page.fill("#composer_body", "Add your rank and the size of the year.")
    page.get_by_role("button", name="Save the mark").click()
    expect(second).to_contain_text("Add your rank and the size of the year.")
    second.get_by_role("button", name="Delete").click()
    expect(cards(page)).to_have_count(2)
    expect(page.locator("#page_1 .mark")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(cards(page)).to_have_count(3)
    expect(page.locator("#page_1 .mark")).to_have_count(2)


def answer(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Notices, 1 unread").tap()
    page.get_by_role("button", name=re.compile("has reviewed your résumé")).tap()
    expect(page.get_by_text("Good bones; add numbers.")).to_be_visible()
    expect(page.get_by_text("Handled 0 of 3")).to_be_visible()
    cards(page).filter(has_text="How many students").get_by_role("button", name="Done").tap()
    expect(page.get_by_text("Handled 1 of 3")).to_be_visible()
    say(page, "Add your rank", "I disagree", "The rank is not published.")
    expect(page.get_by_text("Handled 2 of 3")).to_be_visible()
    say(page, "Is this up to date?", "I have a question", "Which part do you mean?")
    expect(page.get_by_text("Handled 3 of 3")).to_be_visible()


def say(page: Page, mark: str, how: str, words: str) -> None:
    card = cards(page).filter(has_text=mark)
    answers = card.locator("details").filter(has_text=how)
    answers.locator("summary").tap()
    answers.get_by_label(how).fill(words)
    answers.get_by_role("button", name="Send").tap()
    expect(card.locator(".answer")).to_contain_text(words)


def hand_in_version_2(page: Page) -> None:
    page.get_by_role("link", name="Upload version 2").tap()
    upload(page, two_pages(changed="Taught two classes of 45 and raised the average by 12 points"))
    page.get_by_role("button", name="Upload and look").tap()
    confirm_pages(page, 2)


def sign_off(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Notices, 3 unread").click()
    expect(page.get_by_text("has handed in version 2")).to_be_visible()
    expect(page.get_by_text("asks about a mark")).to_have_count(2)
    page.get_by_role("button", name=re.compile("has handed in version 2")).click()
    page.get_by_role("button", name="Claim").click()
    asked = page.get_by_role("region", name="Asked in version 1")
    expect(asked).to_contain_text("raised the average by 12 points")
    expect(asked).to_contain_text("The rank is not published.")
    asked.get_by_role("button", name=re.compile("Close mark: How many students")).click()
    expect(asked.get_by_role("button", name=re.compile("Reopen: How many students"))).to_be_visible()
    record_call(page, minutes=3)
    fill_prescription(page, "Signed off", "Ready to send.")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".room-bar .badge").first).to_have_text("Signed off")


def read_the_sign_off(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Notices, 1 unread").tap()
    page.get_by_role("button", name=re.compile("has signed off")).tap()
    expect(page.locator(".page-head .badge")).to_have_text("Signed off")
    page.get_by_role("link", name="Version 1").tap()
    expect(cards(page)).to_have_count(3)


def print_the_prescription(page: Page) -> None:
    page.get_by_role("link", name="Prescription").click()
    expect(page.locator(".paper")).to_be_visible()
    with pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True))) as printed:
        assert len(printed) == 1
        assert tuple(round(side) for side in printed[0].get_size()) == A4_POINTS
