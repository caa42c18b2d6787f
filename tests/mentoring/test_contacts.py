"""Contacts: written in a line or field by field, sent twice, corrected, kept quiet about, and seen by whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from blueprints.core import audit, clock
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db, unit
from blueprints.mentoring.models import Contact, Level
from blueprints.students import queries as register
from blueprints.students import service as students
from blueprints.students.models import NEVER, Channel, Side, Situation, Student
from tests.conftest import NOW
from tests.mentoring.care import another_mentor, assign, contacts_of, log, student

TODAY = date(2026, 11, 24)
LINE = "电话 10min 想回山东 小学数学 怕面试 #下周三"


@pytest.fixture
def assigned(app, cast):
    with app.app_context():
        assign(cast.lin, cast.mentor)
        assign(cast.meng, cast.mentor)
        return cast


def post(browser, who, **fields):
    return browser.post(f"/mentoring/students/{who.student_id}/contacts", fields)


def test_a_line_is_shown_first_and_saved_second(app, assigned, browser):
    teacher = browser(assigned.mentor)
    teacher.get("/mentoring/round?list=unplaced")
    at = teacher.at.page.xpath("//form[contains(@action, '/contacts')]")[0].get("action")
    shown = teacher.submit(at, line=LINE)
    assert shown.status == 200
    assert "Wed, Dec 2" in shown.said and "怕面试" in shown.said and "山东" in shown.said
    with app.app_context():
        assert contacts_of(assigned.lin) + contacts_of(assigned.meng) == []
    saved = teacher.submit(at)
    assert saved.status == 303
    with app.app_context():
        entry = db.session.scalars(sa.select(Contact)).one()
        assert (entry.channel, entry.minutes, entry.reached) == (Channel.PHONE, 10, True)
        assert (entry.obstacle, entry.next_on) == ("怕面试", date(2026, 12, 2))
        assert entry.level is Level.MENTOR
        wish = register.intentions([entry.student_id])[entry.student_id]
        assert (wish.regions, wish.stage, wish.posts, wish.obstacle) == (["370000"], "primary", "小学数学", "怕面试")
        assert entry.intention_id == wish.id
        row = db.session.get_one(Student, entry.student_id)
        # meng has level 1: the duty of a week comes before the day that was agreed
        expected = date(2026, 12, 1) if row.support_level else date(2026, 12, 2)
        assert row.due_on == expected and row.next_on == date(2026, 12, 2)


def test_a_line_changed_after_it_was_shown_is_shown_again(app, assigned, browser):
    teacher = browser(assigned.mentor)
    teacher.get(f"/mentoring/students/{assigned.lin.student_id}")
    teacher.submit("/contacts", line="电话 5min 想去大庆 #周五")
    again = teacher.submit("/contacts", line="电话 5min 想去苏州 #周五")
    assert again.status == 200 and "苏州" in again.said
    assert teacher.submit("/contacts").status == 303
    with app.app_context():
        assert [c.note for c in contacts_of(assigned.lin)] == ["想去苏州"]


def test_the_documented_fields_alone_are_enough(app, assigned, browser):
    answer = post(
        browser(assigned.mentor),
        assigned.lin,
        channel="wechat",
        reached="yes",
        minutes="7",
        note="聊了试讲",
        intention="山东 小学数学",
        obstacle="怕面试",
        next_on="2026-12-01",
        private="夜里睡不好",
    )
    assert answer.status == 303
    with app.app_context():
        entry = contacts_of(assigned.lin)[0]
        assert (entry.channel, entry.minutes, entry.note) == (Channel.WECHAT, 7, "聊了试讲")
        assert entry.private == "夜里睡不好" and entry.keeper_id == assigned.mentor.id
        assert "睡不好".encode() not in entry.private_sealed
        assert register.intentions([entry.student_id])[entry.student_id].regions == ["370000"]


def test_not_reached_comes_again_tomorrow_by_itself(app, assigned, browser):
    assert post(browser(assigned.mentor), assigned.lin, channel="phone", reached="no").status == 303
    with app.app_context():
        row = student(assigned.lin)
        assert row.next_on == TODAY + timedelta(days=1) and row.due_on == row.next_on
        assert row.contacted_at is None and row.tried_at is not None


def test_bad_fields_keep_what_was_typed_and_say_what_to_do(app, assigned, browser):
    answer = post(
        browser(assigned.mentor),
        assigned.lin,
        channel="phone",
        reached="yes",
        minutes="9999",
        note="一句话",
        next_on="x",
    )
    assert answer.status == 422
    assert "Between 0 and 600." in answer.errors
    assert "一句话" in answer.text
    empty = post(browser(assigned.mentor), assigned.lin, channel="phone", reached="yes")
    assert empty.status == 422 and "Write a few words" in empty.errors
    past = post(browser(assigned.mentor), assigned.lin, channel="phone", reached="yes", note="x", next_on="2026-11-01")
    assert past.status == 422 and "between today" in past.errors
    with app.app_context():
        assert contacts_of(assigned.lin) == []


def test_the_same_form_sent_twice_is_one_entry(app, assigned, browser):
    teacher = browser(assigned.mentor)
    fields = {"channel": "phone", "reached": "yes", "note": "一次", "key": "a" * 32}
    for _n in range(3):
        assert post(teacher, assigned.lin, **fields).status == 303
    with app.app_context():
        assert len(contacts_of(assigned.lin)) == 1


@pytest.mark.parametrize("who", ["counselor", "leader", "office"])
def test_all_four_levels_write_into_one_calendar(app, assigned, browser, who):
    person = getattr(assigned, who)
    assert post(browser(person), assigned.lin, channel="phone", reached="yes", note="问好").status == 303
    with app.app_context():
        expected = {"counselor": Level.COUNSELOR, "leader": Level.COLLEGE, "office": Level.SCHOOL}[who]
        assert contacts_of(assigned.lin)[0].level is expected
    seen = browser(assigned.mentor).get(f"/mentoring/students/{assigned.lin.student_id}")
    assert f"{person.name} was in touch" in seen.said


def test_a_second_call_within_three_days_is_warned_about_and_not_after(app, assigned, browser):
    with app.app_context():
        log(assigned.lin, assigned.counselor, Level.COUNSELOR, at=NOW - timedelta(days=2))
        log(assigned.meng, assigned.counselor, Level.COUNSELOR, at=NOW - timedelta(days=5))
    teacher = browser(assigned.mentor)
    assert "was in touch" in teacher.get(f"/mentoring/round?list=unplaced&at={assigned.lin.student_id}").said
    assert "was in touch" not in teacher.get(f"/mentoring/round?list=unplaced&at={assigned.meng.student_id}").said


def test_who_asked_for_quiet_is_called_only_with_a_stated_safety_reason(app, assigned, browser):
    me = browser(assigned.lin)
    me.get("/me/mentor")
    assert me.submit("/me/reach", by="wechat", hours="late", quiet="y").status == 303
    with app.app_context():
        row = student(assigned.lin)
        assert row.quiet_until == date(2026, 11, 29) and row.reach_hours == "16:00–22:00"
    teacher = browser(assigned.mentor)
    page = teacher.get("/mentoring/")
    assert "Asked for quiet until Nov 29" in page.said
    tels = [a for a in page.links() if a.startswith("tel:")]
    assert len(tels) == 1  # Meng's: who asked for quiet has no number on the card
    refused = post(teacher, assigned.lin, channel="phone", reached="yes", note="急事")
    assert (
        refused.status == 422 and "asked not to be contacted until Nov 29" in refused.errors and "急事" in refused.text
    )
    met = post(teacher, assigned.lin, channel="face", reached="yes", note="她自己来了办公室")
    assert met.status == 303
    urgent = post(teacher, assigned.lin, channel="phone", reached="yes", note="急事", safety="室友说她昨晚没回宿舍")
    assert urgent.status == 303
    with app.app_context():
        assert contacts_of(assigned.lin)[-1].overrode == "室友说她昨晚没回宿舍"


def test_an_entry_is_corrected_within_a_day_by_its_author_only(app, assigned, browser):
    with app.app_context():
        mine = log(assigned.lin, assigned.mentor, at=NOW - timedelta(hours=3))
        old = log(assigned.lin, assigned.mentor, at=NOW - timedelta(hours=30))
    teacher = browser(assigned.mentor)
    teacher.get(f"/mentoring/contacts/{mine}")
    assert teacher.submit(f"/contacts/{mine}", note="想回山东临沂。").status == 303
    with app.app_context():
        assert db.session.get_one(Contact, mine).note == "想回山东临沂。"
        entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == mine)).all()
        assert any("想回山东临沂" in e.changes and "想回山东。" in e.changes for e in entries)
    assert teacher.get(f"/mentoring/contacts/{old}").status == 403
    assert browser(assigned.counselor).get(f"/mentoring/contacts/{mine}").status == 403


def test_a_private_note_opens_for_its_keeper_alone(app, assigned, browser):
    with app.app_context():
        log(assigned.lin, assigned.mentor, private="他夜里睡不好")
        assign(assigned.far, None)
    path = f"/mentoring/students/{assigned.lin.student_id}"
    assert "他夜里睡不好" in browser(assigned.mentor).get(path).said
    for other in (assigned.counselor, assigned.leader, assigned.office, assigned.president):
        page = browser(other).get(path)
        assert page.status == 200 and "他夜里睡不好" not in page.text
    assert "他夜里睡不好" not in browser(assigned.lin).get("/me/mentor").text


def test_another_mentors_graduates_do_not_exist_by_any_road(app, assigned, browser):
    with app.app_context():
        stranger = another_mentor(assigned)
        entry = log(assigned.lin, assigned.mentor, promise="发岗位", promise_by=Side.TEACHER)
    other = browser(stranger)
    id = assigned.lin.student_id
    assert assigned.lin.name not in other.get("/mentoring/").said
    assert assigned.lin.name not in other.get("/mentoring/list?tab=all&q=lzx").said
    for path in (
        f"/mentoring/students/{id}",
        f"/mentoring/students/{id}/contacts",
        f"/mentoring/students/{id}/intention",
    ):
        assert other.get(path).status == 404
    assert other.get(f"/mentoring/round?list=all&at={id}").status == 404
    assert other.get(f"/mentoring/round?ids={id}").said.find(assigned.lin.name) == -1
    assert other.get(f"/mentoring/contacts/{entry}").status == 404
    assert post(other, assigned.lin, channel="phone", reached="yes", note="x").status == 404
    assert other.post(f"/mentoring/contacts/{entry}/kept").status == 404
    assert other.post("/mentoring/bulk", {"ids": id, "act": "next_on", "next_on": "2026-12-01"}).status == 303
    csv = other.get("/mentoring/export.csv?tab=all")
    assert assigned.lin.name not in csv.text and csv.status == 200
    with app.app_context():
        assert student(assigned.lin).next_on is None


def test_an_ex_mentor_loses_sight_the_moment_another_answers(app, assigned, browser):
    teacher = browser(assigned.mentor)
    path = f"/mentoring/students/{assigned.lin.student_id}"
    assert teacher.get(path).status == 200
    with app.app_context():
        log(assigned.lin, assigned.mentor)
        assign(assigned.lin, another_mentor(assigned))
    assert teacher.get(path).status == 404
    assert assigned.lin.name not in teacher.get("/mentoring/").said


@pytest.mark.parametrize("who", ["admin", "shen", "incubator"])
def test_who_has_no_part_in_it_may_not_even_knock(assigned, browser, who):
    person = browser(getattr(assigned, who))
    assert person.get("/mentoring/").status == 403
    assert person.get(f"/mentoring/students/{assigned.lin.student_id}").status == 403


def test_a_graduate_never_opens_the_file_kept_on_them_or_on_others(assigned, browser):
    me = browser(assigned.lin)
    for one in (assigned.lin, assigned.meng):
        assert me.get(f"/mentoring/students/{one.student_id}").status == 403


def test_that_a_file_was_opened_is_written_down_once_a_day_for_each_reader(app, assigned, browser):
    path = f"/mentoring/students/{assigned.lin.student_id}"
    for who in (assigned.mentor, assigned.counselor):
        reader = browser(who)
        reader.get(path)
        reader.get(path)
    with app.app_context():
        seen = db.session.scalars(sa.select(AuditEntry.actor_id).where(AuditEntry.verb == "file.opened")).all()
        assert sorted(seen) == sorted([assigned.mentor.id, assigned.counselor.id])


def test_a_students_own_promise_is_ticked_by_the_student_and_only_theirs(app, assigned, browser):
    with app.app_context():
        own = log(assigned.lin, assigned.mentor, promise="投三份简历", promise_by=Side.STUDENT)
        his = log(assigned.lin, assigned.mentor, promise="发岗位", promise_by=Side.TEACHER)
        other = log(assigned.meng, assigned.mentor, promise="改简历", promise_by=Side.STUDENT)
        assert student(assigned.lin).turn is Side.TEACHER  # the last one was the teacher's
    me = browser(assigned.lin)
    page = me.get("/me/mentor")
    assert "投三份简历" in page.said and "发岗位" in page.said
    assert me.submit(f"/me/promises/{own}").status == 303
    assert me.post(f"/me/promises/{his}").status == 404
    assert me.post(f"/me/promises/{other}").status == 404
    with app.app_context():
        assert db.session.get_one(Contact, own).promise_kept_at is not None
    assert "投三份简历" in browser(assigned.mentor).get("/notices").said


def test_wishes_are_kept_by_both_with_history(app, assigned, browser):
    me = browser(assigned.lin)
    me.get("/me/intention")
    answer = me.submit("/me/intention", way="work", region1="山东省", region2="大庆", posts="小学数学教师", pay="4000")
    assert answer.status == 303
    wrong = me.post("/me/intention", {"way": "work", "region1": "桃花源", "posts": "教师"})
    assert wrong.status == 422 and "桃花源" in wrong.errors and "教师" in wrong.text
    teacher = browser(assigned.mentor)
    path = f"/mentoring/students/{assigned.lin.student_id}/intention"
    teacher.get(path)
    assert teacher.submit(path, second_plan="考不上就先代课").status == 303
    assert "Nothing was new" in teacher.post(path, _same(app, assigned), follow=True).said
    with app.app_context():
        history = register.intention_history(assigned.lin.student_id)
        assert [i.by_id for i in history] == [assigned.mentor.id, assigned.lin.id]
        assert (history[0].regions, history[0].pay_from) == (["370000", "230600"], 400000)
        assert [i.is_current for i in history] == [True, False]


def _same(app, cast):
    return {"way": "work", "region1": "山东省", "region2": "大庆市", "posts": "小学数学教师", "pay": "4000"} | {
        "second_plan": "考不上就先代课"
    }


def test_the_round_walks_down_the_list_and_ends(app, assigned, browser):
    teacher = browser(assigned.mentor)
    page = teacher.get("/mentoring/round?list=unplaced")
    names = {assigned.lin.name, assigned.meng.name}
    first = next(n for n in names if n in page.page.xpath("//h1")[0].text_content())
    answer = teacher.submit("/contacts", channel="phone", reached="no", note="")
    second = teacher.get(answer.location)
    assert (names - {first}).pop() in second.page.xpath("//h1")[0].text_content()
    end = teacher.submit("/contacts", channel="phone", reached="yes", note="都好")
    last = teacher.get(end.location)
    assert "That was the last one" in last.said
    assert teacher.get("/mentoring/round?list=unplaced").said.count("Nobody in this list") == 0
    assert teacher.get("/mentoring/round?list=nothing").status == 404


def test_three_questions_fit_the_state_and_say_why(app, assigned, browser):
    with app.app_context(), unit("write"):
        row = student(assigned.lin)
        row.situation = Situation.SETTLED
        students.reckon(row)
    teacher = browser(assigned.mentor)
    settled = teacher.get(f"/mentoring/round?list=all&at={assigned.lin.student_id}")
    asks = settled.page.xpath("//ol[@class='asks']/li")
    assert len(asks) == 3 and "new place" in asks[0].text_content()
    searching = teacher.get(f"/mentoring/round?list=all&at={assigned.meng.student_id}")
    texts = [li.text_content() for li in searching.page.xpath("//ol[@class='asks']/li")]
    assert len(texts) == 3 and not any("new place" in t for t in texts)


def test_levels_and_settings_say_when_someone_falls_due(app, assigned):
    with app.app_context():
        log(assigned.lin, assigned.mentor, at=NOW)
        log(assigned.meng, assigned.mentor, at=NOW)
        assert student(assigned.lin).due_on == TODAY + timedelta(days=30)
        assert student(assigned.meng).due_on == TODAY + timedelta(days=7)
        log(assigned.lin, assigned.mentor, at=NOW, situation=Situation.SETTLED)
        assert student(assigned.lin).due_on == NEVER


def test_my_six_needs_the_same_number_of_queries_for_one_and_for_six(app, assigned, browser):
    teacher = browser(assigned.mentor)
    with app.app_context():
        assign(assigned.meng, None)
        log(assigned.lin, assigned.mentor, intention="山东 小学数学")
    teacher.get("/mentoring/")  # the session's touch
    one = len(teacher.get("/mentoring/").queries)
    with app.app_context():
        for who in (assigned.meng, assigned.far):
            assign(who, assigned.mentor)
            for _n in range(4):
                log(who, assigned.mentor, promise="发岗位", intention="山东 小学数学")
    assert len(teacher.get("/mentoring/").queries) == one
    counselor = browser(assigned.counselor)
    counselor.get("/mentoring/list?tab=all")
    assert len(counselor.get("/mentoring/list?tab=all").queries) <= 16


def test_a_view_is_kept_used_for_a_round_and_deleted_by_its_owner_only(app, assigned, browser):
    counselor = browser(assigned.counselor)
    counselor.get("/mentoring/list?tab=all&level=1")
    assert counselor.submit("/mentoring/views", name="一级的").status == 303
    page = counselor.get("/mentoring/list")
    assert "一级的" in page.said
    action = next(f.get("action") for f in page.page.forms if "/views/" in (f.get("action") or ""))
    id = action.split("/")[3]
    called = counselor.get(f"/mentoring/round?list=view-{id}")
    assert assigned.meng.name in called.said and assigned.lin.name not in called.said
    stranger = browser(assigned.leader)
    assert stranger.get(f"/mentoring/round?list=view-{id}").status == 404
    assert stranger.post(action).status == 404
    assert counselor.post(action).status == 303
    assert "一级的" not in counselor.get("/mentoring/list").said


def test_bulk_moves_judge_each_graduate_by_itself(app, assigned, browser):
    with app.app_context():
        assign(assigned.meng, None)
    counselor = browser(assigned.counselor)
    counselor.get("/mentoring/list?tab=all")
    ids = [assigned.lin.student_id, assigned.meng.student_id, assigned.far.student_id]
    said = counselor.post(
        "/mentoring/bulk", {"ids": ids, "act": "nudge", "back": "/mentoring/list?tab=all"}, follow=True
    )
    assert "Done for 1 graduate." in said.said and f"{assigned.meng.name}: there is no mentor yet." in said.said
    assert assigned.lin.name in browser(assigned.mentor).get("/notices").said
    moved = counselor.post("/mentoring/bulk", {"ids": ids, "act": "next_on", "next_on": "2026-12-03"}, follow=True)
    assert "Done for 2 graduates." in moved.said
    with app.app_context():
        assert student(assigned.lin).next_on == date(2026, 12, 3)
        assert student(assigned.far).next_on is None
    assert clock.today() == TODAY


def test_earlier_contacts_are_read_page_by_page_in_their_order(app, assigned, browser):
    with app.app_context():
        for n in range(70):
            log(assigned.lin, assigned.mentor, at=NOW - timedelta(days=n), note=f"第{n:02}次")
    teacher = browser(assigned.mentor)
    file = teacher.get(f"/mentoring/students/{assigned.lin.student_id}")
    assert "第00次" in file.said and "第11次" in file.said and "第12次" not in file.said
    link = next(u for u in file.links() if "before=" in u)
    older = teacher.get(link)
    assert "第12次" in older.said and "第61次" in older.said and "第11次" not in older.said
    rest = teacher.get(next(u for u in older.links() if "before=" in u))
    assert "第62次" in rest.said and "第69次" in rest.said


def test_a_note_that_went_along_or_was_closed_is_not_the_authors_to_change(app, assigned, browser):
    with app.app_context():
        closed = log(assigned.lin, assigned.counselor, Level.COUNSELOR, private="他夜里睡不好")
        gone = log(assigned.meng, assigned.counselor, Level.COUNSELOR, private="他怕面试")
        with unit("write"):
            audit.act_as(None, "test")
            db.session.get_one(Contact, closed).keeper_id = None
            db.session.get_one(Contact, gone).keeper_id = assigned.mentor.id
    teacher = browser(assigned.counselor)
    for entry in (closed, gone):
        page = teacher.get(f"/mentoring/contacts/{entry}")
        assert "睡不好" not in page.text and "怕面试" not in page.text
        assert teacher.submit(f"/contacts/{entry}", note="改了。", private="").status == 303
        assert teacher.post(f"/mentoring/contacts/{entry}", {"channel": "phone", "private": "别的"}).status in (
            303,
            422,
        )
    with app.app_context():
        one, two = (db.session.get_one(Contact, id_) for id_ in (closed, gone))
        assert (one.private, one.keeper_id) == ("他夜里睡不好", None)
        assert (two.private, two.keeper_id) == ("他怕面试", assigned.mentor.id)
