"""Alembic's environment: the application's own engine, one transaction, whole or nothing on both databases.

On SQLite foreign keys are switched off for the migration's connection before it begins: a table rebuild
would otherwise delete the children of an ``ON DELETE CASCADE`` key. They are checked before the commit.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from blueprints.core.db import Model, UtcDateTime, db


def render_item(kind: str, item: object, autogen: object) -> str | bool:
    """Migrations outlive the code, so they name SQLAlchemy's own types only."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    engine = db.engine
    with engine.connect().execution_options(tx_mode="write") as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            transactional_ddl=True,
            render_as_batch=on_sqlite,
            compare_type=True,
            render_item=render_item,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
                if on_sqlite and (broken := connection.execute(sa.text("PRAGMA foreign_key_check")).all()):
                    raise RuntimeError(f"the migration would break foreign keys: {broken[:5]}")
        finally:
            if on_sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
