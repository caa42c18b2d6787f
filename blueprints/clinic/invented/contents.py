"""What an invented student writes: a résumé that fits the major, well or less well done."""

from dataclasses import replace
from random import Random
from typing import Any

from ...accounts.invented import SCHOOL, SCHOOL_ENGLISH, Major, Person
from .paper import Advice, Entry, Language, Line, Resume, Section
from .words import Slots, entry, followed, labels, line, lines, slots, words

LAYOUTS = 3
GRADUATES = 2027


def target_posts(major: Major) -> list[str]:
    """The posts graduates of this major apply for, the likeliest first."""
    return list(words()["majors"][major.code]["posts"])


def resume(person: Person, major: Major, seed: int, *, graduates: int = GRADUATES) -> Resume:
    """The first version a student hands in; ``graduates`` is the year of leaving.

    From student to student the share of weak lines runs from a few to all of them.
    """
    rng = Random(f"resume {seed} {person.name} {major.code}")
    filled = slots(person, major, graduates, rng)
    own = words()["majors"][major.code]
    if "english" in own and rng.random() < 0.2:
        written = _english(person, major, own, filled, rng)
    else:
        written = _chinese(person, major, own, filled, rng)
    return _improved(written, rng)


def ask(resume: Resume, seed: int) -> str:
    """What the student asks of the clinic when handing the résumé in."""
    rng = Random(f"ask {seed} {resume.name}")
    question: str = rng.choice(words()["asks"]["all"])
    return question.format(post=resume.target)


def _chinese(person: Person, major: Major, own: dict[str, Any], filled: Slots, rng: Random) -> Resume:
    table, title = words(), labels("zh")
    trade, education = table[own["trade"]], table["education"]
    long = rng.random() < 0.25
    study = {**education, "lines": [rng.choice(education["lines"]), education["courses"]]}
    campus = rng.sample(table["campus"], 3 if long else rng.choice((1, 2)))
    skills = [rng.choice(table["languages"]), rng.choice(table["computing"]), "{certificate}"]
    about = rng.sample(table["self"], 3 if long else 2)
    return Resume(
        name=person.name,
        objective=line(rng.choice(table["objectives"]), filled),
        facts=_facts("zh", filled),
        sections=(
            Section(
                title["education"],
                (entry(study, filled | {"place": SCHOOL, "major": major.name}),),
            ),
            Section(title["internships"], _dated(rng.sample(trade["internships"], 2), filled, rng)),
            Section(title["projects"], _entries(trade["projects"], filled)),
            Section(title["campus"], _entries(campus, filled)),
            Section(title["skills"], lines=lines(skills, filled)),
            Section(title["self"], lines=lines(about, filled)),
        ),
        target=str(filled["post"]),
        language="zh",
        layout=rng.randrange(LAYOUTS),
    )


def _english(person: Person, major: Major, own: dict[str, Any], filled: Slots, rng: Random) -> Resume:
    english, title = words()["english"], labels("en")
    trade = english[own["english"]]
    study = filled | {"place": SCHOOL_ENGLISH, "major": major.english}
    latin = person.name.isascii()
    return Resume(
        name=person.name if latin else f"{person.pinyin.title()}  {person.name}",
        objective=line(english["objective"], filled),
        facts=_facts("en", filled),
        sections=(
            Section(title["education"], (entry(english["education"], study),)),
            Section(title["internships"], _entries(trade["internships"], filled)),
            Section(title["projects"], _entries(trade["projects"], filled)),
            Section(title["skills"], lines=lines(english["skills"], filled)),
            Section(title["self"], lines=lines(english["self"], filled)),
        ),
        target=str(filled["post"]),
        language="en",
        layout=rng.randrange(LAYOUTS),
    )


def _facts(language: Language, filled: Slots) -> tuple[str, ...]:
    return tuple(fact.format_map(filled) for fact in labels(language)["facts"])


def _entries(written: list[dict[str, Any]], filled: Slots) -> tuple[Entry, ...]:
    return tuple(entry(one, filled) for one in written)


def _dated(written: list[dict[str, Any]], filled: Slots, rng: Random) -> tuple[Entry, ...]:
    """The entries, latest first; one in four gives its dates too vaguely or not at all."""
    entries = sorted(_entries(written, filled), key=lambda one: one.period.text, reverse=True)
    return tuple(replace(one, period=_vague(one, rng)) if rng.random() < 0.25 else one for one in entries)


def _vague(exact: Entry, rng: Random) -> Line:
    fault = rng.choice(words()["dates"])
    text = fault["text"].format(year=exact.period.text[:4])
    advice = Advice("must-fix", exact.title.text, fault["must-fix"], exact.period.text)
    return Line(text, advice)


def _improved(written: Resume, rng: Random) -> Resume:
    """Some students have done well already: a share of the weak lines is put right."""
    good = rng.choice((0.0, 0.2, 0.4, 0.7))
    weak = [one for one in written.lines() if one.advice and one.advice.instead is not None]
    return written.with_lines({one: followed(one, rng) for one in weak if rng.random() < good})
