"""What the tests of the core share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from blueprints.accounts.models import Cohort, FailedSignIn
from blueprints.core import clock
from blueprints.core.db import db, unit
from tests.browser import Browser
from tests.conftest import NOW, Template, build, copy_of
from tests.core.probe import probe
from tests.people import Cast, Person


class House:
    """An application with the probe's routes on a database of its own; errors are answered as in production."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.register_blueprint(probe)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        with app.app_context(), clock.told(NOW):
            self.cast = Cast.arrive()

    def browser(self, person: Person | None = None) -> Browser:
        made = Browser(self.app)
        if person is not None:
            made.sign_in(person.login)
        return made

    def tidy(self) -> None:
        """Remove what the probe stores; audit entries cannot be removed."""
        with self.app.app_context(), unit("write") as session:
            session.execute(sa.delete(FailedSignIn))
            for cohort in session.scalars(sa.select(Cohort).where(Cohort.year != 2027)):
                session.delete(cohort)


@pytest.fixture(scope="package")
def real_house(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings, remove = copy_of(template, tmp_path_factory.mktemp("house"))
    made = House(build(settings))
    yield made
    with made.app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    remove()


@pytest.fixture
def house(real_house: House) -> Iterator[House]:
    """The house with real commits, tidied up after each test."""
    yield real_house
    real_house.tidy()
