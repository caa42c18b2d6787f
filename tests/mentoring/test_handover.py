"""A graduate goes from one mentor to another: the packet, the student's consent, the signature, and who sees what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.accounts import service as accounts_service
from blueprints.accounts.models import Grant, Notice, OrgUnit, Role
from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.core.workflow import WrongState
from blueprints.mentoring.models import Consent, Contact, Handover, HandoverCause, HandoverItem, HandoverState, Level
from blueprints.mentoring.queries import handover as queries
from blueprints.mentoring.service import contact as contacts
from blueprints.mentoring.service import handover as service
from blueprints.mentoring.workflow.handover import HANDOVER
from blueprints.students import service as students
from blueprints.students.models import Absence, Channel, Side, Student
from tests.browser import Browser
from tests.clinic.test_races import at_once
from tests.conftest import NOW
from tests.people import _HASH, SINCE, UNTIL, Cast, Person


def staff(login: str, name: str, role: Role, unit_id: int | None = None) -> Person:
    user = accounts_service.create_person(login, name, number=f"T-{login}", email=f"{login}@example.edu.cn")
    place = db.session.get_one(OrgUnit, unit_id) if unit_id else None
    accounts_service.grant(user, role, unit=place, begins_on=SINCE, ends_on=UNTIL)
    user.password_hash = _HASH
    return Person(login, name, user.id)


@pytest.fixture
def others(app, cast) -> dict[str, Person]:
    """liang is another mentor of maths, qin one of arts; the mentor answers for lin and meng, qin for far."""
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        liang = staff("liang", "梁砚秋", Role.MENTOR, cast.maths)
        qin = staff("qin", "秦望舒", Role.MENTOR, cast.arts)
        for who, mentor in ((cast.lin, cast.mentor), (cast.meng, cast.mentor), (cast.far, qin)):
            students.set_mentor(db.session.get_one(Student, who.student_id), mentor.id, since=date(2026, 9, 28))
    return {"liang": liang, "qin": qin}


def log(who: Person, student: Person, **facts) -> int:
    with unit("write"):
        audit.act_as(who.id, "test")
        made = contacts.log(
            db.session.get_one(Student, student.student_id),
            who.id,
            Level.MENTOR,
            key=None,
            channel=Channel.PHONE,
            reached=True,
            **facts,
        )
        return made.id


def hand_over(cast, receiver: Person, *, offer: bool = True, only=None) -> int:
    """All of the mentor's graduates, or only these."""
    with unit("write"):
        audit.act_as(cast.mentor.id, "test")
        giver, taker = accounts.user(cast.mentor.id), accounts.user(receiver.id)
        chosen = [s for s in queries.givable(giver, giver.id) if only is None or s.id in only]
        id_ = service.create(giver, giver, taker, chosen, cause=HandoverCause.LEAVES, note="Be patient with them.").id
    if offer:
        move(id_, "offer", cast.mentor)
    return id_


def move(id_: int, name: str, who: Person, **data) -> bool:
    with unit("write"):
        audit.act_as(who.id, f"handover.{name}")
        query = sa.select(Handover).where(Handover.id == id_).options(*queries.FULL)
        held = db.session.scalars(query.execution_options(populate_existing=True)).one()
        return HANDOVER.fire(name, held, accounts.user(who.id), **data)


def mentor_of(student: Person) -> int | None:
    with unit("read"):
        return db.session.get_one(Student, student.student_id).mentor_id


def notices(who: Person) -> list[str]:
    with unit("read"):
        return list(db.session.scalars(sa.select(Notice.kind).where(Notice.user_id == who.id).order_by(Notice.id)))


def item_of(id_: int, student: Person) -> HandoverItem:
    where = (HandoverItem.handover_id == id_, HandoverItem.student_id == student.student_id)
    return db.session.scalars(sa.select(HandoverItem).where(*where)).one()


# -- The whole way -------------------------------------------------------------------------------------------


def test_from_the_first_form_to_the_signature(app, cast, others, browser):
    with app.app_context():
        log(cast.mentor, cast.lin, note="Wants to teach at home.", promise="Ask about the school in Suihua",
            next_on=date(2026, 11, 30), obstacle="Afraid of interviews", intention="山东 小学数学")  # fmt: skip
    giver = browser(cast.mentor)
    giver.get("/mentoring/handovers/new")
    answer = giver.submit("/handovers/new", receiver="梁砚秋 T-liang", cause="leaves", note="Thank you.")
    assert answer.status == 303, answer.errors
    page = giver.get(answer.location)
    assert page.status == 200
    assert "Wants to teach at home." in page.text
    assert "Ask about the school in Suihua" in page.text
    assert "Afraid of interviews" in page.text
    assert "Next date: Nov 30" in page.text
    assert "小学数学" in page.text
    liang = browser(others["liang"])
    assert liang.get(answer.location).status == 404, "nothing is shown before it is offered"
    giver.get(answer.location)
    with app.app_context(), unit("read"):
        item = item_of(int(answer.location.rpartition("/")[2]), cast.lin).id
    sent = giver.submit("/packet", then="offer", **{f"sore_points_{item}": "Calls before ten are unwelcome."})
    assert sent.status == 303
    assert "Waiting for the signature" in giver.get(answer.location).said
    page = liang.get(answer.location)
    assert "Calls before ten are unwelcome." in page.said
    assert page.has_form("/sign") and page.has_form("/decline") and not page.has_form("/cancel")
    assert f"/mentoring/students/{cast.lin.student_id}" not in page.links(), "the file opens with the signature"
    with app.app_context():
        assert mentor_of(cast.lin) == cast.mentor.id, "until it is signed, the mentor of before answers"
    assert liang.submit("/sign").status == 303
    with app.app_context():
        assert mentor_of(cast.lin) == mentor_of(cast.meng) == others["liang"].id
        assert "mentoring.new_mentor" in notices(cast.lin)
        assert notices(others["liang"]) == ["mentoring.handover_offered", "mentoring.handover_received"]
        assert notices(cast.mentor) == ["mentoring.handover_signed"]
    assert f"/mentoring/students/{cast.lin.student_id}" in liang.get(answer.location).links()


def test_who_has_given_loses_sight_the_moment_it_is_signed(app, cast, others, browser):
    giver = browser(cast.mentor)
    with app.app_context():
        id_ = hand_over(cast, others["liang"])
    assert giver.get(f"/mentoring/handovers/{id_}").status == 200
    assert "林知夏" in giver.get("/mentoring/list").said + giver.get("/mentoring/").said
    with app.app_context():
        move(id_, "sign", others["liang"])
    for path in (f"/mentoring/handovers/{id_}", f"/mentoring/students/{cast.lin.student_id}",
                 f"/mentoring/students/{cast.lin.student_id}/help"):  # fmt: skip
        assert giver.get(path).status == 404, path
    for path in ("/mentoring/", "/mentoring/list", "/mentoring/handovers?tab=all", "/mentoring/handovers?tab=given"):
        assert "林知夏" not in giver.get(path).said, path
    assert "梁砚秋" not in giver.get("/mentoring/handovers?tab=all").said


def test_a_packet_closes_for_who_has_handed_the_graduates_on(app, cast, others, browser):
    with app.app_context():
        id_ = hand_over(cast, others["liang"])
        move(id_, "sign", others["liang"])
        with unit("write"):
            audit.act_as(None, "test")
            students.set_mentor(db.session.get_one(Student, cast.lin.student_id), others["qin"].id)
    page = browser(others["liang"]).get(f"/mentoring/handovers/{id_}")
    assert "孟归舟" in page.said and "林知夏" not in page.said


# -- Private notes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["give", "refuse", None])
def test_private_notes_go_along_only_where_the_student_says_yes(app, cast, others, browser, said):
    with app.app_context():
        note = log(cast.mentor, cast.lin, note="Talked.", private="Sleeps badly.")
        id_ = hand_over(cast, others["liang"])
        with unit("read"):
            assert item_of(id_, cast.lin).consent is Consent.ASKED
            assert item_of(id_, cast.meng).consent is Consent.NONE, "nothing is asked where there are no notes"
            item = item_of(id_, cast.lin).id
            assert [i.id for i in queries.consents_asked(cast.lin.student_id)] == [item]
            assert queries.consents_asked(cast.meng.student_id) == []
        assert notices(cast.lin) == ["mentoring.consent_asked"]
    if said:
        assert browser(cast.lin).post(f"/me/consents/{item}", {"answer": said}).status == 303
    with app.app_context():
        move(id_, "sign", others["liang"])
        with unit("read"):
            held = db.session.get_one(Contact, note)
            assert held.keeper_id == (others["liang"].id if said == "give" else None)
            assert held.private == "Sleeps badly."
            assert queries.consents_asked(cast.lin.student_id) == [], "signed is signed"


def test_only_the_student_answers_and_only_until_it_is_signed(app, cast, others, browser):
    with app.app_context():
        log(cast.mentor, cast.lin, note="Talked.", private="Sleeps badly.")
        id_ = hand_over(cast, others["liang"])
        with unit("read"):
            item, other = item_of(id_, cast.lin).id, item_of(id_, cast.meng).id
    lin = browser(cast.lin)
    assert browser(cast.meng).post(f"/me/consents/{item}", {"answer": "give"}).status == 404
    assert browser(cast.mentor).post(f"/me/consents/{item}", {"answer": "give"}).status == 403
    assert browser(others["liang"]).post(f"/me/consents/{item}", {"answer": "give"}).status == 403
    assert browser(cast.meng).post(f"/me/consents/{other}", {"answer": "give"}).status == 404, "nothing was asked"
    assert lin.post(f"/me/consents/{item}", {"answer": "perhaps"}).status == 400
    assert lin.post(f"/me/consents/{item}", {"answer": "give"}).status == 303
    assert lin.post(f"/me/consents/{item}", {"answer": "refuse"}).status == 303, "one may think again"
    with app.app_context():
        move(id_, "sign", others["liang"])
    assert lin.post(f"/me/consents/{item}", {"answer": "give"}).status == 409
    with app.app_context(), unit("read"):
        assert item_of(id_, cast.lin).consent is Consent.REFUSED


def test_a_private_note_is_on_no_page_of_the_hand_over(app, cast, others, browser):
    with app.app_context():
        log(cast.mentor, cast.lin, note="Talked.", private="Sleeps badly.")
        id_ = hand_over(cast, others["liang"], offer=False)
    assert "Sleeps badly" not in browser(cast.mentor).get(f"/mentoring/handovers/{id_}").text
    with app.app_context():
        move(id_, "offer", cast.mentor)
    for who in (others["liang"], cast.office, cast.counselor, cast.leader):
        page = browser(who).get(f"/mentoring/handovers/{id_}")
        assert page.status == 200 and "Sleeps badly" not in page.text, who.login


def test_notes_of_others_stay_with_those_who_keep_them(app, cast, others):
    with app.app_context():
        kept = log(cast.counselor, cast.lin, note="Talked.", private="Told me in confidence.")
        move(hand_over(cast, others["liang"]), "sign", others["liang"])
        with unit("read"):
            assert db.session.get_one(Contact, kept).keeper_id == cast.counselor.id


# -- What changes meanwhile --------------------------------------------------------------------------------------


def test_who_has_another_mentor_by_now_is_left_there_and_it_is_said(app, cast, others, browser):
    with app.app_context():
        note = log(cast.mentor, cast.lin, note="Talked.", private="Sleeps badly.")
        id_ = hand_over(cast, others["liang"])
        with unit("write"):
            audit.act_as(None, "test")
            students.set_mentor(db.session.get_one(Student, cast.lin.student_id), others["qin"].id)
    liang = browser(others["liang"])
    page = liang.get(f"/mentoring/handovers/{id_}")
    assert "1 graduate has another mentor by now and stays there" in page.said
    assert "林知夏" not in page.said
    assert liang.submit("/sign").status == 303
    with app.app_context():
        assert mentor_of(cast.lin) == others["qin"].id and mentor_of(cast.meng) == others["liang"].id
        assert "mentoring.new_mentor" not in notices(cast.lin)
        with unit("read"):
            assert db.session.get_one(Contact, note).keeper_id == cast.mentor.id


def test_signing_twice_is_one_signature_and_after_taking_it_back_it_is_too_late(app, cast, others, browser):
    with app.app_context():
        id_ = hand_over(cast, others["liang"])
    liang = browser(others["liang"])
    assert liang.post(f"/mentoring/handovers/{id_}/sign").status == 303
    assert liang.post(f"/mentoring/handovers/{id_}/sign").status == 303
    with app.app_context():
        assert notices(cast.meng).count("mentoring.new_mentor") == 1
        with unit("write"):
            audit.act_as(None, "test")
            students.set_mentor(db.session.get_one(Student, cast.lin.student_id), cast.mentor.id)
        second = hand_over(cast, others["liang"])
        move(second, "cancel", cast.mentor)
    answer = liang.post(f"/mentoring/handovers/{second}/sign")
    assert answer.status == 409 and "moved on" in answer.said
    with app.app_context():
        assert mentor_of(cast.lin) == cast.mentor.id


def test_who_declines_says_why_and_reads_the_packet_no_more(app, cast, others, browser):
    with app.app_context():
        id_ = hand_over(cast, others["liang"])
    liang = browser(others["liang"])
    liang.get(f"/mentoring/handovers/{id_}")
    answer = liang.submit("/decline", answer="")
    assert answer.status == 422 and "Say why" in answer.errors
    liang.get(f"/mentoring/handovers/{id_}")
    assert liang.submit("/decline", answer="I have nine already.").status == 303
    page = liang.get(f"/mentoring/handovers/{id_}")
    assert "The packet is closed" in page.said and "林知夏" not in page.said and "Be patient" not in page.said
    giver = browser(cast.mentor)
    assert "I have nine already." in giver.get(f"/mentoring/handovers/{id_}").said
    with app.app_context():
        assert mentor_of(cast.lin) == cast.mentor.id and notices(cast.mentor) == ["mentoring.handover_declined"]
    assert giver.submit("/recall").status == 303
    assert giver.get(f"/mentoring/handovers/{id_}").has_form("/packet")


def test_what_is_offered_is_not_changed_behind_the_receivers_back(app, cast, others, browser):
    with app.app_context():
        id_ = hand_over(cast, others["liang"], offer=False)
    giver = browser(cast.mentor)
    giver.get(f"/mentoring/handovers/{id_}")
    with app.app_context():
        move(id_, "offer", cast.mentor)
    answer = giver.submit("/packet")
    assert answer.status == 409 and "Take it back to change it" in answer.said


def test_a_receiver_over_capacity_is_warned_and_may_sign(app, cast, others, browser):
    from blueprints.mentoring.models import Terms

    with app.app_context():
        id_ = hand_over(cast, others["liang"])
        with unit("write") as session:
            audit.act_as(None, "test")
            session.add(Terms(user_id=others["liang"].id, capacity=1))
    liang = browser(others["liang"])
    page = liang.get(f"/mentoring/handovers/{id_}")
    assert "You would answer for 2 graduates; 1 are agreed" in page.said
    assert "You would answer" not in browser(cast.mentor).get(f"/mentoring/handovers/{id_}").said
    liang.get(f"/mentoring/handovers/{id_}")
    assert liang.submit("/sign").status == 303


def test_who_is_no_mentor_any_more_cannot_sign(app, cast, others, browser):
    with app.app_context():
        id_ = hand_over(cast, others["liang"])
        with unit("write") as session:
            audit.act_as(None, "test")
            grant = session.scalars(sa.select(Grant).where(Grant.user_id == others["liang"].id)).one()
            grant.ends_on = date(2026, 11, 23)
            place = session.get_one(Student, cast.far.student_id).class_id
            accounts_service.grant(
                accounts.user(others["liang"].id), Role.COUNSELOR, unit=session.get_one(OrgUnit, place), begins_on=SINCE
            )
    answer = browser(others["liang"]).post(f"/mentoring/handovers/{id_}/sign")
    assert answer.status == 403 and "Only a mentor takes graduates over" in answer.said
    with app.app_context():
        assert mentor_of(cast.lin) == cast.mentor.id


def test_a_failed_signature_changes_nothing(app, cast, others, monkeypatch):
    from blueprints.mentoring import notices_handover

    with app.app_context():
        note = log(cast.mentor, cast.lin, note="Talked.", private="Sleeps badly.")
        id_ = hand_over(cast, others["liang"])
        monkeypatch.setattr(notices_handover, "tell_signed", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            move(id_, "sign", others["liang"])
        assert mentor_of(cast.lin) == cast.mentor.id
        with unit("read"):
            assert db.session.get_one(Handover, id_).status is HandoverState.OFFERED
            assert db.session.get_one(Contact, note).keeper_id == cast.mentor.id


# -- Who may what ---------------------------------------------------------------------------------------------


def test_nobody_else_sees_a_hand_over_by_any_road(app, cast, others, browser):
    with app.app_context():
        id_ = hand_over(cast, others["liang"])
    for who in (others["qin"], cast.lin, cast.far, cast.president, cast.admin, cast.shen):
        visitor = browser(who)
        for path in ("", "/packet", "/offer", "/recall", "/cancel", "/sign", "/decline"):
            method = visitor.get if not path else visitor.post
            assert method(f"/mentoring/handovers/{id_}{path}").status in (403, 404), (who.login, path)
    assert "梁砚秋" not in browser(others["qin"]).get("/mentoring/handovers?tab=all").said
    qin = browser(others["qin"])
    assert qin.get(f"/mentoring/handovers/new?student={cast.lin.student_id}").status == 404
    assert qin.post("/mentoring/handovers/new", {"giver": str(cast.mentor.id), "receiver": "T-qin"}).status == 404


def test_a_mentor_who_tries_to_give_anothers_graduate_gives_nothing(app, cast, others, browser):
    qin = browser(others["qin"])
    qin.get("/mentoring/handovers/new")
    answer = qin.submit("/handovers/new", receiver="T-liang", cause="ill", students=[str(cast.lin.student_id)])
    assert answer.status == 422
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 0


@pytest.mark.parametrize("name", ["counselor", "leader", "office"])
def test_those_above_hand_over_for_a_mentor_who_cannot(app, cast, others, browser, name):
    above = browser(getattr(cast, name))
    above.get("/mentoring/handovers/new")
    page = above.get("/mentoring/handovers/new?giver=jia")
    assert page.status == 200 and "林知夏" in page.said
    assert "那木罕" not in page.said
    answer = above.submit("/handovers/new", receiver="梁砚秋", cause="ill")
    assert answer.status == 303, answer.errors
    assert above.get(answer.location).has_form("/packet")
    if name != "office":
        assert above.get("/mentoring/handovers/new?giver=qin").status == 422, "not a mentor of their graduates"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Name the teacher"),
        ("nobody at all", "Nobody is found"),
        ("贾泽南", "with 贾泽南 already"),
        ("徐艺未", "Nobody is found"),
        ("T-", "More than one person fits"),
    ],
)
def test_a_receiver_who_is_not_clear_is_asked_again_and_the_rest_is_kept(app, cast, others, browser, words, said):
    giver = browser(cast.mentor)
    giver.get("/mentoring/handovers/new")
    answer = giver.submit(
        "/handovers/new", receiver=words, cause="ill", note="Kept words", students=[str(cast.meng.student_id)]
    )
    assert answer.status == 422
    assert said in answer.errors
    assert "Kept words" in answer.text
    form = answer.form("/handovers/new")
    assert form.xpath(".//input[@name='students' and @checked]/@value") == [str(cast.meng.student_id)]
    assert form.xpath(".//input[@name='cause' and @checked]/@value") == ["ill"]


def test_a_graduate_is_in_one_open_hand_over_at_a_time(app, cast, others, browser):
    with app.app_context():
        first = hand_over(cast, others["liang"], only={cast.lin.student_id})
    page = browser(cast.mentor).get("/mentoring/handovers/new")
    assert "林知夏 is in another hand-over, to 梁砚秋" in page.said
    assert page.form("/handovers/new").xpath(".//input[@name='students']/@value") == [str(cast.meng.student_id)]
    giver = browser(cast.mentor)
    giver.get("/mentoring/handovers/new")
    answer = giver.submit("/handovers/new", receiver="qin", cause="ill", students=[str(cast.lin.student_id)])
    assert answer.status == 422
    with app.app_context():
        move(first, "cancel", cast.mentor)
    assert len(browser(cast.mentor).get("/mentoring/handovers/new").form("/new").xpath(".//*[@name='students']")) == 2


def test_a_mentor_without_graduates_is_told_so(app, cast, others, browser):
    page = browser(others["liang"]).get("/mentoring/handovers/new")
    assert page.status == 200 and "You have no graduates to hand over" in page.said


def test_a_list_of_more_hand_overs_takes_no_more_queries(app, cast, others, browser):
    office = browser(cast.office)
    with app.app_context():
        move(hand_over(cast, others["liang"]), "cancel", cast.mentor)
    office.get("/mentoring/handovers?tab=all")
    few = len(office.get("/mentoring/handovers?tab=all").queries)
    with app.app_context():
        for _n in range(5):
            move(hand_over(cast, others["liang"]), "cancel", cast.mentor)
        id_ = hand_over(cast, others["liang"])
    page = office.get("/mentoring/handovers?tab=all")
    assert len(page.page.xpath("//tbody/tr")) == 7 and len(page.queries) == few
    assert "Made" in page.said and office.get("/mentoring/handovers?tab=all&q=liang&sort=-made").status == 200
    assert len(office.get(f"/mentoring/handovers/{id_}").queries) <= 12


# -- Absences ------------------------------------------------------------------------------------------------


def absence(browser_, deputy: str, begins: str, ends: str, **more):
    browser_.get("/mentoring/handovers/absence")
    return browser_.submit("/handovers/absence", deputy=deputy, begins_on=begins, ends_on=ends, **more)


def test_a_deputy_is_told_and_sees_the_graduates_on_these_days_only(app, cast, others, browser):
    answer = absence(browser(cast.mentor), "梁砚秋", "2026-11-25", "2026-11-27", note="Operation.")
    assert answer.status == 303, answer.errors
    with app.app_context():
        assert notices(others["liang"]) == ["mentoring.deputy"]
    path = f"/mentoring/students/{cast.lin.student_id}"
    for days, status in ((0, 404), (1, 200), (3, 200), (4, 404)):
        with clock.told(NOW + timedelta(days=days)):
            assert browser(others["liang"]).get(path).status == status, days
    assert "Operation." in browser(others["liang"]).get("/mentoring/handovers/absence").said


def test_an_absence_ended_early_closes_at_once(app, cast, others, browser):
    assert absence(browser(cast.mentor), "liang", "2026-11-24", "2026-12-24").status == 303
    path = f"/mentoring/students/{cast.lin.student_id}"
    with clock.told(NOW + timedelta(days=2)):
        liang = browser(others["liang"])
        assert liang.get(path).status == 200
        assert not liang.get("/mentoring/handovers/absence").page.xpath("//form[contains(@action, '/end')]")
        mentor = browser(cast.mentor)
        mentor.get("/mentoring/handovers/absence")
        with app.app_context(), unit("read"):
            id_ = db.session.scalars(sa.select(Absence.id)).one()
        assert liang.post(f"/mentoring/handovers/absence/{id_}/end").status == 403
        assert browser(others["qin"]).post(f"/mentoring/handovers/absence/{id_}/end").status == 404
        assert mentor.submit("/end").status == 303
        assert liang.get(path).status == 404
        assert mentor.post(f"/mentoring/handovers/absence/{id_}/end").status == 409
    with app.app_context():
        assert notices(others["liang"]) == ["mentoring.deputy", "mentoring.deputy_ended"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"begins": "2026-11-23", "ends": "2026-11-25", "deputy": "liang"}, "between today and a year"),
        ({"begins": "2026-11-26", "ends": "2026-11-25", "deputy": "liang"}, "end lies before"),
        ({"begins": "2026-11-24", "ends": "2029-11-25", "deputy": "liang"}, "between today and a year"),
        ({"begins": "2026-11-24", "ends": "2026-11-25", "deputy": "jia"}, "Someone else must stand in"),
        ({"begins": "2026-11-24", "ends": "2026-11-25", "deputy": "xu"}, "Nobody is found"),
        ({"begins": "", "ends": "", "deputy": ""}, "Choose a date"),
    ],
)
def test_an_absence_that_cannot_be_is_refused_with_what_to_do(app, cast, others, browser, facts, said):
    answer = absence(browser(cast.mentor), facts["deputy"], facts["begins"], facts["ends"], note="Kept words")
    assert answer.status == 422 and said in answer.errors and "Kept words" in answer.text
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Absence)) == 0


def test_absences_do_not_overlap_and_nobody_away_stands_in(app, cast, others, browser):
    assert absence(browser(cast.mentor), "liang", "2026-11-24", "2026-11-27").status == 303
    answer = absence(browser(cast.mentor), "qin", "2026-11-27", "2026-11-30")
    assert answer.status == 422 and "is there already. End it first" in answer.errors
    answer = absence(browser(others["qin"]), "jia", "2026-11-25", "2026-11-26")
    assert answer.status == 422 and "贾泽南 is away from Nov 24 to Nov 27" in answer.errors


def test_those_above_enter_an_absence_for_a_mentor_of_theirs_and_of_nobody_else(app, cast, others, browser):
    counselor = browser(cast.counselor)
    assert absence(counselor, "liang", "2026-11-24", "2026-11-27", who="贾泽南").status == 303
    assert "贾泽南" in counselor.get("/mentoring/handovers/absence").said
    answer = absence(counselor, "liang", "2026-11-24", "2026-11-27", who="qin")
    assert answer.status == 422 and "Nobody is found" in answer.errors
    with app.app_context():
        assert notices(cast.mentor) == ["mentoring.absence_entered"]
    mentor = browser(cast.mentor)
    answer = mentor.post(
        "/mentoring/handovers/absence",
        {"who": "T-qin", "deputy": "T-liang", "begins_on": "2026-12-24", "ends_on": "2026-12-25"},
    )
    assert answer.status == 303
    with app.app_context(), unit("read"):
        away = set(db.session.scalars(sa.select(Absence.user_id)))
        assert away == {cast.mentor.id}, "a mentor enters only their own"


def test_a_promise_of_the_student_is_told_apart_in_the_packet(app, cast, others):
    with app.app_context():
        log(cast.mentor, cast.lin, note="x", promise="Send the transcript", promise_by=Side.STUDENT)
        id_ = hand_over(cast, others["liang"], offer=False)
        with unit("read"):
            text = item_of(id_, cast.lin).promises
            assert "Send the transcript" in text and text.count("\n") == 0
        with pytest.raises(WrongState):
            move(id_, "sign", others["liang"])


# -- At the same moment ---------------------------------------------------------------------------------------


@pytest.fixture
def school(live) -> tuple[Any, dict[str, Person]]:
    """On a database of its own: the mentor answers for lin and meng; liang and qin are mentors as well."""
    with live.app_context():
        cast = Cast.arrive()
        with unit("write"):
            audit.act_as(None, "test")
            more = {
                "liang": staff("liang", "梁砚秋", Role.MENTOR, cast.maths),
                "qin": staff("qin", "秦望舒", Role.MENTOR, cast.maths),
            }
            for who in (cast.lin, cast.meng):
                students.set_mentor(db.session.get_one(Student, who.student_id), cast.mentor.id)
    return cast, more


def signed_in(app, who: Person) -> Browser:
    made = Browser(app)
    made.sign_in(who.login)
    return made


@pytest.mark.real
def test_two_hand_overs_of_the_same_graduates_signed_at_once_give_each_one_mentor(live, school):
    cast, more = school
    with live.app_context():
        log(cast.mentor, cast.lin, note="Talked.", private="Sleeps badly.")
        ids = {who: hand_over(cast, person) for who, person in more.items()}
    tabs = {who: signed_in(live, person) for who, person in more.items()}
    answers = at_once(*(lambda w=w: tabs[w].post(f"/mentoring/handovers/{ids[w]}/sign") for w in more))
    assert [a.status for a in answers] == [303, 303]
    with live.app_context():
        mentors = {mentor_of(cast.lin), mentor_of(cast.meng)}
        assert len(mentors) == 1 and mentors <= {p.id for p in more.values()}
        assert notices(cast.meng).count("mentoring.new_mentor") == 1


@pytest.mark.real
def test_two_who_begin_a_hand_over_of_the_same_graduates_at_once_make_one(live, school):
    cast, _more = school
    tabs = [signed_in(live, cast.counselor), signed_in(live, cast.leader)]
    facts = {"giver": str(cast.mentor.id), "receiver": "T-liang", "cause": "ill"}
    chosen = {"students": [str(cast.lin.student_id), str(cast.meng.student_id)]}
    answers = at_once(*(lambda t=t: t.post("/mentoring/handovers/new", facts | chosen) for t in tabs))
    assert sorted(a.status for a in answers) == [303, 422]
    with live.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 1


@pytest.mark.real
def test_a_consent_and_the_signature_at_once_agree_with_each_other(live, school):
    cast, more = school
    for turn in range(4):
        with live.app_context():
            with unit("write"):
                audit.act_as(None, "test")
                students.set_mentor(db.session.get_one(Student, cast.lin.student_id), cast.mentor.id)
            note = log(cast.mentor, cast.lin, note=f"Talk {turn}", private="Sleeps badly.")
            id_ = hand_over(cast, more["liang"], only={cast.lin.student_id})
            with unit("read"):
                item = item_of(id_, cast.lin).id
        lin, liang = signed_in(live, cast.lin), signed_in(live, more["liang"])
        said, signed = at_once(
            lambda: lin.post(f"/me/consents/{item}", {"answer": "give"}),  # noqa: B023
            lambda: liang.post(f"/mentoring/handovers/{id_}/sign"),  # noqa: B023
        )
        assert signed.status == 303 and said.status in (303, 409)
        with live.app_context(), unit("read"):
            kept = db.session.get_one(Contact, note).keeper_id
            assert kept == (more["liang"].id if said.status == 303 else None)
            assert item_of(id_, cast.lin).consent is (Consent.GIVEN if said.status == 303 else Consent.ASKED)


def test_a_name_longer_than_any_names_nobody_on_either_database(app, cast, others, browser):
    giver = browser(cast.mentor)
    giver.get("/mentoring/handovers/absence")
    assert giver.submit("/handovers/absence", deputy="x" * 100_000, ends_on="2026-12-01").status == 422
    giver.get("/mentoring/handovers/new")
    assert giver.submit("/handovers/new", receiver="x" * 100_000, cause="ill").status == 422
