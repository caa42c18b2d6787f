"""A mentor's calls, the student's own page, and everything that passes from one person to another."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import Cohort, OrgUnit
from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.mentoring import oneline
from blueprints.mentoring.models import Contact, Handover, HandoverCause
from blueprints.mentoring.queries import handover as handovers
from blueprints.mentoring.service import handover as handover_service
from blueprints.mentoring.workflow.handover import HANDOVER
from blueprints.students import queries as register
from blueprints.students import service as students
from blueprints.students.models import Channel, Side, Student
from tests.mentoring import care
from tests.people import _HASH, SINCE, Person

from .school import School, _serve_today
from .test_by_keyboard import tab_to
from .visitors import Visitors, overflow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINE = "电话 10min 想回山东 小学数学 怕面试 #下周三"
MOST_KEYS = 6
THUMB_PX = 44
NAMES = ("祝晚晴", "景行舟", "温知遥", "凌听雨", "范长安", "唐小满")
_numbers = count(1)


# -- Who is there: each test has a mentor and graduates of its own ------------------------------------------------


def a_mentor(school: School, name: str = "方予安") -> Person:
    with school.app.app_context():
        made = care.another_mentor(school.cast, f"mentor{next(_numbers)}", name)
    school.write(_serve_today)
    return made


def graduates(school: School, mentor: Person | None, names: tuple[str, ...] = NAMES[:3]) -> list[Person]:
    """New graduates of the class of Lin, in this mentor's care."""
    with school.app.app_context():
        with unit("write"):
            audit.act_as(None, "test")
            made = [_enrol(school, name, next(_numbers)) for name in names]
        for who in made if mentor else ():
            care.assign(who, mentor)
    return made


def _enrol(school: School, name: str, number: int) -> Person:
    like = db.session.get_one(Student, school.cast.lin.student_id)
    college, major, class_ = (db.session.get_one(OrgUnit, i) for i in (like.college_id, like.major_id, like.class_id))
    made = students.enrol(
        f"graduate{number}",
        name,
        f"20239{number:05d}",
        cohort=db.session.get_one(Cohort, like.cohort_id),
        college=college,
        major=major,
        class_=class_,
        phone="138 0000 0001",
        since=SINCE,
    )
    made.user.password_hash = _HASH
    return Person(f"graduate{number}", name, made.user_id, made.id)


def contacts_of(school: School, who: Person) -> list[Contact]:
    return school.look(lambda: kept(care.contacts_of(who)))


def student(school: School, who: Person) -> Student:
    return school.look(lambda: kept(care.student(who)))


def kept(found: Any) -> Any:
    """Rows that outlive the session."""
    db.session.expunge_all()
    return found


def answer_yes(page: Page) -> None:
    """The dialog that asks once."""
    page.locator("#ask_dialog [value=yes]").click()


# -- The call round ------------------------------------------------------------------------------------------------


class Keys:
    """A keyboard that counts what is pressed beyond the characters of the words."""

    def __init__(self, page: Page) -> None:
        self._page, self.pressed = page, 0

    def words(self, text: str) -> None:
        self._page.keyboard.type(text)

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)
        self.pressed += 1

    def press_alt(self, letter: str) -> None:
        """An access key; Playwright's own Alt presses do not say which letter it would be without Alt."""
        facts = {
            "modifiers": 1,
            "key": letter,
            "code": f"Key{letter.upper()}",
            "windowsVirtualKeyCode": ord(letter) - 32,
        }
        devtools = self._page.context.new_cdp_session(self._page)
        for kind in ("keyDown", "keyUp"):
            devtools.send("Input.dispatchKeyEvent", {"type": kind, "unmodifiedText": letter, **facts})
        devtools.detach()
        self.pressed += 1


def line_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="In one line")


def expect_turn_of(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Call round: {name}")
    expect(line_of(page)).to_be_focused()
    expect(line_of(page)).to_have_value("")


def whose_turn(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text().removeprefix("Call round: ")


def start_the_round(page: Page) -> None:
    """From the home page, by keyboard."""
    tab_to(page, page.get_by_role("link", name="Call one after the other"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Call round: "))
    expect(line_of(page)).to_be_focused()


def save_a_line(page: Page, keys: Keys, line: str) -> None:
    keys.words(line)
    keys.press("Enter")
    expect(page.get_by_role("button", name="Save and next").first).to_be_focused()
    keys.press("Enter")


def test_a_call_is_logged_with_at_most_six_keys_beyond_the_words(school: School, visit: Visitors) -> None:
    mentor = a_mentor(school)
    people = {who.name: who for who in graduates(school, mentor)}
    page = visit(mentor)
    start_the_round(page)
    first = people.pop(whose_turn(page))
    keys = Keys(page)
    keys.words(LINE)
    keys.press("Enter")
    reading = page.locator("dl.preview")
    expect(reading).to_contain_text("山东")
    expect(reading).to_contain_text("小学数学")
    expect(reading).to_contain_text("怕面试")
    expect(reading).to_contain_text("Phone, reached, 10 minutes")
    assert not contacts_of(school, first), "nothing is stored before the reading was looked at"
    expect(page.get_by_role("button", name="Save and next").first).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(first.name)
    expect_turn_of(page, whose_turn(page))
    assert whose_turn(page) in people
    assert keys.pressed <= MOST_KEYS
    is_stored(school, first, mentor)


def is_stored(school: School, who: Person, mentor: Person) -> None:
    """The line of the issue as contact, intention, obstacle and next date."""
    (contact,) = contacts_of(school, who)
    assert (contact.channel, contact.reached, contact.minutes) == (Channel.PHONE, True, 10)
    assert (contact.author_id, contact.obstacle) == (mentor.id, "怕面试")
    wednesday = oneline.day_of("下周三", clock.local(contact.at).date())
    assert contact.next_on == student(school, who).next_on == wednesday
    wish = school.look(lambda: kept(register.intentions([who.student_id])[who.student_id]))
    assert (wish.regions, wish.stage, wish.obstacle) == (["370000"], "primary", "怕面试")
    assert "小学数学" in wish.posts


def test_not_reached_and_skip_are_one_key_each(school: School, visit: Visitors) -> None:
    mentor = a_mentor(school)
    people = {who.name: who for who in graduates(school, mentor)}
    page = visit(mentor)
    start_the_round(page)
    tried = people[whose_turn(page)]
    Keys(page).press_alt("m")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(tried.name)
    expect(page.locator("#toasts")).to_contain_text("Saved. Next time: ")
    skipped = people[whose_turn(page)]
    expect_turn_of(page, skipped.name)
    Keys(page).press_alt("s")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(skipped.name)
    assert whose_turn(page) not in (tried.name, skipped.name)
    (contact,) = contacts_of(school, tried)
    assert not contact.reached
    assert contact.next_on is not None and contact.next_on > clock.local(contact.at).date()
    assert not contacts_of(school, skipped)


def test_thirty_graduates_in_a_row_without_a_mouse(school: School, visit: Visitors) -> None:
    mentor = a_mentor(school)
    people = {who.name: who for who in graduates(school, mentor, tuple(f"林{n:02d}" for n in range(30)))}
    page = visit(mentor)
    tab_to(page, page.get_by_role("link", name="All my graduates"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Call one after the other"))
    page.keyboard.press("Enter")
    keys = Keys(page)
    seen: list[str] = []
    for turn in range(30):
        name = whose_turn(page)
        assert name not in seen
        expect_turn_of(page, name)
        seen.append(name)
        if turn % 5 == 4:
            keys.press_alt("m")
        else:
            save_a_line(page, keys, "微信 准备初中语文 #周五")
        expect(page.get_by_role("heading", level=1)).not_to_contain_text(name)
    expect(page.get_by_role("heading", name="That was the last one of this list")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("24")
    assert set(seen) == set(people)
    assert keys.pressed == 24 * 2 + 6
    told = [contacts_of(school, people[name]) for name in seen]
    assert [len(contacts) for contacts in told] == [1] * 30
    assert sum(contacts[0].reached for contacts in told) == 24


def test_a_wrong_day_in_the_line_is_asked_about_and_nothing_typed_is_lost(school: School, visit: Visitors) -> None:
    mentor = a_mentor(school)
    people = {who.name: who for who in graduates(school, mentor)}
    page = visit(mentor)
    start_the_round(page)
    name = whose_turn(page)
    line_of(page).fill("电话 想回山东 #某一天")
    page.keyboard.press("Enter")
    expect(page.locator("#entry")).to_contain_text("“某一天” is not a day I understand")
    expect(line_of(page)).to_have_value("电话 想回山东 #某一天")
    expect(page.locator("#entry .summary")).to_be_focused()
    page.locator("#next_on").fill(f"{clock.today():%Y-%m-%d}")
    page.locator("#entry .primary").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(name)
    (contact,) = contacts_of(school, people[name])
    assert contact.next_on == clock.today()


# -- In one hand ---------------------------------------------------------------------------------------------------


def test_my_six_in_one_hand(school: School, visit: Visitors) -> None:
    mentor = a_mentor(school)
    people = graduates(school, mentor, NAMES)
    page = visit(mentor, phone=True)
    page.goto("/mentoring/")
    expect(page.locator(".pcard")).to_have_count(len(people))
    expect(page.locator(".pcard .band").first).to_be_in_viewport()
    for card in page.locator(".pcard").all():
        expect(card.locator(".band strong")).to_be_visible()
        expect(card.locator("a[href^='tel:']")).to_have_attribute("href", "tel:13800000001")
    for act in page.locator(".pcard footer .btn").all():
        box = act.bounding_box()
        assert box and box["height"] >= THUMB_PX, act.inner_text()
    assert not overflow(page)
    write_down_on_the_phone(page, people[0].name)
    (contact,) = contacts_of(school, people[0])
    assert (contact.channel, contact.obstacle) == (Channel.PHONE, "怕面试")


def test_the_round_on_a_phone_begins_with_whom_to_call(school: School, visit: Visitors) -> None:
    mentor = a_mentor(school)
    people = graduates(school, mentor)
    with school.app.app_context():
        care.log(people[0], mentor, note="想回山东教小学。", promise="先投两所学校", promise_by=Side.STUDENT)
    page = visit(mentor, phone=True)
    page.goto(f"/mentoring/round?list=all&at={people[0].student_id}")
    for shown in (page.locator("a[href^='tel:']"), page.get_by_text("想回山东教小学。"), line_of(page)):
        expect(shown).to_be_in_viewport()
    assert not overflow(page)


def write_down_on_the_phone(page: Page, name: str) -> None:
    page.get_by_role("link", name=f"Write it down {name}").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(line_of(page)).to_be_in_viewport()
    line_of(page).fill(LINE)
    page.get_by_role("button", name="Read the line").tap()
    save = page.locator("#entry .primary").first
    expect(save).to_have_text(re.compile("^Save"))
    box = save.bounding_box()
    assert box and box["height"] >= THUMB_PX
    assert not overflow(page)
    save.tap()
    expect(page.locator("#toasts")).to_contain_text("Saved. Next time: ")


# -- Without a script ----------------------------------------------------------------------------------------------


def test_a_call_and_the_students_answer_without_javascript(school: School, visit: Visitors) -> None:
    mentor = a_mentor(school)
    (who,) = graduates(school, mentor, NAMES[:1])
    teacher, page = visit(mentor, java_script_enabled=False), visit(who, phone=True, java_script_enabled=False)
    teacher.goto(f"/mentoring/students/{who.student_id}")
    line_of(teacher).fill(LINE)
    teacher.get_by_role("button", name="Read the line").click()
    expect(teacher.locator("dl.preview")).to_contain_text("山东")
    teacher.locator("#entry summary").click()
    teacher.get_by_label("What was promised").fill("先投两所学校")
    teacher.get_by_role("radio", name="by the student").check()
    teacher.locator("#entry .primary").first.click()
    expect(teacher.locator("#toasts")).to_contain_text("Saved. Next time: ")
    ask_for_quiet_and_tick(page)
    teacher.reload()
    expect(teacher.locator(".filehead")).to_contain_text("quiet until")
    expect(teacher.locator(".filehead a[href^='tel:']")).to_have_count(0)
    expect(teacher.locator(".timeline")).to_contain_text("先投两所学校")
    expect(teacher.locator(".timeline .badge")).to_have_text("done")
    teacher.goto("/mentoring/")
    expect(teacher.locator(".pcard")).to_contain_text("Asked for quiet until")


def ask_for_quiet_and_tick(page: Page) -> None:
    page.goto("/me/mentor")
    expect(page.get_by_role("heading", name="方予安")).to_be_visible()
    page.get_by_role("button", name="Done 先投两所学校").click()
    expect(page.locator("#toasts")).to_contain_text("Ticked off. Well done.")
    page.get_by_label("Not this week, please").check()
    page.locator("#reach").get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved. All who help you see it before they call.")
    expect(page.get_by_label("Not this week, please")).to_be_checked()


# -- Two browsers side by side -------------------------------------------------------------------------------------


def test_the_students_wishes_change_while_the_mentor_reads(school: School, visit: Visitors) -> None:
    mentor = a_mentor(school)
    (who,) = graduates(school, mentor, NAMES[:1])
    teacher, page = visit(mentor), visit(who, phone=True)
    teacher.goto(f"/mentoring/students/{who.student_id}")
    wishes = teacher.get_by_role("region", name="Wishes")
    expect(wishes).to_contain_text("Nothing is written down yet.")
    page.goto("/me/intention")
    page.get_by_role("radio", name="Further study").check()
    page.locator("#region1").fill("福建省")
    page.locator("#second_plan").fill("先去实习")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Your wishes are saved.")
    teacher.reload()
    expect(wishes).to_contain_text("福建")
    expect(wishes).to_contain_text("先去实习")


def a_handover(school: School, giver: Person, receiver: Person, *, offer: bool = True) -> int:
    """All graduates of one mentor, for another to sign; returns its id."""
    with school.app.app_context(), unit("write"):
        audit.act_as(giver.id, "handover.offer")
        gives, takes = accounts.user(giver.id), accounts.user(receiver.id)
        given = handovers.givable(gives, gives.id)
        id_ = handover_service.create(gives, gives, takes, given, cause=HandoverCause.LEAVES, note="请多些耐心。").id
        db.session.flush()
        query = sa.select(Handover).where(Handover.id == id_).options(*handovers.FULL)
        held = db.session.scalars(query.execution_options(populate_existing=True)).one()
        if offer:
            HANDOVER.fire("offer", held, gives)
        return id_


def test_the_file_closes_for_the_giver_when_the_receiver_signs(school: School, visit: Visitors) -> None:
    giver, receiver = a_mentor(school), a_mentor(school, "苏静言")
    (who,) = graduates(school, giver, NAMES[:1])
    a_handover(school, giver, receiver)
    before, after = visit(giver), visit(receiver)
    before.goto(f"/mentoring/students/{who.student_id}")
    line_of(before).fill("电话 想回山东")
    after.get_by_role("link", name="1 hand-over to sign").click()
    after.get_by_role("link", name="Open 方予安, 苏静言").click()
    after.get_by_role("button", name="Sign and take over").click()
    answer_yes(after)
    expect(after.locator("#toasts")).to_contain_text("Signed. You answer for them from this moment.")
    assert student(school, who).mentor_id == receiver.id
    before.get_by_role("button", name="Read the line").click()
    expect(before.locator("#toasts .toast.bad")).to_be_visible()
    expect(line_of(before)).to_have_value("电话 想回山东")
    with before.expect_response(re.compile(f"/mentoring/students/{who.student_id}/intention")) as caught:
        before.get_by_role("region", name="Wishes").get_by_role("link", name="Change").click()
    assert caught.value.status == 404
    expect(before.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    assert not contacts_of(school, who)
    after.goto("/mentoring/")
    expect(after.locator(".pcard")).to_contain_text(who.name)


def test_a_sealed_entry_from_the_counselor_to_the_student(school: School, visit: Visitors) -> None:
    mentor = a_mentor(school)
    (who,) = graduates(school, mentor, NAMES[:1])
    counselor, teacher, page = visit(school.cast.counselor), visit(mentor), visit(who, phone=True)
    counselor.goto(f"/mentoring/students/{who.student_id}")
    counselor.get_by_text("Add an entry").click()
    counselor.get_by_role("checkbox", name="Orphan").check()
    counselor.get_by_role("button", name="Seal", exact=True).click()
    expect(counselor.locator("#toasts")).to_contain_text("Sealed.")
    teacher.goto(f"/mentoring/students/{who.student_id}")
    sealed = teacher.get_by_role("region", name="Hardship, sealed")
    expect(sealed).to_contain_text("1 sealed entry.")
    expect(teacher.locator("#main")).not_to_contain_text("Orphan")
    open_for_a_reason(teacher)
    page.goto("/me/seen")
    opened = page.get_by_role("region", name="Sealed entries were opened")
    expect(opened).to_contain_text(mentor.name)
    expect(opened).to_contain_text("求职补贴 12 月 4 日截止")
    assert not overflow(page)


def open_for_a_reason(page: Page) -> None:
    page.get_by_text("Ask to see them").click()
    page.get_by_role("button", name="Open once").click()
    expect(page.locator(".summary, .err").first).to_be_visible()
    page.locator("#open_purpose").select_option(index=1)
    page.locator("#open_reason").fill("求职补贴 12 月 4 日截止")
    page.get_by_role("button", name="Open once").click()
    expect(page.get_by_role("region", name="Hardship")).to_contain_text("Orphan")


# -- The assignment ------------------------------------------------------------------------------------------------


def test_a_leader_proposes_adjusts_and_confirms_and_the_office_comes_too_late(school: School, visit: Visitors) -> None:
    mentors = [a_mentor(school, name) for name in ("程砚之", "顾南乔")]
    lonely = graduates(school, None)
    leader, office = visit(school.cast.leader), visit(school.cast.office)
    leader.goto("/mentoring/assignments")
    leader.get_by_role("link", name="Propose").click()
    leader.get_by_role("button", name="Work it out").click()
    expect(leader.get_by_role("heading", level=1)).to_have_text("Proposal")
    office.goto(leader.url)
    expect(office.get_by_role("button", name="Confirm the proposal")).to_be_visible()
    mentor = adjust(leader, lonely[0].name, mentors)
    leader.get_by_role("button", name="Confirm the proposal").click()
    answer_yes(leader)
    expect(leader.locator("#toasts")).to_contain_text("In force: ")
    for who in lonely:
        assert student(school, who).mentor_id
    assert student(school, lonely[0]).mentor_id == mentor.id
    told_late(office)
    hears_of_it(visit(lonely[0], phone=True), mentor.name)
    hears_of_it(visit(mentor), "assigned to you")


def adjust(page: Page, name: str, mentors: list[Person]) -> Person:
    """Give this graduate to the one of the two who was not proposed."""
    page.get_by_role("link", name=f"Adjust {name}").click()
    proposed = page.locator("#mentor option:checked").inner_text()
    other = next(m for m in mentors if m.name not in proposed)
    page.locator("#mentor").select_option(value=str(other.id))
    page.get_by_role("button", name="Take this one").click()
    expect(page.locator("#toasts")).to_contain_text(f"{name} goes to {other.name}, once the proposal is confirmed.")
    return other


def told_late(page: Page) -> None:
    with page.expect_response(re.compile("/confirm$")) as caught:
        page.get_by_role("button", name="Confirm the proposal").click()
        answer_yes(page)
    assert caught.value.status == 409
    expect(page.locator("#main")).to_contain_text("This proposal is no draft any more")


def hears_of_it(page: Page, words: str) -> None:
    """The notices are written by the worker, a moment later."""
    page.goto("/notices")
    for _look in range(20):
        if page.locator("#main").get_by_text(words).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("#main")).to_contain_text(words)
