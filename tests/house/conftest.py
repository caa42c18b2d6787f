"""A clinic with something in every state, and a way to try an act without its effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa

from blueprints.accounts import service as accounts
from blueprints.accounts.models import Cohort, Notice, OrgUnit, User
from blueprints.clinic import service
from blueprints.core import clock
from blueprints.core.db import db, unit
from blueprints.incubator.models import Application, Building, Floor, IntakeState, Paper
from blueprints.incubator.queries.application import WHOLE
from blueprints.incubator.service import endorsement as endorsements
from blueprints.mentoring import plan_templates
from blueprints.mentoring.models import HandoverCause, HandoverItem, Level, PlanStep
from blueprints.mentoring.service import assignment, diary
from blueprints.mentoring.service import handover as handovers
from blueprints.mentoring.service import help_request as help_requests
from blueprints.mentoring.service import plan as plans
from blueprints.mentoring.service import tag as tags
from blueprints.students import queries as register
from blueprints.students.models import Code, Side, Student
from tests import people
from tests.incubator import rooms
from tests.mentoring import care
from tests.people import Cast

MAY_1 = date(2027, 5, 1)


@dataclass(frozen=True)
class Scene:
    """lin's second round, which shen holds: a published mark of the first, a draft of the second, lin's notice."""

    cast: Cast
    submission: int
    published: int
    draft: int
    notice: int
    link: str
    stranger: str
    things: dict[str, int]
    """What the routes of other slices are about: the beginning of a rule -> an id; and values of further parts."""


@pytest.fixture
def scene(app, cast: Cast) -> Scene:
    with app.app_context():
        id_ = people.hand_in(cast.lin)
        people.move(id_, "claim", cast.shen)
        published = people.mark(id_, cast.shen)
        with unit("write"):
            held, actor = people.submission(id_), people.accounts.user(cast.shen.id)
            service.record_call(
                held, held.current, actor, people.Outcome.REACHED, minutes=8, skills="", wishes="", obstacle=""
            )
            service.publish(held, held.current, actor, decision="revise", summary="More numbers.", due_on=None)
        with unit("write"):
            student = people.accounts.user(cast.lin.id)
            service.next_version(people.submission(id_), student, people.receive(people.pdf("second")))
            people.draw_by_hand(people.submission(id_).current.document.drawing)
        people.move(id_, "confirm", cast.lin)
        people.move(id_, "claim", cast.shen)
        draft = people.mark(id_, cast.shen, line=1)
        with unit("write") as session:
            link = accounts.one_time_link(session.get_one(User, cast.mentor.id))
            notice = session.scalars(sa.select(Notice.id).where(Notice.user_id == cast.lin.id)).first()
        things = {"/students/<": cast.lin.student_id, "user_id": cast.ding.id, **mentoring(cast), **incubator(cast)}
        stranger = care.another_mentor(cast, "song", "宋远舟", cast.arts)
    return Scene(cast, id_, published, draft, notice, link.rpartition("/")[2], stranger.login, things)


def mentoring(cast: Cast) -> dict[str, int]:
    """The mentor answers for lin: a contact, a sealed tag, a plan, a question, a diary line, a hand-over, a draft."""
    care.assign(cast.lin, cast.mentor)
    contact = care.log(cast.lin, cast.mentor, promise="投三份简历", promise_by=Side.STUDENT, private="夜里睡不好")
    receiver = care.another_mentor(cast)
    with unit("write") as session:
        mentor, counselor, leader = (people.accounts.user(p.id) for p in (cast.mentor, cast.counselor, cast.leader))
        lin = session.scalars(
            sa.select(Student).where(Student.id == cast.lin.student_id).options(*register.WHOLE)
        ).one()
        (tag,) = tags.keep(lin, counselor, ["dibao"], None, None)
        template = plan_templates.TEMPLATES[0]
        plans.begin(lin, mentor, template, "一所小学", range(len(template.steps)))
        question = help_requests.ask(lin, mentor, Level.MENTOR, "能不能问问补助？")
        line = diary.add(mentor.id, clock.today(), "例会")
        absence = handovers.enter_absence(mentor, mentor, people.accounts.user(receiver.id), MAY_1, MAY_1, "")
        view = accounts.save_view(counselor, "mentoring.graduates", "到期", "tab=due")
        made = handovers.create(
            mentor, mentor, people.accounts.user(receiver.id), [lin], cause=HandoverCause.LEAVES, note=""
        )
        session.flush()
        college, cohort = session.get_one(OrgUnit, cast.maths), session.scalars(sa.select(Cohort)).one()
        proposal = assignment.propose(
            college, cohort, leader, assignment.work_out(college.id, cohort, True), keeps_present=True
        )
        session.flush()
        step = session.scalars(sa.select(PlanStep.id).order_by(PlanStep.place)).first()
        item = session.scalars(sa.select(HandoverItem.id)).first()
        code = session.scalars(sa.select(Code.id).where(Code.code == "dibao")).one()
        return {
            "/mentoring/assignments/<": proposal.id,
            "/mentoring/codes/<": code,
            "/mentoring/contacts/<": contact,
            "/mentoring/diary/lines/<": line.id,
            "/mentoring/handovers/absence/<": absence.id,
            "/mentoring/handovers/<": made.id,
            "/mentoring/help/<": question.id,
            "/mentoring/students/<": cast.lin.student_id,
            "/mentoring/views/<": view.id,
            "/me/consents/<": item,
            "/me/promises/<": contact,
            "student_id": cast.lin.student_id,
            "step": step,
            "tag": tag.id,
        }


def incubator(cast: Cast) -> dict[str, int]:
    """meng writes an application that the mentor is asked to endorse; far's team has an offer of a room."""
    room = rooms.a_workspace("201")
    call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
    draft = rooms.an_application(cast.meng, intake=call)
    tenancy = rooms.an_offer(cast.incubator, rooms.approved(cast.far, intake=call), room)
    with unit("write") as session:
        application = (
            session.scalars(sa.select(Application).where(Application.id == draft).options(*WHOLE)).unique().one()
        )
        endorsement, _new = endorsements.ask(application, people.accounts.user(cast.mentor.id))
        session.flush()
        return {
            "/incubator/applications/<": draft,
            "/incubator/buildings/<": session.scalars(sa.select(Building.id)).one(),
            "/incubator/calls/<": call,
            "/incubator/endorsements/<": endorsement.id,
            "/incubator/floors/<": session.scalars(sa.select(Floor.id)).one(),
            "/incubator/papers/<": session.scalars(sa.select(Paper.id).where(Paper.application_id == draft)).one(),
            "/incubator/sheets/<": draft,
            "/incubator/tenancies/<": tenancy,
            "/incubator/workspaces/<": room,
        }


Undone = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def undone(app) -> Undone:
    """``with undone():`` whatever is stored inside is gone after it."""

    @contextmanager
    def attempt() -> Iterator[None]:
        connection = db.session.session_factory.kw["bind"]
        savepoint = connection.begin_nested()
        try:
            yield
        finally:
            with app.app_context():
                db.session.remove()
            savepoint.rollback()

    return attempt
