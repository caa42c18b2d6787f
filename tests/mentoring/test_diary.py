"""The diary: a teacher's contacts are the day's work record; lines of one's own may be added."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
import sqlalchemy as sa

from blueprints.core import audit, clock
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db, unit
from blueprints.mentoring.models import DiaryLine, Level, Plan, PlanReview
from blueprints.mentoring.queries import diary as queries
from blueprints.mentoring.service import contact as contacts
from blueprints.students import service as students
from blueprints.students.models import Channel, Student, Way
from tests.conftest import NOW
from tests.people import Person


@pytest.fixture
def logged(app, cast):
    """The mentor answers for lin; two talks and one try in November, one in October."""
    with app.app_context():
        with unit("write"):
            audit.act_as(None, "test")
            students.set_mentor(db.session.get_one(Student, cast.lin.student_id), cast.mentor.id)
        log(cast.mentor, cast.lin, NOW - timedelta(days=40), note="October talk", minutes=7)
        log(cast.mentor, cast.lin, NOW - timedelta(days=4), note="Wants to go home", private="Sleeps badly", minutes=12)
        log(cast.mentor, cast.lin, NOW - timedelta(days=3), reached=False)
        log(cast.mentor, cast.lin, NOW, note="Found a school", minutes=8, channel=Channel.FACE)
    return cast


def log(who: Person, student: Person, at: datetime, **facts) -> None:
    with unit("write"):
        audit.act_as(who.id, "test")
        facts = {"channel": Channel.PHONE, "reached": True, **facts}
        contacts.log(db.session.get_one(Student, student.student_id), who.id, Level.MENTOR, key=None, at=at, **facts)


def test_the_month_is_there_by_itself_grouped_by_day_with_totals(app, logged, browser):
    page = browser(logged.mentor).get("/mentoring/diary")
    assert "Work diary, 2026-11" in page.said
    for words in ("林知夏", "Wants to go home", "Found a school", "Face to face", "Phone, not reached", "Tue, Nov 24"):
        assert words in page.said, words
    assert "October talk" not in page.said
    facts = [" ".join(e.text_content().split()) for e in page.page.xpath("//dl[@class='facts']/div")]
    assert facts == ["Conversations 2", "Not reached 1", "Minutes spent 20", "Other work 0"]
    october = browser(logged.mentor).get("/mentoring/diary?month=2026-10")
    assert "October talk" in october.said and "Found a school" not in october.said


def test_a_private_note_is_in_no_diary_and_no_export(app, logged, browser):
    mentor = browser(logged.mentor)
    assert "Sleeps badly" not in mentor.get("/mentoring/diary").text
    book = export(mentor.get("/mentoring/diary/export.xlsx?month=2026-11"))
    assert all("Sleeps badly" not in str(cell) for row in book for cell in row)


def export(answer) -> list[tuple]:
    assert answer.status == 200
    return list(openpyxl.load_workbook(io.BytesIO(answer.response.get_data())).active.iter_rows(values_only=True))


def test_the_export_holds_what_the_page_shows_and_is_written_down(app, logged, browser):
    mentor = browser(logged.mentor)
    answer = mentor.get("/mentoring/diary/export.xlsx?month=2026-11")
    assert "diary-2026-11.xlsx" in answer.response.headers["Content-Disposition"]
    rows = export(answer)
    assert rows[0] == ("Day", "Time", "What", "With whom", "Minutes spent", "Note")
    assert rows[1][:4] == ("2026-11-20", "10:30", "Phone", "林知夏") and rows[1][4:] == (12, "Wants to go home")
    assert len(rows) == 4
    with app.app_context(), unit("read"):
        note = db.session.scalar(sa.select(AuditEntry.note).where(AuditEntry.verb == "export.mentoring.diary"))
        assert note == "2026-11, 3 rows"


def test_a_formula_typed_as_a_line_stays_a_text_in_the_export(app, logged, browser):
    mentor = browser(logged.mentor)
    mentor.get("/mentoring/diary")
    mentor.submit("/diary", day="2026-11-24", text='=HYPERLINK("http://evil")')
    answer = mentor.get("/mentoring/diary/export.xlsx?month=2026-11")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.response.get_data())).active
    assert [c.data_type for row in sheet.iter_rows() for c in row if str(c.value).startswith("=")] == ["s"]


def test_of_a_graduate_handed_on_the_work_remains_without_name_and_note(app, logged, browser):
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        students.set_mentor(db.session.get_one(Student, logged.lin.student_id), logged.shen.id)
    mentor = browser(logged.mentor)
    page = mentor.get("/mentoring/diary")
    assert "林知夏" not in page.text and "Wants to go home" not in page.text
    assert "A graduate you no longer answer for" in page.said and "Minutes spent 20" in page.said
    rows = export(mentor.get("/mentoring/diary/export.xlsx?month=2026-11"))
    assert all("林知夏" not in str(cell) and "home" not in str(cell) for row in rows for cell in row)


def test_other_work_of_the_day_stands_there_too(app, logged, browser):
    with app.app_context(), unit("write") as session:
        audit.act_as(None, "test")
        plan = Plan(student_id=logged.lin.student_id, way=Way.WORK, goal="A school near home", made_by=logged.mentor.id)
        session.add(plan)
        session.flush()
        session.add(PlanReview(plan_id=plan.id, by_id=logged.mentor.id, text="Two steps done."))
    page = browser(logged.mentor).get("/mentoring/diary")
    assert "Career plan looked at again" in page.said and "Two steps done." in page.said
    assert "Other work 1" in page.said
    assert "Two steps done." not in browser(logged.counselor).get("/mentoring/diary").said


def test_a_line_is_added_changed_and_taken_out_by_its_owner_alone(app, logged, browser):
    mentor = browser(logged.mentor)
    mentor.get("/mentoring/diary")
    assert mentor.submit("/diary", day="2026-11-23", text="Class meeting on contracts").status == 303
    assert "Class meeting on contracts" in mentor.get("/mentoring/diary").said
    with app.app_context(), unit("read"):
        id_ = db.session.scalars(sa.select(DiaryLine.id)).one()
    for who, status in ((logged.counselor, 404), (logged.office, 404), (logged.lin, 403)):
        stranger = browser(who)
        assert stranger.get(f"/mentoring/diary/lines/{id_}").status == status
        assert stranger.post(f"/mentoring/diary/lines/{id_}", {"day": "2026-11-23", "text": "x"}).status == status
        assert stranger.post(f"/mentoring/diary/lines/{id_}/delete").status == status
        assert "Class meeting" not in stranger.get("/mentoring/diary").text
    mentor.get(f"/mentoring/diary/lines/{id_}")
    answer = mentor.submit(f"/lines/{id_}", text="")
    assert answer.status == 422 and "Write what you did" in answer.errors
    mentor.get(f"/mentoring/diary/lines/{id_}")
    answer = mentor.submit(f"/lines/{id_}", text="Class meeting", day="2026-10-30")
    assert answer.location.endswith("month=2026-10")
    mentor.get(f"/mentoring/diary/lines/{id_}")
    assert mentor.submit("/delete").status == 303
    with app.app_context(), unit("read"):
        assert db.session.scalars(sa.select(DiaryLine.id)).all() == []


@pytest.mark.parametrize(
    ("day", "text", "said"),
    [
        ("2026-11-25", "Tomorrow's meeting", "past year, today included"),
        ("2020-01-01", "Long ago", "past year, today included"),
        ("", "No day", "Choose a date"),
        ("2026-11-24", "x" * 501, "At most 500"),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_kept(app, logged, browser, day, text, said):
    mentor = browser(logged.mentor)
    mentor.get("/mentoring/diary")
    answer = mentor.submit("/diary", day=day, text=text)
    assert answer.status == 422 and said in answer.errors and text.replace("'", "&#39;") in answer.text


@pytest.mark.parametrize("month", ["", "2026-13", "2026-1", "１２", "2027-01", "x" * 400, "0000-01", "2026-11-01"])
def test_a_month_that_is_none_is_this_one(app, logged, browser, month):
    page = browser(logged.mentor).get("/mentoring/diary", query_string={"month": month})
    assert page.status == 200 and "2026-11" in page.page.xpath("//h1")[0].text_content()


def test_months_are_paged_and_end_with_the_present_one(app, logged, browser):
    page = browser(logged.mentor).get("/mentoring/diary?month=2026-01")
    assert {a.get("href") for a in page.page.xpath("//a[@rel]")} == {
        "/mentoring/diary?month=2025-12",
        "/mentoring/diary?month=2026-02",
    }
    assert page.page.xpath("//a[@rel='next']") and "Nothing in this month yet" in page.said
    assert not browser(logged.mentor).get("/mentoring/diary").page.xpath("//a[@rel='next']")


def test_the_month_is_the_schools_and_not_greenwichs(app, logged, browser):
    with app.app_context():
        log(logged.mentor, logged.lin, datetime(2026, 10, 31, 17, 0, tzinfo=UTC), note="At one in the morning")
        with unit("read"):
            assert queries.month_named("2026-11") == date(2026, 11, 1)
    page = browser(logged.mentor).get("/mentoring/diary?month=2026-11")
    assert "At one in the morning" in page.said and "Sun, Nov 1" in page.said


def test_a_fuller_month_takes_no_more_queries(app, logged, browser):
    mentor = browser(logged.mentor)
    mentor.get("/mentoring/diary")
    few = len(mentor.get("/mentoring/diary").queries)
    with app.app_context():
        for n in range(20):
            log(logged.mentor, logged.lin, NOW - timedelta(hours=n), note=f"Talk {n}")
    page = mentor.get("/mentoring/diary")
    assert "Talk 19" in page.said and len(page.queries) == few
    assert clock.today() == date(2026, 11, 24)


def test_paper_has_a_line_for_the_signature_and_no_buttons(app, logged, browser):
    page = browser(logged.mentor).get("/mentoring/diary")
    (paper,) = page.page.xpath("//article[contains(@class, 'paper')]")
    assert paper.xpath(".//div[@class='sign']/div/text()") == ["Teacher", "College", "Date"]
    assert "北湖师范学院" in paper.text_content() and "贾泽南" in paper.text_content()
