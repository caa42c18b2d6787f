"""Files that are no PDF, and a phone at night in Chinese."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from blueprints.clinic.invented import as_docx, as_photo
from blueprints.documents.rendering import office_available
from tests import machine

from .school import School, chinese, two_pages
from .visitors import Visitors, confirm_pages, drag, see_pictures, switch_to_box, upload, write_mark

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONVERSION_MS = 60_000
LATIN_LETTERS = re.compile("[A-Za-z]{4,}")


def test_a_word_file_becomes_pages(school: School, visit: Visitors) -> None:
    machine.need("LibreOffice (Debian: libreoffice-writer-nogui)", office_available())
    page = visit(school.cast.lin)
    page.goto("/clinic/new")
    page.get_by_label("Target post").fill("Maths teacher")
    upload(page, as_docx(chinese()), "简历.docx", DOCX)
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_role("button", name="Confirm and hand in")).to_be_visible(timeout=CONVERSION_MS)
    see_pictures(page)
    expect(page.locator("#page_1 [data-line] text", has_text=chinese().name)).not_to_have_count(0)


def test_a_photo_says_that_it_has_no_text_and_takes_boxes(school: School, visit: Visitors) -> None:
    student, teacher = visit(school.cast.meng, phone=True), visit(school.cast.shen)
    student.goto("/clinic/new")
    student.get_by_label("Target post").fill("Data analyst")
    upload(student, as_photo(chinese()), "IMG_0231.jpg", "image/jpeg")
    student.get_by_role("button", name="Upload and look").tap()
    expect(student.get_by_text("This is a picture without text.")).to_be_visible()
    confirm_pages(student, 1)
    teacher.goto("/")
    teacher.get_by_role("button", name="Take next").click()
    expect(teacher.get_by_text("This page is a picture: use the box (B) to mark it.")).to_be_visible()
    expect(teacher.locator("#page_1 [data-line]")).to_have_count(0)
    switch_to_box(teacher)
    drag(teacher, teacher.locator("#page_1 .leaf"), (0.2, 0.4), (0.6, 0.5))
    write_mark(teacher, "Suggestion", "Take the photo by daylight.")
    expect(teacher.locator("#page_1 .mark")).to_have_count(1)


def test_a_phone_at_night_in_chinese_says_what_is_missing(school: School, visit: Visitors) -> None:
    page = visit(school.cast.far, phone=True, language="zh-CN", dark=True)
    page.locator(".nextup a").tap()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator("[data-upload] button").tap()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_count(2)
    assert not LATIN_LETTERS.search(summary.inner_text())
    summary.get_by_role("link", name="目标岗位").tap()
    expect(page.locator("#target")).to_be_focused()
    page.fill("#target", "美术教师")
    upload(page, two_pages("far"), "简历.pdf")
    page.locator("[data-upload] button").tap()
    confirm = page.locator("form[action$='/confirm'] button")
    expect(confirm).to_be_visible()
    see_pictures(page)
    confirm.tap()
    expect(page.locator(".queue-place")).to_be_visible()
    assert not LATIN_LETTERS.search(" ".join(page.locator(".page-head, .steps, .card").all_inner_texts()))
