"""The unit of work: one request, one transaction, whatever goes wrong."""

from __future__ import annotations

import contextvars
import logging
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from blueprints.accounts.models import Cohort, FailedSignIn
from blueprints.core import clock
from blueprints.core.audit import AuditEntry
from blueprints.core.db import UtcDateTime, WroteWhileReading, db, unit
from tests import people

SEED_YEAR = 2027


def years(app) -> list[int]:
    """The cohorts that are really in the database, without the one the cast brought."""
    with app.app_context(), unit("read") as session:
        found = session.scalars(sa.select(Cohort.year).where(Cohort.year != SEED_YEAR).order_by(Cohort.year))
        return list(found)


def count(app, *where) -> int:
    with app.app_context(), unit("read") as session:
        return session.scalar(sa.select(sa.func.count()).where(*where))


# -- Requests -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 303])
def test_an_answer_below_400_commits(house, status):
    assert house.browser(house.cast.lin).post(f"/probe/answer/{status}").status == status
    assert years(house.app) == [status]


@pytest.mark.parametrize("status", [403, 404, 409, 422])
def test_a_refusal_rolls_back_and_its_page_still_has_the_persons_name(house, status):
    answer = house.browser(house.cast.lin).post(f"/probe/answer/{status}")
    assert answer.status == status
    assert house.cast.lin.name in answer.said
    assert years(house.app) == []


def test_an_exception_rolls_back_and_its_page_still_has_the_persons_name(house):
    answer = house.browser(house.cast.lin).post("/probe/broken")
    assert answer.status == 500
    assert "Nothing was changed" in answer.said
    assert house.cast.lin.name in answer.said
    assert years(house.app) == []


def test_what_the_database_refuses_at_the_commit_is_a_409_and_nothing_is_said_to_be_stored(house):
    browser = house.browser(house.cast.lin)
    answer = browser.post("/probe/same-year-twice")
    assert answer.status == 409
    assert years(house.app) == []
    assert "Stored." not in browser.get("/help").said


def test_stored_is_said_once_and_only_after_it_is_stored(house):
    browser = house.browser(house.cast.lin)
    assert "Stored." in browser.post("/probe/answer/303", follow=True).said
    assert "Stored." not in browser.get("/help").said
    browser.post("/probe/said")
    assert "Stored." not in browser.get("/help").said


def test_a_busy_database_answers_503_and_says_when_to_try_again(house):
    answer = house.browser(house.cast.lin).post("/probe/busy")
    assert answer.status == 503
    assert answer.response.headers["Retry-After"] == "3"


@pytest.mark.parametrize("path", ["adds", "deletes"])
def test_a_get_that_writes_is_refused_by_name(house, path, caplog):
    with caplog.at_level(logging.ERROR):
        assert house.browser(house.cast.lin).get(f"/probe/{path}").status == 500
    raised = [r.exc_info[1] for r in caplog.records if r.exc_info]
    assert [str(e) for e in raised if isinstance(e, WroteWhileReading)] == [f"probe.{path} tried to write"]
    assert years(house.app) == []


def test_a_get_that_declares_its_trace_leaves_it(house):
    assert house.browser(house.cast.lin).get("/probe/traced").status == 303
    assert count(house.app, AuditEntry.verb == "probe.traced", AuditEntry.actor_id == house.cast.lin.id) == 1


def test_the_reading_half_of_a_post_cannot_write_and_the_writing_half_can(house):
    browser = house.browser(house.cast.lin)
    assert browser.post("/probe/hasty").status == 500
    assert browser.post("/probe/patient").status == 303
    assert years(house.app) == [2043]


def test_a_denial_is_remembered_although_the_request_is_rolled_back(house):
    answer = house.browser(house.cast.lin).post("/probe/paint")
    assert answer.status == 403
    assert "Nobody paints a cohort." in answer.said
    assert years(house.app) == []
    denials = (AuditEntry.verb == "denied", AuditEntry.note == "paint", AuditEntry.actor_id == house.cast.lin.id)
    assert count(house.app, *denials) == 1


def test_what_is_done_regardless_outlives_a_refusal(house):
    assert house.browser(house.cast.lin).post("/probe/counted").status == 403
    assert years(house.app) == []
    assert count(house.app, FailedSignIn.key == "counted") == 1


def test_a_failed_sign_in_is_counted_although_it_is_refused(house):
    browser = house.browser()
    browser.get("/sign-in")
    assert browser.submit("/sign-in", username="lin", password="wrong").status == 422
    assert count(house.app, FailedSignIn.id.is_not(None)) == 2, "once for the account, once for the address"
    assert count(house.app, AuditEntry.verb == "sign-in.failed", AuditEntry.subject_id == house.cast.lin.id) == 1


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
def test_on_sqlite_a_post_begins_to_write_at_once_and_a_get_never_does(house):
    browser = house.browser(house.cast.lin)
    assert [q for q in browser.get("/help").queries if q.startswith("BEGIN")] == ["BEGIN"]
    assert [q for q in browser.post("/probe/answer/303").queries if q.startswith("BEGIN")] == ["BEGIN IMMEDIATE"]


# -- Units ----------------------------------------------------------------------------------------------


def test_a_unit_that_fails_leaves_nothing_and_the_next_one_works(app):
    with app.app_context():
        with pytest.raises(ZeroDivisionError), unit("write") as session:
            session.add(Cohort(year=2050))
            session.flush()
            raise ZeroDivisionError
        with unit("write") as session:
            session.add(Cohort(year=2051))
    assert years(app) == [2051]


def test_a_reading_unit_cannot_write(app):
    with app.app_context():
        with pytest.raises(WroteWhileReading, match="a reading unit tried to write"), unit("read") as session:
            session.add(Cohort(year=2050))
            session.flush()
        with pytest.raises(WroteWhileReading), unit("read") as session:
            session.execute(sa.delete(FailedSignIn))


def together(app, number: int, work) -> list:
    """Run ``work(n)`` in so many threads at once, each in a context of its own; returns what they gave or raised."""
    start, given = threading.Barrier(number), [None] * number

    def one(n: int) -> None:
        with app.app_context():
            start.wait()
            try:
                given[n] = work(n)
            except Exception as error:
                given[n] = error
            db.session.remove()

    threads = [threading.Thread(target=contextvars.copy_context().run, args=(one, n)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return given


def test_eight_writers_at_once_lose_nothing(live):
    def write(n: int) -> None:
        for k in range(5):
            with unit("write") as session:
                session.add(Cohort(year=3000 + 10 * n + k))

    assert together(live, 8, write) == [None] * 8
    assert len(years(live)) == 40


def test_of_six_reviewers_who_claim_the_same_submission_at_once_one_wins(live):
    with live.app_context():
        cast = people.Cast.arrive()
        id_ = people.hand_in(cast.lin)
    reviewers = [cast.shen, cast.ding, cast.luo]
    given = together(live, 6, lambda n: people.move(id_, "claim", reviewers[n % 3]))
    assert given.count(True) == 1
    assert {type(g).__name__ for g in given if not isinstance(g, bool)} <= {"WrongState"}


# -- Times ----------------------------------------------------------------------------------------------


def test_a_time_that_does_not_know_its_zone_is_never_stored(app):
    naive = datetime(2026, 11, 24, 10, 30)  # noqa: DTZ001
    refused = pytest.raises(sa.exc.StatementError, match="must know its time zone")
    with app.app_context(), refused, unit("write") as session:
        session.add(FailedSignIn(key="naive", at=naive))
    with pytest.raises(ValueError, match="must know its time zone"):
        UtcDateTime().process_bind_param(naive, sqlite.dialect())


def test_a_time_comes_back_in_utc_from_whatever_zone(app):
    there = datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=8)))
    with app.app_context():
        with unit("write") as session:
            session.add(FailedSignIn(key="there", at=there))
        with unit("read") as session:
            back = session.scalar(sa.select(FailedSignIn.at).where(FailedSignIn.key == "there"))
    assert back == there == clock.now()
    assert back.tzinfo is UTC
