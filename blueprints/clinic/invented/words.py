"""The table of phrases, read once: ``words.toml`` says what its keys mean."""

import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, get_args

from ...accounts.invented import Major, Person
from .paper import Advice, Entry, Kind, Language, Line

Slots = dict[str, str | int]
_FILE = Path(__file__).with_name("words.toml")


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@cache
def alphabet() -> frozenset[str]:
    """Every character the table can put on paper."""
    return frozenset(_FILE.read_text("utf-8"))


def line(written: str | dict[str, str], slots: Slots) -> Line:
    """A line of the table with its slots filled."""
    parts = {"text": written} if isinstance(written, str) else written
    counted = slots | _numbers(f"{slots['draw']} {parts['text']}")
    filled = {key: value.format_map(counted) for key, value in parts.items()}
    return Line(filled["text"], _advice(filled))


def lines(written: list[str | dict[str, str]], slots: Slots) -> tuple[Line, ...]:
    return tuple(line(one, slots) for one in written)


def entry(written: dict[str, Any], slots: Slots) -> Entry:
    return Entry(
        line(written["title"], slots),
        line(written["period"], slots),
        lines(written["lines"], slots),
    )


def followed(weak: Line, rng: Random) -> Line:
    """The line once its advice is followed: the new words, which earn praise the next time."""
    advice = weak.advice
    if advice is None or advice.instead is None:
        return weak
    text = weak.text.replace(advice.find, advice.instead) if advice.find in weak.text else advice.instead
    if not text or advice.instead not in text or advice.kind != "must-fix":
        return Line(text)
    return Line(text, Advice("praise", text, rng.choice(words()["followed"]["praises"])))


def labels(language: Language) -> dict[str, Any]:
    """Titles of sections and labels of facts."""
    chosen: dict[str, Any] = words()["labels"][language]
    return chosen


def slots(person: Person, major: Major, graduates: int, rng: Random) -> Slots:
    """What the braces of the table stand for in one student's résumé."""
    table, own = words(), words()["majors"][major.code]
    post = rng.choice(own["posts"])
    older = "初中" in post or "高中" in post
    places = {
        "school": "middles" if older else "schools",
        "firm": "firms",
        "plant": "plants",
        "food": "foods",
        "studio": "studios",
        "garden": "gardens",
        "city": "cities",
        "home": "homes",
    }
    drawn = {slot: rng.choice(table["places"][kind]) for slot, kind in places.items()}
    cohort = rng.randint(52, 118)
    return drawn | {
        "phone": f"{person.phone[:3]}-{person.phone[3:7]}-{person.phone[7:]}",
        "email": person.email,
        "birth": f"{graduates - rng.choice((22, 23))}.{rng.randint(1, 12):02d}",
        "subject": own.get("subject", ""),
        "topic": own.get("topic", ""),
        "post": post,
        "post_en": own.get("post_en", ""),
        "courses": own["courses"],
        "course": own["courses"].split("、")[0],
        "certificate": own["certificate"],
        "grade": rng.choice(table["grades"]["older" if older else "younger"]),
        "draw": rng.getrandbits(32),
        "pupils": rng.randint(38, 52),
        "cohort": cohort,
        "rank": rng.randint(4, cohort // 2),
        "gpa": f"{rng.uniform(2.9, 3.9):.2f}",
        "cet": rng.randint(426, 560),
        "y1": graduates - 1,
        "y2": graduates - 2,
        "y3": graduates - 3,
        "y4": graduates - 4,
        "graduates": graduates,
    }


def _numbers(line: str) -> Slots:
    """Each line counts something else, so each has its own numbers."""
    rng = Random(line)
    return {"few": rng.randint(6, 24), "many": rng.randint(60, 180)}


def _advice(filled: dict[str, str]) -> Advice | None:
    for kind in get_args(Kind):
        if kind in filled:
            find = filled.get("find", filled["text"])
            return Advice(kind, find, filled[kind], filled.get("instead"))
    return None
