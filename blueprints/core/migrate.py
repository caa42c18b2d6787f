"""Alembic from inside: ``flask init`` brings a database up to date, whole or not at all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from .db import db
from .settings import ROOT


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    made.set_main_option("path_separator", "os")
    return made


def upgrade(revision: str = "head") -> list[str]:
    """Migrate; returns lines that say what was done (none when nothing was)."""
    before = current()
    command.upgrade(config(), revision)
    after = current()
    db.session.remove()
    return [] if before == after else [f"Database migrated to {after}."]


def downgrade(revision: str) -> None:
    command.downgrade(config(), revision)
    db.session.remove()


def current() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def heads() -> list[str]:
    return ScriptDirectory.from_config(config()).get_heads()


def law(connection: sa.Connection) -> set[str]:
    """CHECKs, indexes and triggers as texts, to compare a migrated database with a freshly created one.

    ``alembic check`` is blind to a changed CHECK, a lost partial predicate and a dropped trigger.
    """
    if connection.dialect.name == "sqlite":
        inspector = sa.inspect(connection)
        checks = {
            f"{table} check {c['name']} {_flat(c['sqltext'])}"
            for table in inspector.get_table_names()
            for c in inspector.get_check_constraints(table)
        }
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('index','trigger') AND sql IS NOT NULL"
        )
        return checks | {f"{name} {_flat(sql)}" for name, sql in rows}
    queries = (
        "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    )
    return {row[0] for query in queries for row in connection.exec_driver_sql(query) if "alembic_version" not in row[0]}


def _flat(sql: str) -> str:
    return " ".join(sql.replace('"', "").split()).replace("( ", "(").replace(" )", ")")
