"""Ids: in order of time, known at once, not guessable."""

from __future__ import annotations

import itertools
import threading

from blueprints.accounts.models import Cohort
from blueprints.core.ids import EPOCH_MS, new_id


def test_later_ids_are_larger_and_none_comes_twice():
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(set(ids))


def test_threads_never_get_the_same_id():
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.extend(new_id() for _ in range(5_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 20_000


def test_an_id_fits_a_signed_big_integer_until_2089():
    end_of_2088 = 3_755_289_600_000
    assert 0 < new_id() < (end_of_2088 - EPOCH_MS) << 22 < 2**63


def test_the_next_id_cannot_be_had_by_adding_one():
    ids = [new_id() for _ in range(500)]
    assert len({later - earlier for earlier, later in itertools.pairwise(ids)}) > 10


def test_a_row_has_its_id_before_it_is_stored_and_keeps_one_it_is_given():
    assert Cohort(year=2030).id > 2**53
    assert Cohort(id=7, year=2030).id == 7
