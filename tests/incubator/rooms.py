"""Test data of the incubator. Everything opens its own unit and gives an id; call it inside an app context."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from blueprints.core import audit
from blueprints.core.db import db, unit
from blueprints.incubator.models import Block, Building, Floor, Kind, Workspace
from blueprints.accounts.models import Grant, Role
from blueprints.core import clock
from blueprints.documents import service as documents
from blueprints.incubator import checklist
from blueprints.incubator.models import Answer, Application, Criterion, Field, Intake, IntakeState, Member, Paper, PaperKind
from blueprints.students.models import Student
from tests.people import Person, draw_by_hand, receive


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

    ``members`` have confirmed, ``asked`` have not answered. Any other state comes by ``status=`` (and ``approved_at=``).
    """
    received = receive() if plan else None
    with unit("write"):
        audit.act_as(lead.id, "test")
        student = db.session.get_one(Student, lead.student_id)
        facts = {"team": "松针手作", "from_on": clock.today() + timedelta(days=60), "seats": 4, **facts}
        made = Application(
            intake_id=intake or _open_call(), lead_id=student.id, college_id=student.college_id, **facts
        )
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
