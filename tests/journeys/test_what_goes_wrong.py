"""Hasty fingers, two tabs, a session that ends, a server that stops."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from blueprints.accounts.models import SignIn
from blueprints.clinic.models import Call, Round, State, Submission
from blueprints.core.db import db
from blueprints.documents.models import Annotation, Answer
from tests import people
from tests.people import Person

from .school import School, two_pages
from .visitors import Visitors, cards, fill_prescription, sign_in, upload

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def held(school: School) -> Iterator[int]:
    """A submission of Lin's that Shen reviews, with three marks in draft; put away afterwards."""
    cast = school.cast
    id_ = school.hand_in(cast.lin, "Maths teacher")
    school.claim(id_, cast.shen, marks=3)
    yield id_
    if school.look(lambda: db.session.get_one(Submission, id_).status) is State.REVIEWING:
        school.publish(id_, cast.shen)
    with school.app.app_context():
        people.move(id_, "withdraw", cast.lin)


def open_line(page: Page, line: int) -> None:
    page.locator(f"#page_1 [data-line='{line}']").click()
    expect(page.locator("#composer_body")).to_be_focused()


def marks(school: School, id_: int) -> int:
    rounds = sa.select(Round.document_id).where(Round.submission_id == id_)
    return school.count(Annotation, Annotation.document_id.in_(rounds), Annotation.deleted_at.is_(None))


def test_every_button_pressed_twice_acts_once(school: School, visit: Visitors) -> None:
    student, teacher = visit(school.cast.meng), visit(school.cast.ding)
    id_ = hand_in_twice(school, student)
    review_twice(school, teacher, id_)
    answer_twice(school, student, id_)


def hand_in_twice(school: School, page: Page) -> int:
    page.goto("/clinic/new")
    page.get_by_label("Target post").fill("Data analyst")
    upload(page, two_pages("twice"))
    page.get_by_role("button", name="Upload and look").dblclick()
    button = page.get_by_role("button", name="Confirm and hand in")
    expect(button).to_be_visible()
    assert school.count(Submission, Submission.target == "Data analyst") == 1
    button.dblclick()
    expect(page.get_by_text("You are next.")).to_be_visible()
    return int(page.url.split("/")[-1])


def review_twice(school: School, page: Page, id_: int) -> None:
    page.goto("/")
    page.get_by_role("button", name="Take next").dblclick()
    expect(page.locator("#review_form")).to_be_visible()
    assert school.count(Submission, Submission.status == State.REVIEWING) == 1
    page.get_by_role("radio", name="Reached", exact=True).check()
    page.get_by_role("button", name="Record the call").dblclick()
    expect(page.locator("#call .badge")).to_have_text("Reached")
    assert school.count(Call, Call.submission_id == id_) == 1
    open_line(page, 5)
    page.fill("#composer_body", "How many students?")
    page.get_by_role("button", name="Save the mark").dblclick()
    expect(cards(page)).to_have_count(1)
    assert marks(school, id_) == 1
    fill_prescription(page, "Revise", "Add numbers.")
    page.get_by_role("button", name="Publish").dblclick()
    expect(page.locator(".room-bar .badge").first).to_have_text("Waiting for the student")
    assert school.count(Round, Round.submission_id == id_, Round.published_at.is_not(None)) == 1


def answer_twice(school: School, page: Page, id_: int) -> None:
    page.goto(f"/clinic/{id_}")
    page.locator("summary").filter(has_text="I have a question").click()
    page.get_by_label("I have a question").fill("How many is enough?")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.locator(".answer")).to_have_count(1)
    assert school.count(Answer, Answer.body == "How many is enough?") == 1


def test_going_back_after_publishing_cannot_publish_again(school: School, visit: Visitors, held: int) -> None:
    page = visit(school.cast.shen)
    page.goto(f"/clinic/{held}")
    page.get_by_role("radio", name="Not reached").check()
    fill_prescription(page, "Revise", "Add numbers.")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".room-bar .badge").first).to_have_text("Waiting for the student")
    page.go_back()
    publish = page.get_by_role("button", name="Publish")
    if publish.count():
        publish.click()
    expect(page.locator(".room-bar .badge").first).to_have_text("Waiting for the student")
    assert school.count(Round, Round.submission_id == held, Round.published_at.is_not(None)) == 1


def test_a_mark_edited_in_two_tabs_shows_both_texts(school: School, visit: Visitors, held: int) -> None:
    one = visit(school.cast.shen)
    two = one.context.new_page()
    for page in (one, two):
        page.goto(f"/clinic/{held}")
        cards(page).nth(0).get_by_role("link", name="Edit").click()
        expect(page.locator("#composer_body")).to_be_focused()
    one.fill("#composer_body", "How many students?")
    one.get_by_role("button", name="Save the mark").click()
    expect(cards(one).nth(0)).to_contain_text("How many students?")
    two.fill("#composer_body", "How much better?")
    two.get_by_role("button", name="Save the mark").click()
    expect(two.locator("#composer_error")).to_contain_text("How many students?")
    expect(two.locator("#composer_body")).to_have_value("How much better?")
    two.get_by_role("button", name="Save the mark").click()
    expect(cards(two).nth(0)).to_contain_text("How much better?")


def test_a_mark_written_while_another_tab_publishes_is_refused_and_kept(
    school: School, visit: Visitors, held: int
) -> None:
    page = visit(school.cast.shen)
    page.goto(f"/clinic/{held}")
    open_line(page, 6)
    school.publish(held, school.cast.shen)
    page.fill("#composer_body", "Name the method you used.")
    page.get_by_role("button", name="Save the mark").click()
    expect(page.locator("#toasts .toast.bad")).to_contain_text("This round is not being reviewed now")
    expect(page.locator("#composer_body")).to_have_value("Name the method you used.")
    assert marks(school, held) == 3


def test_a_session_that_ends_while_typing_leads_back_to_the_typed_words(
    school: School, visit: Visitors, held: int
) -> None:
    page = visit(school.cast.shen)
    page.goto(f"/clinic/{held}")
    open_line(page, 6)
    page.fill("#composer_body", "Name the method you used.")
    expect(page.locator("#composer [data-saved]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    sign_out_everywhere(school, school.cast.shen)
    page.get_by_role("button", name="Save the mark").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    sign_in(page, school.cast.shen)
    expect(page).to_have_url(re.compile(f"/clinic/{held}"))
    page.get_by_role("link", name="Go on with it").click()
    expect(page.locator("#composer_body")).to_have_value("Name the method you used.")
    page.get_by_role("button", name="Save the mark").click()
    expect(cards(page)).to_have_count(4)


def sign_out_everywhere(school: School, who: Person) -> None:
    school.write(lambda: db.session.execute(sa.delete(SignIn).where(SignIn.user_id == who.id)))


def test_a_server_that_stops_takes_no_words_with_it(school: School, visit: Visitors, held: int) -> None:
    visit.forgive("net::ERR_CONNECTION_REFUSED")
    visit.forgive("Failed to fetch")
    page = visit(school.cast.shen)
    page.goto(f"/clinic/{held}")
    open_line(page, 6)
    page.fill("#composer_body", "Name the method you used.")
    school.stop()
    try:
        page.get_by_role("button", name="Save the mark").click()
        expect(page.get_by_text("The server did not answer. What you typed is still here.").first).to_be_visible()
        expect(page.locator("#composer_body")).to_have_value("Name the method you used.")
    finally:
        school.start()
    page.get_by_role("button", name="Save the mark").click()
    expect(cards(page)).to_have_count(4)
