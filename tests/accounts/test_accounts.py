"""Signing in and out, what ends a session, one-time links, preferences, notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from app import create_app
from blueprints.accounts import queries, service
from blueprints.accounts.models import FailedSignIn, Grant, Notice, OneTimeLink, Role, SignIn, User
from blueprints.clinic import service as clinic
from blueprints.core import clock
from blueprints.core.audit import AuditEntry
from blueprints.core.db import unit
from tests import people
from tests.browser import Browser
from tests.conftest import settings_for
from tests.people import PASSWORD

NEW = "seven grey herons over ice"


def attempt(browser: Browser, login: str, password: str):
    browser.get("/sign-in")
    return browser.submit("/sign-in", username=login, password=password)


def is_in(browser: Browser) -> bool:
    return browser.get("/me").status == 200


def change(app, person, act: Callable[[User], object]) -> None:
    with app.app_context(), unit("write"):
        act(queries.user(person.id))


def count(app, model, *where) -> int:
    with app.app_context(), unit("read") as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))


# -- In ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["lin", "2023010226", " lin "])
def test_one_signs_in_with_user_name_or_number(app, cast, browser, login):
    visitor = browser()
    answer = attempt(visitor, login, PASSWORD)
    assert (answer.status, answer.location) == (303, "/")
    assert cast.lin.name in visitor.get("/").said


def test_an_unknown_person_a_wrong_password_and_a_person_without_one_get_the_same_answer(app, cast, browser):
    def disabled(user: User) -> None:
        user.disabled_at = clock.now()

    def without(user: User) -> None:
        user.password_hash = None

    change(app, cast.ding, disabled)
    change(app, cast.luo, without)
    said = set()
    for login, password in (
        ("nobody", PASSWORD),
        ("lin", "wrong"),
        ("ding", PASSWORD),
        ("luo", PASSWORD),
        ("lin", PASSWORD + " "),
    ):
        answer = attempt(browser(), login, password)
        assert answer.status == 422
        said.add(answer.errors)
    assert len(said) == 1
    assert "The number or the password is not right" in said.pop()


def test_an_empty_form_says_what_to_type_and_never_repeats_a_password(app, cast, browser):
    visitor = browser()
    answer = attempt(visitor, "", "")
    assert answer.status == 422
    assert "Type your number or user name." in answer.errors
    answer = attempt(visitor, "lin", "a secret that was mistyped")
    assert 'value="lin"' in answer.text
    assert "mistyped" not in answer.text


def test_after_ten_failures_an_account_is_shut_for_a_quarter_of_an_hour(app, cast, browser, frozen):
    visitor = browser()
    for _n in range(10):
        assert attempt(visitor, "lin", "wrong").status == 422
    assert attempt(visitor, "lin", PASSWORD).status == 429
    assert attempt(visitor, "LIN", PASSWORD).status == 429
    assert attempt(browser(), "meng", PASSWORD).status == 303, "the others are not shut out"
    with clock.told(frozen + timedelta(minutes=15, seconds=1)):
        assert attempt(visitor, "lin", PASSWORD).status == 303
    assert count(app, AuditEntry, AuditEntry.verb == "sign-in.failed") == 10


def test_unknown_accounts_are_throttled_like_known_ones(app, cast, browser):
    visitor = browser()
    answers = [attempt(visitor, "nobody", "wrong").status for _n in range(11)]
    assert answers == [422] * 10 + [429]


def test_an_address_is_shut_out_after_a_hundred_failures_whatever_it_tries(app, cast, browser):
    with app.app_context(), unit("write") as session:
        _account, (address, most) = service._keys("", "127.0.0.1")
        session.add_all([FailedSignIn(key=address, at=clock.now()) for _n in range(most)])
    assert attempt(browser(), "lin", PASSWORD).status == 429


def test_number_and_user_name_are_one_account_to_the_throttle(app, cast, browser):
    """Else whoever guesses has twice the tries."""
    visitor = browser()
    for _n in range(5):
        attempt(visitor, "lin", "wrong")
        attempt(visitor, "2023010226", "wrong")
    assert attempt(visitor, "lin", PASSWORD).status == 429


def test_signing_in_right_forgets_the_failures_of_the_account(app, cast, browser):
    visitor = browser()
    for _n in range(9):
        attempt(visitor, "lin", "wrong")
    assert attempt(visitor, "lin", PASSWORD).status == 303
    assert attempt(browser(), "lin", "wrong").status == 422


@pytest.mark.parametrize(
    "place", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "evil"]
)
def test_signing_in_never_leads_to_another_site(app, cast, browser, place):
    visitor = browser()
    page = visitor.get("/sign-in?" + urlencode({"next": place}))
    assert page.form("/sign-in").fields["next"] == ""
    assert visitor.submit("/sign-in", username="lin", password=PASSWORD, next=place).location == "/"


def test_signing_in_begins_a_session_under_a_new_name_and_only_its_hash_is_kept(app, cast, browser):
    visitor = browser()
    visitor.get("/sign-in")
    before = visitor.client.get_cookie("qihang").value
    attempt(visitor, "lin", PASSWORD)
    assert visitor.client.get_cookie("qihang").value != before
    with visitor.client.session_transaction() as session:
        token = session["_user_id"]
    assert count(app, SignIn, SignIn.token_hash == queries.hashed(token)) == 1
    assert count(app, SignIn, SignIn.token_hash == token) == 0
    assert count(app, AuditEntry, AuditEntry.verb == "sign-in", AuditEntry.actor_id == cast.lin.id) == 1


# -- Out --------------------------------------------------------------------------------------------------


def copied(app, browser: Browser) -> Browser:
    """Another browser with a copy of the cookie."""
    made = Browser(app)
    made.client.set_cookie("qihang", browser.client.get_cookie("qihang").value)
    return made


def test_signing_out_ends_the_session_for_a_copied_cookie_too(app, cast, browser):
    student = browser(cast.lin)
    thief = copied(app, student)
    assert is_in(thief)
    student.get("/me")
    assert student.submit("/sign-out").location == "/sign-in"
    assert not is_in(student)
    assert not is_in(thief)


def test_signing_out_everywhere_ends_every_browser(app, cast, browser):
    here, there, other = browser(cast.lin), browser(cast.lin), browser(cast.meng)
    here.get("/me")
    assert here.submit("/me/sign-outs").status == 303
    assert [is_in(b) for b in (here, there, other)] == [False, False, True]


def test_changing_the_password_keeps_this_browser_and_ends_the_others(app, cast, browser):
    here, there = browser(cast.lin), browser(cast.lin)
    here.get("/me")
    assert here.submit("/me/password", current=PASSWORD, password=NEW, again=NEW).status == 303
    assert [is_in(b) for b in (here, there)] == [True, False]
    assert attempt(browser(), "lin", PASSWORD).status == 422
    assert attempt(browser(), "lin", NEW).status == 303


def disable(user: User) -> None:
    user.disabled_at = clock.now()


def end_duty(user: User) -> None:
    clinic.dismiss(user)


def give_role(user: User) -> None:
    service.grant(user, Role.MENTOR)


@pytest.mark.parametrize("act", [disable, end_duty, give_role])
def test_disabling_and_a_change_of_role_end_the_session_at_once(app, cast, browser, act):
    reviewer = browser(cast.shen)
    assert is_in(reviewer)
    change(app, cast.shen, act)
    assert not is_in(reviewer)


def test_a_role_ends_with_its_term_without_anybody_doing_anything(app, cast, browser):
    change(app, cast.shen, lambda user: setattr(user.grants[0], "ends_on", date(2026, 11, 23)))
    assert browser(cast.shen).get("/clinic/").status == 403
    assert count(app, Grant, Grant.user_id == cast.shen.id) == 1


def at(moment, browser: Browser, path: str = "/me") -> int:
    with clock.told(moment):
        return browser.get(path).status


def test_staff_are_signed_out_after_half_an_hour_without_use(app, cast, browser, frozen):
    used, left = browser(cast.shen), browser(cast.shen)
    for minutes in (20, 45, 70):
        assert at(frozen + timedelta(minutes=minutes), used) == 200
    assert at(frozen + timedelta(minutes=32), left) == 303


def test_a_poll_does_not_keep_a_session_alive(app, cast, browser, frozen):
    reviewer = browser(cast.shen)
    for minutes in (10, 20, 29):
        assert at(frozen + timedelta(minutes=minutes), reviewer, "/clinic/queue") == 200
    assert at(frozen + timedelta(minutes=31), reviewer, "/clinic/queue") == 303


def test_staff_are_signed_out_after_twelve_hours_of_whatever_use(app, cast, browser, frozen):
    reviewer = browser(cast.shen)
    for minutes in range(25, 12 * 60, 25):
        assert at(frozen + timedelta(minutes=minutes), reviewer) == 200
    assert at(frozen + timedelta(hours=12, minutes=1), reviewer) == 303


def test_a_student_on_a_phone_stays_for_a_day_and_a_week_at_most(app, cast, browser, frozen):
    used, left = browser(cast.lin), browser(cast.lin)
    for hours in range(23, 7 * 24, 23):
        assert at(frozen + timedelta(hours=hours), used) == 200
    assert at(frozen + timedelta(days=7, minutes=1), used) == 303
    assert at(frozen + timedelta(hours=25), left) == 303


def test_last_use_is_noted_once_a_minute_at_most(app, cast, browser, frozen):
    student = browser(cast.lin)

    def seen():
        with app.app_context(), unit("read") as session:
            return session.scalar(sa.select(SignIn.seen_at).where(SignIn.user_id == cast.lin.id))

    at(frozen + timedelta(seconds=50), student)
    assert seen() == frozen
    at(frozen + timedelta(seconds=70), student)
    assert seen() == frozen + timedelta(seconds=70)


# -- Passwords and links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "Use 10 to 128 characters."),
        ("x" * 129, "Use 10 to 128 characters."),
        ("password123", "easy to guess"),
        ("1234567890", "easy to guess"),
        ("qwertyuiop", "easy to guess"),
        ("aaaaaaaaaaaa", "easy to guess"),
        ("2023010226", "easy to guess"),
        ("", "Type a new password."),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(app, cast, browser, password, why):
    student = browser(cast.lin)
    student.get("/me")
    answer = student.submit("/me/password", current=PASSWORD, password=password, again=password)
    assert answer.status == 422
    assert why in answer.errors
    assert attempt(browser(), "lin", PASSWORD).status == 303


def test_two_different_passwords_and_a_wrong_present_one_change_nothing(app, cast, browser):
    student = browser(cast.lin)
    for fields, why in (
        ({"current": PASSWORD, "password": NEW, "again": NEW + "!"}, "The two are not the same."),
        ({"current": "wrong", "password": NEW, "again": NEW}, "This is not your present password."),
    ):
        student.get("/me")
        answer = student.submit("/me/password", **fields)
        assert answer.status == 422
        assert why in answer.errors
    assert attempt(browser(), "lin", NEW).status == 422


def link_for(app, person) -> str:
    with app.app_context(), unit("write"):
        return service.one_time_link(queries.user(person.id))


def use(visitor: Browser, link: str, password: str = NEW):
    visitor.get(link)
    return visitor.post(link, {"password": password, "again": password})


def test_a_one_time_link_sets_a_password_once_and_signs_in(app, cast, browser):
    link = link_for(app, cast.lin)
    visitor = browser()
    page = visitor.get(link)
    assert cast.lin.name in page.said
    assert use(visitor, link).location == "/"
    assert is_in(visitor)
    assert browser().get(link).status == 404
    assert use(browser(), link, "another one altogether").status == 404
    assert attempt(browser(), "lin", NEW).status == 303
    assert count(app, OneTimeLink, OneTimeLink.token_hash == link.rpartition("/")[2]) == 0, "only its hash is kept"


def test_looking_at_a_link_or_a_weak_password_does_not_use_it_up(app, cast, browser):
    link = link_for(app, cast.lin)
    visitor = browser()
    for _n in range(2):
        assert visitor.get(link).status == 200
        assert use(visitor, link, "password123").status == 422
    assert use(visitor, link).status == 303


def test_a_link_lives_a_day_and_dies_with_the_next_one(app, cast, browser, frozen):
    first, second = link_for(app, cast.lin), link_for(app, cast.lin)
    assert browser().get(first).status == 404
    for path, moment, status in ((second, timedelta(hours=23), 200), (second, timedelta(hours=24, seconds=1), 404)):
        with clock.told(frozen + moment):
            assert browser().get(path).status == status
    assert browser().get("/welcome/made-up").status == 404


def test_setting_a_password_by_a_link_ends_every_session(app, cast, browser):
    student = browser(cast.lin)
    use(browser(), link_for(app, cast.lin))
    assert not is_in(student)


def test_a_link_does_not_open_a_disabled_account(app, cast, browser):
    link = link_for(app, cast.lin)
    change(app, cast.lin, disable)
    visitor = browser()
    assert use(visitor, link).status in (403, 404)
    assert not is_in(visitor)


# -- Forged requests -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "forged"}])
def test_a_post_without_its_token_is_a_400_and_changes_nothing(app, cast, browser, token):
    student = browser(cast.lin)
    answer = student._do("POST", "/preferences", data={"theme": "dark", **token})
    assert answer.status == 400
    assert count(app, User, User.theme == "dark") == 0


def test_a_token_of_another_session_is_worth_nothing(app, cast, browser):
    other = browser(cast.meng).token()
    assert browser(cast.lin)._do("POST", "/preferences", data={"theme": "dark", "csrf_token": other}).status == 400


def test_a_form_of_another_site_is_refused_even_with_its_token(app, cast, browser):
    student = browser(cast.lin)
    for site, status in (("cross-site", 403), ("same-origin", 303), ("none", 303)):
        assert student.post("/preferences", {"theme": "dark"}, headers={"Sec-Fetch-Site": site}).status == status
    assert student.get("/me", headers={"Sec-Fetch-Site": "cross-site"}).status == 200, "a link from elsewhere is a link"


@pytest.mark.parametrize(
    ("url", "name", "secure"), [("http://localhost", "qihang", False), ("https://localhost", "__Host-qihang", True)]
)
def test_the_cookie_is_bound_to_the_site_and_under_https_to_its_connection(tmp_path, url, name, secure):
    settings = replace(settings_for(tmp_path), public_url=url)
    settings.secret_key_file.write_text("t" * 64)
    app = create_app(settings)
    assert app.config["SESSION_COOKIE_NAME"] == name
    assert app.config["SESSION_COOKIE_SECURE"] is secure
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert app.config["SESSION_COOKIE_DOMAIN"] in (None, False)


def test_the_cookie_as_it_is_sent(app, cast, browser):
    visitor = browser()
    visitor.get("/sign-in")
    sent = visitor.submit("/sign-in", username="lin", password=PASSWORD).response.headers["Set-Cookie"]
    assert "HttpOnly" in sent
    assert "SameSite=Lax" in sent
    assert "Path=/" in sent
    assert "Domain" not in sent
    assert "Expires" not in sent, "it ends with the browser"


# -- Preferences ---------------------------------------------------------------------------------------------------


def test_language_theme_and_shortcuts_are_kept_with_the_person(app, cast, browser):
    student = browser(cast.lin)
    student.get("/me")
    for choice in ({"language": "zh_Hans_CN"}, {"theme": "dark"}, {"shortcuts": "off"}):
        assert student.post("/preferences", choice).status == 303
    elsewhere = browser(cast.lin)
    root = elsewhere.get("/me").page
    assert (root.get("lang"), root.get("data-theme"), root.get("data-keys")) == ("zh-CN", "dark", "off")


def test_before_sign_in_they_are_kept_in_the_browser(app, browser):
    visitor = browser()
    visitor.get("/sign-in")
    assert (
        visitor.post("/preferences", {"language": "zh_Hans_CN", "theme": "light", "next": "/sign-in"}).location
        == "/sign-in"
    )
    root = visitor.get("/sign-in").page
    assert (root.get("lang"), root.get("data-theme")) == ("zh-CN", "light")
    assert browser().get("/sign-in").page.get("lang") == "en"


@pytest.mark.parametrize("choice", [{"theme": "pink"}, {"language": "xx"}, {"shortcuts": "maybe"}, {}])
def test_a_choice_that_does_not_exist_changes_nothing(app, cast, browser, choice):
    student = browser(cast.lin)
    assert student.post("/preferences", choice).status == 303
    root = student.get("/me").page
    assert (root.get("lang"), root.get("data-theme"), root.get("data-keys")) == ("en", "auto", "on")


def test_preferences_lead_back_to_this_site_only(app, cast, browser):
    student = browser(cast.lin)
    assert student.post("/preferences", {"theme": "dark", "next": "//evil.example"}).location == "/"
    assert student.post("/preferences", {"theme": "dark", "next": "/me"}).location == "/me"


# -- Notices -------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(app, cast):
    """A notice for lin and one for meng, by a published review each."""
    with app.app_context():
        for student in (cast.lin, cast.meng):
            people.review(people.hand_in(student), cast.shen)
        with unit("read") as session:
            return {n.user_id: n.id for n in session.scalars(sa.select(Notice))}


def unread(answer) -> str:
    return answer.page.xpath("string(//a[contains(@class, 'bell')]/@aria-label)")


def test_one_sees_ones_own_notices_and_how_many_are_unread(app, cast, browser, told):
    student = browser(cast.lin)
    page = student.get("/notices")
    assert unread(page) == "Notices, 1 unread"
    assert page.said.count("沈怀瑾 has reviewed your résumé") == 1
    assert unread(browser(cast.shen).get("/notices")) == "Notices, 0 unread"


def test_opening_a_notice_marks_it_read_and_leads_to_its_thing(app, cast, browser, told):
    student = browser(cast.lin)
    student.get("/notices")
    answer = student.submit(f"/notices/{told[cast.lin.id]}")
    assert answer.location.startswith("/clinic/")
    assert unread(student.get(answer.location)) == "Notices, 0 unread"


def test_reading_all_reads_ones_own_only(app, cast, browser, told):
    student = browser(cast.lin)
    student.get("/notices")
    student.submit("/notices/read")
    assert count(app, Notice, Notice.user_id == cast.lin.id, Notice.read_at.is_(None)) == 0
    assert count(app, Notice, Notice.user_id == cast.meng.id, Notice.read_at.is_(None)) == 1
    assert student.post(f"/notices/{told[cast.meng.id]}").status == 404


def test_a_notice_reads_in_the_language_of_who_reads_it_now(app, cast, browser, told):
    student = browser(cast.lin)
    student.post("/preferences", {"language": "zh_Hans_CN"})
    assert "has reviewed" not in student.get("/notices").said
