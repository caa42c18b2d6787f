"""Sealed hardship tags: what is shown, what it takes to open them, and that nothing else tells of them."""

from __future__ import annotations

import email
import email.policy
import io
import logging
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import Notice
from blueprints.core import audit, clock, files, jobs, sealed
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db, unit
from blueprints.documents.models import Document, Drawing, Page
from blueprints.mentoring.models import Level
from blueprints.mentoring.service import contact as contacts
from blueprints.mentoring.service import tag as service
from blueprints.students import queries as register_queries
from blueprints.students import service as register
from blueprints.students.models import Channel, HardshipTag, Student
from tests import people
from tests.browser import Browser
from tests.conftest import NOW
from tests.people import Cast, Person

WHY = {"purpose": "subsidy", "reason": "补贴 12 月 4 日截止"}


@pytest.fixture
def six(app, cast):
    """The mentor answers for meng, who has two sealed entries."""
    with app.app_context():
        with unit("write"):
            audit.act_as(None, "test")
            register.set_mentor(student(cast.meng), cast.mentor.id)
        seal(cast, "dibao", "orphan")
    return cast


def student(who: Person) -> Student:
    return db.session.get_one(Student, who.student_id)


def seal(cast: Cast, *kinds: str, who: Person | None = None, proof: bytes | None = None) -> list[int]:
    with unit("write"):
        by = accounts.user((who or cast.counselor).id)
        audit.act_as(by.id, "test")
        received = service.receive(io.BytesIO(proof), "低保证.pdf") if proof else None
        made = service.keep(student(cast.meng), by, kinds, date(2027, 6, 30), received)
        return [tag.id for tag in made]


def path(who: Person, more: str = "") -> str:
    return f"/mentoring/students/{who.student_id}/tags{more}"


def opened_entries(app, verb: str = "tag.opened") -> list[AuditEntry]:
    with app.app_context(), unit("read"):
        found = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.id)).all()
        db.session.expunge_all()
    return list(found)


# -- Opening -----------------------------------------------------------------------------------------------


def test_the_mentor_sees_that_something_is_sealed_and_not_what(app, six, browser):
    page = browser(six.mentor).get(path(six.meng))
    assert "2 sealed entries" in page.said
    assert "valid until Jun 30, 2027" in page.said
    assert "Subsistence" not in page.said and "Orphan" not in page.said
    assert not page.page.xpath("//input[@name='kinds']")
    assert "Nothing is sealed here" in browser(six.counselor).get(path(six.lin)).said


def test_it_opens_once_for_a_stated_reason_and_the_student_learns_of_it(app, six, browser):
    mentor = browser(six.mentor)
    mentor.get(path(six.meng))
    answer = mentor.submit("/tags/open", **WHY)
    assert answer.status == 200
    assert "Subsistence allowance household" in answer.said and "Orphan" in answer.said
    assert answer.response.headers["Cache-Control"] == "no-store"
    (card,) = answer.page.xpath("//section[contains(@class, 'sealed')]")
    assert "noprint" in card.get("class")
    assert "Subsistence" not in mentor.get(path(six.meng)).said
    assert mentor.get(path(six.meng, "/open")).status == 405
    entries = opened_entries(app)
    assert [(e.actor_id, e.subject_type, e.topic_type, e.topic_id, e.note) for e in entries] == [
        (six.mentor.id, "hardship_tag", "student", six.meng.student_id, "subsidy: 补贴 12 月 4 日截止")
    ] * 2
    with app.app_context(), unit("read"):
        told = sa.select(Notice.kind, Notice.url).where(Notice.user_id == six.meng.id).order_by(Notice.id.desc())
        assert db.session.execute(told).first() == ("mentoring.tag_opened", "/me/seen")
    seen = browser(six.meng).get("/me/seen").said
    assert "贾泽南 opened the sealed entries" in seen
    assert "To check a subsidy: 补贴 12 月 4 日截止" in seen


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"purpose": "", "reason": "一二三四"}, "Choose what it is for"),
        ({"purpose": "support", "reason": ""}, "Say in a sentence why"),
        ({"purpose": "support", "reason": "  \n "}, "Say in a sentence why"),
        ({"purpose": "support", "reason": "看"}, "Say in a sentence why"),
        ({"purpose": "curiosity", "reason": "一二三四"}, ""),
    ],
)
def test_without_purpose_and_reason_nothing_opens_and_nothing_is_lost(app, six, browser, typed, sentence):
    mentor = browser(six.mentor)
    mentor.get(path(six.meng))
    answer = mentor.submit("/tags/open", **typed)
    assert answer.status == 422
    assert sentence in answer.errors
    assert "Orphan" not in answer.said
    assert opened_entries(app) == []
    if typed["reason"].strip():
        assert typed["reason"] in answer.text


def test_who_may_open_and_who_may_keep(app, six, browser):
    keep = {"kinds": ["loan"], "valid_until": ""}
    may = {
        "mentor": (200, 403),
        "counselor": (200, 303),
        "leader": (200, 303),
        "office": (200, 303),
        "president": (403, 403),
        "admin": (403, 403),
        "shen": (403, 403),
        "incubator": (403, 403),
        "meng": (403, 403),
        "lin": (403, 403),
    }
    for name, (opening, keeping) in may.items():
        person = browser(getattr(six, name))
        assert person.post(path(six.meng, "/open"), WHY).status == opening, name
        assert person.post(path(six.meng), keep).status == keeping, name
    for name in ("mentor", "counselor", "leader"):
        person = browser(getattr(six, name))
        for answer in (
            person.get(path(six.far)),
            person.post(path(six.far, "/open"), WHY),
            person.post(path(six.far), keep),
        ):
            assert answer.status == 404, name
    assert browser(six.mentor).get(path(six.lin)).status == 404


def test_one_that_does_not_open_says_so_and_the_others_open(app, six, browser):
    with app.app_context(), unit("write") as session:
        first = session.scalars(sa.select(HardshipTag.id).order_by(HardshipTag.id)).first()
        table = HardshipTag.__table__
        broken = sealed.keyring().current + b"\0" * 40
        session.execute(sa.update(table).where(table.c.id == first).values(kind_sealed=broken))
    answer = browser(six.mentor).post(path(six.meng, "/open"), WHY)
    assert answer.status == 200
    assert "does not open with the keys" in answer.said and "Orphan" in answer.said
    assert len(opened_entries(app)) == 2


# -- Keeping -----------------------------------------------------------------------------------------------


def test_the_counselor_seals_several_at_once_with_one_proof(app, six, browser):
    counselor = browser(six.counselor)
    counselor.get(path(six.lin))
    answer = counselor.submit(
        "/tags",
        files={"proof": (people.pdf("proof of allowance"), "林知夏-低保证.pdf")},
        kinds=["dibao", "loan"],
        valid_until="2027-06-30",
    )
    assert answer.status == 303, answer.errors
    with app.app_context(), unit("read"):
        made = register_queries.tags(six.lin.student_id)
        assert sorted(t.kind for t in made) == ["dibao", "loan"]
        assert {t.entered_by for t in made} == {six.counselor.id}
        assert len({t.proof_id for t in made}) == 1
        assert student(six.lin).support_level == 0
    assert "2 sealed entries" in counselor.get(path(six.lin)).said
    assert "has put a sealed entry into your file" in browser(six.lin).get("/notices").said


def test_a_proof_leaves_neither_its_name_nor_its_words_in_a_table(app, six):
    with app.app_context():
        seal(six, "tekun", proof=people.pdf("allowance"))
        with unit("read"):
            assert db.session.scalars(sa.select(Document.name)).all() == ["proof.pdf"]
            assert db.session.scalars(sa.select(Drawing.problem)).all() == ["sealed"]
        assert jobs.drain() >= 0
        with unit("read"):
            assert db.session.scalars(sa.select(Page)).all() == []


def test_bad_input_says_what_to_do_and_keeps_what_was_chosen(app, six, browser):
    counselor = browser(six.counselor)
    counselor.get(path(six.lin))
    answer = counselor.submit("/tags", kinds=[])
    assert answer.status == 422 and "Choose at least one" in answer.errors
    counselor.get(path(six.lin))
    answer = counselor.submit("/tags", kinds=["dibao"], valid_until="2026-11-23")
    assert answer.status == 422 and "from today on" in answer.errors
    counselor.get(path(six.lin))
    answer = counselor.submit("/tags", files={"proof": (b"MZ\x90 program", "proof.exe")}, kinds=["dibao", "loan"])
    assert answer.status == 422 and answer.errors
    assert answer.page.xpath("//input[@name='kinds'][@checked]/@value") == ["dibao", "loan"]
    assert counselor.post(path(six.lin), {"kinds": ["invented"]}).status == 422
    with app.app_context(), unit("read"):
        assert register_queries.tags(six.lin.student_id) == []


def test_the_same_form_sent_twice_is_one_and_what_another_sealed_is_not_given_away(app, six):
    with app.app_context():
        assert seal(six, "dibao", "orphan") == []
        assert len(seal(six, "dibao", who=six.leader)) == 1
        with unit("read"):
            assert len(register_queries.tags(six.meng.student_id)) == 3


def test_a_retired_kind_is_offered_no_more_and_still_read(app, six, browser):
    office = browser(six.office)
    with app.app_context(), unit("read"):
        from blueprints.students.models import Code

        id_ = db.session.scalar(sa.select(Code.id).where(Code.code == "orphan"))
    assert office.post(f"/mentoring/codes/{id_}/retire").status == 303
    assert "orphan" not in office.get(path(six.lin)).page.xpath("//input[@name='kinds']/@value")
    assert "Orphan" in office.post(path(six.meng, "/open"), WHY).said


def test_an_ended_one_is_shown_no_more_and_stays_in_the_history(app, six, browser):
    with app.app_context(), unit("read"):
        first = register_queries.tags(six.meng.student_id)[0].id
    assert browser(six.mentor).post(path(six.meng, f"/{first}/end")).status == 403
    counselor = browser(six.counselor)
    counselor.get(path(six.meng))
    assert counselor.submit(f"/{first}/end").status == 303
    assert "1 sealed entry" in counselor.get(path(six.meng)).said
    assert counselor.post(path(six.meng, f"/{first}/end")).status == 404
    assert "Subsistence" not in counselor.post(path(six.meng, "/open"), WHY).said


# -- The proof ---------------------------------------------------------------------------------------------


def test_the_proof_is_fetched_within_ten_minutes_of_ones_own_opening_and_that_is_written_down(app, six, browser):
    with app.app_context():
        (id_,) = seal(six, "tekun", proof=people.pdf("allowance"))
    proof = path(six.meng, f"/{id_}/proof")
    mentor, counselor = browser(six.mentor), browser(six.counselor)
    assert mentor.get(proof).status == 403
    assert counselor.post(path(six.meng, "/open"), WHY).status == 200
    assert mentor.get(proof).status == 403
    page = mentor.post(path(six.meng, "/open"), WHY)
    assert proof in page.links()
    answer = mentor.get(proof)
    assert answer.status == 200
    assert answer.response.get_data() == people.pdf("allowance")
    assert answer.response.headers["Cache-Control"] == "no-store"
    assert "filename=proof.pdf" in answer.response.headers["Content-Disposition"]
    with clock.told(NOW + timedelta(minutes=10, seconds=1)):
        late = mentor.get(proof)
        assert late.status == 403
        assert "Open the sealed entries first" in late.said
    entries = opened_entries(app, "tag.proof")
    assert [(e.actor_id, e.note) for e in entries] == [(six.mentor.id, "subsidy: 补贴 12 月 4 日截止")]
    assert "downloaded the proof" in browser(six.meng).get("/me/seen").said


def test_the_proof_of_another_graduate_is_not_reached_through_ones_own(app, six, browser):
    with app.app_context():
        (id_,) = seal(six, "tekun", proof=people.pdf("allowance"))
    counselor = browser(six.counselor)
    counselor.post(path(six.meng, "/open"), WHY)
    assert counselor.get(path(six.lin, f"/{id_}/proof")).status == 404
    assert counselor.post(path(six.lin, f"/{id_}/end")).status == 404
    assert browser(six.far).get(path(six.meng, f"/{id_}/proof")).status == 403


def test_who_loses_the_graduate_loses_the_proof_at_once(app, six, browser):
    with app.app_context():
        (id_,) = seal(six, "tekun", proof=people.pdf("allowance"))
    mentor = browser(six.mentor)
    mentor.post(path(six.meng, "/open"), WHY)
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        register.set_mentor(student(six.meng), None)
    assert mentor.get(path(six.meng, f"/{id_}/proof")).status == 404


# -- Nothing else tells ------------------------------------------------------------------------------------

KIND, NOTE = "QXKINDMARK", "QXNOTEMARK 夜里睡不好"
MARKS = ("QXKINDMARK", "QXNOTEMARK", "夜里睡不好")


def cells(app) -> list[tuple[str, str]]:
    """Every value of every table, as text."""
    found = []
    with app.app_context(), unit("read") as session:
        names = sa.inspect(session.connection()).get_table_names()
        for name in names:
            for row in session.execute(sa.text(f'SELECT * FROM "{name}"')):
                for value in row:
                    text = (
                        bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
                    )
                    found.append((name, text))
    return found


def mails(folder: Path) -> str:
    found = []
    for file in folder.rglob("*.eml"):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        found.append(f"{message['subject']} {message.get_content()}")
    return "\n".join(found)


def exports(app, person: Browser) -> str:
    """What every list's exports hold, unpacked."""
    found = []
    for rule in app.url_map.iter_rules():
        if "export" not in rule.rule or "GET" not in rule.methods or rule.arguments - {"kind"}:
            continue
        with app.test_request_context():
            kinds = ("csv", "xlsx") if rule.arguments else (None,)
            paths = [app.url_for(rule.endpoint, kind=kind) for kind in kinds]
        for path in paths:
            answer = person.get(path)
            assert answer.status == 200, path
            content = answer.response.get_data()
            if path.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(content)) as book:
                    content = b"\n".join(book.read(name) for name in book.namelist())
            found.append(content.decode("utf-8", "replace"))
    assert len(found) >= 2
    return "\n".join(found)


def test_a_kind_and_a_private_note_are_readable_in_nothing_that_is_kept_sent_or_listed(
    live, tmp_path, monkeypatch, caplog
):
    """The whole way over HTTP with a marked word, then a search for it in everything there is."""
    caplog.set_level(logging.DEBUG)
    with live.app_context():
        cast = Cast.arrive()
        with unit("write"):
            audit.act_as(None, "test")
            register.set_mentor(student(cast.meng), cast.mentor.id)
    offered = register_queries.choices
    monkeypatch.setattr(register_queries, "choices", lambda kind: [*offered(kind), (KIND, "the marked kind")])

    def browser(person: Person) -> Browser:
        made = Browser(live)
        made.sign_in(person.login)
        return made

    counselor, mentor, office = browser(cast.counselor), browser(cast.mentor), browser(cast.office)
    counselor.get(path(cast.meng))
    proof = (people.pdf("allowance"), f"{KIND}.pdf")
    assert counselor.submit("/tags", files={"proof": proof}, kinds=[KIND]).status == 303
    with live.app_context(), unit("write"):
        audit.act_as(cast.mentor.id, "mentoring.contacts")
        kept = contacts.log(
            student(cast.meng),
            cast.mentor.id,
            Level.MENTOR,
            key=None,
            channel=Channel.PHONE,
            reached=True,
            note="聊了二十分钟",
            private=NOTE,
        )
        db.session.flush()
        note_id = kept.id
    assert KIND in mentor.post(path(cast.meng, "/open"), WHY).said
    with live.app_context(), unit("read"):
        (tag,) = register_queries.tags(cast.meng.student_id)
        assert tag.kind == KIND
        id_ = tag.id
    assert mentor.get(path(cast.meng, f"/{id_}/proof")).status == 200
    found = [office.get("/mentoring/", query_string={"q": mark}) for mark in MARKS]
    assert [cast.meng.name in answer.said for answer in found] == [False] * 3
    assert counselor.post(path(cast.meng, f"/{id_}/end")).status == 303
    listed = exports(live, office)
    with live.app_context():
        jobs.drain()
        with unit("write"):
            audit.seal()

    everything = cells(live)
    assert ("contact", "聊了二十分钟") in everything
    hidden = [(table, text[:80]) for table, text in everything for mark in MARKS if mark in text]
    assert hidden == []
    folder = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert folder
    for file in folder:
        content = file.read_bytes()
        assert not [mark for mark in MARKS if mark.encode() in content], file
    told = mails(tmp_path)
    assert "贾泽南" in told
    for mark in MARKS:
        assert mark not in told
        assert mark not in listed
        assert mark not in caplog.text
    with live.app_context(), unit("read") as session:
        from blueprints.mentoring.models import Contact

        assert session.get_one(Contact, note_id).private == NOTE


def test_the_store_holds_a_proof_only_locked(app, six):
    with app.app_context():
        (id_,) = seal(six, "tekun", proof=people.pdf("a marked word in the proof"))
        whole = joinedload(HardshipTag.proof).joinedload(Document.drawing).joinedload(Drawing.blob)
        tag = db.session.scalars(sa.select(HardshipTag).where(HardshipTag.id == id_).options(whole)).one()
        blob = tag.proof.blob
        with files.store().open(blob.sha256) as file:
            stored = file.read()
        assert b"%PDF" not in stored
        assert service.proof_of(tag) == people.pdf("a marked word in the proof")
