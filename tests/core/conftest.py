"""What the tests of the core share."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import Browser
from tests.core.probe import probe
from tests.people import Cast, Person


class House:
    """An application on a database of its own, with the probe's routes; errors are answered as in production."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.register_blueprint(probe)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        with app.app_context():
            self.cast = Cast.arrive()

    def browser(self, person: Person | None = None) -> Browser:
        made = Browser(self.app)
        if person is not None:
            made.sign_in(person.login)
        return made


@pytest.fixture
def house(live: Flask) -> House:
    return House(live)
