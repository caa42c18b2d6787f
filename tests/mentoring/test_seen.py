"""谁看过我的信息: the student reads who looked, when, at what, what for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.students import seen
from blueprints.students import service as register
from blueprints.students.models import Student
from tests import people
from tests.conftest import NOW


def looked(app, who, at, student_id, verb="file.opened", note=""):
    with app.app_context(), unit("write"), clock.told(at):
        audit.event_of(verb, "student", student_id, note, actor_id=who.id)


@pytest.fixture
def six(app, cast):
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        register.set_mentor(db.session.get_one(Student, cast.lin.student_id), cast.mentor.id)
    return cast


def test_nobody_has_looked_yet_says_so_and_how_to_ask(app, six, browser):
    page = browser(six.lin).get("/me/seen")
    assert page.status == 200
    assert "Nobody has looked yet" in page.said
    assert "In the last 30 days 0 people looked" in page.said
    assert "mailto:xu@example.edu.cn" in page.links()


def test_the_clinics_looks_are_told_too_without_mentoring_knowing_the_clinic(app, six, browser):
    with app.app_context():
        id_ = people.hand_in(six.lin)
        people.move(id_, "claim", six.shen)
    assert browser(six.shen).get(f"/clinic/{id_}/original").status == 200
    assert browser(six.lin).get(f"/clinic/{id_}/original").status == 200
    page = browser(six.lin).get("/me/seen")
    lines = [" ".join(li.text_content().split()) for li in page.page.xpath("//ul[@class='lines']/li")]
    assert len(lines) == 2
    assert lines[0].startswith("沈怀瑾 downloaded the original file") and "林知夏-简历.pdf" in lines[0]
    assert lines[1].startswith("沈怀瑾 was shown the phone number") and lines[1].endswith("Clinic reviewer")
    assert "Nobody has looked yet" in browser(six.meng).get("/me/seen").said


def test_opening_the_file_is_told_with_name_role_and_time_and_ones_own_visit_is_not(app, six, browser):
    looked(app, six.mentor, NOW - timedelta(days=1), six.lin.student_id)
    looked(app, six.counselor, NOW - timedelta(days=40), six.lin.student_id)
    looked(app, six.lin, NOW, six.lin.student_id)
    looked(app, six.leader, NOW, six.meng.student_id)
    page = browser(six.lin).get("/me/seen")
    lines = [" ".join(li.text_content().split()) for li in page.page.xpath("//ul[@class='lines']/li")]
    assert len(lines) == 2
    assert "贾泽南 opened the file" in lines[0] and "Nov 23 10:30" in lines[0] and lines[0].endswith("Mentor")
    assert lines[1].endswith("Counselor")
    assert "In the last 30 days 1 person looked" in page.said
    assert "Nothing sealed was opened" in page.said


def test_entries_of_one_opening_are_one_line_and_two_openings_are_two(app, six, browser):
    for minutes in (0, 0, 0, 30):
        at = NOW - timedelta(hours=2) + timedelta(minutes=minutes)
        looked(app, six.office, at, six.lin.student_id, "tag.opened", "support: 安排帮扶")
    page = browser(six.lin).get("/me/seen")
    (card,) = page.page.xpath("//section[contains(@class, 'sealed')]")
    assert len(card.xpath(".//li")) == 2
    assert "What for: To plan support: 安排帮扶" in page.said
    assert "Something sealed was opened 2 times" in page.said


def test_there_is_an_earlier_page_and_it_ends(app, six, browser):
    for n in range(seen_per_page() + 3):
        looked(app, six.mentor, NOW - timedelta(days=60) + timedelta(hours=n), six.lin.student_id)
    lin = browser(six.lin)
    page = lin.get("/me/seen")
    assert len(page.page.xpath("//ul[@class='lines']/li")) == seen_per_page()
    (earlier,) = [link for link in page.links() if "before=" in link]
    page = lin.get(earlier)
    assert len(page.page.xpath("//ul[@class='lines']/li")) == 3
    assert not [link for link in page.links() if "before=" in link]
    assert lin.get("/me/seen?before=nonsense").status == 200
    assert "Nothing earlier" in lin.get("/me/seen?before=1").said


def seen_per_page() -> int:
    from blueprints.mentoring.queries.seen import PER_PAGE

    return PER_PAGE


def test_the_number_of_queries_does_not_grow_with_looks_or_people(app, six, browser):
    looked(app, six.mentor, NOW, six.lin.student_id)
    lin = browser(six.lin)
    before = len(lin.get("/me/seen").queries)
    for who in six.everyone.values():
        for hours in range(3):
            looked(app, who, NOW - timedelta(hours=hours), six.lin.student_id)
    assert len(lin.get("/me/seen").queries) == before


def test_only_students_have_this_page(app, six, browser):
    for who in six.everyone.values():
        expected = 200 if who.student_id else 403
        assert browser(who).get("/me/seen").status == expected, who.login


def test_a_verb_that_nobody_has_named_is_not_shown(app, six, browser):
    looked(app, six.mentor, NOW, six.lin.student_id, "mentoring.contacts")
    assert "Nobody has looked yet" in browser(six.lin).get("/me/seen").said
    assert {"file.opened", "tag.opened", "tag.proof", "number.shown", "original.downloaded"} <= set(seen._SAYS)
