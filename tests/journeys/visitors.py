"""People in front of a real Chromium, whose every page is watched for faults."""

from __future__ import annotations

import os
import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, expect

from tests.people import PASSWORD, Person

ARGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
REPORT_CSP = """document.addEventListener('securitypolicyviolation',
    event => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"""
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TIMEOUT_MS = 10_000
SHOTS = os.environ.get("QIHANG_TEST_SHOTS")


class Visitors:
    """Opens browsers; remembers what went wrong in any of them."""

    def __init__(self, chromium: Browser, url: str) -> None:
        self._chromium, self._url = chromium, url
        self._contexts: list[BrowserContext] = []
        self._forgiven: list[str] = []
        self.faults: list[str] = []

    def __call__(
        self,
        who: Person | None = None,
        *,
        phone: bool = False,
        language: str = "en-US",
        dark: bool = False,
        **more: Any,
    ) -> Page:
        """A page in a browser of its own, signed in as this person on the home page; nobody's without one."""
        context = self._chromium.new_context(
            base_url=self._url, locale=language, color_scheme="dark" if dark else "light",
            timezone_id="Asia/Shanghai", **(PHONE if phone else DESKTOP), **more,
        )  # fmt: skip
        context.set_default_timeout(TIMEOUT_MS)
        context.add_init_script(REPORT_CSP)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"page error: {error.error}"))
        context.on("response", self._response)
        self._contexts.append(context)
        page = context.new_page()
        if who is not None:
            sign_in(page, who)
        return page

    def forgive(self, words: str) -> None:
        """Console lines with these words are expected in this test."""
        self._forgiven.append(words)

    def keep_pictures(self, name: str) -> None:
        """With ``QIHANG_TEST_SHOTS=folder`` keep there how the pages look now."""
        for number, context in enumerate(self._contexts):
            for page in context.pages if SHOTS else []:
                page.screenshot(path=f"{SHOTS}/{name}-{number}.png")

    def leave(self) -> None:
        for context in self._contexts:
            context.close()

    def _console(self, message: ConsoleMessage) -> None:
        if not REFUSED.search(message.text) and not any(words in message.text for words in self._forgiven):
            self.faults.append(f"console: {message.text} ({message.location.get('url')})")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} from {response.request.method} {response.url}")


def sign_in(page: Page, who: Person) -> None:
    """By the form; a page that asked for it is come back to."""
    if "/sign-in" not in page.url:
        page.goto("/sign-in")
    page.fill("#username", who.login)
    page.fill("#password", PASSWORD)
    page.locator("#main form .btn.primary").click()
    expect(page.locator(".top .me")).to_be_visible()


# -- what a page owes everyone --------------------------------------------------------------------------------


def violations(page: Page) -> list[str]:
    """What axe finds, a line each; the context must bypass the CSP."""
    found = Axe().run(page, options={"runOnly": AXE_TAGS, "resultTypes": ["violations"]}).response["violations"]
    return [f"{v['id']}: {v['help']}: {node['target']} {node['html'][:160]}" for v in found for node in v["nodes"]]


def overflow(page: Page) -> list[str]:
    """What sticks out at the right of the page, when the page can be scrolled sideways."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => {
            const wide = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= wide) return [];
            return [...document.body.querySelectorAll('*')]
                .filter(e => e.getBoundingClientRect().right > wide + 1)
                .map(e => `${e.tagName}#${e.id}.${e.getAttribute('class')}`).slice(0, 5);
        }"""
    )


# -- what people do -------------------------------------------------------------------------------------------


def upload(page: Page, content: bytes, name: str = "林知夏-简历.pdf", kind: str = "application/pdf") -> None:
    if page.evaluate("document.querySelector('script[src*=upload]') !== null"):
        page.wait_for_load_state("load")  # the page's script is there, as it is for a person's hands
    page.set_input_files("#file", {"name": name, "mimeType": kind, "buffer": content})


def confirm_pages(page: Page, count: int) -> None:
    """Wait for the pages, see that each is a picture that loads, and hand in."""
    button = page.get_by_role("button", name="Confirm and hand in")
    expect(button).to_be_visible()
    expect(page.locator(".sheet")).to_have_count(count)
    see_pictures(page)
    button.click()
    expect(page.locator(".steps [aria-current=step]")).to_have_text("In the queue")


def see_pictures(page: Page) -> None:
    for picture in page.locator(".leaf img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("img => img.naturalWidth") > 0


def record_call(page: Page, minutes: int = 8) -> None:
    page.get_by_role("radio", name="Reached", exact=True).check()
    page.get_by_label("Minutes").fill(str(minutes))
    page.get_by_label("Strengths").fill("Clear blackboard writing")
    page.get_by_role("button", name="Record the call").click()
    expect(page.locator("#call .badge")).to_have_text("Reached")


def write_mark(page: Page, kind: str, body: str) -> None:
    """Fill in the open composer and save."""
    expect(page.locator("#composer_body")).to_be_visible()
    page.locator("#composer").get_by_role("radio", name=kind).check()
    page.fill("#composer_body", body)
    page.get_by_role("button", name="Save the mark").click()


def drag(page: Page, place: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press at one point and let go at another; both in widths and heights of the place."""
    place.evaluate("element => element.scrollIntoView({block: 'center', behavior: 'instant'})")
    box = place.bounding_box()
    assert box is not None
    (x0, y0), (x1, y1) = ((box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end))
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move(x1, y1, steps=5)
    page.mouse.up()


def switch_to_box(page: Page) -> None:
    tools = page.locator(".pen-tools")
    expect(tools).to_be_visible()
    page.keyboard.press("b")
    expect(tools.locator("[data-tool=box]")).to_have_attribute("aria-pressed", "true")


def cards(page: Page) -> Locator:
    return page.locator("#cards .mark-card")


def fill_prescription(page: Page, decision: str, summary: str) -> None:
    page.get_by_label("Summary for the student").fill(summary)
    page.get_by_role("radio", name=decision).check()
