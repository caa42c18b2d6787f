"""What a student can do in the clinic, as a browser without JavaScript does it."""

from __future__ import annotations

from tests import people
from tests.people import pdf


def upload(browser, **fields):
    browser.get("/clinic/new")
    return browser.submit(
        "/clinic/new", files={"file": (fields.pop("content", pdf()), fields.pop("name", "简历.pdf"))}, **fields
    )


def test_a_student_hands_in_confirms_and_sees_the_place_in_the_queue(app, cast, browser):
    student = browser(cast.lin)
    answer = upload(student, target="小学数学教师", ask="请看实习经历")
    assert answer.status == 303
    page = student.get(answer.location)
    assert "The pages are being drawn" in page.said
    with app.app_context(), people.unit("write"):
        people.draw_by_hand(people.submission(int(answer.location.split("/")[-1])).current.document.drawing)
    page = student.get(answer.location)
    assert "This is what the teacher will see" in page.said
    assert student.submit("/confirm").status == 303
    page = student.get(answer.location)
    assert "You are next" in page.said
    assert "No estimate yet" in page.said
    assert "3 reviewers are on duty" in page.said


def test_an_empty_form_says_what_is_missing_and_keeps_what_was_typed(app, cast, browser):
    student = browser(cast.lin)
    student.get("/clinic/new")
    answer = student.submit("/clinic/new", ask="请看实习经历")
    assert answer.status == 422
    assert "Name the post" in answer.errors
    assert "Choose a file" in answer.errors
    assert "请看实习经历" in answer.text


def test_the_same_upload_sent_twice_is_one_submission(app, cast, browser):
    student = browser(cast.lin)
    first, second = (upload(student, target="小学数学教师") for _n in range(2))
    assert first.location == second.location


def test_a_second_submission_for_the_same_post_points_to_the_first(app, cast, browser):
    with app.app_context():
        people.hand_in(cast.lin)
    answer = upload(browser(cast.lin), target=" 小学 数学教师 ", content=pdf("another"))
    assert answer.status == 422
    assert "open submission for this post already" in answer.errors


def test_there_are_two_open_submissions_at_most(app, cast, browser):
    with app.app_context():
        people.hand_in(cast.lin, "小学数学教师")
        people.hand_in(cast.lin, "初中数学教师")
    answer = upload(browser(cast.lin), target="数据分析")
    assert answer.status == 422
    assert "as many as there can be" in answer.errors


def test_what_is_not_a_resume_is_refused_with_a_sentence(app, cast, browser):
    answer = upload(browser(cast.lin), target="小学数学教师", content=b"<html>hello</html>", name="resume.pdf")
    assert answer.status == 422
    assert answer.errors


def test_another_students_submission_does_not_exist(app, cast, browser):
    with app.app_context():
        id_ = people.hand_in(cast.lin)
    other = browser(cast.meng)
    for path in (
        "",
        "/history",
        "/original",
        "/text",
        "/pages/1?w=1240",
        "/annotations.json",
        "/progress",
        "/prescription",
    ):
        assert other.get(f"/clinic/{id_}{path}").status == 404, path
    for path in (
        "/confirm",
        "/withdraw",
        "/claim",
        "/release",
        "/publish",
        "/annotations",
        "/versions",
        "/draft",
        "/calls",
    ):
        assert other.post(f"/clinic/{id_}{path}").status == 404, path


def test_a_withdrawn_submission_makes_room_for_another(app, cast, browser):
    with app.app_context():
        id_ = people.hand_in(cast.lin)
    student = browser(cast.lin)
    student.get(f"/clinic/{id_}")
    assert student.submit("/withdraw").status == 303
    assert upload(student, target="小学数学教师").status == 303
