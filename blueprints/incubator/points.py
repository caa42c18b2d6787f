"""Points: what the sheets of a call come to, and the published rule by which the waitlist is ordered.

Everything here is plain arithmetic in hundredths of a point, so that a team can check it with a pencil.

The rule of the waitlist. A team's points are the sum of

* the score: the weighted mean of the referees' sheets, 0 to 100;
* the waiting: ``month`` for every 30 days since the approval, counted by the day, for at most ``months`` months;
* by rule: ``hardship`` for a team under the hardship rule, and ``share`` for a team whose college has a smaller part
  of the rooms than of the graduates; less ``cost`` for every refused offer after the first ``free`` ones.

A sum below nothing counts as nothing. Equal points are ordered by the moment of the approval. What counts by rule is
one figure and is never split up on a page: a breakdown must not tell who is poor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST = 10
"""The most points a referee gives for one criterion."""

MONTH_DAYS = 30


# -- Sheets -------------------------------------------------------------------------------------------------


def of_sheet(points: Mapping[int, int], weights: Mapping[int, int]) -> int:
    """The weighted sum of one sheet in hundredths of 100 points; a criterion without points counts as nothing."""
    return sum(points.get(criterion, 0) * weight for criterion, weight in weights.items()) * 100 // MOST


def mean(values: Sequence[int]) -> int | None:
    """The mean, a half rounded up; None of nothing."""
    return (2 * sum(values) + len(values)) // (2 * len(values)) if values else None


def spread(values: Sequence[int]) -> int:
    """How far apart the highest and the lowest are."""
    return max(values) - min(values) if values else 0


# -- The waitlist -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """What the incubator has published: hundredths of a point, but ``months`` and ``free`` are counts."""

    month: int
    months: int
    hardship: int
    share: int
    free: int
    cost: int


@dataclass(frozen=True)
class Points:
    """The three figures a team sees of its own, and their sum, which everybody sees."""

    score: int
    waiting: int
    by_rule: int

    @property
    def total(self) -> int:
        return max(0, self.score + self.waiting + self.by_rule)


def of_team(
    terms: Terms, *, score: int, days: int, hardship: bool = False, under_share: bool = False, refusals: int = 0
) -> Points:
    """The points of a team by the rule above; ``days`` is how long it has waited since the approval."""
    waited = min(max(days, 0), terms.months * MONTH_DAYS)
    by_rule = terms.hardship * hardship + terms.share * under_share - terms.cost * max(0, refusals - terms.free)
    return Points(score, terms.month * waited // MONTH_DAYS, by_rule)


def under_share(graduates: Mapping[int, int], housed: Mapping[int, int], colleges: Iterable[int]) -> frozenset[int]:
    """The colleges whose part of the teams in rooms is smaller than their part of the graduates.

    While nobody has a room, no college has less than another.
    """
    all_graduates, all_housed = sum(graduates.values()), sum(housed.values())
    return frozenset(c for c in colleges if housed.get(c, 0) * all_graduates < graduates.get(c, 0) * all_housed)
