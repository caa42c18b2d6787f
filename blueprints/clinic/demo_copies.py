"""A large demo: what was played for some students is copied, row for row, for everyone else.

Playing takes some thirty milliseconds a submission, copying one. A copy has its own rows with its own ids, its
own student of the same college and its own hour, and its history tells of its own rows; notices, mails and
drafts are not copied.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from ..core.audit import AuditEntry
from ..core.db import db, unit
from ..core.demo import Story
from ..core.ids import new_id
from ..documents.models import Annotation, Answer, Document
from ..students.models import Student
from . import service
from .models import Call, PrescriptionCounter, Round, State, Submission

BATCH = 500
ID = re.compile(r"\d{17,19}")
Row = dict[str, Any]


def _table(model: Any) -> sa.Table:
    return cast(sa.Table, model.__table__)


SUBMISSION, ROUND, AUDIT = _table(Submission), _table(Round), _table(AuditEntry)
TABLES = (SUBMISSION, _table(Document), ROUND, _table(Call), _table(Annotation), _table(Answer), AUDIT)
"""In the order in which they refer to each other."""


class Original:
    """One played submission: its rows by table, and whose it is."""

    def __init__(self, submission_id: int) -> None:
        self.rows = {table: [dict(row._mapping) for row in found] for table, found in _parts(submission_id)}
        self.submission = self.rows[SUBMISSION][0]
        student = db.session.get_one(Student, self.submission["student_id"])
        self.owner = {student.id: "student", student.user_id: "user"}
        self.own_ids = sorted(row["id"] for rows in self.rows.values() for row in rows)

    @property
    def is_held(self) -> bool:
        return self.submission["status"] is State.REVIEWING


def _parts(submission_id: int) -> Iterator[tuple[sa.Table, list[Any]]]:
    documents = [d for (d,) in _select(ROUND, ROUND.c.submission_id == submission_id, ROUND.c.document_id)]
    topics = sa.or_(
        sa.and_(AUDIT.c.topic_type == "submission", AUDIT.c.topic_id == submission_id),
        sa.and_(AUDIT.c.topic_type == "document", AUDIT.c.topic_id.in_(documents)),
    )
    for table in TABLES:
        if table is AUDIT:
            where: sa.ColumnElement[bool] = topics
        elif table is SUBMISSION:
            where = table.c.id == submission_id
        elif "submission_id" in table.c:
            where = table.c.submission_id == submission_id
        else:
            where = table.c["document_id" if "document_id" in table.c else "id"].in_(documents)
        yield table, _select(table, where)


def _select(table: sa.Table, where: sa.ColumnElement[bool], *columns: Any) -> list[Any]:
    return list(db.session.execute(sa.select(*(columns or table.c)).where(where).order_by(table.c.id)).all())


class Copier:
    """Copies originals until every student has as many submissions as the story wants."""

    def __init__(self, story: Story, played: list[int]) -> None:
        self.chance = story.chance
        self.by_college: dict[int, list[Original]] = defaultdict(list)
        for submission_id in played:
            original = Original(submission_id)
            self.by_college[original.submission["college_id"]].append(original)
        self.number = db.session.scalars(sa.select(PrescriptionCounter.last)).one()

    def copy(self, students: list[tuple[Any, int]]) -> None:
        """Store one more submission for each (id, user_id, college_id); the number is which of theirs, from 0."""
        made: dict[sa.Table, list[Row]] = {table: [] for table in TABLES}
        for student, turn in students:
            pool = self.by_college[student.college_id]
            self._copy(pool[self.chance.randrange(len(pool))], student, turn, made)
        for table, rows in made.items():
            if rows:
                db.session.execute(sa.insert(table), rows)

    def _copy(self, original: Original, student: Any, turn: int, made: dict[sa.Table, list[Row]]) -> None:
        ids = {old: new_id() for old in original.own_ids}
        ids |= {old: student.id if what == "student" else student.user_id for old, what in original.owner.items()}
        earlier = timedelta(minutes=0 if original.is_held else self.chance.randint(0, 480))
        for table, rows in original.rows.items():
            made[table] += [{name: _copied(value, ids, earlier) for name, value in row.items()} for row in rows]
        submission = made[SUBMISSION][-1]
        if turn:
            submission["target"] += f"（{turn + 1}）"
        submission["target_key"], submission["slot"] = service.target_key(submission["target"]), turn + 1
        for entry in made[AUDIT][-len(original.rows[AUDIT]) :]:
            entry["changes"] = ID.sub(lambda found: str(ids.get(int(found[0]), found[0])), entry["changes"])
            entry["seq"] = entry["hash"] = None
        for round_ in made[ROUND][-len(original.rows[ROUND]) :]:
            if round_["rx_number"] is not None:
                self.number += 1
                round_["rx_number"] = self.number

    def finish(self) -> None:
        """The next prescription goes on after the copies."""
        for counter in db.session.scalars(sa.select(PrescriptionCounter)):
            counter.last = self.number


def _copied(value: Any, ids: dict[int, int], earlier: timedelta) -> Any:
    if type(value) is int:  # an id is one of a kind in the whole database, so every mention of it is found by value
        return ids.get(value, value)
    return value - earlier if isinstance(value, datetime) else value


def copy_for_everyone(story: Story, played: list[int], *, each: int, but: set[int]) -> None:
    """Give every student ``each`` submissions, the played ones included; those of ``but`` keep what they have."""
    with unit("read"):
        copier = Copier(story, played)
        everyone = sa.select(Student.id, Student.user_id, Student.college_id).order_by(Student.id)
        had: dict[int, int] = dict(
            db.session.execute(sa.select(SUBMISSION.c.student_id, sa.func.count()).group_by("student_id")).all()
        )
        wanted = [
            (student, turn)
            for turn in range(each)
            for student in db.session.execute(everyone)
            if turn >= had.get(student.id, 0) and student.id not in but
        ]
    for begin in range(0, len(wanted), BATCH):
        with unit("write"):
            copier.copy(wanted[begin : begin + BATCH])
    with unit("write"):
        copier.finish()
