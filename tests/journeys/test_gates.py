"""What every page owes everyone: no barrier, no sideways scrolling, little to load."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from blueprints.clinic.invented import as_pdf

from .school import School, chinese
from .visitors import SHOTS, Visitors, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDTHS = (320, 390, 768, 1280)
THEMES = ("light", "dark")
ORDINARY_KB, REVIEW_KB, MOST_REQUESTS = 60, 250, 8


@dataclass(frozen=True)
class Sight:
    """A page as this person sees it; ``{result}`` and the like stand for ids of submissions."""

    who: str
    path: str
    pictures: bool = False
    arrange: Callable[[Page], None] = lambda page: None


def open_composer(page: Page) -> None:
    line = page.locator("#page_1 [data-line='6']")
    line.tap() if page.evaluate("navigator.maxTouchPoints") else line.click()
    expect(page.locator("#composer_body")).to_be_focused()


def open_text_version(page: Page) -> None:
    page.locator("#text_version summary").click()


GATES = {
    "sign-in": Sight("", "/sign-in"),
    "student-home": Sight("lin", "/"),
    "new": Sight("lin", "/clinic/new"),
    "queue": Sight("shen", "/clinic/"),
    "room": Sight("shen", "/clinic/{room}", True, open_composer),
    "result": Sight("lin", "/clinic/{result}", True),
}
OTHERS = {
    "reviewer-home": Sight("shen", "/"),
    "preparing": Sight("meng", "/clinic/{preparing}", True),
    "waiting": Sight("meng", "/clinic/{waiting}", True),
    "text-version": Sight("shen", "/clinic/{room}", True, open_text_version),
    "looked-at": Sight("ding", "/clinic/{result}", True),
    "prescription": Sight("lin", "/clinic/{result}/prescription"),
    "history": Sight("lin", "/clinic/{result}/history"),
    "my-resumes": Sight("lin", "/clinic/"),
    "notices": Sight("lin", "/notices"),
    "me": Sight("lin", "/me"),
    "roster": Sight("office", "/clinic/roster"),
    "settings": Sight("office", "/clinic/settings"),
    "help": Sight("", "/help"),
    "missing": Sight("lin", "/clinic/1"),
}
SIGHTS = GATES | OTHERS
SEEN = [*product(GATES, ("en-US", "zh-CN")), *product(OTHERS, ("en-US",))]


@pytest.fixture(scope="module")
def school(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school in the middle of its work: one of each state, on the paper of invented students."""
    made = School(tmp_path_factory.mktemp("school"))
    cast = made.cast
    paper = as_pdf(chinese())
    made.ids = {
        "result": made.hand_in(cast.lin, "小学数学教师（福州市属公办）", paper, ask="请看实习经历。"),
        "preparing": made.hand_in(cast.meng, "数据分析", as_pdf(chinese(4)), confirm=False),
        "waiting": made.hand_in(cast.meng, "初中数学教师", as_pdf(chinese(5))),
        "room": made.hand_in(cast.far, "美术教师", as_pdf(chinese(6)), ask="版面可以吗？", focus=["layout"]),
    }
    made.claim(made.ids["result"], cast.shen, marks=4)
    made.publish(made.ids["result"], cast.shen)
    made.claim(made.ids["room"], cast.shen, marks=3)
    with made:
        yield made


@pytest.fixture(scope="module")
def cookies(chromium: Browser, school: School) -> Callable[[str], Any]:
    """The cookies of someone who has signed in: each signs in once, not before every page."""

    @cache
    def of(login: str) -> Any:
        if not login:
            return None
        visitors = Visitors(chromium, school.url)
        state = visitors(school.cast.everyone[login]).context.storage_state()
        visitors.leave()
        return state

    return of


@pytest.fixture
def go(visit: Visitors, school: School, cookies: Callable[[str], Any]) -> Callable[..., Page]:
    """``go(sight, …)``: the page as it stands there, in a browser that has never been on this site."""

    def there(sight: Sight, watch: Callable[[Response], None] | None = None, **browser: Any) -> Page:
        page = visit(storage_state=cookies(sight.who), **browser)
        if watch:
            page.on("response", watch)
        page.goto(sight.path.format(**school.ids), wait_until="networkidle")
        return page

    return there


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize(("name", "language"), SEEN)
def test_axe_finds_nothing(go: Callable[..., Page], name: str, language: str, phone: bool) -> None:
    page = go(SIGHTS[name], phone=phone, language=language, bypass_csp=True)
    SIGHTS[name].arrange(page)
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found += [f"{theme}: {violation}" for violation in violations(page)]
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{language}-{'phone' if phone else 'desktop'}-{theme}.png")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("name", "language"), SEEN)
def test_nothing_sticks_out_at_any_width(go: Callable[..., Page], name: str, language: str) -> None:
    page = go(SIGHTS[name], language=language)
    SIGHTS[name].arrange(page)
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if wide := overflow(page):
            found[width] = wide
    assert not found


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", SIGHTS)
def test_a_first_load_is_light(go: Callable[..., Page], name: str, phone: bool) -> None:
    """As a proxy in front would compress it; the pages' pictures count on a phone, which pays for them."""
    sight = SIGHTS[name]
    answers: list[Response] = []
    go(sight, lambda answer: answers.append(answer), phone=phone)
    sizes = {answer.url: len(gzip.compress(answer.body())) / 1024 for answer in answers}
    listed = "\n".join(f"{size:7.1f} KB {url}" for url, size in sizes.items())
    print(f"{name} {sum(sizes.values()):.1f} KB, {len(sizes)} requests\n{listed}")
    if not sight.pictures:
        assert sum(sizes.values()) <= ORDINARY_KB, listed
        assert len(sizes) <= MOST_REQUESTS, listed
    elif phone:
        assert sum(sizes.values()) <= REVIEW_KB, listed
