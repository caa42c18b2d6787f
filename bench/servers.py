"""Serving: the house's own command line for the web server, for an application or for the page to compare with."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from blueprints.core import serve
from blueprints.core.settings import ROOT
from tests.machine import free_port

from . import bare
from .load import HOST, Visitor
from .schools import School

WORKERS = 2


@contextmanager
def web(school: School) -> Iterator[Visitor]:
    """Only the web server; yields the visitor of its port, signed in as a reviewer of all colleges."""
    settings = school.settings
    with _running(serve.granian(settings, WORKERS), school.process_env, settings.port):
        yield reviewer(settings.port)


@contextmanager
def whole(school: School) -> Iterator[tuple[int, int]]:
    """``flask serve``, web and worker; yields its port and its process id."""
    port = school.settings.port
    with _running([sys.executable, "-m", "flask", "serve"], school.process_env, port) as process:
        yield port, process.pid


@contextmanager
def bare_pages(school: School) -> Iterator[int]:
    """The bare pages over the same database, on the same server; yields their port."""
    settings = replace(school.settings, port=free_port())
    env = school.process_env | {bare.DATABASE: settings.database_url}
    with _running(serve.granian(settings, WORKERS, "bench.bare:web"), env, settings.port):
        yield settings.port


def reviewer(port: int) -> Visitor:
    """Signed in, and with the cookie that a first page gives."""
    visitor = Visitor(port).sign_in("reviewer1", "qihang-demo")
    visitor.ask("GET", "/clinic/")
    return visitor


@contextmanager
def _running(command: list[str], env: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not come up")
