"""What the office sets for the clinic."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from ..core.options import Option

LEASE_MINUTES = Option("clinic.lease_minutes", 30, _l("Minutes a claim lasts without work"), low=5, high=240)
URGENT_HOURS = Option(
    "clinic.urgent_hours", 72, _l("Hours before an interview in which a résumé goes first"), low=0, high=336
)
LEVEL_1_FIRST = Option("clinic.level_1_first", True, _l("Support level 1 goes before waiting time"), low=0, high=1)
LEVEL_2_FIRST = Option("clinic.level_2_first", True, _l("Support level 2 goes before waiting time"), low=0, high=1)
SAME_REVIEWER_DAYS = Option(
    "clinic.same_reviewer_days", 2, _l("Working days a new version is kept for the same reviewer"), low=0, high=10
)
OVERDUE_DAYS = Option(
    "clinic.overdue_days", 3, _l("Working days after which a résumé has waited too long"), low=1, high=20
)
OPEN_LIMIT = Option("clinic.open_limit", 2, _l("Open submissions of one student"), low=1, high=9)
MOST_MB = Option("clinic.most_mb", 10, _l("Largest file in MB"), low=1, high=20)

ALL = (LEASE_MINUTES, URGENT_HOURS, LEVEL_1_FIRST, LEVEL_2_FIRST, SAME_REVIEWER_DAYS, OVERDUE_DAYS, OPEN_LIMIT, MOST_MB)
