"""What this machine has for the tests that need more than Python."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REQUIRE_ALL = os.environ.get("QIHANG_TEST_REQUIRE") == "all"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def need(what: str, there: object) -> None:
    """Skip with one line where something is missing; under ``QIHANG_TEST_REQUIRE=all`` that is a failure."""
    if not there:
        (pytest.fail if REQUIRE_ALL else pytest.skip)(f"needs {what}, which this machine does not have")


def postgresql_programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, the newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql() -> Iterator[str]:
    """A private PostgreSQL on a free port and a folder of its own; yields the URL of its server."""
    programs = postgresql_programs()
    need("PostgreSQL (Debian: postgresql)", programs)
    assert programs is not None
    with tempfile.TemporaryDirectory(prefix="qihang-pg-", ignore_cleanup_errors=True) as folder:
        run_as: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
            run_as = ["runuser", "-u", "postgres", "--"]
        data, port = f"{folder}/data", free_port()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(
            [
                *run_as,
                programs / "initdb",
                "-D",
                data,
                "-A",
                "trust",
                "-U",
                "qihang",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C",
            ],
            check=True,
            cwd="/",
            **quiet,
        )
        options = ["-p", str(port), "-k", folder, "-h", "127.0.0.1", "-c", "fsync=off", "-c", "max_connections=60"]
        server = subprocess.Popen([*run_as, programs / "postgres", "-D", data, *options], cwd="/", **quiet)
        try:
            _wait_for(port)
            yield f"postgresql://qihang@127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(port: int) -> None:
    import psycopg

    for _try in range(100):
        try:
            psycopg.connect(f"postgresql://qihang@127.0.0.1:{port}/postgres", connect_timeout=1).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")
