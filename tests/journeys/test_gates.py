"""What every page owes everyone: no barrier, no sideways scrolling, little to load."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Response, expect

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import OrgUnit
from blueprints.clinic.invented import as_pdf
from blueprints.core import audit, clock, jobs
from blueprints.core.db import db, unit
from blueprints.documents import service as documents
from blueprints.incubator.fitting import term_end
from blueprints.incubator.models import ApplicationState, Check, WishKind
from blueprints.incubator.service import move, renewal, wish
from blueprints.incubator.service import tenancy as tenancies
from blueprints.mentoring import plan_templates
from blueprints.mentoring.models import Level
from blueprints.mentoring.queries import assignment
from blueprints.mentoring.queries.tag import Purpose
from blueprints.mentoring.service import assignment as assignments
from blueprints.mentoring.service import diary, help_request, plan, tag
from blueprints.students import queries as registered
from blueprints.students import service as register
from blueprints.students.models import Side, Student, Way
from tests.incubator import rooms
from tests.incubator.test_endorsement import asked, plan_of
from tests.mentoring import care
from tests.people import Cast, receive

from .school import School, _serve_today, chinese
from .test_mentoring import a_handover
from .visitors import SHOTS, Visitors, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDTHS = (320, 390, 768, 1280)
THEMES = ("light", "dark")
ORDINARY_KB, REVIEW_KB, MOST_REQUESTS = 60, 250, 8


@dataclass(frozen=True)
class Sight:
    """A page as this person sees it; ``{result}`` and the like stand for ids of submissions."""

    who: str
    path: str
    pictures: bool = False
    arrange: Callable[[Page], None] = lambda page: None
    status: int = 200


def open_composer(page: Page) -> None:
    line = page.locator("#page_1 [data-line='6']")
    line.tap() if page.evaluate("navigator.maxTouchPoints") else line.click()
    expect(page.locator("#composer_body")).to_be_focused()


def open_text_version(page: Page) -> None:
    page.locator("#text_version summary").click()


def read_a_line(page: Page) -> None:
    page.fill("#line", "电话 10min 想回山东 小学数学 怕面试 #下周三")
    page.keyboard.press("Enter")
    expect(page.locator("dl.preview")).to_be_visible()


def open_every_fold(page: Page) -> None:
    for summary in page.locator("#main summary").all():
        summary.click()
    page.evaluate("scrollTo(0, 0)")  # what a bar at the top happens to cover is no fault


def choose_someone(page: Page) -> None:
    page.locator(".pick input").first.check()
    expect(page.locator(".bulk")).to_be_visible()


GATES = {
    "sign-in": Sight("", "/sign-in"),
    "student-home": Sight("lin", "/"),
    "new": Sight("lin", "/clinic/new"),
    "queue": Sight("shen", "/clinic/"),
    "room": Sight("shen", "/clinic/{room}", True, open_composer),
    "result": Sight("lin", "/clinic/{result}", True),
    "my-six": Sight("mentor", "/mentoring/"),
    "round": Sight("mentor", "/mentoring/round?list=all&at={lin}", arrange=read_a_line),
    "file": Sight("mentor", "/mentoring/students/{lin}", arrange=open_every_fold),
    "my-mentor": Sight("lin", "/me/mentor"),
    "floor-plan": Sight("incubator", "/incubator/plan?room={room_201}"),
    "application": Sight("lin", "/incubator/applications/{team}", arrange=open_every_fold),
    "waitlist": Sight("incubator", "/incubator/waitlist"),
}
OTHERS = {
    "reviewer-home": Sight("shen", "/"),
    "preparing": Sight("meng", "/clinic/{preparing}", True),
    "waiting": Sight("meng", "/clinic/{waiting}", True),
    "text-version": Sight("shen", "/clinic/{room}", True, open_text_version),
    "looked-at": Sight("ding", "/clinic/{result}", True),
    "prescription": Sight("lin", "/clinic/{result}/prescription"),
    "history": Sight("lin", "/clinic/{result}/history"),
    "my-resumes": Sight("lin", "/clinic/"),
    "notices": Sight("lin", "/notices"),
    "me": Sight("lin", "/me"),
    "roster": Sight("office", "/clinic/roster"),
    "settings": Sight("office", "/clinic/settings"),
    "help": Sight("", "/help"),
    "missing": Sight("lin", "/clinic/1", status=404),
    "mentor-home": Sight("mentor", "/"),
    "leader-home": Sight("leader", "/"),
    "graduates": Sight("leader", "/mentoring/list?tab=all", arrange=choose_someone),
    "round-warned": Sight("counselor", "/mentoring/round?list=all&at={lin}"),
    "wishes": Sight("mentor", "/mentoring/students/{lin}/intention", arrange=open_every_fold),
    "seen": Sight("lin", "/me/seen"),
    "plan": Sight("mentor", "/mentoring/students/{lin}/plan", arrange=open_every_fold),
    "plan-edit": Sight("mentor", "/mentoring/students/{lin}/plan/edit"),
    "own-plan": Sight("lin", "/me/plan"),
    "tags": Sight("counselor", "/mentoring/students/{lin}/tags", arrange=open_every_fold),
    "assignment": Sight("leader", "/mentoring/assignments"),
    "assigned": Sight("leader", "/mentoring/assignments/graduates?tab=all"),
    "proposal": Sight("leader", "/mentoring/assignments/{proposal}?tab=all"),
    "pair": Sight("leader", "/mentoring/assignments/{proposal}/graduates/{lin}"),
    "hand-overs": Sight("mentor", "/mentoring/handovers?tab=all"),
    "packet": Sight("mentor", "/mentoring/handovers/{packet}"),
    "to-sign": Sight("mentor", "/mentoring/handovers/{to_sign}", arrange=open_every_fold),
    "absence": Sight("mentor", "/mentoring/handovers/absence"),
    "diary": Sight("mentor", "/mentoring/diary"),
    "questions": Sight("counselor", "/mentoring/help"),
    "question": Sight("counselor", "/mentoring/help/{question}", arrange=open_every_fold),
    "mentoring-settings": Sight("office", "/mentoring/settings"),
    "codes": Sight("office", "/mentoring/codes"),
    "incubator-team": Sight("meng", "/incubator/"),
    "incubator-manager": Sight("incubator", "/incubator/"),
    "incubator-teacher": Sight("mentor", "/incubator/"),
    "occupancy": Sight("incubator", "/incubator/occupancy"),
    "call": Sight("incubator", "/incubator/calls/{call}", arrange=open_every_fold),
    "results": Sight("incubator", "/incubator/calls/{call}/results?at={scored}", arrange=open_every_fold),
    "sheet": Sight("ding", "/incubator/sheets/{to_score}", True, open_every_fold),
    "decision": Sight("incubator", "/incubator/calls/{call}/results?at={to_score}"),
    "paper": Sight("mentor", "/incubator/papers/{paper}", True),
    "allotment": Sight("incubator", "/incubator/allotment?suggest=1"),
    "waitlist-student": Sight("far", "/incubator/waitlist"),
    "tenancy": Sight("incubator", "/incubator/tenancies/{tenancy}", arrange=open_every_fold),
    "own-tenancy": Sight("meng", "/incubator/tenancies/{tenancy}", arrange=open_every_fold),
    "tenancies": Sight("incubator", "/incubator/tenancies"),
    "manager-home": Sight("incubator", "/"),
    "offer": Sight("incubator", "/incubator/tenancies/{offer}"),
    "planned": Sight("incubator", "/incubator/tenancies/{planned}"),
    "move": Sight("incubator", "/incubator/tenancies/{tenancy}/move"),
    "exit": Sight("incubator", "/incubator/tenancies/{left}/exit"),
    "check": Sight("incubator", "/incubator/tenancies/{tenancy}/checks/{check}"),
    "tenancy-history": Sight("meng", "/incubator/tenancies/{tenancy}/history"),
    "workspace": Sight("incubator", "/incubator/workspaces/{room_201}", arrange=open_every_fold),
    "terms": Sight("incubator", "/incubator/settings/terms", arrange=open_every_fold),
    "agreement": Sight("meng", "/incubator/tenancies/{tenancy}/agreement"),
    "figures": Sight("incubator", "/incubator/figures"),
    "incubator-settings": Sight("incubator", "/incubator/settings"),
}
SIGHTS = GATES | OTHERS
SEEN = [*product(GATES, ("en-US", "zh-CN")), *product(OTHERS, ("en-US",))]


@pytest.fixture(scope="module")
def school(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school in the middle of its work: one of each state, on the paper of invented students."""
    made = School(tmp_path_factory.mktemp("school"))
    cast = made.cast
    paper = as_pdf(chinese())
    made.ids = {
        "result": made.hand_in(cast.lin, "小学数学教师（福州市属公办）", paper, ask="请看实习经历。"),
        "preparing": made.hand_in(cast.meng, "数据分析", as_pdf(chinese(4)), confirm=False),
        "waiting": made.hand_in(cast.meng, "初中数学教师", as_pdf(chinese(5))),
        "room": made.hand_in(cast.far, "美术教师", as_pdf(chinese(6)), ask="版面可以吗？", focus=["layout"]),
    }
    made.claim(made.ids["result"], cast.shen, marks=4)
    made.publish(made.ids["result"], cast.shen)
    made.ids |= mentored(made)
    made.claim(made.ids["room"], cast.shen, marks=3)
    made.ids |= lent(made)
    with made:
        yield made


def mentored(school: School) -> dict[str, int]:
    """Two mentors in the middle of their year; returns the ids that the pages' addresses name."""
    cast = school.cast
    with school.app.app_context():
        wen = care.another_mentor(cast)
        for who, mentor in ((cast.lin, cast.mentor), (cast.meng, wen)):
            care.assign(who, mentor)
        words = {"note": "想回山东教小学，担心面试。", "promise": "先投两所学校", "promise_by": Side.STUDENT}
        care.log(cast.lin, cast.mentor, **words, private="家里不太支持，慢慢来。", minutes=12)
        care.log(cast.lin, cast.mentor, reached=False, note="")
        with unit("write"):
            audit.act_as(cast.mentor.id, "test")
            ids = paper_work(cast)
    school.write(_serve_today)
    return {
        "lin": cast.lin.student_id,
        "packet": a_handover(school, cast.mentor, wen, offer=False),
        "to_sign": a_handover(school, wen, cast.mentor),
        **ids,
    }


def paper_work(cast: Cast) -> dict[str, int]:
    """Lin's wishes, plan, question and sealed entry, a line of the diary, and a proposal for who is alone."""
    lin = db.session.get_one(Student, cast.lin.student_id, options=registered.WHOLE)
    mentor, counselor, leader = (accounts.user(who.id) for who in (cast.mentor, cast.counselor, cast.leader))
    register.set_intention(lin, mentor.id, way=Way.WORK, regions=["370000"], posts="小学数学", stage="primary")
    register.set_intention(lin, mentor.id, second_plan="先去实习")
    template = plan_templates.BY_KEY["study"]
    begun = plan.begin(lin, mentor, template, "12 月照常考试，春季考编", range(len(template.steps)))
    db.session.flush()
    plan.review(begun, lin, mentor, "第一步已经做完，下个月看第二步。")
    tag.keep(lin, counselor, ["dibao"], None, None)
    db.session.flush()
    tag.open_all(lin, mentor, Purpose.SUBSIDY, "求职补贴 12 月 4 日截止")
    question = help_request.ask(lin, mentor, Level.MENTOR, "能帮忙联系一下临沂的学校吗？")
    diary.add(mentor.id, clock.today(), "参加学院就业工作例会")
    db.session.flush()
    college, cohort = db.session.get_one(OrgUnit, cast.maths), assignment.cohort()
    worked = assignments.work_out(college.id, cohort, True)
    made = assignments.propose(college, cohort, leader, worked, keeps_present=True, replaces=None)
    db.session.flush()
    return {"question": question.id, "proposal": made.id}


def lent(school: School) -> dict[str, int]:
    """A centre with a team in a room, an offer, a line of those who wait, a draft and a call being reviewed."""
    cast, today = school.cast, clock.today()
    with school.app.app_context():
        with unit("write"):
            documents.drawing_of(receive())
        jobs.drain()
        floor = rooms.a_floor()
        places = [rooms.a_workspace(str(201 + n), floor, seats=4 + n % 3) for n in range(9)]
        rooms.a_block(places[4], today, today + timedelta(days=45))
        leads = rooms.more_students(8, cast.lin)
        draft = rooms.an_application(cast.lin, members=[leads[0]], asked=[leads[1]])
        asked(draft, cast.mentor)
        call = rooms.a_call(cast.shen, cast.ding)
        scored, to_score = (
            rooms.an_application(
                lead, intake=call, team=team, status=ApplicationState.SUBMITTED, submitted_at=clock.now()
            )
            for lead, team in zip(leads, ("榫卯课堂", "乡音有声书"), strict=False)
        )
        rooms.a_sheet(scored, cast.shen, 9, 8, remark="做法清楚，先做小。")
        rooms.a_sheet(scored, cast.ding, 4, 7)
        rooms.a_sheet(to_score, cast.shen, 6, 7)
        for lead, team in zip((cast.far, *leads[2:4]), ("旧书新读", "湿地影像", "听见方言"), strict=True):
            rooms.approved(lead, intake=call, team=team)
        offer = rooms.an_offer(cast.incubator, rooms.approved(leads[4], intake=call, team="萤火心理"), places[1])
        moving = rooms.in_a_room(
            leads[6], cast.incubator, rooms.approved(leads[6], intake=call, team="松果记账"), places[6]
        )
        planned = rooms.tenancy_act(moving, move.change_room, cast.incubator, places[7], today + timedelta(days=20))
        left = rooms.in_a_room(
            leads[7], cast.incubator, rooms.approved(leads[7], intake=call, team="折纸工坊"), places[8]
        )
        rooms.tenancy_act(left, tenancies.hand_out, cast.incubator, "房门钥匙 2 把", "负责人签收")
        rooms.tenancy_act(left, tenancies.end, cast.incubator, today, "毕业")
        home = rooms.approved(cast.meng, intake=call, team="黑土菌丝")
        tenancy = rooms.in_a_room(cast.meng, cast.incubator, home, places[0])
        until = term_end(term_end(today, 12) + timedelta(days=1), 6)
        rooms.tenancy_act(tenancy, renewal.ask, cast.meng, until, "订单还在，想再留半年。")
        rooms.tenancy_act(tenancy, wish.ask, cast.meng, WishKind.ROOM, "旁边在装修，想换到安静的一间。")
        with unit("read"):
            check = db.session.scalars(
                sa.select(Check.id).where(Check.tenancy_id == tenancy).order_by(Check.id)
            ).first()
        ids = {"team": draft, "paper": plan_of(draft), "call": call, "scored": scored, "to_score": to_score}
    school.write(_serve_today)
    held = {"tenancy": tenancy, "offer": offer, "planned": planned, "left": left, "check": check}
    return {"room_201": places[0], **held, **ids}


@pytest.fixture(scope="module")
def cookies(chromium: Browser, school: School) -> Callable[[str], Any]:
    """The cookies of someone who has signed in: each signs in once, not before every page."""

    @cache
    def of(login: str) -> Any:
        if not login:
            return None
        visitors = Visitors(chromium, school.url)
        state = visitors(school.cast.everyone[login]).context.storage_state()
        visitors.leave()
        return state

    return of


@pytest.fixture
def go(visit: Visitors, school: School, cookies: Callable[[str], Any]) -> Callable[..., Page]:
    """``go(sight, …)``: the page as it stands there, in a browser that has never been on this site."""

    def there(sight: Sight, watch: Callable[[Response], None] | None = None, **browser: Any) -> Page:
        page = visit(storage_state=cookies(sight.who), **browser)
        if watch:
            page.on("response", watch)
        answer = page.goto(sight.path.format(**school.ids), wait_until="networkidle")
        assert answer is not None and answer.status == sight.status
        return page

    return there


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize(("name", "language"), SEEN)
def test_axe_finds_nothing(go: Callable[..., Page], name: str, language: str, phone: bool) -> None:
    page = go(SIGHTS[name], phone=phone, language=language, bypass_csp=True)
    SIGHTS[name].arrange(page)
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found += [f"{theme}: {violation}" for violation in violations(page)]
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{language}-{'phone' if phone else 'desktop'}-{theme}.png")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("name", "language"), SEEN)
def test_nothing_sticks_out_at_any_width(go: Callable[..., Page], name: str, language: str) -> None:
    page = go(SIGHTS[name], language=language)
    SIGHTS[name].arrange(page)
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if wide := overflow(page):
            found[width] = wide
    assert not found


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", SIGHTS)
def test_a_first_load_is_light(go: Callable[..., Page], name: str, phone: bool) -> None:
    """As a proxy in front would compress it; the pages' pictures count on a phone, which pays for them."""
    sight = SIGHTS[name]
    answers: list[Response] = []
    go(sight, lambda answer: answers.append(answer), phone=phone)
    sizes = {answer.url: len(gzip.compress(answer.body())) / 1024 for answer in answers}
    listed = "\n".join(f"{size:7.1f} KB {url}" for url, size in sizes.items())
    print(f"{name} {sum(sizes.values()):.1f} KB, {len(sizes)} requests\n{listed}")
    if not sight.pictures:
        assert sum(sizes.values()) <= ORDINARY_KB, listed
        assert len(sizes) <= MOST_REQUESTS, listed
    elif phone:
        assert sum(sizes.values()) <= REVIEW_KB, listed
