"""What the incubator's manager sets: the published points, the deadlines, the terms."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from ..core.options import Option

POINTS_MONTH = Option("incubator.points_month", 200, _l("Points for each month of waiting"), high=2000)
POINTS_MONTHS = Option("incubator.points_months", 12, _l("Months of waiting that count at most"), high=36)
POINTS_HARDSHIP = Option("incubator.points_hardship", 500, _l("Points for a team under the hardship rule"), high=5000)
POINTS_SHARE = Option("incubator.points_share", 300, _l("Points for a college with less than its share"), high=5000)
ANSWER_DAYS = Option("incubator.answer_days", 7, _l("Days in which an offer is answered"), low=1, high=30)
FREE_REFUSALS = Option("incubator.free_refusals", 1, _l("Offers that can be refused without losing points"), high=5)
REFUSAL_COST = Option("incubator.refusal_cost", 500, _l("Points that a further refusal costs"), high=5000)
APPEAL_DAYS = Option("incubator.appeal_days", 5, _l("Working days in which a team can appeal"), low=1, high=30)
CHECK_MONTHS = Option("incubator.check_months", 3, _l("Months between two checks"), low=1, high=12)
TERM_MONTHS = Option("incubator.term_months", 12, _l("Months of a first agreement at most"), low=1, high=36)
SOON_DAYS = Option("incubator.soon_days", 60, _l("Days before the end in which a room counts as ending soon"), high=180)

IN_POINTS = (POINTS_MONTH, POINTS_HARDSHIP, POINTS_SHARE, REFUSAL_COST)
"""Kept in hundredths, typed and read in points."""

ALL = (
    POINTS_MONTH,
    POINTS_MONTHS,
    POINTS_HARDSHIP,
    POINTS_SHARE,
    ANSWER_DAYS,
    FREE_REFUSALS,
    REFUSAL_COST,
    APPEAL_DAYS,
    CHECK_MONTHS,
    TERM_MONTHS,
    SOON_DAYS,
)
