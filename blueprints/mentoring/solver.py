"""Who answers for whom, reckoned: facts in, pairs with their reasons out. Knows neither Flask nor a database.

A graduate cannot be split between two teachers, and those with a support level count for more than one. A
min-cost flow deals in units of one size, so there is one flow for each size: the graduates who count most come
first, while there is still room for them, and the next size gets what room is left. Within a flow as many as
possible are placed; among all ways to do that the cheapest is taken, where a thesis adviser is worth more than an
internship adviser, that more than the same major, and all of them more than an even load. (These are prices, not
an absolute order: one thesis adviser is given up for :data:`STEP` internship advisers.) The load's price rises
with every graduate a teacher has, relative to their capacity, which spreads those who count most.

One size after the other can leave a gap of half a graduate at many teachers while someone waits. So at the end
whoever waits is tried once more with one graduate moved, or two exchanged, to make room. To place the most people of
several sizes exactly is bin packing, for which no quick way is known; with one size the flow's answer is exact.

What is given comes before everything. Fixed pairs stay. So do present pairs, if that is asked for, unless the
teacher is away for long or takes none. And who has a mentor but would be left with none keeps the one they have,
be they away or full: someone with a deputy is better than nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .models import Reason

ONE = 100
"""Weights and capacities are in per cent of one graduate."""

STEP = 8
FINE = 1000
"""The price of a teacher's last place; a tier's price exceeds it, so that no evenness outweighs a reason."""
TIER = 4 * FINE
WORTH = {Reason.THESIS: STEP * STEP * TIER, Reason.INTERNSHIP: STEP * TIER, Reason.MAJOR: TIER, Reason.LOAD: 0}
LIKED = FINE // 20
"""What it is worth, among equal reasons, that someone has this teacher already."""
DEAREST = WORTH[Reason.THESIS] + LIKED


@dataclass(frozen=True)
class Graduate:
    """``present`` is the mentor of today, ``weight`` how much they count for."""

    id: int
    college: int
    major: int
    weight: int = ONE
    present: int | None = None
    fixed: bool = False
    thesis: int | None = None
    internship: int | None = None


@dataclass(frozen=True)
class Teacher:
    """``capacity`` is what is left for these graduates; ``college`` None takes those of every college.

    Who is ``closed`` is away for long or takes none: they get nobody and give theirs away.
    ``majors`` are those whose graduates they know: their own, or that of graduates they have or advise.
    """

    id: int
    capacity: int
    college: int | None = None
    majors: frozenset[int] = frozenset()
    closed: bool = False

    @property
    def room(self) -> int:
        return 0 if self.closed else max(0, self.capacity)


@dataclass(frozen=True)
class Pair:
    graduate: int
    teacher: int | None
    reason: Reason


def solve(graduates: Iterable[Graduate], teachers: Iterable[Teacher], *, keeps_present: bool = True) -> list[Pair]:
    """A pair for each graduate, in the order of their ids; the same facts give the same pairs."""
    plan = _Plan(
        {g.id: g for g in sorted(graduates, key=lambda g: g.id)},
        {t.id: t for t in sorted(teachers, key=lambda t: t.id)},
    )
    plan.keep(keeps_present)
    for weight in sorted({g.weight for g in plan.graduates.values()}, reverse=True):
        waiting = [g for g in plan.graduates.values() if g.weight == weight and g.id not in plan.found]
        for graduate, teacher in _flow(plan, waiting):
            plan.place(graduate, teacher)
    plan.make_room()
    return [plan.pair(g) for g in plan.graduates.values()]


@dataclass
class _Plan:
    graduates: dict[int, Graduate]
    teachers: dict[int, Teacher]
    found: dict[int, int] = field(default_factory=dict)
    kept: dict[int, Reason] = field(default_factory=dict)
    load: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    of: dict[int, dict[int, Graduate]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self._by_college: dict[int, list[Teacher]] = {}

    # -- what is there --

    def serving(self, college: int) -> list[Teacher]:
        """The teachers who take graduates of this college."""
        if college not in self._by_college:
            self._by_college[college] = [t for t in self.teachers.values() if t.college in (None, college)]
        return self._by_college[college]

    def room(self, teacher: Teacher) -> int:
        return teacher.room - self.load[teacher.id]

    def serves(self, teacher_id: int | None, graduate: Graduate) -> bool:
        teacher = self.teachers.get(teacher_id or 0)
        return teacher is not None and teacher.college in (None, graduate.college)

    def reason(self, graduate: Graduate, teacher: Teacher) -> Reason:
        """The best reason there is for this pair."""
        if teacher.id == graduate.thesis:
            return Reason.THESIS
        if teacher.id == graduate.internship:
            return Reason.INTERNSHIP
        return Reason.MAJOR if graduate.major in teacher.majors else Reason.LOAD

    def price(self, graduate: Graduate, teacher: Teacher) -> int:
        liked = LIKED if graduate.present == teacher.id else 0
        return DEAREST - WORTH[self.reason(graduate, teacher)] - liked

    # -- what happens --

    def place(self, graduate: Graduate, teacher: Teacher, kept: Reason | None = None) -> None:
        self.found[graduate.id] = teacher.id
        self.load[teacher.id] += graduate.weight
        self.of[teacher.id][graduate.id] = graduate
        if kept is not None:
            self.kept[graduate.id] = kept

    def take(self, graduate: Graduate) -> None:
        teacher_id = self.found.pop(graduate.id)
        self.load[teacher_id] -= graduate.weight
        del self.of[teacher_id][graduate.id]

    def keep(self, keeps_present: bool) -> None:
        for graduate in self.graduates.values():
            if not self.serves(graduate.present, graduate):
                continue
            teacher = self.teachers[graduate.present or 0]
            if graduate.fixed:
                self.place(graduate, teacher, Reason.FIXED)
            elif keeps_present and not teacher.closed:
                self.place(graduate, teacher, Reason.PRESENT)

    def make_room(self) -> None:
        """Try those who wait once more, the heaviest first; whoever has a mentor keeps them in the end."""
        hopeless: set[tuple[int, int]] = set()
        for graduate in sorted(self.graduates.values(), key=lambda g: (-g.weight, g.id)):
            if graduate.id in self.found:
                continue
            kind = graduate.college, graduate.weight
            if kind not in hopeless:
                teacher = self._shift(graduate)
                if teacher is not None:
                    self.place(graduate, teacher)
                    continue
                hopeless.add(kind)  # nothing moves any more before the next kind is tried
        for graduate in self.graduates.values():
            if graduate.id not in self.found and self.serves(graduate.present, graduate):
                self.place(graduate, self.teachers[graduate.present or 0], Reason.PRESENT)

    def _shift(self, waiting: Graduate) -> Teacher | None:
        """Move one graduate away, or exchange two, so that some teacher has room; None if that does not help."""
        here = [t for t in self.serving(waiting.college) if t.room]
        if sum(max(0, self.room(t)) for t in here) < waiting.weight:
            return None
        roomiest = sorted(here, key=lambda t: (-self.room(t), t.id))
        lightest = self._movable(waiting.college, roomiest)
        for teacher in roomiest:
            if self.room(teacher) >= waiting.weight:
                return teacher
            for moved in self._one_of_each(waiting.college, teacher):
                gap = waiting.weight - self.room(teacher) - moved.weight
                other = next((t for t in roomiest[:2] if t is not teacher), None)
                if gap <= 0 and other is not None and self.room(other) >= moved.weight:
                    self._move(moved, other)
                    return teacher
                for weight, holders in lightest.items():
                    if weight >= moved.weight or gap + weight > 0:
                        continue
                    holder = next(((t, g) for t, g in holders if t is not teacher), None)
                    if holder is not None and self.room(holder[0]) >= moved.weight - weight:
                        self._move(moved, holder[0])
                        self._move(holder[1], teacher)
                        return teacher
        return None

    def _move(self, graduate: Graduate, teacher: Teacher) -> None:
        self.take(graduate)
        self.place(graduate, teacher)

    def _one_of_each(self, college: int, teacher: Teacher) -> list[Graduate]:
        """One graduate of each weight who may leave this teacher, whoever has the weakest reason to stay."""
        best: dict[int, Graduate] = {}
        for graduate in self.of[teacher.id].values():
            if graduate.id in self.kept or graduate.college != college:
                continue
            known = best.get(graduate.weight)
            if known is None or self.price(graduate, teacher) > self.price(known, teacher):
                best[graduate.weight] = graduate
        return [best[weight] for weight in sorted(best, reverse=True)]

    def _movable(self, college: int, roomiest: Sequence[Teacher]) -> dict[int, list[tuple[Teacher, Graduate]]]:
        """For each weight the two teachers with the most room who have such a graduate to give."""
        found: dict[int, list[tuple[Teacher, Graduate]]] = {}
        for teacher in roomiest:
            for graduate in self._one_of_each(college, teacher):
                held = found.setdefault(graduate.weight, [])
                if len(held) < 2:
                    held.append((teacher, graduate))
        return found

    def pair(self, graduate: Graduate) -> Pair:
        teacher_id = self.found.get(graduate.id)
        if teacher_id is None:
            return Pair(graduate.id, None, Reason.NO_ROOM if self.serving(graduate.college) else Reason.NO_TEACHER)
        why = self.kept.get(graduate.id)
        return Pair(graduate.id, teacher_id, why or self.reason(graduate, self.teachers[teacher_id]))


def _flow(plan: _Plan, waiting: list[Graduate]) -> list[tuple[Graduate, Teacher]]:
    """Place as many of these graduates of one weight as there is room for, at the least cost.

    Arcs: graduate -> adviser or present mentor, each priced; graduate -> everyone of the same college and major
    -> teacher, so that there are a handful of arcs a graduate and not one for each teacher; teacher -> sink, one for
    each place, dearer one by one.
    """
    from ortools.graph.python import min_cost_flow  # 20 MB that only an assignment needs

    if not waiting:
        return []
    weight = waiting[0].weight
    net: Any = min_cost_flow.SimpleMinCostFlow()
    source, sink = 0, 1
    graduate_at = {2 + n: g for n, g in enumerate(waiting)}
    groups = sorted({(g.college, g.major) for g in waiting})
    group_at = {key: 2 + len(waiting) + n for n, key in enumerate(groups)}
    first = 2 + len(waiting) + len(groups)
    open_ones = [t for t in plan.teachers.values() if plan.room(t) >= weight]
    teacher_at = {t.id: first + n for n, t in enumerate(open_ones)}
    by_node = {node: plan.teachers[id] for id, node in teacher_at.items()}
    arc = net.add_arc_with_capacity_and_unit_cost

    for node, graduate in graduate_at.items():
        arc(source, node, 1, 0)
        arc(node, group_at[graduate.college, graduate.major], 1, 0)
        for id in dict.fromkeys((graduate.thesis, graduate.internship, graduate.present)):
            if id in teacher_at and plan.serves(id, graduate):
                arc(node, teacher_at[id], 1, plan.price(graduate, plan.teachers[id]))
    for (college, major), node in group_at.items():
        for teacher in plan.serving(college):
            if teacher.id in teacher_at:
                why = Reason.MAJOR if major in teacher.majors else Reason.LOAD
                arc(node, teacher_at[teacher.id], len(waiting), DEAREST - WORTH[why])
    for teacher in open_ones:
        load = plan.load[teacher.id]
        for _place in range(plan.room(teacher) // weight):
            load += weight
            arc(teacher_at[teacher.id], sink, 1, FINE * load // teacher.room)
    net.set_node_supply(source, len(waiting))
    net.set_node_supply(sink, -len(waiting))
    if net.solve_max_flow_with_min_cost() != net.OPTIMAL:
        raise RuntimeError("the flow has no answer")
    return _read(net, graduate_at, {node: key for key, node in group_at.items()}, by_node)


def _read(net: Any, graduate_at: Any, group_at: Any, teacher_at: Any) -> list[tuple[Graduate, Teacher]]:
    """Whom the flow leads to whom. What passes a group is shared out in the order of ids."""
    direct: list[tuple[Graduate, Teacher]] = []
    through: dict[int, list[Graduate]] = defaultdict(list)
    places: dict[int, list[Teacher]] = defaultdict(list)
    for arc in range(net.num_arcs()):
        flow = net.flow(arc)
        if not flow:
            continue
        tail, head = net.tail(arc), net.head(arc)
        if tail in graduate_at and head in teacher_at:
            direct.append((graduate_at[tail], teacher_at[head]))
        elif tail in graduate_at and head in group_at:
            through[head].append(graduate_at[tail])
        elif tail in group_at:
            places[tail] += [teacher_at[head]] * flow
    return direct + [pair for group in through for pair in zip(through[group], places[group], strict=True)]
