"""What the office sets for mentoring. How often a graduate falls due is the register's (:mod:`..students.options`)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from ..core.options import Option
from ..students.options import CONTACT_DAYS

CAPACITY = Option(
    "mentoring.capacity", 6, _l("Graduates a mentor answers for, unless agreed otherwise"), low=1, high=60
)
WEIGHT_1 = Option("mentoring.weight_1", 150, _l("A level 1 graduate counts as, in per cent"), low=100, high=400)
WEIGHT_2 = Option("mentoring.weight_2", 120, _l("A level 2 graduate counts as, in per cent"), low=100, high=400)
SECOND_CALL_DAYS = Option(
    "mentoring.second_call_days", 3, _l("Days within which a second call is warned about"), low=0, high=30
)
CORRECT_HOURS = Option("mentoring.correct_hours", 24, _l("Hours in which an entry can be corrected"), low=1, high=168)
PLAN_LEVELS = Option(
    "mentoring.plan_level", 1, _l("Support level up to which a plan is needed (0: none)"), low=0, high=2
)
LONG_UNPLACED_DAYS = Option(
    "mentoring.long_unplaced_days", 365, _l("Days without a place after which a plan is needed"), low=0, high=730
)
REVIEW_DAYS = Option("mentoring.review_days", 31, _l("Days after which a plan is looked at again"), low=7, high=180)
REMIND_FROM = Option(
    "mentoring.remind_from", 8, _l("Hour of the day from which the daily reminder is sent"), low=6, high=20
)

CARE = tuple(CONTACT_DAYS.values())
ALL = (
    *CARE,
    CAPACITY,
    WEIGHT_1,
    WEIGHT_2,
    SECOND_CALL_DAYS,
    CORRECT_HOURS,
    PLAN_LEVELS,
    LONG_UNPLACED_DAYS,
    REVIEW_DAYS,
    REMIND_FROM,
)
