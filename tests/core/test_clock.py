"""The school's time: zone, working days by the State Council's notice."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from blueprints.core import clock


def test_the_day_is_the_schools_not_greenwichs():
    with clock.told(datetime(2026, 11, 23, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 24)


def test_a_school_day_begins_at_four_in_the_afternoon_of_greenwichs_day_before():
    assert clock.start_of(date(2026, 11, 24)) == datetime(2026, 11, 23, 16, tzinfo=UTC)


def test_without_being_told_it_is_now_and_the_time_knows_its_zone():
    with clock.told(None):  # type: ignore[arg-type]
        assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 5
        assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),
        (date(2026, 9, 20), True),
        (date(2026, 11, 28), False),
        (date(2199, 1, 2), True),
        (date(2199, 1, 5), False),
    ],
    ids=str,
)
def test_holidays_rest_made_up_weekend_days_work_and_unknown_years_go_by_the_week(day, works):
    assert clock.is_working_day(day) is works


def test_working_days_are_counted_over_national_day_and_its_made_up_saturday():
    eve = date(2026, 9, 30)
    assert clock.add_working_days(eve, 1) == date(2026, 10, 8)
    assert clock.add_working_days(eve, 3) == date(2026, 10, 10)
    assert clock.working_days_between(eve, date(2026, 10, 10)) == 3
    assert clock.working_days_between(eve, eve) == 0
    assert clock.working_days_between(eve, date(2026, 9, 1)) == 0


def test_counting_back_undoes_counting_on():
    day = date(2026, 10, 12)
    since = clock.working_days_before(day, 3)
    assert clock.working_days_between(since, day) == 3
    assert since == date(2026, 10, 8)
    assert clock.add_working_days(day, 0) == day
