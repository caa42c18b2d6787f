"""Jobs: at least once, with one effect; leases, tries, pauses, and an end."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from blueprints.accounts.models import FailedSignIn
from blueprints.core import clock, jobs
from blueprints.core.db import db, unit
from blueprints.core.jobs import Job
from tests.core.test_db import together

GIVEN_UP: list[int] = []


@jobs.handles("test.leave_a_row", lease=30)
def leave_a_row(job: Job, number: int) -> None:
    with unit("write"):
        db.session.add(FailedSignIn(key=f"job {number}", at=clock.now()))
        jobs.close(job)


@jobs.handles("test.fail", lease=30, failed=lambda number: GIVEN_UP.append(number))
def fail(job: Job, number: int) -> None:
    with unit("write"):
        db.session.add(FailedSignIn(key=f"job {number}", at=clock.now()))
        db.session.flush()
        raise OSError("the disk is full")


@jobs.handles("test.give_up", lease=30, failed=lambda number: GIVEN_UP.append(number))
def give_up(job: Job, number: int) -> None:
    raise jobs.GiveUp("another try would end the same way")


@pytest.fixture(autouse=True)
def nothing_given_up():
    GIVEN_UP.clear()


@pytest.fixture
def context(app):
    with app.app_context():
        yield


def enqueue(name: str, number: int = 1, **when) -> int:
    with unit("write"):
        return jobs.enqueue(name, number=number, **when).id


def row(id_: int) -> sa.Row:
    with unit("read") as session:
        return session.execute(sa.select(Job.__table__).where(Job.id == id_)).one()


def effects() -> list[str]:
    with unit("read") as session:
        return list(session.scalars(sa.select(FailedSignIn.key).order_by(FailedSignIn.key)))


def test_a_job_is_done_once_and_closed_with_its_effect(context):
    id_ = enqueue("test.leave_a_row", 2**60)
    assert jobs.drain() == 1
    assert effects() == [f"job {2**60}"], "an id beyond JSON's integers arrives whole"
    assert (row(id_).done_at, row(id_).lease, row(id_).tries) == (clock.now(), None, 1)
    assert jobs.drain() == 0


def test_a_job_exists_exactly_if_its_transaction_does(context):
    with pytest.raises(ZeroDivisionError), unit("write") as session:
        jobs.enqueue("test.leave_a_row", number=1)
        session.flush()
        raise ZeroDivisionError
    assert jobs.claim() is None


def test_a_job_without_a_handler_cannot_be_enqueued(context):
    with pytest.raises(LookupError, match=r"no handler for the job test\.nobody"), unit("write"):
        jobs.enqueue("test.nobody")


def test_jobs_are_taken_in_the_order_they_are_due_and_not_before(context, frozen):
    later, first, second = (
        enqueue("test.leave_a_row", n, due=frozen + timedelta(seconds=s)) for n, s in ((1, 60), (2, -20), (3, -10))
    )
    assert [jobs.claim().id, jobs.claim().id, jobs.claim()] == [first, second, None]
    with clock.told(frozen + timedelta(seconds=60)):
        assert jobs.claim().id in (first, second, later)


def test_a_failing_job_is_tried_three_times_with_growing_pauses_and_then_it_is_dead(context, frozen):
    id_ = enqueue("test.fail")
    pauses, now = [], frozen
    for _n in range(3):
        with clock.told(now):
            assert jobs.drain() == 1
            pauses.append((row(id_).due - now).total_seconds())
            assert ([1] if _n == 2 else []) == GIVEN_UP
            now = row(id_).due
    assert pauses[:2] == [2, 8]
    assert (row(id_).dead, row(id_).tries, row(id_).error) == (True, 3, "OSError: the disk is full")
    assert effects() == [], "what a failed try wrote is rolled back"
    with clock.told(frozen + timedelta(days=1)):
        assert jobs.claim() is None


def test_a_failed_job_waits_for_its_pause(context, frozen):
    enqueue("test.fail")
    assert jobs.drain() == 1
    with clock.told(frozen + timedelta(seconds=1)):
        assert jobs.drain() == 0


def test_a_handler_can_say_that_another_try_is_useless(context):
    id_ = enqueue("test.give_up")
    assert jobs.drain() == 1
    assert row(id_).dead
    assert GIVEN_UP == [1]


def test_a_claimed_job_is_nobody_elses_until_its_lease_is_over(context, frozen):
    id_ = enqueue("test.leave_a_row")
    first = jobs.claim()
    assert jobs.claim() is None
    with clock.told(frozen + timedelta(seconds=31)):
        second = jobs.claim()
    assert first.id == second.id == id_
    assert first.token != second.token
    assert row(id_).tries == 2


def test_who_lost_the_lease_leaves_no_effect(context, frozen):
    id_ = enqueue("test.leave_a_row")
    slow = jobs.claim()
    with clock.told(frozen + timedelta(seconds=31)):
        quick = jobs.claim()
        jobs.run(slow)
        assert effects() == []
        assert row(id_).done_at is None
        with pytest.raises(jobs.LostLease), unit("write"):
            jobs.still_mine(slow)
        jobs.run(quick)
        jobs.run(quick)
    assert effects() == ["job 1"]


def test_who_lost_the_lease_and_fails_does_not_take_the_job_from_who_has_it(context, frozen):
    id_ = enqueue("test.fail")
    for n in range(3):
        with clock.told(frozen + timedelta(seconds=31 * n)):
            slow = jobs.claim()
    with unit("write") as session:
        session.execute(sa.update(Job).where(Job.id == id_).values(token=1))
    jobs.run(slow)
    assert not row(id_).dead
    assert GIVEN_UP == [], "somebody else is at it, so nobody has given up"


def test_a_job_that_kills_its_worker_three_times_is_dead(context, frozen):
    """``kill -9``, or more memory than there is: no exception ever tells of it."""
    id_ = enqueue("test.fail")
    for n in range(3):
        with clock.told(frozen + timedelta(seconds=31 * n)):
            assert jobs.claim().id == id_
    with clock.told(frozen + timedelta(seconds=31 * 3)):
        assert jobs.claim() is None
    assert row(id_).dead
    assert GIVEN_UP == [1]


def test_a_job_of_a_version_that_is_gone_does_not_stop_the_others(context):
    with unit("write") as session:
        session.add(Job(name="gone.for_good", args={}, due=clock.now() - timedelta(days=1)))
    enqueue("test.leave_a_row")
    jobs.drain()
    assert effects() == ["job 1"]


def test_looking_for_work_never_takes_the_write_lock(context, monkeypatch):
    modes = []
    monkeypatch.setattr(jobs, "unit", lambda mode: (modes.append(mode), unit(mode))[1])
    assert jobs.claim() is None
    assert modes == ["read"]


def test_a_chore_runs_when_it_is_needed_and_one_that_fails_does_not_stop_the_others(context, monkeypatch):
    done = []
    monkeypatch.setattr(jobs, "CHORES", [])
    jobs.chore(60)(lambda: 1 / 0)
    jobs.chore(60, needed=lambda: False)(lambda: done.append("not needed"))
    jobs.chore(60)(lambda: done.append("needed"))
    for _n in range(2):
        jobs.run_chores()
    assert done == ["needed"], "and not again before its time"


def test_two_workers_share_two_hundred_jobs_and_each_has_one_effect(live):
    with live.app_context(), unit("write"):
        for number in range(200):
            jobs.enqueue("test.leave_a_row", number=number)
    began = time.monotonic()
    shares = together(live, 2, lambda n: jobs.drain())
    assert sum(shares) == 200
    assert min(shares) > 0, f"one worker did everything in {time.monotonic() - began:.1f} s"
    with live.app_context():
        assert sorted(effects()) == sorted(f"job {n}" for n in range(200))
