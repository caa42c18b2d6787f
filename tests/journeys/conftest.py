"""A school that really serves, a real Chromium, and visitors whose faults fail the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import machine

from .school import School
from .visitors import ARGS, Visitors


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    machine.need("Chromium (Debian: chromium)", machine.CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def frozen() -> None:
    """A server of its own lives in the real time, and so do these tests."""


@pytest.fixture(scope="module")
def school(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school for the tests of one file, with the cast and nothing handed in."""
    with School(tmp_path_factory.mktemp("school")) as made:
        yield made


@pytest.fixture
def visit(request: pytest.FixtureRequest, chromium: Browser, school: School) -> Iterator[Visitors]:
    """``visit(person)``: a signed-in page in a browser of its own. Any fault in any of them fails the test."""
    visitors = Visitors(chromium, school.url)
    yield visitors
    visitors.keep_pictures(request.node.name)
    visitors.leave()
    assert not visitors.faults
