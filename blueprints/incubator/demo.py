"""The demo's sixth chapter: a full centre, a waitlist, a call in progress.

Four calls: one of a year ago, whose teams have left or stayed; the one of spring, whose teams have the rooms; a small
one that is being reviewed; and the one that is open. Everything is played through the services at its own time. The
chapter has one size, however many graduates there are.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import click
import sqlalchemy as sa

from ..accounts import queries as accounts
from ..accounts.models import Grant, Notice, Role, User
from ..clinic.invented import where
from ..core import audit, clock, files, jobs
from ..core.db import db, unit
from ..core.demo import Story, chapter
from ..core.mail import OutgoingMail
from ..core.sniff import Kind as FileKind
from ..documents import places
from ..documents import queries as documents
from ..documents import service as marks
from ..documents.models import AnswerKind, MarkKind, Page
from ..students.models import HardshipTag, Student
from . import invented, notices_application, points
from .fitting import term_end
from .models import (
    Application,
    CompanyForm,
    Criterion,
    Endorsement,
    EndorsementKind,
    Floor,
    Intake,
    Kind,
    Noise,
    Outcome,
    Paper,
    PaperKind,
    Power,
    Stage,
    Tenancy,
    WishKind,
    Workspace,
)
from .queries import application as applications
from .queries import intake as intakes
from .queries import tenancy as tenancies
from .service import application, decision, endorsement, internship, move, offer, place, renewal, sheet, waitlist, wish
from .service import intake as call
from .service import tenancy as tenant
from .workflow.intake import INTAKE

LONG_AGO = 430
"""The centre's people have been in office for longer than the clinic's term."""
MOST = 240
"""Teams are made of the first graduates only."""

OLD, SPRING, REVIEW, OPEN = "old", "spring", "review", "open"


@dataclass(frozen=True)
class Round:
    """A call in days before today: from when to when, when the sheets and the pitches were, when it was decided."""

    title: str
    opens: int
    closes: int
    pitch: int
    decided: int | None
    bars: tuple[int, int] = (7000, 6200)


ROUNDS = {
    OLD: Round("", 410, 396, 388, 384),
    SPRING: Round("", 240, 212, 205, 200),
    REVIEW: Round("冬季补充批次", 40, 16, -2, None),
    OPEN: Round("", 18, -10, -17, None),
}
CRITERIA = (
    ("项目价值", "解决谁的什么问题，凭什么相信", 25),
    ("可行性", "技术、成本、场地、时间排得通", 25),
    ("团队", "人齐不齐，分工，投入的时间", 20),
    ("市场与收入", "谁付钱，付多少，怎么算的", 15),
    ("育人与带动", "带动同学，服务地方", 15),
)
FITTED_OUT = {"305": 124}
"""Rooms that are lent only since so many days."""
REFEREES = ("reviewer1", "reviewer2", "reviewer3")


@dataclass
class Case:
    """A team's story: the call, the score it is heading for, who leads it, and where it ends up.

    ``room`` with the first and last day (in days from today) of its tenancy, and ``until`` only for those who were
    there for a year or who end soon.
    """

    name: str
    round: str
    score: int = 0
    lead: int | None = None
    room: str = ""
    begins: int = -190
    ends: int | None = None
    relief: bool = False
    draft: bool = False
    id: int = 0
    tenancy: int = 0
    members: list[int] = field(default_factory=list)

    @property
    def team(self) -> invented.Team:
        return invented.TEAMS[self.name]


HOME = "小满家教"
OFFERED = "乡音有声书"
SIGNING = "纸上山河"
MARKED = "松针手作"
LEARNED = "榫卯课堂"
OVERDUE = "黑土菌丝"
WISHING = "声动课堂"
MOVING, MOVES_TO = "松果记账", "D03"
APPEALS = "万能代办"
FLED = "木兰编程"
FOLDED = "折纸工坊"


def _cases() -> list[Case]:
    """Every team in the order in which it came."""
    return [
        Case(LEARNED, OLD, 84, room="201", begins=-374),
        Case(FLED, OLD, 81, room="207", begins=-370),
        Case(FOLDED, OLD, 74, room="202", begins=-374),
        Case("鹤栖民宿", OLD, 78, room="204", begins=-378),
        Case("寻味北湖", OLD, 72, room="D06", begins=-377),
        Case("旧日相册", OLD, 76, room="D03", begins=-376),
        Case("校园快洗", OLD, 55),
        Case("北湖记忆文创", SPRING, 78, room="203", ends=29),
        Case("北纬代码", SPRING, 83, room="205", begins=-140),
        Case(OVERDUE, SPRING, 86, room="206", begins=-188, ends=127),
        Case("萤火心理", SPRING, 79, room="208", begins=-185, ends=96),
        Case(HOME, SPRING, 80, lead=0, room="210", ends=52),
        Case("一页书评", SPRING, 74, room="D01", begins=-86),
        Case("松果记账", SPRING, 77, room="D02", begins=-188, ends=157),
        Case("云上农资", SPRING, 73, room="D04", ends=37),
        Case("北国手账", SPRING, 72, room="D05", begins=-55),
        Case("声动课堂", SPRING, 75, room="D07", begins=-186, ends=110),
        Case("冰凌动漫", SPRING, 82, room="301", begins=-184),
        Case("桦木工坊", SPRING, 85, room="302", begins=-183),
        Case("一起备课", SPRING, 76, room="303", begins=-187),
        Case("稻田拍卖", SPRING, 66, room="304", begins=-180, relief=True),
        Case("青禾测评", SPRING, 77, room="305", begins=-120),
        Case("豆芽机器人", SPRING, 81, room="306", begins=-176),
        Case(OFFERED, SPRING, 76, lead=1, room="204", begins=7),
        Case(SIGNING, SPRING, 73, lead=6, room="D06", begins=7),
        Case("豆香记", SPRING, 79),
        Case("湿地影像", SPRING, 78, lead=5),
        Case("听见方言", SPRING, 76, lead=2),
        Case("旧书新读", SPRING, 73),
        Case("冻梨甜品", SPRING, 71),
        Case("陶土实验室", SPRING, 65, relief=True),
        Case("雪场助手", SPRING, 61),
        Case(APPEALS, SPRING, 47),
        Case("雪线直播", REVIEW, 77),
        Case("数独教室", REVIEW, 72),
        Case("暖窗", REVIEW, 68, relief=True),
        Case("田野课本", REVIEW, 74),
        Case(MARKED, OPEN),
        Case("云端标本", OPEN, lead=8),
        Case("数学剧场", OPEN),
        Case("银发课堂", OPEN, relief=True),
        Case("奶皮子厨房", OPEN),
        Case("候鸟夏令营", OPEN),
        Case("一分钟急救", OPEN),
        Case("草木染坊", OPEN),
        Case("盲文桌游", OPEN, lead=4, draft=True),
        Case("河灯音乐", OPEN, draft=True),
        Case("苔原露营", OPEN, draft=True),
        Case("错题菜谱", OPEN, draft=True),
    ]


@chapter(60)
def the_incubator(story: Story) -> None:
    """The house, the four calls, and who came of them into which room."""
    cases = _cases()
    tale = Tale(story, cases)
    tale.papers()
    with unit("write"):
        tale.people()
        tale.house()
    for key in (OLD, SPRING, REVIEW, OPEN):
        with unit("write"):
            tale.call(key)
        with unit("write"):
            tale.applications(key)
        if ROUNDS[key].closes > 0:
            with unit("write"):
                tale.review(key)
        if key == OLD:
            with unit("write"):
                tale.rooms(key)
            with unit("write"):
                tale.exits()
        if key == SPRING:
            with unit("write"):
                tale.rooms(key)
            with unit("write"):
                tale.blocks()
                tale.offers()
            with unit("write"):
                tale.months()
    with unit("write"):
        tale.marks()
    with unit("write"):
        tale.learners()
        tale.notices()
    with unit("write"):
        audit.act_as(None, "demo")
        waitlist.reckon_all()


class Tale:
    """The chapter's memory: who is who, what the files are, which ids came of it."""

    def __init__(self, story: Story, cases: list[Case]) -> None:
        self.story, self.cases, self.chance = story, cases, story.chance
        self.manager_id: int = story.people["incubator1"].id
        self.students: list[tuple[int, int, int, Any]] = story.facts["students"][:MOST]
        self.today = clock.today()
        self.calls: dict[str, int] = {}
        self.files: dict[str, files.Received] = {}
        self.by_name = {c.name: c for c in cases}

    # -- Times and actors --

    def _at(self, days: float, hour: float = 10) -> datetime:
        """A moment so many days ago, never in the future; a negative number is a day to come, said today."""
        day = self.today - timedelta(days=max(0, int(days)))
        moment = clock.start_of(day) + timedelta(hours=hour, minutes=self.chance.randint(0, 50))
        return min(moment, clock.now() - timedelta(minutes=self.chance.randint(5, 60)))

    @contextmanager
    def _as(self, user_id: int | None, verb: str, days: float, hour: float = 10) -> Iterator[Any]:
        with clock.told(self._at(days, hour)):
            audit.act_as(user_id, verb)
            yield accounts.user(user_id) if user_id else None

    def _on(self, days: int) -> date:
        """The day so many days from today."""
        return self.today + timedelta(days=days)

    def _of(self, key: str) -> list[Case]:
        return [c for c in self.cases if c.round == key]

    def _user(self, index: int) -> int:
        return self.students[index][1]

    def _student(self, index: int) -> Student:
        return db.session.get_one(Student, self.students[index][0])

    def _whole(self, case: Case) -> Application:
        query = sa.select(Application).where(Application.id == case.id).options(*applications.WHOLE)
        return db.session.scalars(query.execution_options(populate_existing=True)).unique().one()

    def _tenancy(self, case: Case) -> Tenancy:
        return tenancies.whole([case.tenancy])[0]

    # -- Before it begins --

    def papers(self) -> None:
        """The plans as files. Those that are read now are drawn now; those of the past are left to the worker."""
        made = invented.plans([c.team for c in self.cases])
        for case, data in zip(self.cases, made, strict=True):
            name = f"{case.name}-创业计划书.pdf"
            self.files[case.name] = files.receive(
                io.BytesIO(data), name, allowed=frozenset({FileKind.PDF}), limit=10 * 2**20
            )
        present = [c for c in self.cases if c.round in (REVIEW, OPEN) or c.name in (HOME, OFFERED)]
        with unit("write"), clock.told(clock.now() - timedelta(days=LONG_AGO)):  # so that they come before all mail
            for case in present:
                marks.drawing_of(self.files[case.name])
        with click.progressbar(present, label="Drawing business plans", file=sys.stderr) as bar:
            for _case in bar:
                job = jobs.claim()
                assert job is not None
                jobs.run(job)

    def people(self) -> None:
        """The manager and the colleges' leaders were there before this year's graduates; who leads which team."""
        audit.act_as(self.story.people["admin1"].id, "accounts.grant")
        since = clock.today() - timedelta(days=LONG_AGO)
        query = sa.select(Grant).where(Grant.role.in_([Role.INCUBATOR_MANAGER, Role.COLLEGE_LEADER]))
        for grant in db.session.scalars(query):
            grant.begins_on = min(grant.begins_on, since)
        self._cast()

    def _cast(self) -> None:
        """Leads and members: the named where the story says so, tagged ones where the rule counts, else by chance."""
        tagged = set(db.session.scalars(sa.select(HardshipTag.student_id)))
        named = {c.lead for c in self.cases if c.lead is not None}
        pool = [n for n in range(9, len(self.students)) if n not in named]
        self.chance.shuffle(pool)
        first = self.story.people["mentor1"].id
        college = self.story.facts["colleges"][0][1].id
        own = [n for n in pool if self._student(n).mentor_id == first]
        near = own + [n for n in pool if self._student(n).college_id == college and n not in own]
        poor = [n for n in pool if self.students[n][0] in tagged and n not in near]
        wanted = {MARKED: near, "数学剧场": near, "一分钟急救": near}
        for case in self.cases:
            if case.lead is None:
                source = wanted.get(case.name) or (poor if case.relief else None) or pool
                case.lead = next(n for n in source if n in pool)
                pool.remove(case.lead)
        others, at = pool + [n for n in (2, 5) if len(pool) < 20], 0
        for case in self.cases:
            count = self.chance.choice((1, 2, 2, 3)) if case.team.kind is not Kind.DESK else self.chance.choice((0, 1))
            while len(case.members) < count:
                if others[at % len(others)] not in (case.lead, *case.members):
                    case.members.append(others[at % len(others)])
                at += 1
        self.by_name["盲文桌游"].members = [others[0], 3]  # the second has not answered

    # -- The house --

    def house(self) -> None:
        with self._as(self.manager_id, "incubator.add_building", LONG_AGO - 5):
            building = place.add_building("创业楼", "北门内，图书馆对面")
            db.session.flush()
            self.rooms_by_code: dict[str, int] = {}
            for name, scenery, rooms in FLOORS:
                drawn = [dict(zip(("name", "x", "y", "w", "h"), line, strict=True)) for line in scenery]
                floor = place.add_floor(building.id, name=name, width=960, height=440, scenery=drawn)
                for code, facts in rooms.items():
                    self._room(floor, code, facts)

    def _room(self, floor: Floor, code: str, facts: dict[str, Any]) -> None:
        kind = facts["kind"]
        fee, reduced = {Kind.DESK: (5000, 0), Kind.STUDIO: (30000, 0), Kind.WORKSHOP: (48000, 12000)}[kind]
        equipment = {
            Kind.DESK: "桌椅、插座、储物柜",
            Kind.STUDIO: "桌 5、白板 1、投影 1",
            Kind.WORKSHOP: "工作台 4、通风柜 1、灭火器 2",
        }[kind]
        facts = {**facts, "lent_from": self._on(-FITTED_OUT[code]) if code in FITTED_OUT else None}
        made = place.add_workspace(floor, code=code, fee=fee, hardship_fee=reduced, equipment=equipment, **facts)
        self.rooms_by_code[code] = made.id

    def blocks(self) -> None:
        """Two rooms are being worked on; teams were in them before."""
        for code, days, until, reason in (("207", 190, 18, "消防改造"), ("D08", 10, 5, "桌椅维修")):
            with self._as(self.manager_id, "incubator.block", days):
                place.block(
                    db.session.get_one(Workspace, self.rooms_by_code[code]), clock.today(), self._on(until), reason
                )

    # -- A call --

    def call(self, key: str) -> None:
        """Prepared, given referees, published before it opens."""
        plan = ROUNDS[key]
        closes = self._on(-plan.closes)
        season = "春季" if 2 <= closes.month <= 7 else "秋季"
        entry, relaxed = plan.bars
        with self._as(self.manager_id, "incubator.create_intake", plan.opens + 6) as manager:
            made = call.create(
                manager,
                {
                    "name": plan.title or f"{closes.year} {season}批次",
                    "opens_on": self._on(-plan.opens),
                    "closes_on": closes,
                    "pitch_on": self._pitch_day(plan),
                    "entry_bar": entry,
                    "relaxed_bar": relaxed,
                    "rule": invented.RULE,
                },
                CRITERIA,
            )
            db.session.flush()
            for login in REFEREES:
                call.add_referee(made, accounts.user(self.story.people[login].id))
            db.session.flush()
            self.calls[key] = made.id
        with self._as(self.manager_id, "intake.open", plan.opens + 4) as manager:
            INTAKE.fire("open", self._intake(key), manager)

    def _pitch_day(self, plan: Round) -> date:
        return clock.add_working_days(self._on(-plan.pitch - 1), 1)

    def _intake(self, key: str) -> Intake:
        query = sa.select(Intake).where(Intake.id == self.calls[key]).options(*intakes.FULL)
        return db.session.scalars(query.execution_options(populate_existing=True)).one()

    # -- The applications of a call --

    def applications(self, key: str) -> None:
        plan, found = ROUNDS[key], self._of(key)
        last = max(plan.closes, 1)
        for number, case in enumerate(found):
            begun = plan.opens - 1 - (plan.opens - last - 3) * number // len(found)
            self._begin(case, begun)
            self._team(case, begun - 1)
            if case.draft:
                self._help(case, begun - 1, written=False)
                continue
            handed_in = max(last, begun - 3) if key == OPEN else min(begun - 2, last + self.chance.randint(0, 2))
            self._help(
                case, handed_in + 1, written=key != OPEN or case.name in ("云端标本", "候鸟夏令营", "奶皮子厨房")
            )
            self._submit(case, handed_in)

    def _begin(self, case: Case, days: int) -> None:
        """A draft with its texts, its needs and its plan; those who only write have done half of it."""
        assert case.lead is not None
        lead, team = self._user(case.lead), case.team
        with self._as(lead, "incubator.begin", days, 15):
            made = application.begin(
                self._student(case.lead), db.session.get_one(Intake, self.calls[case.round]), team.name
            )
            case.id = made.id
            written = invented.texts(team)
            for name in list(written)[: 5 if case.draft else None]:
                application.save_text(made, lead, name, written[name], 0, "")
            facts = self._needs(case)
            application.save_facts(made, facts, {}, {}, None)
            if not case.draft or case.name in ("盲文桌游", "河灯音乐"):
                application.add_paper(made, lead, self.files[case.name], PaperKind.PLAN)
            db.session.flush()

    def _needs(self, case: Case) -> dict[str, Any]:
        team = case.team
        seats = {Kind.DESK: 1, Kind.STUDIO: self.chance.choice((3, 4, 5)), Kind.WORKSHOP: self.chance.choice((4, 6, 8))}
        return {
            "stage": self.chance.choice((Stage.IDEA, Stage.PROTOTYPE, Stage.PROTOTYPE, Stage.CUSTOMERS)),
            "form": CompanyForm.TRIAL,
            "kind": team.kind,
            "seats": seats[team.kind],
            "from_on": clock.today() + timedelta(days=self.chance.choice((40, 60, 75))),
            "months": 12,
            "needs_water": team.water,
            "needs_380": team.v380,
            "needs_quiet": team.quiet,
            "needs_access": team.access,
            "budget": invented.budget(team),
            "relief_asked": case.relief,
        }

    def _team(self, case: Case, days: int) -> None:
        """The members are asked and confirm; one of a draft's has not answered yet."""
        assert case.lead is not None
        whole = self._whole(case)
        with self._as(self._user(case.lead), "incubator.add_member", days, 9) as lead:
            for n, index in enumerate(case.members):
                member = application.add_student(whole, self._student(index), case.team.parts[n % 2])
                notices_application.tell_asked(whole, member, accounts.user(self._user(index)), lead)
            if self.chance.random() < 0.2:
                application.add_guest(whole, *self.chance.choice(GUESTS))
        whole = self._whole(case)
        for index in case.members:
            if case.draft and index == case.members[-1]:
                continue
            member = next(m for m in whole.members if m.student_id == self.students[index][0])
            with self._as(self._user(index), "incubator.answer_join", days, 19):
                application.answer(member, True)

    def _help(self, case: Case, days: int, *, written: bool) -> None:
        """The lead's mentor is asked for an endorsement; in drafts the named sign-ins' is the demo's first mentor."""
        assert case.lead is not None
        student = self._student(case.lead)
        mentors = self.story.facts["mentors"][student.college_id]
        mentor = student.mentor_id or mentors[case.lead % len(mentors)]
        if case.name in (MARKED, "盲文桌游"):
            mentor = self.story.people["mentor1"].id
        with self._as(student.user_id, "incubator.ask_teacher", days, 16):
            whole, teacher = self._whole(case), accounts.user(mentor)
            made, _fresh = endorsement.ask(whole, teacher)
            db.session.flush()
            notices_application.tell_teacher(whole, made, teacher)
        if written:
            self._write(made, case, days, invented.ENDORSEMENTS)

    def _write(self, made: Endorsement, case: Case, days: float, words: Sequence[str]) -> None:
        with self._as(made.user_id, "incubator.write_endorsement", days, 20):
            endorsement.write(made, self._whole(case), case.score >= 55 or not case.score, self.chance.choice(words))

    def _submit(self, case: Case, days: int) -> None:
        assert case.lead is not None
        whole = self._whole(case)
        with self._as(self._user(case.lead), "application.submit", days, 21) as lead:
            application.submit(whole, lead)
        if case.round == OPEN and case.name not in ("云端标本", "候鸟夏令营"):
            return
        opinions = [e for e in applications.endorsements(case.id) if e.kind is EndorsementKind.COLLEGE]
        first = self.story.people["leader1"].id  # where two lead a college, one of them writes
        opinion = min(opinions, key=lambda e: (e.user_id != first, e.user_id), default=None)
        if opinion is not None:
            self._write(opinion, case, max(0, days - 2), invented.OPINIONS)

    # -- The review of a call --

    def review(self, key: str) -> None:
        plan, found = ROUNDS[key], self._of(key)
        with self._as(None, "intake.lapse", plan.closes - 1, 0.5):
            INTAKE.fire("lapse", self._intake(key), None)
        criteria = list(self._intake(key).criteria)  # a team read anew takes them off the call
        with self._as(self.manager_id, "incubator.lay_out", plan.closes - 2) as manager:
            begin = clock.start_of(self._pitch_day(plan)) + timedelta(hours=9)
            times = [begin + timedelta(minutes=15 * n) for n in range(len(found))]
            call.lay_out([self._whole(c) for c in found], times, manager)
        for login in REFEREES:
            for number, case in enumerate(found):
                if key == REVIEW and (login, number) in UNWRITTEN:
                    continue
                self._sheet(
                    criteria, case, self.story.people[login].id, plan, (login, number) in HALF and key == REVIEW
                )
        if plan.decided is None:
            return
        for case in found:
            with self._as(self.manager_id, "incubator.pitch", plan.decided, 12) as manager:
                whole = self._whole(case)
                call.set_pitch(whole, manager, whole.pitch_at, self.chance.choice(invented.MINUTES))
            self._decide(case, plan.decided)
        if key == SPRING:
            self._appeal(plan.decided)
        with self._as(self.manager_id, "intake.finish", plan.decided - 12) as manager:
            INTAKE.fire("finish", self._intake(key), manager)

    def _sheet(self, criteria: Sequence[Criterion], case: Case, user_id: int, plan: Round, half: bool) -> None:
        given = self._points(criteria, case.score + self.chance.uniform(-4, 4))
        if half:
            given.popitem()
        days = max(1, (plan.pitch if plan.decided else 4) + self.chance.randint(1, 3))
        with self._as(user_id, "incubator.save_sheet", days, 14) as referee:
            sheet.save(self._whole(case), referee, given, self.chance.choice(invented.REMARKS), hand_in=not half)
            db.session.flush()

    def _points(self, criteria: Sequence[Criterion], target: float) -> dict[int, int]:
        """Points whose weighted sum is close to the target, uneven as people give them."""
        weights = {c.id: c.weight for c in criteria}
        given = {id: min(9, max(1, round(target / 10) + self.chance.choice((-1, 0, 0, 1)))) for id in weights}
        for _try in range(30):
            off = points.of_sheet(given, weights) / 100 - target
            if abs(off) <= 1.5:
                break
            id = self.chance.choice(sorted(given))
            given[id] = min(10, max(0, given[id] + (-1 if off > 0 else 1)))
        return given

    def _decide(self, case: Case, days: int) -> None:
        whole, intake = self._whole(case), self._intake(case.round)
        refused = invented.REJECTIONS.get(case.name)
        outcome = Outcome.REJECTED if refused else Outcome.APPROVED
        total = points.mean([s.total for s in intakes.sheets_of(case.id, intake)]) or 0
        criterion = max(intake.criteria, key=lambda c: (c.name in (refused or ""), self.chance.random()))
        reason = refused or self.chance.choice(invented.APPROVALS).format(criterion=criterion.name)
        below = total < intakes.bar_of(whole, intake)
        exception = "评审会上三位评审一致同意破例：差得不多，已经有客户签约，先给一年试。" if below else ""
        with self._as(self.manager_id, "incubator.decide", days, 15) as manager:
            decision.decide(whole, intake, manager, outcome, criterion, reason, exception)

    def _appeal(self, days: int) -> None:
        case = self.by_name[APPEALS]
        assert case.lead is not None
        with self._as(self._user(case.lead), "incubator.appeal", days - 2) as lead:
            found = intakes.decision(case.id)
            assert found is not None
            decision.appeal(self._whole(case), found, lead, invented.APPEAL)
        with self._as(self.manager_id, "incubator.answer_appeal", days - 5) as manager:
            decision.answer(self._whole(case), found, manager, Outcome.REJECTED, invented.APPEAL_ANSWER)

    # -- Into the rooms --

    def rooms(self, key: str) -> None:
        """Offered, accepted, signed, keys handed out."""
        for case in sorted(self._of(key), key=lambda c: c.begins):
            if case.room and case.begins <= 0:
                self._offer(case, max(-case.begins + 6, 1), 7)
                self._accept(case, max(-case.begins + 4, 1))
                with self._as(self.manager_id, "tenancy.sign", -case.begins + 2) as manager:
                    tenant.sign(self._tenancy(case), manager)
                with self._as(self.manager_id, "incubator.hand_out", -case.begins) as manager:
                    keys = (
                        invented.DESK_KEYS
                        if case.team.kind is Kind.DESK
                        else invented.KEYS[: self.chance.choice((1, 2, 3))]
                    )
                    for what, note in keys:
                        tenant.hand_out(self._tenancy(case), manager, what, note)
                db.session.flush()

    def _offer(self, case: Case, days: int, answer_in: int) -> None:
        begins = self._on(case.begins)
        ends = self._on(case.ends) if case.ends is not None else term_end(begins, 12)
        pair = offer.Pair(case.id, self.rooms_by_code[case.room], begins, ends)
        with self._as(self.manager_id, "incubator.allot", days) as manager:
            made = offer.offer(manager, [pair], clock.today() + timedelta(days=answer_in))
            db.session.flush()
            case.tenancy = made[0].id

    def _accept(self, case: Case, days: int) -> None:
        assert case.lead is not None
        with self._as(self._user(case.lead), "tenancy.accept", days, 12) as lead:
            tenant.accept(self._tenancy(case), lead)

    def offers(self) -> None:
        """One team has not answered yet; one has said yes and signs this week."""
        self._offer(self.by_name[OFFERED], 4, 7)
        self._offer(self.by_name[SIGNING], 5, 7)
        self._accept(self.by_name[SIGNING], 2)

    def exits(self) -> None:
        """A firm outgrew the centre; a term ran out; a third team stays for another year."""
        fled, folded, stays = (self.by_name[n] for n in (FLED, FOLDED, LEARNED))
        with self._as(self.manager_id, "tenancy.end", 195) as manager:
            tenant.end(self._tenancy(fled), manager, clock.today(), invented.LEFT_WHY)
            self._give_back(fled, manager)
            self._record(fled, registered=True, people=4, became=invented.BECAME)
        with self._as(self.manager_id, "incubator.record_exit", 10):
            self._record(fled, alive_6=True, people=6)
        assert stays.lead is not None
        held = self._tenancy(stays)
        with self._as(self._user(stays.lead), "incubator.ask_renewal", 50) as lead:
            asked = renewal.ask(held, lead, term_end(held.ends_on + timedelta(days=1), 9), "两所小学的课排到明年暑假。")
            db.session.flush()
        with self._as(self.manager_id, "renewal.grant", 43) as manager:
            asked.tenancy = held
            renewal.decide(asked, manager, True, invented.RENEWAL_ANSWER)
        with self._as(None, "expire_tenancies", 9, 1):
            tenant.expire_due()
        with self._as(self.manager_id, "incubator.record_exit", 8) as manager:
            self._give_back(folded, manager)
            self._record(folded, people=0, became=invented.FOLDED)
        for name, became in invented.AFTER.items():
            with self._as(self.manager_id, "incubator.record_exit", 7) as manager:
                self._give_back(self.by_name[name], manager)
                self._record(self.by_name[name], people=1, became=became)

    def _give_back(self, case: Case, manager: User) -> None:
        for item in tenancies.hand_outs(case.tenancy):
            tenant.take_back(item, manager)

    def _record(self, case: Case, **facts: Any) -> None:
        found = tenancies.exit_record(case.tenancy)
        assert found is not None
        tenant.record_exit(found, list_done=list(tenant.EXIT_LIST), **facts)

    # -- Month by month --

    def months(self) -> None:
        """Fees paid, checks done; one check is overdue, a request to stay and a wish are open, one team moves soon."""
        for case in self.cases:
            if case.tenancy and case.name not in (OFFERED, SIGNING):
                self._fees(case)
                self._checks(case)
        home = self.by_name[HOME]
        with self._as(self._user(0), "incubator.ask_renewal", 3) as lead:
            held = self._tenancy(home)
            renewal.ask(held, lead, term_end(held.ends_on + timedelta(days=1), 6), invented.RENEWAL_WHY)
        moving, wishing = self.by_name[MOVING], self.by_name[WISHING]
        assert wishing.lead is not None
        with self._as(self._user(wishing.lead), "incubator.wish", 2) as lead:
            wish.ask(self._tenancy(wishing), lead, WishKind.ROOM, invented.WISH)
        with self._as(self.manager_id, "incubator.move_tenancy", 1) as manager:
            held = self._tenancy(moving)
            room = db.session.scalars(sa.select(Workspace.id).where(Workspace.code == MOVES_TO)).one()
            move.change_room(held, manager, room, clock.today() + timedelta(days=20))
        soon = sorted({t.ends_on - timedelta(days=n) for t in self._ending() for n in tenancies.NOTICE_DAYS})
        for day in soon:
            if day < clock.today():
                with self._as(None, "tell_ends", (clock.today() - day).days, 9):
                    tenant.tell_ends()

    def _ending(self) -> Iterable[Tenancy]:
        return [t for c in self.cases if c.tenancy and (t := self._tenancy(c)).status == "active"]

    def _fees(self, case: Case) -> None:
        late, begins_on = self.chance.random() < 0.2, self._tenancy(case).begins_on
        for line in tenancies.fee_lines(case.tenancy):
            paid = max(line.month, begins_on) + timedelta(days=self.chance.randint(3, 16))
            if paid < clock.today() - timedelta(days=25 if late else 0) and line.waived < line.amount:
                with self._as(self.manager_id, "incubator.pay_fee", (clock.today() - paid).days, 11):
                    tenant.pay(line)

    def _checks(self, case: Case) -> None:
        for check in tenancies.checks(case.tenancy):
            days = (clock.today() - check.due_on).days
            if days < 0 or (case.name == OVERDUE and days < 60):
                continue
            with self._as(self.manager_id, "incubator.record_check", days + self.chance.randint(0, 3), 14) as manager:
                tenant.record_check(
                    check,
                    manager,
                    attendance=self.chance.randint(7, 10),
                    safety=self.chance.randint(7, 10),
                    activity=self.chance.randint(5, 10),
                    money=self.chance.randrange(8, 240) * 10000,
                    people=self.chance.choice((0, 1, 2, 3)),
                    note=self.chance.choice(invented.CHECKS),
                )

    # -- The open call --

    def marks(self) -> None:
        """The mentor's red pen on one plan, sent and partly answered, and the talk about it."""
        case = self.by_name[MARKED]
        assert case.lead is not None
        mentor, lead = self.story.people["mentor1"].id, self._user(case.lead)
        query = sa.select(Paper).where(Paper.application_id == case.id).options(*applications.OF_PAPER)
        paper = db.session.scalars(query).unique().one()
        document = paper.document
        pages = list(
            db.session.scalars(sa.select(Page).where(Page.drawing_id == document.drawing_id).order_by(Page.no))
        )
        with self._as(mentor, "incubator.annotate", 5, 14) as teacher:
            for kind, _field, find, body in invented.MARKS:
                self._mark(paper, pages, mentor, MarkKind(kind), find, body)
            db.session.flush()
            endorsement.send_marks(paper, teacher)
        with self._as(lead, "incubator.answer_mark", 3, 20):
            shown = documents.marks([document.id], drafts_of=None, viewer=lead)[document.id]
            view = next(m for m in shown if m.wants_answer)
            row = documents.mark(document.id, view.id)
            if row is not None:
                marks.answer(row, lead, AnswerKind.QUESTION, invented.ANSWER)
        for number, (who, text) in enumerate(invented.THREAD):
            by = lead if who == "team" else mentor
            with self._as(by, "incubator.say", 6 - number, 17):
                application.say(self._whole(case), by, text)

    def _mark(self, paper: Paper, pages: list[Page], by: int, kind: MarkKind, find: str, body: str) -> None:
        for page in pages:
            if spans := where(find, [line["text"] for line in page.lines]):
                place_ = places.find(page, sel=";".join(f"{line}:{a}-{b}" for line, a, b in spans))
                marks.mark(paper.document, by, page.no, place_, kind, body)
                return

    def learners(self) -> None:
        """One student learns with a team; another has asked."""
        host = self.by_name[LEARNED]
        assert host.lead is not None
        with self._as(self._user(7), "incubator.ask_internship", 16):
            asked, _new = internship.ask(self._tenancy(host), self._student(7), invented.LEARN)
            db.session.flush()
        with self._as(self._user(host.lead), "incubator.answer_internship", 14):
            internship.answer(asked, self._tenancy(host), True)
        with self._as(self._user(8), "incubator.ask_internship", 1):
            internship.ask(self._tenancy(host), self._student(8), invented.LEARN_TOO)

    def notices(self) -> None:
        """What was told long ago was read and sent long ago: the worker does not begin with last spring's mail."""
        before = clock.now() - timedelta(days=12)
        told = sa.update(Notice).where(Notice.kind.like("incubator.%"), Notice.created_at < before)
        db.session.execute(told.where(Notice.read_at.is_(None)).values(read_at=Notice.created_at))
        sent = sa.update(OutgoingMail).where(OutgoingMail.created_at < before, OutgoingMail.sent_at.is_(None))
        db.session.execute(sent.values(sent_at=OutgoingMail.created_at))
        done = sa.update(jobs.Job).where(jobs.Job.name == "core.mail", jobs.Job.due < before)
        db.session.execute(done.where(jobs.Job.done_at.is_(None)).values(done_at=jobs.Job.due))


UNWRITTEN = {("reviewer1", 1), ("reviewer1", 3), ("reviewer2", 2), ("reviewer2", 3)}
"""In the call that is being reviewed: who has not begun which sheet, by the number of the team."""
HALF = {("reviewer1", 2), ("reviewer2", 1)}
"""And who has left which half done."""
GUESTS = (("柏思源", "校外木工师傅，每周来一次"), ("安国良", "退休教师，管账"), ("乌云", "合作社负责人，供货"))


def _place(kind: Kind, seats: int, area: int, x: int, y: int, w: int, h: int, **facts: Any) -> dict[str, Any]:
    return {"kind": kind, "seats": seats, "area": area, "x": x, "y": y, "w": w, "h": h, **facts}


def _desk(x: int, y: int) -> dict[str, Any]:
    return _place(Kind.DESK, 1, 4, x, y, 62, 68, accessible=True)


_QUIET, _LOUD, _V380 = {"noise": Noise.QUIET}, {"noise": Noise.LOUD}, {"power": Power.V380}
FLOORS: tuple[tuple[str, tuple[tuple[Any, ...], ...], dict[str, dict[str, Any]]], ...] = (
    (
        "2 层",
        (
            ("走廊", 0, 165, 960, 70),
            ("楼梯", 220, 235, 70, 100),
            ("卫生间", 220, 335, 70, 105),
            ("路演厅", 480, 235, 170, 205),
            ("电梯", 870, 235, 90, 100),
            ("打印间", 870, 335, 90, 105),
        ),
        {
            "201": _place(Kind.STUDIO, 6, 40, 0, 0, 150, 165, interns=2, accessible=True),
            "203": _place(Kind.STUDIO, 6, 40, 150, 0, 150, 165, **_QUIET),
            "205": _place(Kind.STUDIO, 8, 48, 300, 0, 180, 165),
            "202": _place(Kind.STUDIO, 5, 36, 0, 235, 110, 205, accessible=True, **_QUIET),
            "204": _place(Kind.STUDIO, 5, 36, 110, 235, 110, 205, **_QUIET),
            "206": _place(Kind.WORKSHOP, 8, 62, 290, 235, 190, 205, water=True, interns=1, **_V380, **_LOUD),
            "207": _place(Kind.WORKSHOP, 8, 53, 760, 0, 200, 165, water=True, **_V380),
            "208": _place(Kind.STUDIO, 5, 36, 650, 235, 110, 205, **_QUIET),
            "210": _place(Kind.STUDIO, 5, 36, 760, 235, 110, 205, accessible=True, **_QUIET),
            "D01": _desk(488, 10),
            "D02": _desk(556, 10),
            "D03": _desk(624, 10),
            "D04": _desk(692, 10),
            "D05": _desk(488, 88),
            "D06": _desk(556, 88),
            "D07": _desk(624, 88),
            "D08": _desk(692, 88),
        },
    ),
    (
        "3 层",
        (
            ("走廊", 0, 165, 960, 70),
            ("楼梯", 160, 235, 70, 100),
            ("茶水间", 160, 335, 70, 105),
            ("洽谈室", 480, 235, 170, 205),
            ("电梯", 870, 235, 90, 205),
        ),
        {
            "301": _place(Kind.STUDIO, 6, 40, 0, 0, 160, 165),
            "302": _place(Kind.WORKSHOP, 10, 84, 160, 0, 320, 165, water=True, **_V380, **_LOUD),
            "303": _place(Kind.STUDIO, 6, 44, 480, 0, 220, 165, accessible=True),
            "304": _place(Kind.STUDIO, 5, 38, 0, 235, 160, 205),
            "305": _place(Kind.STUDIO, 6, 46, 230, 235, 250, 205, **_QUIET),
            "306": _place(Kind.WORKSHOP, 8, 60, 650, 235, 220, 205, water=True, interns=2, **_V380),
        },
    ),
)
