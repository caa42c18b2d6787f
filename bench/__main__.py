"""Measure, and print the tables of the README."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests import machine

from . import assign, incubator, memory, mentoring, queue, servers, uploads
from .load import Times
from .schools import LARGE, SMALL, School, school

PARTS = ("queue", "mentoring", "incubator", "uploads", "assign")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), help="only on this database (default: on both)")
    parser.add_argument("--only", choices=PARTS, help="only this part")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}, {platform.system()}")
    print(f"load average {os.getloadavg()[0]:.1f} before the run; web: granian, {servers.WORKERS} workers\n")
    if chosen.only in (None, "assign"):
        the_assignment()
    if chosen.only == "assign":
        return
    if chosen.on != "postgresql":
        measure("SQLite", None, chosen.only)
    if chosen.on != "sqlite":
        if machine.postgresql_programs() is None:
            print("PostgreSQL is not installed here; it is left out.")
            return
        with machine.postgresql() as server:
            measure("PostgreSQL", server, chosen.only)


def measure(name: str, server: str | None, only: str | None) -> None:
    """All parts on one database."""
    with tempfile.TemporaryDirectory(prefix="qihang-bench-") as folder, ExitStack() as open_now:
        small = open_now.enter_context(school(SMALL, Path(folder), server))
        if only in (None, "incubator"):
            the_rooms(name, small, Path(folder), server)
        if only == "incubator":
            return
        large = open_now.enter_context(school(LARGE, Path(folder), server))
        if only in (None, "queue"):
            the_queue(name, small, large)
        if only in (None, "mentoring"):
            the_mentors(name, small, large)
        if only in (None, "uploads"):
            the_uploads(name, small)


def the_assignment() -> None:
    """The solver needs no database, so it is measured once."""
    print(f"## Assignment: {assign.GRADUATES:,} graduates, {assign.MENTORS:,} mentors, {assign.COLLEGES} colleges\n")
    print("| colleges | s | MB, peak | have someone | why |\n|---|---|---|---|---|")
    for found in assign.figures():
        why = ", ".join(f"{reason} {count}" for reason, count in sorted(found.reasons.items()))
        within = "" if found.is_within else " (misses its aim)"
        print(f"| {found.what} | {found.seconds:.2f}{within} | {found.mb:.0f} | {found.placed:,} | {why} |", flush=True)
    print()


def the_queue(name: str, small: School, large: School) -> None:
    sizes = [f"{s.count('submission'):,}" for s in (small, large)]
    print(f"## {name}: the queue of {sizes[0]} and of {sizes[1]} submissions (one connection)\n")
    print("| page | queries | ms, median (99th) | ms, median (99th) | growth |\n|---|---|---|---|---|")
    with servers.web(small) as few, servers.web(large) as many, servers.bare_pages(large) as bare_port:
        for found in queue.growth((small, large), (few, many)):
            queries = " and ".join(str(n) for n in found.queries)
            print(
                f"| {found.page} | {queries} | {_ms(found.small)} | {_ms(found.large)} | {found.ratio:.2f} |",
                flush=True,
            )
        print(f"\n{queue.CONNECTIONS} connections, in turns with a bare page of the same 25 rows:\n")
        print("| bare page | queue/s | bare/s | ratio | queue ms, median (99th) |\n|---|---|---|---|---|")
        for path, what in (("/entities", "entities and url_for"), ("/rows", "columns, no url_for")):
            rates = queue.beside(many, bare_port, path)
            ours, theirs = rates.rates
            print(f"| {what} | {ours:.0f} | {theirs:.0f} | {rates.ratio:.2f} | {_ms(rates.all)} |", flush=True)
    print()


def the_mentors(name: str, small: School, large: School) -> None:
    sizes = [f"{s.count('student'):,} graduates, {s.count('contact'):,} contacts" for s in (small, large)]
    print(f"## {name}: mentoring, {sizes[0]} and {sizes[1]} (one connection)\n")
    print("| page | queries | ms, median (99th) | ms, median (99th) | growth |\n|---|---|---|---|---|")
    with servers.web(small) as few, servers.web(large) as many:
        for found in mentoring.figures((small, large), (few.port, many.port)):
            queries = " and ".join(str(n) for n in found.queries)
            print(
                f"| {found.page} | {queries} | {_ms(found.small)} | {_ms(found.large)} | {found.ratio:.2f} |",
                flush=True,
            )
    print()


def the_rooms(name: str, small: School, folder: Path, server: str | None) -> None:
    with incubator.copies(small, folder, server) as (few, many):
        sizes = [f"{s.count('workspace'):,} workspaces, {s.count('tenancy'):,} tenancies" for s in (few, many)]
        print(f"## {name}: the incubator, {sizes[0]} and {sizes[1]} (one connection)\n")
        print("| page | queries | ms, median (99th) | ms, median (99th) | growth |\n|---|---|---|---|---|")
        with servers.web(few) as one, servers.web(many) as other:
            for found in incubator.figures((few, many), (one.port, other.port)):
                queries = " and ".join(str(n) for n in found.queries)
                missed = "" if found.large.median < incubator.LIMIT else " (misses its aim)"
                times = f"{_ms(found.small)} | {_ms(found.large)}{missed}"
                print(f"| {found.page} | {queries} | {times} | {found.ratio:.2f} |", flush=True)
    print()


def the_uploads(name: str, small: School) -> None:
    print(f"## {name}: uploads\n")
    with servers.whole(small) as (port, pid):
        servers.reviewer(port)
        time.sleep(5)
        held = memory.held(pid)
        for one in uploads.one(port):
            print(f"- a two-page PDF: page 1 after {one.first:.2f} s, all pages at all widths after {one.all:.2f} s")
        many = uploads.many(small, port)
        print(
            f"- {uploads.MANY} at once: acknowledged after {many.acknowledged:.1f} s, drawn after {many.drawn:.1f} s"
            f" ({many.rate:.1f} a second), lost {many.lost}; the queue meanwhile {_ms(many.queue)} ms"
        )
        parts = ", ".join(f"{what} {mb:.0f}" for what, mb in held.items())
        print(f"- idle: {sum(held.values()):.0f} MB together ({parts}; PSS)\n", flush=True)


def _ms(times: Times) -> str:
    return f"{times.median * 1000:.1f} ({times.p99 * 1000:.0f})"


def _processor() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(": ")[2] if names else platform.machine()


main()
