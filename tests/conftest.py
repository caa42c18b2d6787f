"""Real databases, real files, a frozen clock, a small cast of people.

Every test that asks for ``app`` runs on SQLite and on PostgreSQL, inside an outer transaction that is
rolled back. What that hides (races, locks, begin modes) asks for ``live``: a database of its own.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask, has_app_context

from app import create_app
from blueprints.core import clock, sealed
from blueprints.core.cli import SEEDS
from blueprints.core.db import db, unit
from blueprints.core.migrate import upgrade
from blueprints.core.settings import Settings, from_environment

from . import machine
from .browser import Browser
from .people import Cast

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
"""A Tuesday, 10:30 in the morning at the school."""


@dataclass(frozen=True)
class Template:
    """A migrated, empty database to copy."""

    kind: str
    folder: Path
    server: str = ""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with machine.postgresql() as url:
        yield url


def settings_for(folder: Path, database_url: str | None = None) -> Settings:
    """Settings of an installation in a folder."""
    env = {"QIHANG_DATA": str(folder), "QIHANG_PUBLIC_URL": "http://localhost"}
    if database_url:
        env["QIHANG_DATABASE_URL"] = database_url
    return from_environment(env)


def build(settings: Settings) -> Flask:
    settings.secret_key_file.write_text("t" * 64)
    app = create_app(settings)
    app.config["TESTING"] = True
    sealed.make_key(app)
    return app


@pytest.fixture(scope="session")
def templates() -> dict[str, Template]:
    """The templates made so far: pytest sets a parametrised fixture up again for every file."""
    return {}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def template(
    request: pytest.FixtureRequest, templates: dict[str, Template], tmp_path_factory: pytest.TempPathFactory
) -> Template:
    kind = request.param
    if kind not in templates:
        server = request.getfixturevalue("postgresql_server") if kind == "postgresql" else ""
        templates[kind] = _made(kind, server, tmp_path_factory.mktemp(f"template-{kind}"))
    return templates[kind]


def _made(kind: str, server: str, folder: Path) -> Template:
    url = f"{server}/template_qihang" if server else None
    if server:
        _sql(server, "CREATE DATABASE template_qihang")
    app = build(settings_for(folder, url))
    with app.app_context():
        upgrade()
        for seed in SEEDS:
            with unit("write"):
                seed()
        for engine in db.engines.values():
            if engine.dialect.name == "sqlite":
                with engine.connect() as connection:
                    connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
    return Template(kind, folder, server)


def _sql(server: str, statement: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


_copies = itertools.count(1)


def copy_of(template: Template, folder: Path) -> tuple[Settings, Callable[[], None]]:
    """A fresh copy of the template and what removes it."""
    if template.kind == "sqlite":
        shutil.copy(template.folder / "qihang.db", folder / "qihang.db")
        return settings_for(folder), lambda: None
    name = f"copy_{next(_copies)}"
    _sql(template.server, f"CREATE DATABASE {name} TEMPLATE template_qihang")
    drop = f"DROP DATABASE {name} WITH (FORCE)"
    return settings_for(folder, f"{template.server}/{name}"), lambda: _sql(template.server, drop)


@pytest.fixture(scope="session")
def shared_app(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings, remove = copy_of(template, tmp_path_factory.mktemp(f"shared-{template.kind}"))
    app = build(settings)
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    remove()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The application inside an outer transaction; whatever a test stores is gone after it."""
    with shared_app.app_context():
        engine = db.engine
    with engine.connect().execution_options(tx_mode="write") as connection:
        outer = connection.begin()
        make = db.session.session_factory
        make.configure(bind=connection, join_transaction_mode="create_savepoint")
        yield shared_app
        with shared_app.app_context():
            db.session.remove()
        make.configure(bind=None, join_transaction_mode="conditional_savepoint")
        outer.rollback()


@pytest.fixture
def live(template: Template, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, for what an outer transaction hides."""
    settings, remove = copy_of(template, tmp_path)
    app = build(settings)
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    remove()


@pytest.fixture
def live_sqlite(tmp_path: Path) -> Settings:
    return settings_for(tmp_path)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[datetime]:
    """It is always the same morning."""
    with clock.told(NOW):
        yield NOW


@pytest.fixture
def cast(app: Flask) -> Cast:
    """A small school: two colleges, three students, two reviewers, and one of every other role."""
    with app.app_context():
        return Cast.arrive()


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """``browser(person)``: a signed-in browser that judges every page it sees; ``browser()`` is nobody's."""

    def make(person: Any = None) -> Browser:
        assert not has_app_context(), "an open app context would be shared with the requests"
        made = Browser(app)
        if person is not None:
            made.sign_in(person.login)
        return made

    return make
