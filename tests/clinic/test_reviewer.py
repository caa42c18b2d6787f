"""What a reviewer can do, and what nobody else can."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from blueprints.accounts.models import Notice
from blueprints.clinic.lines import Queued
from blueprints.clinic.listings import QUEUE
from blueprints.clinic.models import State
from blueprints.core import clock
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db
from blueprints.core.mail import OutgoingMail
from blueprints.documents.models import Annotation, MarkKind
from tests import people
from tests.conftest import NOW


def test_a_line_is_made_of_the_columns_of_the_list_in_their_order():
    assert tuple(QUEUE.source().selected_columns.keys()) == Queued._fields


def state(app, id_):
    with app.app_context():
        return people.submission(id_).status


def published(page):
    """The marks a page shows, in order."""
    return [
        p.text_content().strip() for p in page.page.xpath("//*[contains(@class, 'mark-card')]//p[@class='user-text']")
    ]


@pytest.fixture
def waiting(app, cast):
    with app.app_context():
        return people.hand_in(cast.lin, ask="请看实习经历")


def test_looking_never_claims(app, cast, browser, waiting):
    page = browser(cast.shen).get(f"/clinic/{waiting}")
    assert page.status == 200
    assert page.has_form("/claim")
    assert not page.has_form("/publish")
    assert "138 0000 0001" not in page.text
    assert state(app, waiting) is State.WAITING


def test_claiming_shows_the_number_and_writes_down_that_it_did(app, cast, browser, waiting):
    reviewer = browser(cast.shen)
    reviewer.get(f"/clinic/{waiting}")
    reviewer.submit("/claim")
    assert "138 0000 0001" in reviewer.get(f"/clinic/{waiting}").text
    assert "was shown the phone number" in browser(cast.lin).get(f"/clinic/{waiting}/history").said


def test_the_others_see_who_has_it_and_cannot_claim_it(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
    other = browser(cast.ding)
    assert "沈怀瑾" in other.get("/clinic/").said
    page = other.get(f"/clinic/{waiting}")
    assert not page.has_form("/claim")
    assert "138 0000 0001" not in page.text
    assert other.post(f"/clinic/{waiting}/claim").status == 409


def test_take_next_goes_by_the_published_order(app, cast, browser):
    with app.app_context():
        with clock.told(NOW - timedelta(hours=9)):
            first = people.hand_in(cast.lin)
        with clock.told(NOW - timedelta(hours=1)):
            helped = people.hand_in(cast.meng)
        soon = people.hand_in(cast.far, interview_on=clock.today() + timedelta(days=2))
    taken = []
    for who in (cast.shen, cast.ding, cast.luo):
        reviewer = browser(who)
        reviewer.get("/clinic/")
        taken.append(int(reviewer.submit("/next").location.rsplit("/", 1)[-1]))
    assert taken == [soon, helped, first]


def test_take_next_pressed_twice_takes_one(app, cast, browser):
    with app.app_context():
        people.hand_in(cast.lin)
        people.hand_in(cast.meng)
    reviewer = browser(cast.shen)
    reviewer.get("/clinic/")
    assert reviewer.submit("/next").location == reviewer.submit("/next").location


def test_with_nothing_waiting_take_next_says_so(app, cast, browser):
    reviewer = browser(cast.shen)
    reviewer.get("/clinic/")
    assert reviewer.submit("/next").location == "/clinic/"
    assert "Nothing is waiting" in reviewer.get("/clinic/").said


def test_a_reviewer_of_one_college_neither_sees_nor_takes_anothers(app, cast, browser):
    with app.app_context():
        id_ = people.hand_in(cast.far)
    reviewer = browser(cast.luo)
    assert reviewer.get(f"/clinic/{id_}").status == 404
    reviewer.get("/clinic/")
    assert reviewer.submit("/next").location == "/clinic/"


def test_a_lapsed_claim_can_be_taken_over_and_the_drafts_stay_with_their_author(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
        people.mark(waiting, cast.shen, body="A draft of Shen")
    with clock.told(NOW + timedelta(minutes=31)):
        other = browser(cast.ding)
        assert other.post(f"/clinic/{waiting}/claim").status == 303
        assert "A draft of Shen" not in other.get(f"/clinic/{waiting}").text


def test_work_keeps_a_claim_alive(app, cast, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
        with clock.told(NOW + timedelta(minutes=20)):
            people.mark(waiting, cast.shen)
        assert people.submission(waiting).lease_until == NOW + timedelta(minutes=50)


def test_a_mark_by_each_gesture_is_saved_as_a_draft_with_its_quote(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
    reviewer = browser(cast.shen)
    for n, place in enumerate(({"line": "2"}, {"sel": "0:4-10;1:0-7"}, {"box": "60,70,300,100"})):
        answer = reviewer.post(
            f"/clinic/{waiting}/annotations", {"page": "1", **place, "kind": "must-fix", "body": f"Mark {n}"}
        )
        assert answer.status == 303
    with app.app_context():
        quotes = {m.body: m.quote for m in db.session.scalars(sa.select(Annotation))}
    assert quotes == {
        "Mark 0": "Taught two classes, helped students improve",
        "Mark 1": "Zhixia\nPrimary",
        "Mark 2": "Lin Zhixia",
    }


@pytest.mark.parametrize(
    "place",
    [
        {"line": "99"},
        {"line": "x"},
        {"sel": "0:5-3"},
        {"sel": "0:0-999"},
        {"box": "1,2,3"},
        {"box": "nan,0,5,5"},
        {"box": "5,5,5,5"},
        {},
        {"line": "1", "box": "1,1,9,9"},
    ],
    ids=str,
)
def test_a_place_that_is_not_on_the_page_is_refused_and_the_words_are_kept(app, cast, browser, waiting, place):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
    answer = browser(cast.shen).post(
        f"/clinic/{waiting}/annotations", {"page": "1", **place, "kind": "praise", "body": "Kept words"}
    )
    assert answer.status == 422
    assert "not on this page" in answer.said
    assert "Kept words" in answer.text


def test_the_same_mark_sent_twice_is_one(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
    reviewer = browser(cast.shen)
    for _n in range(2):
        reviewer.post(f"/clinic/{waiting}/annotations", {"page": "1", "line": "1", "kind": "praise", "body": "Clear"})
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Annotation)) == 1


def test_a_mark_is_edited_deleted_and_brought_back(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
        mark = people.mark(waiting, cast.shen, body="First words")
    reviewer = browser(cast.shen)
    reviewer.get(f"/clinic/{waiting}/annotations/{mark}")
    assert reviewer.submit(f"/annotations/{mark}", body="Better words").status == 303
    page = reviewer.get(f"/clinic/{waiting}")
    assert "Better words" in page.said
    answer = reviewer.submit(f"/annotations/{mark}/delete")
    page = reviewer.get(answer.location)
    assert "Mark deleted" in page.said
    reviewer.submit(f"/annotations/{mark}/restore")
    assert "Better words" in reviewer.get(f"/clinic/{waiting}").said


def test_a_stale_edit_says_what_the_mark_says_now_and_overwrites_nothing(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
        mark = people.mark(waiting, cast.shen, body="First words")
    one, two = browser(cast.shen), browser(cast.shen)
    one.get(f"/clinic/{waiting}/annotations/{mark}")
    two.get(f"/clinic/{waiting}/annotations/{mark}")
    one.submit(f"/annotations/{mark}", body="Words of window one")
    answer = two.submit(f"/annotations/{mark}", body="Words of window two")
    assert answer.status == 409
    assert "Words of window one" in answer.errors
    assert "Words of window two" in answer.text


def test_a_student_sees_nothing_of_a_review_before_it_is_published(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
        people.mark(waiting, cast.shen, body="Not for your eyes yet")
    student = browser(cast.lin)
    for path in ("", "/history", "/annotations.json", "/text"):
        assert "Not for your eyes yet" not in student.get(f"/clinic/{waiting}{path}").response.get_data(as_text=True)
    assert student.get(f"/clinic/{waiting}/prescription").status == 404


def test_publishing_asks_for_the_call_the_summary_and_the_decision(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
    reviewer = browser(cast.shen)
    reviewer.get(f"/clinic/{waiting}")
    answer = reviewer.submit("/publish", skills="Good with children")
    assert answer.status == 422
    for sentence in ("Say how the call went", "sum it up", "Choose how this round ends"):
        assert sentence in answer.errors
    assert "Good with children" in answer.text
    assert state(app, waiting) is State.REVIEWING


def test_publishing_is_one_act_with_a_notice_and_a_mail(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
        people.mark(waiting, cast.shen, body="How many pupils?")
    reviewer = browser(cast.shen)
    reviewer.get(f"/clinic/{waiting}")
    answer = reviewer.submit("/publish", outcome="reached", minutes="8", summary="底子扎实", decision="revise")
    assert answer.status == 303, answer.errors
    assert state(app, waiting) is State.RETURNED
    student = browser(cast.lin)
    assert "has reviewed your résumé" in student.get("/notices").said
    page = student.get(f"/clinic/{waiting}")
    assert "底子扎实" in page.said
    assert "How many pupils?" in page.said
    assert "Handled 0 of 1" in page.said
    assert "Waiting for you" in page.said
    with app.app_context():
        mail = db.session.scalars(sa.select(OutgoingMail)).one()
        assert mail.to_address == "lin@example.edu.cn"
        assert f"http://localhost/clinic/{waiting}" in mail.body


def test_publishing_twice_publishes_once(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
    reviewer = browser(cast.shen)
    page = reviewer.get(f"/clinic/{waiting}")
    for _n in range(2):
        reviewer.at = page
        assert reviewer.submit("/publish", outcome="reached", summary="好", decision="sign_off").status == 303
    with app.app_context():
        assert (
            db.session.scalar(sa.select(sa.func.count()).select_from(Notice).where(Notice.user_id == cast.lin.id)) == 1
        )


@pytest.mark.parametrize("how", ["release", "revise", "sign_off"])
def test_a_round_that_is_released_or_returned_cannot_be_written_to(app, cast, browser, waiting, how):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
        mark = people.mark(waiting, cast.shen, body="Written in time")
        if how == "release":
            people.move(waiting, "release", cast.shen)
        else:
            held = people.submission(waiting)
            people.move(waiting, how, cast.shen, round_=held.current, summary="好", due_on=None)
    reviewer = browser(cast.shen)
    body = {"page": "1", "line": "1", "kind": "praise", "body": "Too late"}
    for path in ("/annotations", f"/annotations/{mark}", f"/annotations/{mark}/delete", "/draft", "/calls"):
        assert reviewer.post(f"/clinic/{waiting}{path}", body).status in (403, 404, 409), path
    assert reviewer.post(f"/clinic/{waiting}/release").status in (303, 409)
    with app.app_context():
        assert [m.body for m in db.session.scalars(sa.select(Annotation).where(Annotation.deleted_at.is_(None)))] == [
            "Written in time"
        ]


def test_what_is_typed_is_kept_by_itself_and_comes_back(app, cast, browser, waiting):
    with app.app_context():
        people.move(waiting, "claim", cast.shen)
    reviewer = browser(cast.shen)
    answer = reviewer.post(
        f"/clinic/{waiting}/draft",
        {"summary": "写到一半", "page": "1", "line": "2", "body": "一半的批注", "kind": "must-fix"},
    )
    assert answer.response.json == {"saved": "10:30", "until": "11:00"}
    page = reviewer.get(f"/clinic/{waiting}")
    assert "写到一半" in page.text
    assert "unfinished mark" in page.said
    assert "一半的批注" in reviewer.get(f"/clinic/{waiting}/annotations?page=1&line=2").text


def test_the_next_version_goes_to_the_same_reviewer_first(app, cast, browser, waiting):
    with app.app_context():
        people.review(waiting, cast.shen)
        second_version(app, cast, waiting)
    other = browser(cast.ding)
    assert other.post(f"/clinic/{waiting}/claim").status == 403
    other.get("/clinic/")
    assert other.submit("/next").location == "/clinic/"
    with clock.told(NOW + timedelta(days=4)):
        assert browser(cast.ding).post(f"/clinic/{waiting}/claim").status == 303


def second_version(app, cast, id_):
    """Lin uploads version 2 and confirms it."""
    from blueprints.accounts import queries as accounts
    from blueprints.clinic import service

    received = people.receive(
        people.pdf(
            "Lin Zhixia",
            "Primary school maths teacher",
            "Taught two classes of 91 pupils; average up from 71.5 to 78.2",
        )
    )
    with people.unit("write"):
        people.audit.act_as(cast.lin.id, "clinic.versions")
        service.next_version(people.submission(id_), accounts.user(cast.lin.id), received)
        people.draw_by_hand(people.submission(id_).current.document.drawing)
    people.move(id_, "confirm", cast.lin)


def test_an_earlier_round_stays_readable_with_its_marks(app, cast, browser, waiting):
    with app.app_context():
        people.review(waiting, cast.shen)
        second_version(app, cast, waiting)
    student = browser(cast.lin)
    assert "You are next" in student.get(f"/clinic/{waiting}").said
    assert "How many, how much?" in student.get(f"/clinic/{waiting}?round=1").said
    page = browser(cast.shen).get(f"/clinic/{waiting}")
    assert "Asked in version 1" in page.said
    assert "How many, how much?" in page.said


def test_the_student_answers_each_mark_and_only_the_reviewer_closes_it(app, cast, browser, waiting):
    with app.app_context():
        people.review(waiting, cast.shen)
        mark = db.session.scalars(sa.select(Annotation.id)).one()
    student = browser(cast.lin)
    student.get(f"/clinic/{waiting}")
    student.submit(f"/annotations/{mark}/answers", kind="done")
    assert "Handled 1 of 1" in student.get(f"/clinic/{waiting}").said
    answer = student.post(f"/clinic/{waiting}/annotations/{mark}/answers", {"kind": "disagree", "body": ""})
    assert answer.status == 422
    assert "Write a few words" in answer.errors
    student.post(f"/clinic/{waiting}/annotations/{mark}/answers", {"kind": "question", "body": "写多少字合适？"})
    assert student.post(f"/clinic/{waiting}/annotations/{mark}/close").status == 403
    reviewer = browser(cast.shen)
    assert "asks about a mark" in reviewer.get("/notices").said
    assert "写多少字合适？" in reviewer.get(f"/clinic/{waiting}").said
    assert reviewer.post(f"/clinic/{waiting}/annotations/{mark}/close").status == 303


def test_the_prescription_is_one_sheet_with_its_number(app, cast, browser, waiting):
    with app.app_context():
        people.review(waiting, cast.shen)
    page = browser(cast.lin).get(f"/clinic/{waiting}/prescription")
    assert "RX-2026-0001" in page.said
    assert "沈怀瑾" in page.said
    assert "How many, how much?" in page.said


def test_an_administrator_and_those_without_a_part_read_nothing(app, cast, browser, waiting):
    for who in (cast.admin, cast.mentor, cast.president, cast.incubator):
        person = browser(who)
        assert person.get("/clinic/").status == 403
        for path in ("", "/original", "/pages/1", "/text", "/history"):
            assert person.get(f"/clinic/{waiting}{path}").status == 404


def test_a_leader_and_a_counselor_see_their_own_and_can_change_nothing(app, cast, browser, waiting):
    with app.app_context():
        foreign = people.hand_in(cast.far)
    for who in (cast.leader, cast.counselor):
        person = browser(who)
        assert person.get(f"/clinic/{waiting}").status == 200
        assert person.get(f"/clinic/{foreign}").status == 404
        for move in ("claim", "release", "publish", "withdraw", "confirm"):
            assert person.post(f"/clinic/{waiting}/{move}").status in (403, 409), move


def test_who_takes_the_original_is_written_down(app, cast, browser, waiting):
    answer = browser(cast.shen).get(f"/clinic/{waiting}/original")
    assert answer.response.headers["Content-Disposition"].startswith("attachment")
    assert "filename*=UTF-8''%E6%9E%97" in answer.response.headers["Content-Disposition"]
    with app.app_context():
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "original.downloaded")).one()
        assert entry.actor_id == cast.shen.id


def test_marks_are_exported_as_web_annotations(app, cast, browser, waiting):
    with app.app_context():
        people.review(waiting, cast.shen)
    found = browser(cast.lin).get(f"/clinic/{waiting}/annotations.json").response.json
    assert found[0]["target"]["selector"][0]["value"] == "page=1"
    assert found[0]["body"]["purpose"] == MarkKind.MUST_FIX.value


def test_the_queue_finds_by_name_number_pinyin_initials_and_post(app, cast, browser):
    with app.app_context():
        people.hand_in(cast.lin, "小学数学教师")
        people.hand_in(cast.far, "室内设计师")
    reviewer = browser(cast.shen)
    for words, found in (
        ("林", "林知夏"),
        ("2023010226", "林知夏"),
        ("linzhixia", "林知夏"),
        ("lzx", "林知夏"),
        ("巴特尔", "那木罕·巴特尔"),
        ("室内", "那木罕·巴特尔"),
    ):
        page = reviewer.get("/clinic/", query_string={"q": words})
        rows = [" ".join(r.text_content().split()) for r in page.page.xpath("//tbody/tr/th/a")]
        assert rows == [found], words
