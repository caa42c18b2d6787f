"""Runs a command that reads a stranger's file: limited, alone, and killable.

Three fences, the best that works on this system is taken:

- bubblewrap: no network, no other process in sight, of the disk only the system, Python and the
  work folder;
- namespaces: no network; the disk is as readable as it is to us;
- limits: memory, processor, file size and time only. They apply inside the other two as well.
"""

import contextlib
import functools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MAX_LINE = 16_000_000
"""Longest line, in bytes, that a child may say; a page of 60,000 characters takes about 1 MB."""

_HERE = Path(__file__).resolve().parent
_TMP_SIZE = 1 << 20
_SYSTEM = ("/usr", "/bin", "/lib", "/lib64")
_SYSTEM_IF_THERE = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/libreoffice",
    "/var/cache/fontconfig",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
)


class Fence(StrEnum):
    """How far a child is kept from the rest of the system."""

    BUBBLEWRAP = "bubblewrap"
    NAMESPACES = "namespaces"
    LIMITS = "limits"


@dataclass(frozen=True)
class Limits:
    """Bytes of address space, seconds of processor time, bytes of one written file, seconds on the
    clock.
    """

    memory: int
    cpu: int
    file_size: int
    wall: float
    open_files: int = 256
    processes: int | None = None

    def orders(self) -> dict[str, int]:
        """As `confine.py` wants them: names of RLIMIT_… to values."""
        limits = {
            "AS": self.memory,
            "CPU": self.cpu,
            "FSIZE": self.file_size,
            "NOFILE": self.open_files,
            "CORE": 0,
        }
        return limits if self.processes is None else limits | {"NPROC": self.processes}


@dataclass(frozen=True)
class Ending:
    """How a child ended: its exit code, or the signal that killed it; `late` when we did, for its
    time.
    """

    code: int
    signal: int | None
    late: bool


class Child:
    """A running child: what it says, line by line, then how it ended."""

    def __init__(self, process: subprocess.Popen[bytes], wall: float) -> None:
        self._process = process
        self._late = False
        self._ending: Ending | None = None
        self._timer = threading.Timer(wall, self._out_of_time)
        self._timer.daemon = True
        self._timer.start()

    def lines(self) -> Iterator[bytes]:
        """Each whole line of standard output as it comes; ends when the child closes it or dies."""
        assert self._process.stdout
        output = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(output, select.POLLIN)
        rest = b""
        while len(rest) < MAX_LINE:
            # Something that fled the group may hold the pipe open: after the time limit nobody waits for it.
            if not poll.poll(1_000):
                if self._late:
                    return
                continue
            chunk = os.read(output, 1 << 16)
            if not chunk:
                return
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole

    def ending(self) -> Ending:
        """Waits for the end, which the wall limit brings in any case."""
        if self._ending is None:
            # WNOWAIT keeps the number taken until the whole group is killed, so it cannot be a
            # stranger's.
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
            self.kill()
            self._timer.cancel()
            code = self._process.wait()
            killed_by = -code if code < 0 else code - 128 if 128 < code <= 128 + signal.NSIG else None
            self._ending = Ending(code, killed_by, self._late)
        return self._ending

    def kill(self) -> None:
        """Kills the child and everything it started."""
        if self._ending is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        self.ending()
        assert self._process.stdout
        self._process.stdout.close()

    def _out_of_time(self) -> None:
        self._late = True
        self.kill()


@contextlib.contextmanager
def run(command: list[str], work: Path, limits: Limits, env: Mapping[str, str] | None = None) -> Iterator[Child]:
    """Starts `command` (absolute path first) in the folder `work`, the only one it can write to.

    Nothing of it is left when the block ends. Stay in the thread that entered: the kernel kills the
    child when that thread ends.
    """
    with _start(fence(), command, work.resolve(), limits, env or {}) as child:
        yield child


@functools.cache
def fence() -> Fence:
    """The best fence that works here, found out once per process by trying."""
    return next((each for each in Fence if _holds(each)), Fence.LIMITS)


def python() -> list[str]:
    """The interpreter, deaf to environment and user folders."""
    return [sys.executable, "-I"]


def _holds(kind: Fence) -> bool:
    if kind is Fence.BUBBLEWRAP and not shutil.which("bwrap"):
        return False
    limits = Limits(memory=1 << 30, cpu=5, file_size=1 << 20, wall=5)
    with _start(kind, [*python(), "-S", "-c", "print('here')"], _HERE, limits, {}) as child:
        said = list(child.lines())
        return child.ending().code == 0 and said == [b"here"]


@contextlib.contextmanager
def _start(kind: Fence, command: list[str], work: Path, limits: Limits, env: Mapping[str, str]) -> Iterator[Child]:
    orders = json.dumps(
        {
            "limits": limits.orders(),
            "alone": kind is Fence.NAMESPACES,
            "parent": None if kind is Fence.BUBBLEWRAP else os.getpid(),
        }
    )
    confined = [*python(), "-S", str(_HERE / "confine.py"), orders, *command]
    process = subprocess.Popen(
        [*_bubble(work), *confined] if kind is Fence.BUBBLEWRAP else confined,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(work),
            "TMPDIR": str(work),
            **env,
        },
        cwd=work,
        start_new_session=True,
    )
    child = Child(process, limits.wall)
    try:
        yield child
    finally:
        child.close()


def _bubble(work: Path) -> list[str]:
    """The bubblewrap command up to `--`: a bare root with the system, Python, this folder and
    `work`.
    """
    argv = [
        shutil.which("bwrap") or "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--cap-drop",
        "ALL",
    ]
    # LibreOffice puts a socket into /tmp whatever TMPDIR says.
    argv += ["--size", str(_TMP_SIZE), "--tmpfs", "/tmp"]  # noqa: S108 - the child's own
    for folder in _SYSTEM:
        if Path(folder).is_symlink():
            argv += ["--symlink", str(Path(folder).readlink()), folder]
        else:
            argv += ["--ro-bind-try", folder, folder]
    for folder in (*_SYSTEM_IF_THERE, *_python_folders(), str(_HERE)):
        argv += ["--ro-bind-try", folder, folder]
    argv += [
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--bind",
        str(work),
        str(work),
        "--remount-ro",
        "/",
    ]
    return [*argv, "--chdir", str(work), "--"]


def _python_folders() -> list[str]:
    """What this interpreter needs to start, and no more of its prefix than that."""
    roots = dict.fromkeys([sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix])
    parts = ("bin", "lib", "lib64", "pyvenv.cfg")
    return [f"{root}/{part}" for root in roots if root != "/usr" for part in parts]
