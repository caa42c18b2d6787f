"""Who answers for whom: what holds whatever the facts are."""

from __future__ import annotations

from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from blueprints.mentoring.models import Reason
from blueprints.mentoring.solver import ONE, Graduate, Pair, Teacher, solve

REAL = settings(max_examples=300, deadline=None)


@st.composite
def schools(draw, weights=(ONE, 120, 150)):
    """Two colleges of two majors, up to 14 graduates and 6 teachers, with any ties between them."""
    count = draw(st.integers(0, 6))
    teachers = [
        Teacher(
            id=100 + n,
            capacity=draw(st.integers(-1, 5)) * ONE,
            college=draw(st.sampled_from([None, 0, 1])),
            majors=frozenset(draw(st.sets(st.integers(0, 3), max_size=2))),
            closed=draw(st.booleans()) and draw(st.booleans()),
        )
        for n in range(count)
    ]
    anyone = st.one_of(st.none(), st.integers(100, 106))
    graduates = []
    for n in range(draw(st.integers(0, 14))):
        college = draw(st.integers(0, 1))
        present = draw(anyone)
        graduates.append(
            Graduate(
                id=n,
                college=college,
                major=college * 2 + draw(st.integers(0, 1)),
                weight=draw(st.sampled_from(weights)),
                present=present,
                fixed=present is not None and draw(st.booleans()) and draw(st.booleans()),
                thesis=draw(anyone),
                internship=draw(anyone),
            )
        )
    return graduates, teachers


def facts(school) -> tuple[dict[int, Graduate], dict[int, Teacher]]:
    graduates, teachers = school
    return {g.id: g for g in graduates}, {t.id: t for t in teachers}


def loads(pairs: list[Pair], graduates: dict[int, Graduate], *reasons: Reason) -> Counter[int]:
    found: Counter[int] = Counter()
    for pair in pairs:
        if pair.teacher is not None and (not reasons or pair.reason in reasons):
            found[pair.teacher] += graduates[pair.graduate].weight
    return found


def serves(teacher: Teacher, graduate: Graduate) -> bool:
    return teacher.college in (None, graduate.college)


@REAL
@given(schools(), st.booleans())
def test_everyone_gets_one_answer_from_their_own_college(school, keeps):
    graduates, teachers = facts(school)
    pairs = solve(*school, keeps_present=keeps)
    assert [p.graduate for p in pairs] == sorted(graduates)
    for pair in pairs:
        if pair.teacher is not None:
            assert serves(teachers[pair.teacher], graduates[pair.graduate])


@REAL
@given(schools(), st.booleans())
def test_nobody_is_over_capacity_unless_by_what_was_given(school, keeps):
    graduates, teachers = facts(school)
    pairs = solve(*school, keeps_present=keeps)
    stays = (Reason.FIXED, Reason.PRESENT) if keeps else (Reason.FIXED,)
    chosen = loads(pairs, graduates, Reason.THESIS, Reason.INTERNSHIP, Reason.MAJOR, Reason.LOAD)
    for id, load in chosen.items():
        assert load + loads(pairs, graduates, *stays)[id] <= teachers[id].room


@REAL
@given(schools(), st.booleans())
def test_the_reasons_are_true_and_the_best_there_are_for_the_pair(school, keeps):
    graduates, teachers = facts(school)
    for pair in solve(*school, keeps_present=keeps):
        graduate = graduates[pair.graduate]
        there = [t for t in teachers.values() if serves(t, graduate)]
        if pair.teacher is None:
            assert pair.reason is (Reason.NO_ROOM if there else Reason.NO_TEACHER)
            continue
        if pair.reason in (Reason.FIXED, Reason.PRESENT):
            assert pair.teacher == graduate.present
            assert (pair.reason is Reason.FIXED) == graduate.fixed
        elif pair.teacher == graduate.thesis:
            assert pair.reason is Reason.THESIS
        elif pair.teacher == graduate.internship:
            assert pair.reason is Reason.INTERNSHIP
        elif graduate.major in teachers[pair.teacher].majors:
            assert pair.reason is Reason.MAJOR
        else:
            assert pair.reason is Reason.LOAD


@REAL
@given(schools(), st.booleans())
def test_fixed_pairs_stay_and_so_does_who_would_be_left_with_nobody(school, keeps):
    graduates, teachers = facts(school)
    for pair in solve(*school, keeps_present=keeps):
        graduate = graduates[pair.graduate]
        present = teachers.get(graduate.present or 0)
        if present is None or not serves(present, graduate):
            continue
        assert pair.teacher is not None
        if graduate.fixed:
            assert (pair.teacher, pair.reason) == (present.id, Reason.FIXED)
        elif keeps and not present.closed:
            assert (pair.teacher, pair.reason) == (present.id, Reason.PRESENT)
        elif pair.reason is Reason.PRESENT and not keeps:
            assert pair.teacher == present.id


def most_placed(graduates: dict[int, Graduate], rooms: dict[int, int], teachers: dict[int, Teacher]) -> int:
    """How many of one size fit at most, by augmenting paths: another way than the solver's."""
    held: dict[int, list[int]] = defaultdict(list)

    def place(graduate: int, tried: set[int]) -> bool:
        for id, room in rooms.items():
            if id in tried or not serves(teachers[id], graduates[graduate]):
                continue
            tried.add(id)
            if len(held[id]) < room:
                held[id].append(graduate)
                return True
            for other in list(held[id]):
                if place(other, tried):
                    held[id].remove(other)
                    held[id].append(graduate)
                    return True
        return False

    return sum(place(g, set()) for g in graduates)


@REAL
@given(schools(weights=(ONE,)))
def test_with_one_size_as_many_are_placed_as_there_is_room_for(school):
    graduates, teachers = facts(school)
    free = {id: Graduate(id, g.college, g.major, thesis=g.thesis) for id, g in graduates.items()}
    pairs = solve(free.values(), teachers.values())
    rooms = {t.id: t.room // ONE for t in teachers.values()}
    assert sum(p.teacher is not None for p in pairs) == most_placed(free, rooms, teachers)


@REAL
@given(schools(), st.booleans())
def test_nobody_waits_while_someone_has_room_or_could_have_it_by_one_move(school, keeps):
    graduates, teachers = facts(school)
    pairs = solve(*school, keeps_present=keeps)
    load = loads(pairs, graduates)
    room = {t.id: t.room - load[t.id] for t in teachers.values() if t.room}
    for waiting in (graduates[p.graduate] for p in pairs if p.teacher is None):
        here = [id for id in room if serves(teachers[id], waiting)]
        assert all(room[id] < waiting.weight for id in here)
        for pair in pairs:
            moved = graduates[pair.graduate]
            if pair.teacher not in here or pair.reason in (Reason.FIXED, Reason.PRESENT):
                continue
            if moved.college != waiting.college or room[pair.teacher] + moved.weight < waiting.weight:
                continue
            assert all(room[id] < moved.weight for id in here if id != pair.teacher)


@REAL
@given(schools(), st.booleans(), st.randoms())
def test_the_same_facts_in_any_order_give_the_same_pairs(school, keeps, chance):
    graduates, teachers = (list(part) for part in school)
    first = solve(graduates, teachers, keeps_present=keeps)
    chance.shuffle(graduates)
    chance.shuffle(teachers)
    assert solve(graduates, teachers, keeps_present=keeps) == first


# -- By example --------------------------------------------------------------------------------------------


def teacher(id: int, places: float = 6, **more) -> Teacher:
    return Teacher(id, round(places * ONE), **more)


def answers(pairs: list[Pair]) -> dict[int, tuple[int | None, str]]:
    return {p.graduate: (p.teacher, p.reason.value) for p in pairs}


def test_the_order_is_thesis_internship_major_load():
    known = frozenset({7})
    staff = [teacher(1), teacher(2), teacher(3, majors=known), teacher(4)]
    one = Graduate(1, 0, 7, thesis=1, internship=2)
    assert answers(solve([one], staff)) == {1: (1, "thesis")}
    assert answers(solve([one], staff[1:])) == {1: (2, "internship")}
    assert answers(solve([one], staff[2:])) == {1: (3, "major")}
    assert answers(solve([one], staff[3:])) == {1: (4, "load")}


def test_the_load_is_even_relative_to_what_each_can_take():
    found = Counter(p.teacher for p in solve([Graduate(n, 0, 1) for n in range(9)], [teacher(1, 6), teacher(2, 12)]))
    assert found == {1: 3, 2: 6}


def test_who_counts_more_is_spread_and_not_heaped_on_one_teacher():
    pairs = solve([Graduate(n, 0, 1, weight=150 if n < 3 else ONE) for n in range(9)], [teacher(n) for n in (1, 2, 3)])
    assert sorted(p.teacher for p in pairs if p.graduate < 3) == [1, 2, 3]


def test_two_are_exchanged_where_halves_lie_idle_and_someone_waits():
    """Two teachers with room for four each; two of 150 spread leave half a place at both, and five more wait."""
    graduates = [Graduate(n, 0, 1, weight=150 if n < 2 else ONE) for n in range(7)]
    pairs = solve(graduates, [teacher(1, 4), teacher(2, 4)])
    assert all(p.teacher for p in pairs)
    assert sorted(p.teacher for p in pairs if p.graduate < 2) in ([1, 1], [2, 2])


def test_who_is_away_gets_nobody_and_gives_theirs_away_but_not_to_nobody():
    away = teacher(1, closed=True)
    present = Graduate(1, 0, 1, present=1)
    assert answers(solve([present], [away, teacher(2)])) == {1: (2, "load")}
    assert answers(solve([present], [away])) == {1: (1, "present")}
    assert answers(solve([Graduate(1, 0, 1, present=1, fixed=True)], [away, teacher(2)])) == {1: (1, "fixed")}


def test_whose_mentor_is_one_no_more_gets_another():
    assert answers(solve([Graduate(1, 0, 1, present=9, fixed=True)], [teacher(2)])) == {1: (2, "load")}


def test_without_keeping_who_has_whom_nobody_moves_for_no_reason():
    graduates = [Graduate(n, 0, 1, present=1 + n % 2) for n in range(8)]
    pairs = solve(graduates, [teacher(1), teacher(2)], keeps_present=False)
    assert [p.teacher for p in pairs] == [g.present for g in graduates]
    better = Graduate(1, 0, 1, present=1, thesis=2)
    assert answers(solve([better], [teacher(1), teacher(2)], keeps_present=False)) == {1: (2, "thesis")}
