"""What web and worker hold when nobody asks for anything: proportional set size, so that shared pages count once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def held(parent: int) -> dict[str, float]:
    """MB by process of ``flask serve``: what it is and how much it holds."""
    found: dict[str, float] = {}
    for pid in (parent, *_children(parent)):
        words = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        what = "parent" if pid == parent else "worker" if "flask worker" in words else "web"
        found[what] = found.get(what, 0) + _pss(pid)
    return found


def _children(parent: int) -> Iterator[int]:
    for line in (PROC / str(parent) / "task" / str(parent) / "children").read_text().split():
        yield int(line)
        yield from _children(int(line))


def _pss(pid: int) -> float:
    rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
