"""The databases of the benchmark: ``flask demo`` at two sizes, made once and copied for each run.

They are kept under ``bench/.data/``, by what made them: another migration or another story makes new ones.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app import create_app
from blueprints.core.db import Model, db
from blueprints.core.migrate import upgrade
from blueprints.core.settings import ROOT, Settings, from_environment
from tests import machine

KEPT = Path(__file__).parent / ".data"
SMALL, LARGE = 240, 10_000
SOURCES = (
    "migrations/versions/*.py",
    "blueprints/*/models.py",
    "blueprints/*/models/*.py",
    "blueprints/*/demo*.py",
    "blueprints/*/invented/*.py",
)
CHUNK = 5000


@dataclass(frozen=True)
class School:
    """An installation to measure: the environment that describes it."""

    students: int
    env: dict[str, str]

    @property
    def settings(self) -> Settings:
        return from_environment(self.env)

    @property
    def process_env(self) -> dict[str, str]:
        """The environment of its processes: nothing of the caller's own installation."""
        return {k: v for k, v in os.environ.items() if not k.startswith("QIHANG_")} | self.env

    def count(self, table: str) -> int:
        engine = sa.create_engine(self.settings.database_url)
        with engine.connect() as connection:
            number = connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table)))
        engine.dispose()
        return int(number or 0)


@contextmanager
def school(students: int, folder: Path, server: str | None = None) -> Iterator[School]:
    """A copy of the demo of this size in a folder, on SQLite or in a database of this PostgreSQL server."""
    data = folder / str(students)
    shutil.copytree(_demo(students), data)
    env = {"QIHANG_DATA": str(data), "QIHANG_PORT": str(machine.free_port()), "QIHANG_HOST": "127.0.0.1"}
    if server is not None:
        source = from_environment(env).database_url
        env["QIHANG_DATABASE_URL"] = f"{server}/school_{students}"
        _carry(source, server, School(students, env))
    yield School(students, env)
    shutil.rmtree(data)


def _demo(students: int) -> Path:
    target = KEPT / f"{students}-{_version()}"
    if not target.exists():
        print(f"Making the demo of {students} students once; it is kept in {KEPT} …", flush=True)
        for old in KEPT.glob(f"{students}-*"):
            shutil.rmtree(old)
        unfinished = KEPT / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        env = School(students, {"QIHANG_DATA": str(unfinished)}).process_env
        command = [sys.executable, "-m", "flask", "demo", "--students", str(students)]
        subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        unfinished.rename(target)
    return target


def _version() -> str:
    files = sorted(path for pattern in SOURCES for path in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _carry(source: str, server: str, school: School) -> None:
    """The same rows in PostgreSQL: an empty, migrated database, filled table by table."""
    admin = sa.create_engine(f"{server}/postgres".replace("postgresql:", "postgresql+psycopg:"))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE DATABASE school_{school.students}"))
    admin.dispose()
    app = create_app(school.settings)
    old = sa.create_engine(source)
    with app.app_context(), old.connect() as reading:
        upgrade()
        with db.engine.begin() as writing:
            for table in Model.metadata.sorted_tables:
                rows = reading.execution_options(yield_per=CHUNK).execute(sa.select(table).order_by(table.c.id))
                for part in rows.mappings().partitions(CHUNK):
                    writing.execute(sa.insert(table), [dict(row) for row in part])
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
        db.engine.dispose()
    old.dispose()
