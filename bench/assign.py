"""The assignment of a whole school: 10,000 graduates, 1,700 mentors, in a process of its own for its memory.

The school is invented, the same in every run: 12 colleges of 6 majors, three in ten graduates with a support level,
seven in ten with a thesis adviser who is a mentor, half with an internship adviser, one in five with a mentor already,
one mentor in twenty for the whole school. There is not quite room for everybody, which is the hard case.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace

from blueprints.mentoring.solver import ONE, Graduate, Teacher, solve

GRADUATES, MENTORS, COLLEGES, MAJORS = 10_000, 1_700, 12, 6
MOST_SECONDS, MOST_MB = 10, 1024


@dataclass(frozen=True)
class Found:
    """Seconds, the process's peak in MB, how many have someone, and why."""

    what: str
    seconds: float
    mb: float
    placed: int
    reasons: dict[str, int]

    @property
    def is_within(self) -> bool:
        return self.seconds < MOST_SECONDS and self.mb < MOST_MB


def figures() -> list[Found]:
    """All colleges in one call, and one college after the other."""
    return [_measured(what) for what in ("at once", "by college")]


def _measured(what: str) -> Found:
    answer = subprocess.run([sys.executable, "-m", "bench.assign", what], check=True, capture_output=True, text=True)
    return Found(**json.loads(answer.stdout))


def school() -> tuple[list[Graduate], list[Teacher]]:
    chance = random.Random(24_365)
    teachers = [
        Teacher(
            id=n,
            capacity=chance.choice((4, 6, 6, 6, 8)) * ONE,
            college=n % COLLEGES if n % 20 else None,
            majors=frozenset({n % COLLEGES * MAJORS + chance.randrange(MAJORS)}),
        )
        for n in range(1, MENTORS + 1)
    ]
    serving = [[t.id for t in teachers if t.college in (None, c)] for c in range(COLLEGES)]

    def sometimes(share: float, college: int) -> int | None:
        return chance.choice(serving[college]) if chance.random() < share else None

    graduates = []
    for n in range(GRADUATES):
        college = n % COLLEGES
        graduates.append(
            Graduate(
                id=n,
                college=college,
                major=college * MAJORS + chance.randrange(MAJORS),
                weight=chance.choices((ONE, 120, 150), (72, 19, 9))[0],
                present=sometimes(0.2, college),
                thesis=sometimes(0.7, college),
                internship=sometimes(0.5, college),
            )
        )
    return graduates, teachers


def by_college(graduates: list[Graduate], teachers: list[Teacher]) -> list:
    """As the site does it: of what a teacher can take, what they have in the other colleges is gone."""
    found, load = [], Counter(g.present for g in graduates for _part in range(g.weight) if g.present)
    for college in range(COLLEGES):
        here = {g.id: g for g in graduates if g.college == college}
        for graduate in here.values():
            load[graduate.present] -= graduate.weight
        free = [replace(t, capacity=t.capacity - load[t.id]) for t in teachers if t.college in (None, college)]
        for pair in solve(here.values(), free):
            found.append(pair)
            load[pair.teacher] += here[pair.graduate].weight
    return found


def main(what: str) -> None:
    graduates, teachers = school()
    begun = time.perf_counter()
    pairs = solve(graduates, teachers) if what == "at once" else by_college(graduates, teachers)
    found = {
        "what": what,
        "seconds": time.perf_counter() - begun,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "placed": sum(p.teacher is not None for p in pairs),
        "reasons": dict(Counter(p.reason.value for p in pairs)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
