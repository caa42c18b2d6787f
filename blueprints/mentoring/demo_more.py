"""The rest of the demo's fourth chapter: tags, plans, hand-overs, questions, an absence, the diary, a proposal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts import queries as accounts
from ..accounts.models import Cohort, OrgUnit
from ..core import audit, clock
from ..core.db import db, unit
from ..core.demo import Story, chapter
from ..students import queries as register
from ..students.models import Student
from . import invented, plan_templates
from .models import Handover, HandoverCause, Level
from .queries import handover as handover_queries
from .queries import plan as plan_queries
from .queries.tag import Purpose
from .service import assignment, diary, handover, help_request, plan, tag
from .workflow.handover import HANDOVER
from .workflow.help_request import HELP

KINDS = ("dibao", "poverty", "loan", "zero", "disabled", "loan")
PLANS = 24
QUESTIONS = (
    (
        "他母亲住院，最近联系时话很少。学院能不能问问临时困难补助？",
        "已联系学生处，周四带他去办。请继续隔天发一条微信，不催。",
    ),
    ("两位同学都想去大庆一中实习，名额只有一个，请学院协调。", ""),
)


def _student(student_id: int) -> Student:
    return db.session.scalars(sa.select(Student).where(Student.id == student_id).options(*register.WHOLE)).one()


def _as(user_id: int, verb: str) -> Any:
    audit.act_as(user_id, verb)
    return accounts.user(user_id)


def _ago(days: int, hour: int = 10) -> datetime:
    day = clock.today() - timedelta(days=days)
    return clock.start_of(day) + timedelta(hours=hour)


@chapter(41)
def the_rest(story: Story) -> None:
    """What the talks alone do not show."""
    played = [s for s, *_rest in story.facts["students"][:240]]
    mentor, counselor = story.people["mentor1"].id, story.people["counselor1"].id
    with unit("write"):
        _tags(story, played)
    with unit("write"):
        _plans(story, played)
    with unit("write"):
        _questions(mentor, counselor)
        _diary(story, mentor)
    with unit("write"):
        _hand_overs(story)
    with unit("write"):
        _proposal(story)


def _tags(story: Story, played: list[int]) -> None:
    """Who has a support level has a sealed reason for it; one was opened for the subsidy."""
    office = _as(story.people["office1"].id, "mentoring.keep_tags")
    with_level = [s for s in map(_student, played) if s.support_level]
    for number, student in enumerate(with_level):
        with clock.told(_ago(60)):
            tag.keep(student, office, [KINDS[number % len(KINDS)]], clock.today() + timedelta(days=300), None)
    for student in with_level[:3]:
        with clock.told(_ago(8, 7)):
            tag.open_all(student, office, Purpose.SUBSIDY, "核对求职创业补贴的申领条件")


def _plans(story: Story, played: list[int]) -> None:
    """A plan for the first of those with a level, some steps done, the monthly look written."""
    first = [s for s in map(_student, played) if s.support_level and s.mentor_id][:PLANS]
    for number, student in enumerate(first):
        assert student.mentor_id is not None
        mentor = _as(student.mentor_id, "mentoring.begin_plan")
        template = plan_templates.fitting(register.intentions([student.id]).get(student.id))
        with clock.told(_ago(45)):
            made = plan.begin(student, mentor, template, str(template.goal), range(len(template.steps)))
            db.session.flush()
        whole = plan_queries.open_of(student.id)
        assert whole is not None
        for step in list(whole.steps)[: number % 4]:
            with clock.told(_ago(20 - number % 10)):
                plan.tick(step, student.user_id if number % 2 else mentor.id, True)
        if number % 3:
            with clock.told(_ago(12)):
                plan.review(made, student, mentor, "按计划走，简历改过两版；下个月重点练试讲。")


def _questions(mentor: int, counselor: int) -> None:
    """Two questions up the chain: one came back answered, one waits."""
    six = db.session.scalars(sa.select(Student.id).where(Student.mentor_id == mentor).order_by(Student.id)).all()
    for (question, answer), student_id, days in zip(QUESTIONS, six, (6, 1), strict=False):
        asker = _as(mentor, "mentoring.ask_for_help")
        with clock.told(_ago(days)):
            made = help_request.ask(_student(student_id), asker, Level.MENTOR, question)
            db.session.flush()
        if answer:
            with clock.told(_ago(days - 1)):
                HELP.fire("answer", made, _as(counselor, "help_request.answer"), answer=answer)


def _diary(story: Story, mentor: int) -> None:
    audit.act_as(mentor, "mentoring.add_line")
    for days, text in zip((3, 9, 16), invented.DIARY, strict=True):
        diary.add(mentor, clock.today() - timedelta(days=days), text)


def _hand_overs(story: Story) -> None:
    """One was signed two weeks ago, one waits for the named mentor's signature; a colleague is away with a deputy."""
    first = next(iter(story.facts["mentors"].values()))
    named, giver, ill, away, deputy = first[0], first[1], first[2], first[3], first[4]
    _hand_over(giver, first[5] if len(first) > 5 else deputy, 2, HandoverCause.LEAVES, 14, sign=True)
    _hand_over(ill, named, 1, HandoverCause.ILL, 1, sign=False)
    with clock.told(_ago(2)):
        user = _as(away, "mentoring.enter_absence")
        handover.enter_absence(
            user, user, accounts.user(deputy), clock.today(), clock.today() + timedelta(days=9), "外出培训"
        )


def _hand_over(giver: int, receiver: int, count: int, cause: HandoverCause, days: int, *, sign: bool) -> None:
    ids = db.session.scalars(sa.select(Student.id).where(Student.mentor_id == giver).order_by(Student.id)).all()
    with clock.told(_ago(days)):
        actor = _as(giver, "mentoring.create_handover")
        students = [_student(id) for id in ids[:count]]
        made = handover.create(actor, actor, accounts.user(receiver), students, cause=cause, note="")
        db.session.flush()
        made = db.session.scalars(
            sa.select(Handover)
            .where(Handover.id == made.id)
            .options(*handover_queries.FULL)
            .execution_options(populate_existing=True)
        ).one()
        HANDOVER.fire("offer", made, actor)
        if sign:
            HANDOVER.fire("sign", made, _as(receiver, "handover.sign"))


def _proposal(story: Story) -> None:
    """The last college's leader has asked for a proposal; it is not in force yet."""
    college_id = list(story.facts["by_college"])[-1]
    college, cohort = db.session.get_one(OrgUnit, college_id), db.session.scalars(sa.select(Cohort)).one()
    leader = accounts.by_login(f"leader{college.code}")
    assert leader is not None
    audit.act_as(leader.id, "mentoring.make_proposal")
    worked = assignment.work_out(college_id, cohort, True)
    assignment.propose(college, cohort, leader, worked, keeps_present=True)
