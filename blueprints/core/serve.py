"""``flask serve``: one parent, the web server and the worker; what ends is started again.

granian binds with SO_REUSEPORT, so a second server would share the port in silence: the port is tried
first. Every child dies with its parent, and a whole group is killed before it is started again, so that
no process of an old version is left to answer.

The parent only waits, so :func:`run` puts this file alone in the place of the command that read the settings:
without the application it holds a tenth of the memory. Hence nothing of the house is imported here.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SHORTEST_LIFE = 2.0
LONG_LIFE, LONGEST_PAUSE = 60.0, 20.0
GRACE = 10.0


class Refused(Exception):
    """Why there is nothing to serve, in a sentence."""


class Child:
    """A process that should always be running."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.process: Any = None
        self.started = self.pause = 0.0
        self.has_lived = False

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, cwd=ROOT, preexec_fn=_die_with_parent, start_new_session=True)

    def kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, 9)


def run(settings: Settings, web_workers: int) -> None:
    """Serve until told to stop, in the place of this process."""
    _refuse_taken_port(settings)
    sys.stdout.flush()
    web = granian(settings, web_workers)
    # -I -S: neither this folder nor the packages are on its path.
    os.execv(sys.executable, [sys.executable, "-I", "-S", __file__, settings.public_url, *web])  # noqa: S606


def supervise(public_url: str, web: list[str]) -> None:
    """Keep the web server and the worker running until told to stop."""
    children = [Child("web", web), Child("worker", [sys.executable, "-m", "flask", "worker"])]
    stopping = False

    def stop(number: int, frame: Any) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    for child in children:
        child.start()
    sys.stdout.write(f"Qihang is at {public_url} (stop with Ctrl+C)\n")
    sys.stdout.flush()
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
            raise Refused(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}); set QIHANG_PORT."
            ) from error


def _start_again(child: Child) -> None:
    """What never came up is not worth trying again; what did is, each time a little later while it keeps ending."""
    child.kill_group()
    lived = time.monotonic() - child.started
    child.has_lived = child.has_lived or lived >= SHORTEST_LIFE
    if not child.has_lived:
        raise Refused(f"The {child.name} process ended at once (exit {child.process.returncode}); see above.")
    child.pause = 0.0 if lived > LONG_LIFE else min(LONGEST_PAUSE, child.pause * 2 + 0.5)
    _say(f"The {child.name} process ended; starting it again.")
    time.sleep(child.pause)
    child.start()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _end(children: list[Child]) -> None:
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            child.process.terminate()
    deadline = time.monotonic() + GRACE
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.1, deadline - time.monotonic()))
        child.kill_group()


if __name__ == "__main__":
    try:
        supervise(sys.argv[1], sys.argv[2:])
    except Refused as refusal:
        sys.exit(f"Error: {refusal}")
