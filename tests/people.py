"""The cast: a small school whose people the tests know by name."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from fpdf import FPDF

from blueprints.accounts import queries as accounts
from blueprints.accounts import service as people
from blueprints.accounts.models import Role, UnitKind
from blueprints.clinic import queries, service
from blueprints.clinic.models import Outcome, Submission
from blueprints.clinic.workflow import SUBMISSION
from blueprints.core import audit, clock, files
from blueprints.core.db import db, unit
from blueprints.core.sniff import Kind
from blueprints.documents import places
from blueprints.documents import service as documents
from blueprints.documents.models import Drawing, MarkKind, Page, PagePicture
from blueprints.students import service as register
from blueprints.students.models import Student

PASSWORD = "a quiet harbour in spring"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SINCE, UNTIL = date(2026, 9, 1), date(2027, 7, 31)


@dataclass(frozen=True)
class Person:
    """Someone of the cast: how they sign in, and their ids."""

    login: str
    name: str
    id: int
    student_id: int = 0


@dataclass(frozen=True)
class Cast:
    """Two colleges; students of both; reviewers of the whole school and of one college; everyone else once."""

    lin: Person
    meng: Person
    far: Person
    shen: Person
    ding: Person
    luo: Person
    office: Person
    admin: Person
    leader: Person
    counselor: Person
    mentor: Person
    president: Person
    incubator: Person
    maths: int
    arts: int

    @classmethod
    def arrive(cls) -> Cast:
        """Put everybody into the database."""
        with unit("write"):
            audit.act_as(None, "test")
            return _arrive()

    @property
    def everyone(self) -> dict[str, Person]:
        return {k: v for k, v in vars(self).items() if isinstance(v, Person)}


def _arrive() -> Cast:
    school = people.add_unit(UnitKind.UNIVERSITY, "0", "北湖师范学院")
    cohort = people.add_cohort(2027, is_current=True)
    db.session.flush()
    maths, arts = (
        people.add_unit(UnitKind.COLLEGE, c, n, school) for c, n in (("01", "数学科学学院"), ("02", "美术学院"))
    )
    db.session.flush()
    majors = {u.id: people.add_unit(UnitKind.MAJOR, "m", "数学与应用数学", u) for u in (maths, arts)}
    db.session.flush()
    classes = {u.id: people.add_unit(UnitKind.CLASS, "1", "数学 1 班", majors[u.id]) for u in (maths, arts)}
    db.session.flush()

    def student(login: str, name: str, number: str, college: Any, level: int = 0) -> Person:
        made = register.enrol(
            login,
            name,
            number,
            cohort=cohort,
            college=college,
            major=majors[college.id],
            class_=classes[college.id],
            phone="138 0000 0001",
            email=f"{login}@example.edu.cn",
            support_level=level,
            since=SINCE,
        )
        made.user.password_hash = _HASH
        return Person(login, name, made.user_id, made.id)

    def staff(login: str, name: str, role: Role, unit_: Any = None) -> Person:
        user = people.create_person(login, name, number=f"T-{login}", email=f"{login}@example.edu.cn")
        people.grant(user, role, unit=unit_, begins_on=SINCE, ends_on=UNTIL)
        user.password_hash = _HASH
        return Person(login, name, user.id)

    return Cast(
        lin=student("lin", "林知夏", "2023010226", maths),
        meng=student("meng", "孟归舟", "2023010214", maths, level=1),
        far=student("far", "那木罕·巴特尔", "2023020208", arts),
        shen=staff("shen", "沈怀瑾", Role.REVIEWER),
        ding=staff("ding", "丁伯言", Role.REVIEWER),
        luo=staff("luo", "罗映雪", Role.REVIEWER, maths),
        office=staff("cao", "曹岩远", Role.OFFICE),
        admin=staff("root", "潘可云", Role.ADMIN),
        leader=staff("ye", "叶念星", Role.COLLEGE_LEADER, maths),
        counselor=staff("xu", "徐艺未", Role.COUNSELOR, classes[maths.id]),
        mentor=staff("jia", "贾泽南", Role.MENTOR, maths),
        president=staff("gao", "高禾佳", Role.SCHOOL_LEADER),
        incubator=staff("bai", "白若水", Role.INCUBATOR_MANAGER),
        maths=maths.id,
        arts=arts.id,
    )


# -- What they do ------------------------------------------------------------------------------------------


@cache
def pdf(*lines: str) -> bytes:
    """A one-page PDF with these lines of Latin text."""
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica", size=12)
    for line in lines or ("Lin Zhixia", "Primary school maths teacher", "Taught two classes, helped students improve"):
        made.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    return bytes(made.output())


def receive(content: bytes | None = None, name: str = "林知夏-简历.pdf") -> files.Received:
    return files.receive(io.BytesIO(content or pdf()), name, allowed=frozenset(Kind), limit=10 * 2**20)


def draw_by_hand(drawing: Drawing) -> None:
    """Give a drawing one page with three lines, without the child; the rendering has tests of its own."""
    if drawing.ready_at is not None:
        return
    texts = ("Lin Zhixia", "Primary school maths teacher", "Taught two classes, helped students improve")
    lines = [
        {
            "text": t,
            "x0": 70.0,
            "y0": 80.0 + 20 * n,
            "x1": 70.0 + 6 * len(t),
            "y1": 94.0 + 20 * n,
            "xs": [70.0 + 6 * i for i in range(len(t) + 1)],
        }
        for n, t in enumerate(texts)
    ]
    page = Page(drawing_id=drawing.id, no=1, width=595.0, height=842.0, lines=lines)
    db.session.add(page)
    db.session.flush()
    db.session.add(PagePicture(page_id=page.id, width=1240, blob_id=drawing.blob_id))
    drawing.page_count, drawing.has_text, drawing.ready_at = 1, True, clock.now()


def submission(id: int) -> Submission:
    query = sa.select(Submission).where(Submission.id == id).options(*queries.FULL)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def hand_in(who: Person, target: str = "小学数学教师", *, confirm: bool = True, **facts: Any) -> int:
    """A submission of this student, queued unless told otherwise; returns its id."""
    received = receive(facts.pop("content", None))
    with unit("write"):
        audit.act_as(who.id, "clinic.create")
        student = db.session.get_one(Student, who.student_id)
        made = service.submit(student, received, target=target, **facts)
        db.session.flush()
        id_ = made.id
        draw_by_hand(submission(id_).current.document.drawing)
    if confirm:
        move(id_, "confirm", who)
    return id_


def move(id_: int, name: str, who: Person, **data: Any) -> bool:
    with unit("write"):
        audit.act_as(who.id, f"submission.{name}")
        return SUBMISSION.fire(name, submission(id_), accounts.user(who.id), **data)


def mark(
    id_: int, who: Person, *, line: int = 2, kind: MarkKind = MarkKind.MUST_FIX, body: str = "How many, how much?"
) -> int:
    with unit("write"):
        audit.act_as(who.id, "clinic.annotate")
        held = submission(id_)
        document = held.current.document
        page = db.session.scalars(sa.select(Page).where(Page.drawing_id == document.drawing_id, Page.no == 1)).one()
        made = documents.mark(document, who.id, 1, places.find(page, line=str(line)), kind, body)
        service.worked(held)
        db.session.flush()
        return made.id


def review(id_: int, who: Person, decision: str = "revise", summary: str = "Good bones; add numbers.") -> None:
    """Claim, call, mark and publish."""
    move(id_, "claim", who)
    mark(id_, who)
    with unit("write"):
        audit.act_as(who.id, "submission.publish")
        held, actor = submission(id_), accounts.user(who.id)
        service.record_call(held, held.current, actor, Outcome.REACHED, minutes=8, skills="", wishes="", obstacle="")
        service.publish(held, held.current, actor, decision=decision, summary=summary, due_on=None)
