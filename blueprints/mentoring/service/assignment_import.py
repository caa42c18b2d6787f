"""A list of mentors and advisers as a workbook: read, judged cell by cell, looked at, and only then entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from ...accounts.models import Cohort, OrgUnit, User
from ...core.db import db
from ...students.models import Adviser, AdviserKind
from .. import solver
from ..models import Proposal, Reason
from ..queries import assignment as queries
from .assignment import Worked, propose

HEADS = {
    "student": ("student number", "学号"),
    "mentor": ("mentor number", "包保教师工号"),
    "thesis": ("thesis adviser number", "论文指导教师工号", "论文导师工号"),
    "internship": ("internship adviser number", "实习指导教师工号", "实习导师工号", "实习带队教师工号"),
}
"""What the columns are called, in any order; others are left alone."""

ADVISERS = {"thesis": AdviserKind.THESIS, "internship": AdviserKind.INTERNSHIP}


@dataclass(frozen=True)
class Problem:
    """What is wrong in which cell, as a spreadsheet names it."""

    cell: str
    text: str


@dataclass(frozen=True)
class Line:
    """One graduate whose mentor the list names."""

    number: str
    name: str
    before: str
    after: str


@dataclass
class Reading:
    """What a list would do. It may be entered if nothing is wrong with it and it does anything at all."""

    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    mentors: dict[int, int] = field(default_factory=dict)
    before: dict[int, int | None] = field(default_factory=dict)
    advisers: dict[tuple[int, AdviserKind], int] = field(default_factory=dict)
    changes: list[Line] = field(default_factory=list)
    new: int = 0
    moved: int = 0
    over: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def same(self) -> int:
        return len(self.mentors) - self.new - self.moved

    @property
    def does_anything(self) -> bool:
        return bool(self.changes or self.advisers)


def cell(row: int, column: int) -> str:
    """``B7`` for the second column of the seventh row."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return f"{name}{row}"


def read(table: Sequence[Sequence[str]], college: OrgUnit, cohort: Cohort) -> Reading:
    """Judge every row of the table against the register as it is now; nothing is written."""
    reading = Reading()
    head, columns = _columns(table)
    if "student" not in columns:
        said = _("There is no column “%(name)s”. Start from the template.", name=_("Student number"))
        reading.problems.append(Problem(cell(head + 1, 0), said))
        return reading
    body = [(n, row) for n, row in enumerate(table[head + 1 :], head + 2) if any(row)]
    reading.rows = len(body)
    graduates = queries.by_number(college.id, cohort.id)
    wanted = {row[c] for _n, row in body for key, c in columns.items() if key != "student" and c < len(row) and row[c]}
    staff = queries.staff_by_number(wanted)
    mentors = {m.id: m for m in queries.mentors(college.id, cohort.id)}
    judge = _Judge(reading, columns, graduates, staff, mentors)
    for number, row in body:
        judge.row(number, row)
    judge.loads()
    reading.advisers = _news(reading.advisers)
    return reading


def _columns(table: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The head row and where each known column is; the head may have a title above it."""
    known = {word: key for key, words in HEADS.items() for word in words}
    for number, row in enumerate(table[:10]):
        found: dict[str, int] = {}
        for place, text in enumerate(row):
            key = known.get(" ".join(text.lower().split()))
            if key:
                found.setdefault(key, place)
        if "student" in found:
            return number, found
    return 0, {}


@dataclass
class _Judge:
    reading: Reading
    columns: dict[str, int]
    graduates: dict[str, queries.Known]
    staff: dict[str, tuple[int, str]]
    mentors: dict[int, queries.Mentor]
    seen: dict[str, int] = field(default_factory=dict)
    shift: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def row(self, number: int, row: Sequence[str]) -> None:
        values = {key: row[c] if c < len(row) else "" for key, c in self.columns.items()}
        said = values["student"]
        student = self.graduates.get(said)
        if not said:
            self._wrong(number, "student", _("The student number is missing."))
        elif student is None:
            self._wrong(number, "student", _("No graduate of this college has the number %(number)s.", number=said))
        elif said in self.seen:
            self._wrong(number, "student", _("%(number)s is in row %(row)s already.", number=said, row=self.seen[said]))
            student = None
        else:
            self.seen[said] = number
        for key in ("mentor", *ADVISERS):
            text = values.get(key, "")
            person = self.staff.get(text)
            if not text:
                continue
            if person is None:
                self._wrong(number, key, _("No member of staff has the number %(number)s.", number=text))
            elif student is not None and key == "mentor":
                self._mentor(number, said, student, *person)
            elif student is not None:
                self.reading.advisers[student.id, ADVISERS[key]] = person[0]

    def _mentor(self, number: int, said: str, student: queries.Known, id: int, name: str) -> None:
        if id not in self.mentors and id != student.mentor_id:
            self._wrong(number, "mentor", _("%(name)s is no mentor of this college today.", name=name))
            return
        if student.fixed and id != student.mentor_id:
            words = _(
                "%(name)s and %(mentor)s are a fixed pair; release it first.", name=student.name, mentor=student.mentor
            )
            self._wrong(number, "mentor", words)
            return
        self.reading.mentors[student.id] = id
        self.reading.before[student.id] = student.mentor_id
        if id == student.mentor_id:
            return
        self.reading.changes.append(Line(said, student.name, student.mentor, name))
        self.shift[id] += student.weight
        if student.mentor_id is None:
            self.reading.new += 1
        else:
            self.reading.moved += 1
            self.shift[student.mentor_id] -= student.weight

    def _wrong(self, row: int, key: str, text: str) -> None:
        self.reading.problems.append(Problem(cell(row, self.columns[key]), text))

    def loads(self) -> None:
        """Who would answer for more than agreed: told, but not forbidden."""
        for id, more in self.shift.items():
            mentor = self.mentors.get(id)
            if mentor is not None and more > 0 and mentor.load + more > mentor.limit:
                self.reading.over.append((mentor.name, mentor.load + more, mentor.limit))
        self.reading.over.sort()


def _news(advisers: dict[tuple[int, AdviserKind], int]) -> dict[tuple[int, AdviserKind], int]:
    """Without those who are entered already."""
    there = queries.adviser_rows({student for student, _kind in advisers})
    return {key: id for key, id in advisers.items() if key not in there or there[key].user_id != id}


def enter(reading: Reading, college: OrgUnit, cohort: Cohort, actor: User) -> Proposal | None:
    """Enter the advisers, and make the mentors a draft to be confirmed; None where the list changes no mentor.

    Raises :class:`~.assignment.DraftThere`. The draft holds the graduates whom the list names; the others stay.
    """
    draft = None
    if reading.changes:
        pairs = [
            solver.Pair(student, mentor, Reason.PRESENT if mentor == reading.before[student] else Reason.IMPORTED)
            for student, mentor in sorted(reading.mentors.items())
        ]
        draft = propose(college, cohort, actor, Worked(pairs, reading.before, 0), keeps_present=True)
    there = queries.adviser_rows({student for student, _kind in reading.advisers})
    for (student, kind), user in reading.advisers.items():
        if (adviser := there.get((student, kind))) is not None:
            adviser.user_id = user
        else:
            db.session.add(Adviser(student_id=student, kind=kind, user_id=user))
    return draft
