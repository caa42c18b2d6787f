"""``flask serve``: one parent, the web server and the worker; what ends is started again.

granian binds with SO_REUSEPORT, so a second server would share the port in silence: the port is tried
first. Every child dies with its parent, and a whole group is killed before it is started again, so that
no process of an old version is left to answer.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import click

from .db import die_with_parent
from .settings import ROOT, Settings

SHORTEST_LIFE = 2.0
LONG_LIFE, LONGEST_PAUSE = 60.0, 20.0
GRACE = 10.0


@dataclass
class Child:
    """A process that should always be running."""

    name: str
    command: list[str]
    process: Any = None
    started: float = 0.0
    pause: float = 0.0
    has_lived: bool = False

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, cwd=ROOT, preexec_fn=die_with_parent, start_new_session=True)

    def kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def run(settings: Settings, web_workers: int) -> None:
    """Serve until told to stop."""
    _refuse_taken_port(settings)
    children = [
        Child("web", granian(settings, web_workers)),
        Child("worker", [sys.executable, "-m", "flask", "worker"]),
    ]
    stopping = False

    def stop(number: int, frame: Any) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    for child in children:
        child.start()
    click.echo(f"Qihang is at {settings.public_url} (stop with Ctrl+C)")
    try:
        while not stopping:
            time.sleep(0.2)
            for child in children:
                if child.process.poll() is not None and not stopping:
                    _start_again(child)
    finally:
        _end(children)


def granian(settings: Settings, workers: int, application: str = "app:web") -> list[str]:
    """The web server's command line, for an application factory."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        settings.host,
        "--port",
        str(settings.port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "1",
        "--respawn-failed-workers",
        "--no-access-log",
        "--log-level",
        "warning",
        "--backpressure",
        "128",
        "--factory",
        application,
    ]


def _refuse_taken_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}); set QIHANG_PORT."
            ) from error


def _start_again(child: Child) -> None:
    """What never came up is not worth trying again; what did is, each time a little later while it keeps ending."""
    child.kill_group()
    lived = time.monotonic() - child.started
    child.has_lived = child.has_lived or lived >= SHORTEST_LIFE
    if not child.has_lived:
        raise click.ClickException(
            f"The {child.name} process ended at once (exit {child.process.returncode}); see above."
        )
    child.pause = 0.0 if lived > LONG_LIFE else min(LONGEST_PAUSE, child.pause * 2 + 0.5)
    click.echo(f"The {child.name} process ended; starting it again.", err=True)
    time.sleep(child.pause)
    child.start()


def _end(children: list[Child]) -> None:
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            child.process.terminate()
    deadline = time.monotonic() + GRACE
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.1, deadline - time.monotonic()))
        child.kill_group()
