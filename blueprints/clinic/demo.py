"""The demo's third chapter: a term in the clinic, with submissions in every state.

The papers are made, received and drawn first; then each submission's story is played through the
service functions, at the times at which it happened.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

import click
import sqlalchemy as sa

from ..accounts import queries as accounts
from ..accounts.models import Role
from ..core import audit, clock, files, jobs
from ..core.db import db, unit
from ..core.demo import Story, chapter
from ..core.sniff import Kind
from ..documents import places
from ..documents import queries as documents
from ..documents import service as papers
from ..documents.models import AnswerKind, Document, Drawing, MarkKind, Page
from ..documents.rendering import office_available
from ..students.models import Student
from . import invented, queries, service
from .demo_copies import copy_for_everyone
from .models import Outcome, State, Submission
from .workflow import SUBMISSION

SUBMISSIONS = 60
PAPERS = 60
BATCH = 20
PLAYED, PER_STUDENT_AT_SCALE = 240, 2
KINDS = frozenset({Kind.PDF, Kind.DOCX, Kind.JPG})

PLAN = (
    # state, rounds, how many of sixty
    (State.RETURNED, 1, 11),
    (State.WAITING, 1, 13),
    (State.REVIEWING, 1, 5),
    (State.PREPARING, 1, 4),
    (State.SIGNED_OFF, 2, 13),
    (State.WAITING, 2, 4),
    (State.RETURNED, 2, 3),
    (State.SIGNED_OFF, 1, 4),
    (State.WITHDRAWN, 1, 3),
)
NAMED = {
    0: (State.RETURNED, 1),
    1: (State.WAITING, 1),
    2: (State.REVIEWING, 1),
    3: (State.PREPARING, 1),
    4: (State.SIGNED_OFF, 2),
    5: (State.WAITING, 2),
    6: (State.RETURNED, 2),
}
"""The first sign-ins, each in a state of its own; student8 and student9 have handed in nothing yet."""
WITHOUT = (7, 8)


@dataclass(frozen=True)
class Paper:
    """A résumé of the story: what is in it, and the files of its two versions."""

    student: int
    resume: invented.Resume
    review: invented.Review
    first: files.Received
    second: invented.Resume
    revised: files.Received


@dataclass(frozen=True)
class Case:
    """One submission to be played: whose, to which state, after how many rounds."""

    number: int
    student: int
    state: State
    rounds: int


@chapter(30)
def the_clinic(story: Story) -> None:
    """Duties, papers, and the submissions."""
    with unit("write"):
        _duties(story)
    cases = list(_cases(story))
    made = _papers(story, cases)
    played = []
    for begin in range(0, len(cases), BATCH):
        with unit("write"):
            cast = Cast()
            for case in cases[begin : begin + BATCH]:
                tale = Tale(story, case, made[case.number % len(made)], cast)
                tale.tell()
                played.append(tale.submission_id)
    if story.scale > 1:
        named = {story.facts["students"][n][0] for n in (*NAMED, *WITHOUT)}
        copy_for_everyone(story, played, each=PER_STUDENT_AT_SCALE, but=named)
    with unit("write"):
        service.rank_queue()


def _duties(story: Story) -> None:
    audit.act_as(story.people["office1"].id, "clinic.appoint")
    for number, user_id in enumerate(story.facts["reviewers"]):
        user = accounts.user(user_id)
        grant = user.grants[0]
        away = (
            (clock.today() - timedelta(days=1), clock.today() + timedelta(days=4))
            if number % 12 == 11
            else (None, None)
        )
        college = next((u for _c, u, _m in story.facts["colleges"] if u.id == grant.unit_id), None)
        service.appoint(
            user,
            begins_on=grant.begins_on,
            ends_on=grant.ends_on,
            colleges=[college] if college else [],
            weekly_capacity=8 + number % 3 * 4,
            away_from=away[0],
            away_until=away[1],
        )


def _cases(story: Story) -> Iterator[Case]:
    """The named students first, each with one; then the plan's shares, spread over everyone else."""
    shares = [(state, rounds) for state, rounds, many in PLAN for _n in range(many)]
    most = SUBMISSIONS if story.scale <= 1 else PLAYED
    for number, (state, rounds) in NAMED.items():
        shares.remove((state, rounds))
        yield Case(number, number, state, rounds)
    others = [n for n in range(story.students) if n not in NAMED and n not in WITHOUT]
    mixed = shares.copy()
    story.chance.shuffle(mixed)
    many = min(most - len(NAMED), len(others))
    for index in range(many):
        state, rounds = mixed[index % len(mixed)]
        yield Case(len(NAMED) + index, others[index * len(others) // many], state, rounds)


# -- Papers ---------------------------------------------------------------------------------------------


def _papers(story: Story, cases: list[Case]) -> list[Paper]:
    """Each file made, received and drawn; the first sixty papers serve a story of any size."""
    made = []
    with click.progressbar(cases[:PAPERS], label="Making résumés", file=sys.stderr) as bar:
        for case in bar:
            _id, _user_id, index, major = story.facts["students"][case.student]
            person = story.facts["graduates"][index]
            resume = invented.resume(person, major, case.number)
            review = invented.review(resume, case.number)
            second = invented.revised(resume, review, case.number)
            kind = _kind(case)
            made.append(Paper(index, resume, review, _received(resume, kind), second, _received(second, kind)))
    _draw(made)
    return made


def _kind(case: Case) -> Kind:
    if case.number % 11 == 8:
        return Kind.JPG
    return Kind.DOCX if case.number % 7 == 6 and office_available() else Kind.PDF


def _received(resume: invented.Resume, kind: Kind) -> files.Received:
    make = {Kind.PDF: invented.as_pdf, Kind.DOCX: invented.as_docx, Kind.JPG: invented.as_photo}[kind]
    name = f"{resume.name}-{resume.target}-简历.{kind.value}"
    return files.receive(io.BytesIO(make(resume)), name, allowed=KINDS, limit=10 * 2**20)


def _draw(made: list[Paper]) -> None:
    with unit("write"):
        for paper in made:
            papers.drawing_of(paper.first)
            papers.drawing_of(paper.revised)
    with click.progressbar(length=2 * len(made), label="Drawing pages", file=sys.stderr) as bar:
        while (job := jobs.claim()) is not None:
            jobs.run(job)
            bar.update(1)


# -- The story of one submission ----------------------------------------------------------------------------


class Cast:
    """The actors of one unit of work, each loaded once."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}

    def __getitem__(self, user_id: int) -> Any:
        if user_id not in self._known:
            self._known[user_id] = accounts.user(user_id)
        return self._known[user_id]


class Tale:
    """A submission from the upload to its state."""

    def __init__(self, story: Story, case: Case, paper: Paper, cast: Cast) -> None:
        self.story, self.case, self.paper, self.cast = story, case, paper, cast
        self.student_id, self.user_id, _index, self.major = story.facts["students"][case.student]
        self.chance = story.chance
        self.today = clock.today()
        self.now = self._beginning()

    def _beginning(self) -> datetime:
        """When it all began: the further it has come, the longer ago; always in office hours."""
        back = {
            State.PREPARING: 0,
            State.REVIEWING: 1,
            State.WAITING: self.chance.choice((0, 0, 1, 1, 2, 5)),
            State.WITHDRAWN: 6,
            State.RETURNED: self.chance.randint(2, 6),
            State.SIGNED_OFF: self.chance.randint(4, 14),
        }[self.case.state] + 6 * (self.case.rounds - 1)
        day = clock.working_days_before(clock.today(), back) if back else clock.today()
        moment = datetime.combine(day, time(8, 30), clock.ZONE) + timedelta(minutes=self.chance.randint(0, 480))
        return min(moment, clock.now() - timedelta(minutes=self.chance.randint(40, 400)))

    def tell(self) -> None:
        self._hand_in()
        if self.case.state is State.PREPARING:
            return
        self._confirm()
        for round_no in range(1, self.case.rounds + 1):
            last = round_no == self.case.rounds
            if round_no > 1:
                self._next_version()
            if last and self.case.state is State.WAITING:
                return
            if last and self.case.state is State.WITHDRAWN:
                return self._student("submission.withdraw", lambda me: SUBMISSION.fire("withdraw", self.submission, me))
            self._claim()
            self._call_and_mark(round_no)
            if last and self.case.state is State.REVIEWING:
                return None
            self._publish(sign_off=last and self.case.state is State.SIGNED_OFF)
        if self.case.state is State.RETURNED and self.case.number % 2:
            self._answer()
        return None

    # -- acts --

    @contextmanager
    def _as(self, user_id: int, verb: str, minutes: int) -> Iterator[Any]:
        self.now = min(self.now + timedelta(minutes=minutes), clock.now())
        with clock.told(self.now):
            audit.act_as(user_id, verb)
            yield self.cast[user_id]

    def _student(self, verb: str, act: Any, minutes: int = 6) -> None:
        with self._as(self.user_id, verb, minutes) as me:
            act(me)

    def _hand_in(self) -> None:
        resume = self.paper.resume
        with self._as(self.user_id, "clinic.create", 0):
            student = db.session.get_one(Student, self.student_id)
            interview = clock.today() + timedelta(days=self.chance.randint(1, 9)) if self.case.number % 6 == 1 else None
            made = service.submit(
                student,
                self.paper.first,
                target=resume.target,
                ask=invented.ask(resume, self.case.number),
                focus=self.chance.sample(["structure", "match", "results", "language", "layout"], 2),
                interview_on=interview,
            )
            db.session.flush()
            self.submission_id = made.id

    @cached_property
    def submission(self) -> Submission:
        query = sa.select(Submission).where(Submission.id == self.submission_id).options(*queries.FULL)
        return db.session.scalars(query.execution_options(populate_existing=True)).one()

    def _confirm(self) -> None:
        self._student("submission.confirm", lambda me: SUBMISSION.fire("confirm", self.submission, me))

    def _next_version(self) -> None:
        wait = int(self.chance.uniform(1, 3) * 24 * 60)
        self._student(
            "submission.resubmit", lambda me: service.next_version(self.submission, me, self.paper.revised), wait
        )
        self.submission.current.document.drawing = db.session.get_one(
            Drawing, self.submission.current.document.drawing_id
        )
        self._confirm()

    @cached_property
    def reviewer_id(self) -> int:
        """Whoever of the roster covers the college; the first three have more than their share."""
        if self.case.number == 2:
            return int(self.story.facts["reviewers"][0])
        fitting = [
            r
            for r in self.story.facts["reviewers"]
            if None in (units := self.cast[r].units(Role.REVIEWER)) or self.submission.college_id in units
        ]
        return int(self.chance.choice(fitting))

    def _claim(self) -> None:
        minutes = 1 if self.case.state is State.REVIEWING else self.chance.randint(60, 900)
        if self.case.state is State.REVIEWING:
            self.now = clock.now() - timedelta(minutes=self.chance.randint(4, 20))
        with self._as(self.reviewer_id, "submission.claim", minutes) as me:
            SUBMISSION.fire("claim", self.submission, me)

    def _call_and_mark(self, round_no: int) -> None:
        call = self.paper.review.call
        round_ = self.submission.current
        with self._as(self.reviewer_id, "clinic.calls", 4) as me:
            service.record_call(
                self.submission,
                round_,
                me,
                Outcome.REACHED if call.reached else Outcome.NOT_REACHED,
                minutes=call.minutes if call.reached else None,
                skills=call.skills,
                wishes=call.wishes,
                obstacle=call.obstacle,
            )
        resume = self.paper.resume if round_no == 1 else self.paper.second
        review = self.paper.review if round_no == 1 else invented.review(resume, self.case.number + 1)
        self.review = review
        document = self.submission.current.document
        with self._as(self.reviewer_id, "clinic.annotate", 9):
            for mark in review.marks:
                self._mark(document, mark)
            service.worked(self.submission)
            db.session.flush()

    def _mark(self, document: Document, mark: invented.Mark) -> None:
        for page in db.session.scalars(sa.select(Page).where(Page.drawing_id == document.drawing_id)):
            spans = invented.where(mark.find, [line["text"] for line in page.lines])
            if spans:
                sel = ";".join(f"{line}:{start}-{end}" for line, start, end in spans)
                place = places.find(page, sel=sel)
            elif page.scan:
                top = self.chance.uniform(0.1, 0.8) * page.height
                place = places.find(page, box=f"60,{top:.0f},{page.width - 60:.0f},{top + 40:.0f}")
            else:
                continue
            papers.mark(document, self.reviewer_id, page.no, place, MarkKind(mark.kind), mark.body)
            return

    def _publish(self, sign_off: bool) -> None:
        days = max((task.days for task in self.review.tasks), default=5)
        move = "sign_off" if sign_off else "revise"
        with self._as(self.reviewer_id, f"submission.{move}", 8) as me:
            due = None if sign_off else max(clock.today(), self.today) + timedelta(days=days)
            service.publish(
                self.submission, self.submission.current, me, decision=move, summary=self.review.summary, due_on=due
            )

    def _answer(self) -> None:
        document_id = self.submission.current.document_id
        said = invented.answers(self.review, self.case.number)
        marks = documents.marks([document_id], drafts_of=None, viewer=self.user_id)[document_id]
        with self._as(self.user_id, "clinic.answer_mark", 300):
            for mark, answer in zip(marks, said, strict=False):
                if mark.wants_answer and self.chance.random() < 0.6:
                    row = documents.mark(document_id, mark.id)
                    if row is not None:
                        papers.answer(
                            row, self.user_id, AnswerKind(answer.kind), answer.text if answer.kind != "done" else ""
                        )
