"""What an invented teacher writes on a résumé, says on the phone and prescribes.

The tone is the clinic's: kind, concrete, one thing to do per mark, never a word that shames.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from .paper import Advice, Kind, Line, Resume
from .words import followed, words

MOST_MARKS, FEWEST_MARKS = 7, 3


@dataclass(frozen=True)
class Mark:
    """``find`` is an exact text of the résumé; on paper it may run over a line's end."""

    kind: Kind
    find: str
    body: str


@dataclass(frozen=True)
class Task:
    what: str
    days: int


@dataclass(frozen=True)
class Call:
    """The intake call. Of a call not answered only ``obstacle`` says what was tried."""

    reached: bool
    minutes: int
    skills: str
    wishes: str
    obstacle: str


AnswerKind = Literal["done", "disagree", "question"]


@dataclass(frozen=True)
class Answer:
    """A student's answer to the mark of the same place in ``Review.marks``."""

    kind: AnswerKind
    text: str


@dataclass(frozen=True)
class Review:
    """``decision``: hand in a new version, or ready to send."""

    marks: tuple[Mark, ...]
    summary: str
    tasks: tuple[Task, ...]
    call: Call
    decision: Literal["revise", "ready"]


def review(resume: Resume, seed: int) -> Review:
    """Three to seven marks from top to bottom, and the prescription that sums them up."""
    rng = Random(f"review {seed} {resume.text}")
    marks = tuple(Mark(a.kind, a.find, a.body) for a in _chosen(resume, rng))
    ready = not any(mark.kind == "must-fix" for mark in marks)
    return Review(
        marks=marks,
        summary=_summary(marks),
        tasks=() if ready else _tasks(resume, rng),
        call=_call(resume, rng),
        decision="ready" if ready else "revise",
    )


def answers(review: Review, seed: int) -> tuple[Answer, ...]:
    """One answer a mark: most are done, some ask back, a few disagree and say why."""
    rng = Random(f"answers {seed} {review.summary}")
    return tuple(_answer(mark, rng) for mark in review.marks)


def revised(resume: Resume, review: Review, seed: int) -> Resume:
    """The next version: what ``answers`` of the same seed calls done is changed, no more."""
    rng = Random(f"revised {seed} {resume.text}")
    done = {
        (mark.find, mark.body)
        for mark, answer in zip(review.marks, answers(review, seed), strict=True)
        if answer.kind == "done"
    }
    return resume.with_lines(
        {
            line: followed(line, rng)
            for line in resume.lines()
            if line.advice and (line.advice.find, line.advice.body) in done
        }
    )


def where(find: str, lines: Sequence[str]) -> list[tuple[int, int, int]]:
    """Where ``find`` stands in the text lines of a page: (line, start, end) per line touched.

    Blanks and line ends do not count, as a page breaks its lines where it must. Empty when the
    text is not there.
    """
    places = [
        (row, column)
        for row, line in enumerate(lines)
        for column, character in enumerate(line)
        if not character.isspace()
    ]
    page = "".join(lines[row][column] for row, column in places)
    wanted = "".join(find.split())
    start = page.find(wanted)
    if start < 0 or not wanted:
        return []
    spans: dict[int, tuple[int, int]] = {}
    for row, column in places[start : start + len(wanted)]:
        spans[row] = (spans.get(row, (column, 0))[0], column + 1)
    return [(row, first, end) for row, (first, end) in spans.items()]


def _chosen(resume: Resume, rng: Random) -> list[Advice]:
    """What must be fixed comes first to the mind, and something good is always said."""
    advice = [line.advice for line in resume.lines() if line.advice]
    by_kind: dict[Kind, list[Advice]] = {
        "must-fix": [],
        "praise": [],
        "suggestion": [],
        "question": [],
    }
    for one in advice:
        by_kind[one.kind].append(one)
    for same in by_kind.values():
        rng.shuffle(same)
    picked = [
        *by_kind["must-fix"][:4],
        *by_kind["praise"][:1],
        *by_kind["suggestion"][:1],
        *by_kind["question"][:1],
    ]
    spare = [*by_kind["praise"][1:], *by_kind["suggestion"][1:], *_plain_praise(resume)]
    picked += spare[: max(0, FEWEST_MARKS - len(picked))]
    return sorted(picked[:MOST_MARKS], key=lambda one: resume.text.find(one.find))


def _plain_praise(resume: Resume) -> list[Advice]:
    """Praise for what every résumé has, when nothing else is left to say."""
    praises = words()["followed"]["praises"]
    plain = [line for line in _bullets(resume) if line.advice is None]
    return [Advice("praise", line.text, body) for line, body in zip(plain, praises, strict=False)]


def _bullets(resume: Resume) -> list[Line]:
    return [
        line
        for section in resume.sections
        for lines in (*(entry.lines for entry in section.entries), section.lines)
        for line in lines
    ]


def _summary(marks: Sequence[Mark]) -> str:
    table = words()["diagnosis"]
    count = {kind: sum(mark.kind == kind for mark in marks) for kind in ("must-fix", "question")}
    size = "none" if not count["must-fix"] else "few" if count["must-fix"] < 3 else "many"
    sentences = [table[f"opening_{size}"]]
    if count["must-fix"]:
        sentences.append(table["must_fix"].format(count=count["must-fix"]))
    sentences += [table["strength"].format(find=m.find) for m in marks if m.kind == "praise"][:1]
    if count["question"]:
        sentences.append(table["question"].format(count=count["question"]))
    return "".join([*sentences, table["closing"]])


def _tasks(resume: Resume, rng: Random) -> tuple[Task, ...]:
    first, *others = words()["tasks"]
    chosen = [first, *rng.sample(others, rng.choice((1, 2)))]
    return tuple(Task(one["what"].format(post=resume.target), one["days"]) for one in chosen)


def _call(resume: Resume, rng: Random) -> Call:
    table = words()["calls"]
    if rng.random() < 0.15:
        return Call(reached=False, minutes=0, skills="", wishes="", obstacle=table["missed"])
    place = resume.sections[1].entries[0].title.text
    slots = {
        "post": resume.target,
        "city": rng.choice(words()["places"]["cities"]),
        "place": place.split("　")[0].split(",")[0],
    }
    said = {topic: rng.choice(table[topic]).format_map(slots) for topic in ("skills", "wishes", "obstacle")}
    return Call(reached=True, minutes=rng.randint(6, 18), **said)


def _answer(mark: Mark, rng: Random) -> Answer:
    if mark.kind == "praise":
        return Answer("done", "谢谢老师！")
    kinds: tuple[AnswerKind, ...] = get_args(AnswerKind)
    (kind,) = rng.choices(kinds, weights=(8, 1, 1))
    return Answer(kind, rng.choice(words()["answers"][kind]))
