"""Answers: whole pages and blocks, what follows a saved form, errors; and nobody but core knows htmx."""

from __future__ import annotations

import pytest

from blueprints.core.pages import local_url
from tests import people


def partial(target: str, current: str = "/clinic/") -> dict[str, dict[str, str]]:
    """What htmx sends with a request whose answer goes into this element."""
    return {
        "headers": {
            "HX-Request": "true",
            "HX-Request-Type": "partial",
            "HX-Target": target,
            "HX-Current-URL": f"http://localhost{current}",
        }
    }


@pytest.fixture
def waiting(app, cast):
    with app.app_context():
        return people.hand_in(cast.lin)


def test_a_partial_request_gets_the_block_it_names_and_everybody_else_the_page(app, cast, browser, waiting):
    reviewer = browser(cast.shen)
    whole, block = reviewer.get("/clinic/"), reviewer.get("/clinic/", **partial("section#queue"))
    assert whole.page.tag == "html"
    assert (block.page.tag, block.page.get("id")) == ("section", "queue")
    assert "林知夏" in block.text
    assert block.text.strip() in whole.text.replace("  \n", "\n") or len(block.text) < len(whole.text) / 1.5
    for answer in (whole, block):
        assert {"HX-Request-Type", "HX-Target"} <= {v.strip() for v in answer.response.headers["Vary"].split(",")}
        assert answer.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("target", ["b#saved", "section", "", "main#main_that_is_not_there"])
def test_a_target_that_is_no_block_gets_the_whole_page(app, cast, browser, waiting, target):
    assert browser(cast.shen).get("/clinic/", **partial(target)).page.tag == "html"


def test_going_back_gets_the_whole_page(app, cast, browser, waiting):
    headers = {"HX-Request": "true", "HX-Request-Type": "full", "HX-History-Restore-Request": "true"}
    assert browser(cast.shen).get("/clinic/", headers=headers).page.tag == "html"


def test_a_saved_form_answers_a_browser_with_303_and_says_so_on_the_next_page(app, cast, browser):
    student = browser(cast.lin)
    answer = student.post("/notices/read")
    assert (answer.status, answer.location) == (303, "/notices")
    assert "All notices are marked as read." in student.get("/notices").said


def test_a_saved_form_sends_htmx_to_the_page_or_has_it_read_anew(app, cast, browser):
    student = browser(cast.lin)
    elsewhere = student.post("/notices/read", **partial("form#x", "/"))
    assert (elsewhere.status, elsewhere.response.headers["HX-Redirect"]) == (204, "/notices")
    same = student.post("/notices/read", **partial("form#x", "/notices"))
    assert (same.status, same.response.headers["HX-Refresh"]) == (204, "true")
    assert "HX-Redirect" not in same.response.headers
    other_query = student.post("/notices/read", **partial("form#x", "/notices?page=2"))
    assert other_query.response.headers["HX-Redirect"] == "/notices"


def test_a_scripted_upload_is_told_where_to_go(app, cast, browser):
    answer = browser(cast.lin).post("/notices/read", headers={"X-Upload": "1"})
    assert (answer.status, answer.response.headers["HX-Redirect"]) == (204, "/notices")


def test_an_error_comes_to_htmx_as_a_toast_and_leaves_the_target_as_it_was(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
    reviewer = browser(cast.ding)
    for path, status in (
        ("/clinic/1/claim", 404),
        (f"/clinic/{waiting}/release", 403),
        (f"/clinic/{waiting}/claim", 409),
    ):
        answer = reviewer.post(path, **partial("section#queue"))
        assert answer.status == status
        assert answer.page.tag == "hx-partial"
        assert (answer.page.get("hx-target"), answer.page.get("hx-swap")) == ("#toasts", "beforeend")
        assert answer.page.xpath("//*[@role='alert']")
        assert "<html" not in answer.text


def test_a_form_without_its_token_comes_to_htmx_as_a_toast_too(app, cast, browser):
    answer = browser(cast.lin)._do("POST", "/notices/read", **partial("form#x"))
    assert (answer.status, answer.page.get("hx-target")) == (400, "#toasts")


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(app, cast, browser):
    stranger = browser()
    assert stranger.get("/clinic/?q=lzx").location == "/sign-in?next=/clinic/?q%3Dlzx"
    assert stranger.get("/").location == "/sign-in"
    assert stranger.post("/notices/read").location == "/sign-in"
    answer = stranger.get("/clinic/queue?seen=x", **partial("section#queue", "/clinic/?q=lzx"))
    assert answer.status == 401
    assert answer.response.headers["HX-Redirect"] == "/sign-in?next=/clinic/%3Fq%3Dlzx"


def test_signing_in_leads_back_to_where_one_was(app, cast, browser):
    stranger = browser()
    stranger.get(stranger.get("/clinic/?q=lzx").location)
    answer = stranger.submit("/sign-in", username="shen", password=people.PASSWORD)
    assert answer.location == "/clinic/?q=lzx"


@pytest.mark.parametrize("status", [404, 405])
def test_an_error_page_says_what_to_do_next_in_a_whole_page(app, cast, browser, status):
    path = {404: "/nowhere", 405: "/notices/read"}[status]
    for who in (browser(), browser(cast.lin)):
        answer = who.get(path)
        assert answer.status == status
        assert answer.page.xpath("//h1")
        assert answer.page.xpath("//main//a[@href]")
    assert status != 405 or "POST" in answer.response.headers["Allow"]


def test_a_body_over_the_limit_is_refused_and_only_an_upload_may_be_larger(app, cast, browser):
    student = browser(cast.lin)
    assert student.post("/preferences", {"language": "x" * 2**20}).status == 413
    assert student.post("/clinic/new", {"ask": "x" * 600_000, "target": "y" * 600_000}).status in (413, 422)


def test_a_strange_host_is_refused(app):
    assert app.test_client().get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/clinic/?q=1", True),
        ("/", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("javascript:alert(1)", False),
        ("clinic", False),
        ("", False),
        (None, False),
        ("/\nSet-Cookie: x", False),
        ("/\t/evil.example", False),
    ],
)
def test_only_a_path_of_this_site_is_a_place_to_go(target, kept):
    assert local_url(target) == (target if kept else None)
