"""Migrations: the same law as the models, whole or not at all, up and down."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from flask import Flask

from blueprints.core import audit, clock, migrate
from blueprints.core.db import Model, db, unit
from blueprints.core.settings import ROOT
from blueprints.documents import service as papers
from blueprints.incubator.models import Photo
from tests.conftest import Template, _sql, build, settings_for
from tests.incubator.rooms import a_workspace, approved, in_a_room
from tests.people import Cast, pdf, receive

_numbers = itertools.count(1)


@pytest.fixture
def empty(template: Template, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database in which there is nothing at all."""
    url, name = None, f"empty_{next(_numbers)}"
    if template.kind == "postgresql":
        _sql(template.server, f"CREATE DATABASE {name} TEMPLATE template0")
        url = f"{template.server}/{name}"
    app = build(settings_for(tmp_path, url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if url:
        _sql(template.server, f"DROP DATABASE {name} WITH (FORCE)")


def law() -> set[str]:
    with db.engine.connect() as connection:
        return migrate.law(connection)


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def create_all() -> None:
    with db.engine.connect().execution_options(tx_mode="write") as connection:
        Model.metadata.create_all(connection)
        connection.commit()


def test_there_is_one_head():
    assert len(migrate.heads()) == 1


def test_a_migrated_database_obeys_the_same_law_as_a_created_one(live, empty):
    create_all()
    created = law()
    with live.app_context():
        migrated = law()
    assert migrated - created == set()
    assert created - migrated == set()
    assert any("audit_entry" in text and "TRIGGER" in text for text in created)
    assert any("uq_submission_open_slot" in text and "WHERE" in text for text in created)


def test_autogenerate_finds_nothing_to_do(live):
    with live.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Model.metadata) == []


def test_up_down_and_up_again_with_people_in_it(empty):
    assert migrate.upgrade() == [f"Database migrated to {migrate.heads()[0]}."]
    assert migrate.upgrade() == [], "a second run changes nothing"
    before = law()
    Cast.arrive()
    migrate.downgrade("base")
    assert tables() <= {"alembic_version"}
    migrate.upgrade()
    assert law() == before
    Cast.arrive()


BROKEN = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "broken", "{head}", None, None


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO half VALUES (1)")
    with op.batch_alter_table("cohort") as batch:
        batch.add_column(sa.Column("half", sa.Integer))
    raise ZeroDivisionError
"""


def test_a_migration_that_fails_half_way_leaves_nothing(live, tmp_path, monkeypatch):
    scripts = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "broken.py").write_text(BROKEN.format(head=migrate.heads()[0]))
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    with live.app_context():
        before = (migrate.current(), tables(), law())
        monkeypatch.setattr(migrate, "config", lambda: config)
        with pytest.raises(ZeroDivisionError):
            migrate.upgrade()
        db.session.remove()
        assert (migrate.current(), tables(), law()) == before
        assert "half" not in {c["name"] for c in sa.inspect(db.engine).get_columns("cohort")}
        Cast.arrive()


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
def test_rebuilding_a_table_on_sqlite_keeps_the_children_that_cascade_from_it(live, tmp_path, monkeypatch):
    scripts = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", scripts, ignore=shutil.ignore_patterns("__pycache__"))
    rebuild = (
        BROKEN.format(head=migrate.heads()[0]).replace("cohort", "user_account").replace("raise ZeroDivisionError", "")
    )
    (scripts / "versions" / "broken.py").write_text(
        rebuild.replace('batch_alter_table("user_account")', 'batch_alter_table("user_account", recreate="always")')
    )
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    with live.app_context():
        Cast.arrive()
        count = sa.text("SELECT count(*) FROM role_grant")
        with db.engine.connect() as connection:
            before = connection.scalar(count)
        monkeypatch.setattr(migrate, "config", lambda: config)
        migrate.upgrade()
        with db.engine.connect() as connection:
            assert connection.scalar(count) == before == 13


def test_photos_of_rooms_and_checks_survive_the_way_down_and_up_again(live):
    """One a room and a check fits into what was before; the last of several is the one that stays."""

    def one(statement: str) -> int:
        with db.engine.connect() as connection:
            return int(connection.scalar(sa.text(statement)) or 0)

    def put(statement: str, **facts: object) -> None:
        with db.engine.connect().execution_options(tx_mode="write") as connection:
            connection.execute(sa.text(statement), facts)
            connection.commit()

    with live.app_context():
        cast = Cast.arrive()
        application = approved(cast.lin)
        kept, bare = a_workspace("201"), a_workspace("202")
        in_a_room(cast.lin, cast.incubator, application, kept)
        check = one("SELECT min(id) FROM tenancy_check")
        documents = {}
        with unit("write"):
            audit.act_as(None, "test")
            for name in ("first", "last", "found"):
                document = papers.take(receive(pdf(name)), cast.incubator.id)
                db.session.flush()
                documents[name] = document.id
            room, of_check = {"workspace_id": kept}, {"check_id": check}
            for name, of in (("first", room), ("last", room), ("found", of_check)):
                db.session.add(Photo(document_id=documents[name], caption="x", **of))
        before = law()
        migrate.downgrade("0003")
        assert one(f"SELECT photo_id FROM workspace WHERE id = {kept}") == documents["last"]
        assert one(f"SELECT photo_id FROM workspace WHERE id = {bare}") == 0
        assert one(f"SELECT photo_id FROM tenancy_check WHERE id = {check}") == documents["found"]
        migrate.upgrade()
        assert law() == before
        assert one("SELECT count(*) FROM incubator_photo") == 2
        assert one(f"SELECT document_id FROM incubator_photo WHERE workspace_id = {kept}") == documents["last"]
        assert one(f"SELECT document_id FROM incubator_photo WHERE check_id = {check}") == documents["found"]
        made = "INSERT INTO incubator_photo (id, workspace_id, check_id, document_id, caption, at)"
        for room, of in ((None, None), (kept, check)):
            with pytest.raises(sa.exc.IntegrityError):
                put(
                    f"{made} VALUES (1, :room, :of, :document, '', :at)",
                    room=room,
                    of=of,
                    document=documents["first"],
                    at=clock.now().isoformat(sep=" "),
                )
