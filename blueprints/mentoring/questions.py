"""Three gentle questions for a call: about preparing before results, each with the reason it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from ..core import clock
from ..students.models import Intention, Situation, Student, Way


@dataclass(frozen=True)
class Question:
    text: Any
    why: Any
    fits: Callable[[Student, Intention | None], bool]


def _wants(*ways: Way) -> Callable[[Student, Intention | None], bool]:
    return lambda student, wish: wish is not None and wish.way in ways


def _is(*situations: Situation) -> Callable[[Student, Intention | None], bool]:
    return lambda student, wish: student.situation in situations


def _searching_with(test: Callable[[Intention], bool]) -> Callable[[Student, Intention | None], bool]:
    open_ones = (Situation.SEARCHING, Situation.PREPARING)
    return lambda student, wish: student.situation in open_ones and wish is not None and test(wish)


def _kept_waiting(student: Student, wish: Intention | None) -> bool:
    return student.contacted_at is None or (clock.now() - student.contacted_at).days >= 30


QUESTIONS = (
    Question(
        _l("How is the new place? Is anything about the contract or the start unclear?"),
        _l("has found a place"),
        _is(Situation.SETTLED),
    ),
    Question(
        _l("What speaks for the offer, and what against it? Shall we look at the terms together?"),
        _l("has an offer that is not signed"),
        _is(Situation.OFFERED),
    ),
    Question(
        _l("You said that something stands in the way. Is it still so, and what would make it easier?"),
        _l("an obstacle was named"),
        _searching_with(lambda wish: bool(wish.obstacle)),
    ),
    Question(
        _l("How is the preparing going, and what takes most of your strength just now?"),
        _l("preparing comes before results"),
        _is(Situation.PREPARING),
    ),
    Question(
        _l("If the exam does not work out this year, is there a second plan you would like?"),
        _l("the second plan is still empty"),
        lambda student, wish: (
            wish is not None and wish.way in (Way.STUDY, Way.CIVIL, Way.ARMY) and not wish.second_plan
        ),
    ),
    Question(
        _l("Where would you like to go? Which places come first?"),
        _l("no region is written down"),
        _searching_with(lambda wish: not wish.regions),
    ),
    Question(
        _l("What kind of work could you imagine? It need not be certain."),
        _l("no kind of post is written down"),
        _searching_with(lambda wish: wish.way is Way.WORK and not wish.posts),
    ),
    Question(
        _l("Have you practised a trial lesson or an interview? Would it help if a teacher listened once?"),
        _l("looking for work"),
        _is(Situation.SEARCHING),
    ),
    Question(
        _l("Is there a school or a firm that I may recommend you to?"),
        _l("looking for work, with wishes written down"),
        _searching_with(lambda wish: bool(wish.regions or wish.posts)),
    ),
    Question(
        _l("What would you like to be when the summer is over? There is no wrong answer."),
        _l("nothing is decided yet"),
        _wants(Way.UNDECIDED),
    ),
    Question(
        _l("What do you wish for after graduation?"), _l("no wishes are written down yet"), lambda s, w: w is None
    ),
    Question(_l("How have the last weeks been?"), _l("the last talk was a while ago"), _kept_waiting),
    Question(
        _l("Is there something the school could do for you this month?"), _l("always a good end"), lambda s, w: True
    ),
    Question(
        _l("When may I call again, and at what hour does it suit you?"), _l("so that it is agreed"), lambda s, w: True
    ),
    Question(_l("How are you?"), _l("first of all"), lambda s, w: True),
)


def for_call(student: Student, wish: Intention | None) -> list[Question]:
    """The three that fit best, in the order of the table."""
    return [q for q in QUESTIONS if q.fits(student, wish)][:3]
