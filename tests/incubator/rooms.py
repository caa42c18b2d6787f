"""Test data of the incubator. Everything opens its own unit and gives an id; call it inside an app context."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import Cohort, Grant, OrgUnit, Role
from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.core.verify import CHECKS
from blueprints.documents import service as documents
from blueprints.incubator import checklist
from blueprints.incubator.fitting import term_end
from blueprints.incubator.models import (
    Answer,
    Application,
    ApplicationState,
    Block,
    Building,
    Criterion,
    Field,
    Floor,
    Intake,
    IntakeState,
    Kind,
    Member,
    Paper,
    PaperKind,
    Referee,
    Score,
    Sheet,
    Workspace,
)
from blueprints.incubator.queries import tenancy as tenancies
from blueprints.incubator.service import offer as offers
from blueprints.incubator.service import tenancy as tenancy_service
from blueprints.students import service as register
from blueprints.students.models import Student
from tests.people import _HASH, Person, draw_by_hand, receive


def a_floor(name: str = "2 层", building: str = "创业楼", **facts: Any) -> int:
    """A floor of 960 by 440 with a corridor, in this building, which is made when it is not there."""
    facts = {"scenery": [{"name": "走廊", "x": 0, "y": 165, "w": 960, "h": 70}], **facts}
    with unit("write"):
        audit.act_as(None, "test")
        house = db.session.scalars(sa.select(Building).where(Building.name == building)).one_or_none()
        if house is None:
            house = Building(name=building)
            db.session.add(house)
            db.session.flush()
        made = Floor(building_id=house.id, name=name, **facts)
        db.session.add(made)
        db.session.flush()
        return made.id


def a_workspace(code: str = "201", floor: int | None = None, **facts: Any) -> int:
    """A studio of six seats on this floor (else on the first one), beside those that are there."""
    if floor is None:
        with unit("read"):
            floor = db.session.scalars(sa.select(Floor.id).order_by(Floor.id).limit(1)).one_or_none()
        floor = floor or a_floor()
    with unit("write"):
        audit.act_as(None, "test")
        there = db.session.scalar(sa.select(sa.func.count()).where(Workspace.floor_id == floor)) or 0
        row, column = divmod(there, 8)
        place = {"x": column * 120, "y": row * 170, "w": 120, "h": 165}
        facts = {"kind": Kind.STUDIO, "seats": 6, "area": 40, "fee": 30000, **place, **facts}
        made = Workspace(floor_id=floor, code=code, **facts)
        db.session.add(made)
        db.session.flush()
        return made.id


def a_block(workspace: int, begins_on: date, ends_on: date, reason: str = "消防改造") -> int:
    """A time in which this workspace is not lent."""
    with unit("write"):
        audit.act_as(None, "test")
        made = Block(workspace_id=workspace, begins_on=begins_on, ends_on=ends_on, reason=reason)
        db.session.add(made)
        db.session.flush()
        return made.id


def an_application(
    lead: Person,
    *,
    intake: int | None = None,
    members: Iterable[Person] = (),
    asked: Iterable[Person] = (),
    texts: bool = True,
    plan: bool = True,
    **facts: Any,
) -> int:
    """A draft of this student's in the newest open call (made if there is none), complete unless told otherwise.

    ``members`` have confirmed, ``asked`` have not answered. Another state comes by ``status=`` (and ``approved_at=``).
    """
    received = receive() if plan else None
    with unit("write"):
        audit.act_as(lead.id, "test")
        student = db.session.get_one(Student, lead.student_id)
        facts = {"team": "松针手作", "from_on": clock.today() + timedelta(days=60), "seats": 4, **facts}
        made = Application(intake_id=intake or _open_call(), lead_id=student.id, college_id=student.college_id, **facts)
        db.session.add(made)
        db.session.flush()
        for who, answer in [(m, Answer.CONFIRMED) for m in members] + [(m, Answer.ASKED) for m in asked]:
            at = clock.now() if answer is Answer.CONFIRMED else None
            db.session.add(
                Member(application_id=made.id, student_id=who.student_id, part="网店", answer=answer, answered_at=at)
            )
        for kind in checklist.FIELDS if texts else ():
            db.session.add(Field(application_id=made.id, name=kind.name, text=f"写好的{kind.name}", by_id=lead.id))
        if received is not None:
            document = documents.take(received, lead.id)
            draw_by_hand(document.drawing)
            db.session.flush()
            db.session.add(Paper(application_id=made.id, kind=PaperKind.PLAN, document_id=document.id))
        return made.id


def _open_call() -> int:
    found = db.session.scalars(sa.select(Intake.id).where(Intake.status == IntakeState.OPEN).limit(1)).one_or_none()
    if found is not None:
        return found
    today = clock.today()
    by = db.session.scalars(sa.select(Grant.user_id).where(Grant.role == Role.INCUBATOR_MANAGER).limit(1)).one()
    made = Intake(
        name="2027 春季批次",
        opens_on=today - timedelta(days=10),
        closes_on=today + timedelta(days=24),
        status=IntakeState.OPEN,
        made_by=by,
        published_at=clock.now(),
        rule="按标准打分，达到入驻线即可入驻。",
    )
    db.session.add(made)
    db.session.flush()
    names = (("项目价值", 25), ("可行性", 25), ("团队", 20), ("市场与收入", 15), ("育人与带动", 15))
    for place, (name, weight) in enumerate(names):
        db.session.add(Criterion(intake_id=made.id, place=place, name=name, weight=weight))
    return made.id


# -- Calls, sheets, decisions (judge) ---------------------------------------------------------------------------


def a_call(
    *referees: Person, status: IntakeState = IntakeState.REVIEWING, weights: tuple[int, ...] = (60, 40), **facts: Any
) -> int:
    """A call with these referees, closed for applications and being reviewed unless told otherwise."""
    today = clock.today()
    days = {"opens_on": today - timedelta(days=30), "closes_on": today - timedelta(days=1)}
    if status in (IntakeState.DRAFT, IntakeState.OPEN):
        days = {"opens_on": today - timedelta(days=3), "closes_on": today + timedelta(days=20)}
    with unit("write"):
        audit.act_as(None, "test")
        by = db.session.scalars(sa.select(Grant.user_id).where(Grant.role == Role.INCUBATOR_MANAGER).limit(1)).one()
        facts = {"name": "2026 秋季批次", "entry_bar": 7000, "relaxed_bar": 6000, **days, **facts}
        published = None if status is IntakeState.DRAFT else clock.now()
        made = Intake(status=status, made_by=by, published_at=published, **facts)
        db.session.add(made)
        db.session.flush()
        for place, weight in enumerate(weights):
            names = ("项目价值", "可行性", "团队", "市场与收入", "育人与带动")
            db.session.add(Criterion(intake_id=made.id, place=place, name=names[place], weight=weight))
        for who in referees:
            db.session.add(Referee(intake_id=made.id, user_id=who.id))
        db.session.flush()
        return made.id


def criteria_of(call: int) -> list[int]:
    with unit("read"):
        return list(
            db.session.scalars(sa.select(Criterion.id).where(Criterion.intake_id == call).order_by(Criterion.place))
        )


def a_sheet(application: int, referee: Person, *points: int, hand_in: bool = True, remark: str = "") -> int:
    """A referee's sheet with these points, one for each criterion in order."""
    with unit("write"):
        audit.act_as(referee.id, "test")
        held = db.session.get_one(Application, application)
        criteria = list(
            db.session.scalars(
                sa.select(Criterion.id).where(Criterion.intake_id == held.intake_id).order_by(Criterion.place)
            )
        )
        at = clock.now() if hand_in else None
        made = Sheet(application_id=application, user_id=referee.id, remark=remark, handed_in_at=at)
        db.session.add(made)
        db.session.flush()
        for criterion, given in zip(criteria, points, strict=False):
            db.session.add(Score(sheet_id=made.id, criterion_id=criterion, points=given))
        return made.id


def more_students(count: int, like: Person) -> list[Person]:
    """As many further students of the class of this one."""
    with unit("write"):
        audit.act_as(None, "test")
        of = db.session.get_one(Student, like.student_id)
        cohort, places = db.session.get_one(Cohort, of.cohort_id), {}
        for name in ("college", "major", "class_"):
            places[name] = db.session.get_one(OrgUnit, getattr(of, f"{name.rstrip('_')}_id"))
        made = []
        for n in range(count):
            login, name = f"more{n}", f"同学{n:02}"
            student = register.enrol(
                login,
                name,
                f"20239{n:05}",
                cohort=cohort,
                phone=None,
                email=None,
                support_level=0,
                since=clock.today() - timedelta(days=30),
                **places,
            )
            student.user.password_hash = _HASH
            db.session.flush()
            made.append(Person(login, name, student.user_id, student.id))
        return made


# -- Offers and tenancies (tenancy) -----------------------------------------------------------------------------


def approved(lead: Person, **facts: Any) -> int:
    """A team that waits for a room; by default it wants one from today on."""
    facts = {"from_on": clock.today(), "points": 7000, "texts": False, "plan": False, **facts}
    return an_application(lead, approved_at=clock.now(), **{"status": ApplicationState.APPROVED, **facts})


def an_offer(by: Person, application: int, workspace: int, begins_on: date | None = None, months: int = 12) -> int:
    """The room offered by the manager, to be answered within a week."""
    begins_on = begins_on or clock.today()
    with unit("write"):
        audit.act_as(by.id, "test")
        pair = offers.Pair(application, workspace, begins_on, term_end(begins_on, months))
        return offers.offer(accounts.user(by.id), [pair], clock.today() + timedelta(days=7))[0].id


def tenancy_act(tenancy: int, act: Any, who: Person, *args: Any) -> Any:
    """``act(tenancy, actor, …)`` of the service in a unit of its own; ids stand for what it gives."""
    with unit("write"):
        audit.act_as(who.id, "test")
        made = act(tenancies.whole([tenancy])[0], accounts.user(who.id), *args)
        db.session.flush()
        return getattr(made, "id", made)


def in_a_room(lead: Person, by: Person, application: int, workspace: int, **facts: Any) -> int:
    """Offered, accepted and signed."""
    made = an_offer(by, application, workspace, **facts)
    tenancy_act(made, tenancy_service.accept, lead)
    tenancy_act(made, tenancy_service.sign, by)
    return made


def sound() -> list[str]:
    """What ``flask verify`` finds wrong in the incubator."""
    with unit("read"):
        return [says for fn in CHECKS if fn.__module__ == "blueprints.incubator.verify" for says in fn()]
