"""A team writes its application together: no word is lost, and everyone says for themselves whether they are on it."""

from __future__ import annotations

import io
import json
import time
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import Cohort, Notice, OrgUnit
from blueprints.core import audit, clock
from blueprints.core.access import Denied
from blueprints.core.db import db, unit
from blueprints.core.workflow import WrongState
from blueprints.incubator import checklist
from blueprints.incubator.models import (
    Answer,
    Application,
    ApplicationState,
    CompanyForm,
    Endorsement,
    EndorsementKind,
    Field,
    Intake,
    Member,
    Paper,
    PaperKind,
    Tenancy,
    TenancyState,
)
from blueprints.incubator.queries import application as queries
from blueprints.incubator.service import application as service
from blueprints.incubator.workflow.application import APPLICATION
from blueprints.students import service as students
from blueprints.students.models import HardshipTag, Student
from tests.browser import Browser
from tests.clinic.test_races import at_once, signed_in
from tests.conftest import NOW
from tests.people import Cast, Person, pdf

from .rooms import a_workspace, an_application


def application(id_: int) -> Application:
    query = sa.select(Application).where(Application.id == id_).options(*queries.PAGE)
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one()


def text(id_: int, name: str) -> str:
    with unit("read"):
        return db.session.scalar(sa.select(Field.text).where(Field.application_id == id_, Field.name == name)) or ""


def told(who: Person) -> list[str]:
    with unit("read"):
        return list(db.session.scalars(sa.select(Notice.kind).where(Notice.user_id == who.id).order_by(Notice.id)))


def move(id_: int, name: str, who: Person) -> bool:
    with unit("write"):
        audit.act_as(who.id, f"application.{name}")
        return APPLICATION.fire(name, application(id_), accounts.user(who.id))


def at(id_: int) -> str:
    return f"/incubator/applications/{id_}"


def script(browser: Browser, id_: int, what: str = "texts", **data: Any) -> Any:
    """What static/incubator.js sends."""
    return browser.post(f"{at(id_)}/{what}", data, headers={"Accept": "application/json"})


# -- Begin -------------------------------------------------------------------------------------------------------


def test_a_student_begins_one_application_and_no_second(app, cast, browser):
    with app.app_context():
        other = an_application(cast.far)  # which makes the call
        assert other
    lin = browser(cast.lin)
    lin.get("/incubator/apply")
    made = lin.submit("/incubator/apply", team="松针手作")
    assert made.status == 303
    page = lin.get(made.location)
    assert page.status == 200
    assert "What is still missing" in page.said
    lin.get("/incubator/apply")
    assert not lin.at.has_form("/incubator/apply"), "it says to go on with the first"
    again = lin.post("/incubator/apply", {"intake": str(_call(app)), "team": "另一个"})
    assert again.status == 422
    assert "Go on with that one" in again.errors
    assert made.location in again.links()
    same = lin.post("/incubator/apply", {"intake": str(_call(app)), "team": "松针手作"})
    assert same.location == made.location, "a double click is one draft"


def _call(app) -> int:
    with app.app_context(), unit("read"):
        return db.session.scalars(sa.select(Intake.id).limit(1)).one()


def test_without_an_open_call_the_page_says_what_to_do_instead(app, cast, browser):
    page = browser(cast.lin).get("/incubator/applications/new")
    assert "No call is open just now" in page.said
    assert "/incubator/learn" in page.links()


def test_a_closed_call_takes_no_applications(app, cast, browser):
    with app.app_context():
        an_application(cast.far)
        with unit("write"):
            audit.act_as(None, "test")
            call = db.session.scalars(sa.select(Intake)).one()
            call.closes_on = clock.today() - timedelta(days=1)
            id_ = call.id
    answer = browser(cast.lin).post("/incubator/apply", {"intake": str(id_), "team": "x"})
    assert answer.status == 422


# -- Written together --------------------------------------------------------------------------------------------


@pytest.fixture
def shared(app, cast) -> int:
    """Lin's draft, on whose team meng is."""
    with app.app_context():
        return an_application(cast.lin, members=[cast.meng], texts=False)


def test_the_form_works_without_a_script(app, cast, browser, shared):
    lin = browser(cast.lin)
    lin.get(at(shared))
    form = lin.at.page.xpath("//form[@id='text_problem']")[0]
    data = {**dict(form.form_values()), "text": "第一行\n第二行"}
    saved = lin.post(form.get("action"), data)
    assert saved.status == 303
    assert saved.location.endswith("#text_problem")
    page = lin.get(at(shared))
    area = page.page.xpath("//form[@id='text_problem']//textarea")[0]
    assert area.value == "第一行\n第二行"
    was = page.page.xpath("//form[@id='text_problem']//input[@name='was']/@value")[0]
    assert was == "第一行\n第二行", "the page says what it shows, line breaks and all"


def test_two_browsers_on_one_text_lose_no_word(app, cast, browser, shared):
    lin, meng = browser(cast.lin), browser(cast.meng)
    first = script(lin, shared, name="problem", text="一\n二\n三", base="0", was="").response.json
    assert first["saved"] == "10:30"
    base = {"name": "problem", "base": str(first["version"]), "was": "一\n二\n三"}
    assert script(lin, shared, **base, text="一（林）\n二\n三").status == 200
    both = script(meng, shared, **base, text="一\n二\n三（孟）").response.json
    assert both["merged"]
    assert both["text"] == "一（林）\n二\n三（孟）"
    clash = script(meng, shared, **base, text="一（孟）\n二\n三")
    assert clash.status == 409
    assert clash.response.json["theirs"] == "一（林）\n二\n三（孟）"
    assert "林知夏" in clash.response.json["error"] or "孟归舟" in clash.response.json["error"]
    with app.app_context():
        assert text(shared, "problem") == "一（林）\n二\n三（孟）", "nothing is overwritten"


def test_without_a_script_a_clash_shows_both_texts_and_saving_again_sets_mine(app, cast, browser, shared):
    lin, meng = browser(cast.lin), browser(cast.meng)
    script(lin, shared, name="offer", text="卖材料包", base="0", was="")
    meng.get(at(shared))
    clash = meng.post(f"{at(shared)}/texts", {"name": "offer", "text": "卖课程", "base": "0", "was": ""})
    assert clash.status == 409
    form = clash.page.xpath("//form[@id='text_offer']")[0]
    assert form.xpath(".//textarea")[0].value == "卖课程", "what was typed stays"
    assert "卖材料包" in form.text_content(), "theirs is beside it"
    again = meng.post(form.get("action"), dict(form.form_values()))
    assert again.status == 303
    with app.app_context():
        assert text(shared, "offer") == "卖课程"
    history = lin.get(f"{at(shared)}/texts/offer")
    assert "卖材料包" in history.said, "what was replaced can still be read"
    assert "林知夏" in history.said
    assert "孟归舟" in history.said


def test_the_same_save_twice_and_a_save_of_nothing_new_change_nothing(app, cast, browser, shared):
    lin = browser(cast.lin)
    one = script(lin, shared, name="money", text="九千", base="0", was="").response.json
    two = script(lin, shared, name="money", text="九千", base="0", was="").response.json
    assert one["version"] == two["version"] == 1
    assert script(lin, shared, name="risks", text="", base="0", was="").status == 200
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Field)) == 1


def test_a_text_too_long_or_of_no_such_name_is_refused(app, cast, browser, shared):
    lin = browser(cast.lin)
    long = script(lin, shared, name="money", text="x" * (checklist.LONGEST + 1), base="0", was="")
    assert long.status == 422
    assert "4000" in long.response.json["error"]
    assert script(lin, shared, name="nonsense", text="x", base="0", was="").status == 400


def test_two_set_different_columns_and_both_hold(app, cast, browser, shared):
    lin, meng = browser(cast.lin), browser(cast.meng)
    lin.get(at(shared))
    meng.get(at(shared))
    assert lin.submit(f"{at(shared)}/needs", seats="9").status == 303
    assert meng.submit(f"{at(shared)}/needs", months="6", needs_water="y", budget="16400.50").status == 303
    with app.app_context(), unit("read"):
        now = application(shared)
        assert (now.seats, now.months, now.needs_water, now.budget) == (9, 6, True, 1640050)


def test_two_set_the_same_column_and_the_second_is_shown_the_first(app, cast, browser, shared):
    lin, meng = browser(cast.lin), browser(cast.meng)
    lin.get(at(shared))
    meng.get(at(shared))
    lin.submit(f"{at(shared)}/needs", seats="9")
    clash = meng.submit(f"{at(shared)}/needs", seats="12", months="5")
    assert clash.status == 409
    assert "Seats: 9" in clash.said
    form = clash.form(f"{at(shared)}/needs")
    assert (form.fields["seats"], form.fields["months"]) == ("12", "5")
    assert meng.submit(f"{at(shared)}/needs").status == 303
    with app.app_context(), unit("read"):
        assert (application(shared).seats, application(shared).months) == (12, 5)


def test_what_is_wrong_in_a_form_is_said_and_what_was_typed_stays(app, cast, browser, shared):
    lin = browser(cast.lin)
    lin.get(at(shared))
    wrong = lin.submit(f"{at(shared)}/project", form="registered", credit_code="91110000600037341X")
    assert wrong.status == 422
    assert "This is not a credit code" in wrong.errors
    assert "91110000600037341X" in wrong.text
    right = lin.submit(f"{at(shared)}/project", credit_code="91110000600037341l")
    assert right.status == 303
    with app.app_context(), unit("read"):
        assert application(shared).credit_code == "91110000600037341L"
    lin.get(at(shared))
    late = lin.submit(f"{at(shared)}/needs", from_on="2020-01-01", seats="0")
    assert late.status == 422
    assert "two years from now" in late.errors
    assert "Between 1 and 60" in late.errors


def test_one_wrong_field_does_not_keep_the_others_from_being_saved(app, cast, browser, shared):
    lin = browser(cast.lin)
    form = lin.get(at(shared)).form(f"{at(shared)}/needs")
    facts = {**form.fields, "seats": "9", "from_on": "2020-01-01", "budget": "1200.50"}
    answer = script(lin, shared, "needs", **{k: v for k, v in facts.items() if k != "csrf_token"})
    said = answer.response.json
    assert set(said["errors"]) == {"from_on"} and "two years from now" in said["errors"]["from_on"]
    assert said["shown"]["seats"] == "9" and said["saved"]
    with app.app_context(), unit("read"):
        held = application(shared)
        assert (held.seats, held.budget) == (9, 120050) and held.from_on != date(2020, 1, 1)


def test_a_budget_saved_again_and_again_clashes_with_nobody(app, cast, browser, shared):
    """A browser sends 8700.00, and the next save comes with what the answer said was shown."""
    lin = browser(cast.lin)
    form = lin.get(at(shared)).form(f"{at(shared)}/needs")
    facts = {k: v for k, v in form.fields.items() if k != "csrf_token"}
    for budget in ("8700.00", "8700.00", "8700.5", "123", ""):
        answer = script(lin, shared, "needs", **{**facts, "budget": budget})
        assert answer.status == 200, answer.response.json
        facts["was"] = json.dumps(answer.response.json["shown"])
    with app.app_context(), unit("read"):
        assert application(shared).budget is None


def test_the_checklist_comes_alone_to_who_asks_for_it(app, cast, browser, shared):
    lin = browser(cast.lin)
    lin.get(at(shared))
    part = lin.client.get(at(shared), headers={"HX-Request-Type": "partial", "HX-Target": "section#checklist"})
    text = part.get_data(as_text=True)
    assert text.strip().startswith("<section") and 'id="checklist"' in text and "data-missing=" in text


LINES = st.lists(st.sampled_from(["a", "b", "c", "甲", "乙"]), max_size=6)
CHANGES = st.lists(st.tuples(st.sampled_from(["add", "drop"]), st.integers(0, 9)), max_size=4)


def changed(lines: list[str], changes: list[tuple[str, int]], who: str) -> list[str]:
    """Some lines taken out, and some of one's own put in."""
    lines = list(lines)
    for n, (act, where) in enumerate(changes):
        if act == "add":
            lines.insert(where % (len(lines) + 1), f"{who}{n}")
        elif lines:
            del lines[where % len(lines)]
    return lines


@settings(max_examples=500, deadline=None)
@given(LINES, CHANGES, CHANGES)
def test_what_is_put_together_has_every_line_that_either_has_written(was, first, second):
    mine, theirs = changed(was, first, "我"), changed(was, second, "他")
    together = service.merge("\n".join(was), "\n".join(mine), "\n".join(theirs))
    if together is None:
        return
    lines = together.split("\n")
    for one, who in ((mine, "我"), (theirs, "他")):
        written = [line for line in one if line.startswith(who)]
        assert [line for line in lines if line.startswith(who)] == written, "all of it, in its order"
    for line in was:
        assert lines.count(line) >= mine.count(line) + theirs.count(line) - was.count(line), "and what both kept"


def test_who_changed_nothing_takes_nothing_back():
    assert service.merge("一\n二", "一\n二", "一\n二\n三") == "一\n二\n三"
    assert service.merge("一\n二", "零\n一\n二", "一\n二") == "零\n一\n二"
    assert service.merge("", "我的", "他的") is None, "two first drafts are shown side by side"
    assert service.merge("一\n二", "一\n我", "他\n二") is None, "changes that touch are not put together"


class Writer:
    """A person with a page open: what it showed, and what they have typed in lines of their own."""

    def __init__(self, who: Person) -> None:
        self.who, self.base, self.was, self.typed = who, 0, "", ""
        self.words: list[str] = []

    def type(self, word: str, where: int) -> None:
        lines = [line for line in self.typed.split("\n") if line]
        lines.insert(where % (len(lines) + 1), word)
        self.typed = "\n".join(lines)
        self.words.append(word)

    def save(self, id_: int) -> None:
        """As the script does: at a clash theirs is put above mine and saved again."""
        with unit("write"):
            audit.act_as(self.who.id, "test")
            found = application(id_)
            try:
                saved = service.save_text(found, self.who.id, "market", self.typed, self.base, self.was)
                field, self.typed = saved.field, saved.field.text
            except service.Clash as clash:
                both = f"{clash.theirs.text}\n{self.typed}"
                field = service.save_text(
                    found, self.who.id, "market", both, clash.theirs.version, clash.theirs.text
                ).field
                self.typed = field.text
            self.base, self.was = field.version, field.text


ACTS = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["type", "type", "save"]), st.integers(0, 9)), max_size=24)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_a_draft_edited_by_two_people_in_any_order_loses_no_word(app, cast, acts):
    with app.app_context():
        with unit("write"):
            audit.act_as(None, "test")
            for old in db.session.scalars(sa.select(Application).where(Application.lead_id == cast.lin.student_id)):
                for field in db.session.scalars(sa.select(Field).where(Field.application_id == old.id)):
                    db.session.delete(field)
        found = queries_open(cast) or an_application(cast.lin, members=[cast.meng], texts=False, plan=False)
        writers = [Writer(cast.lin), Writer(cast.meng)]
        for n, (who, act, where) in enumerate(acts):
            if act == "type":
                writers[who].type(f"{'林孟'[who]}{n}", where)
            else:
                writers[who].save(found)
        for writer in (*writers, *writers):
            writer.save(found)
        end = text(found, "market").split("\n")
        for writer in writers:
            assert [w for w in writer.words if w not in end] == []


def queries_open(cast: Cast) -> int | None:
    with unit("read"):
        there = queries.open_of(cast.lin.student_id)
        return there.id if there else None


def test_many_saves_at_the_same_moment_are_one_after_the_other(live):
    with live.app_context():
        cast = Cast.arrive()
        id_ = an_application(cast.lin, members=[cast.meng], texts=False)
    pair = [signed_in(live, cast.lin), signed_in(live, cast.meng)]
    for turn in range(5):
        acts = [
            lambda b=b, n=n, turn=turn: script(b, id_, name="team", text=f"{turn}-{n}", base=str(turn), was="")
            for n, b in enumerate(pair)
        ]
        statuses = sorted(a.status for a in at_once(*acts))
        assert statuses == [200, 409], turn
    with live.app_context():
        with unit("read"):
            field = queries.field(id_, "team")
            assert field is not None
            past = {p.text for p in queries.past_of(field)}
        assert len(past) == field.version == 5


# -- The team ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["2023010214", "孟归舟", "mengguizhou", "mgz", "meng gui zhou"])
def test_a_student_is_found_by_number_name_pinyin_or_initials(app, cast, browser, words):
    with app.app_context():
        id_ = an_application(cast.lin)
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/members", who=words, part="网店").status == 303
    with app.app_context():
        assert told(cast.meng) == ["incubator.member_asked"]
        with unit("read"):
            (member,) = application(id_).members
            assert (member.student_id, member.answer, member.part) == (cast.meng.student_id, Answer.ASKED, "网店")


@pytest.mark.parametrize("words", ["m", "20230102", "归", "%", "_____", "nobody"])
def test_a_part_of_a_name_or_number_finds_nobody(app, cast, browser, words):
    with app.app_context():
        id_ = an_application(cast.lin)
    lin = browser(cast.lin)
    lin.get(at(id_))
    refused = lin.submit(f"{at(id_)}/members", who=words)
    assert refused.status == 422
    assert "Nobody is found" in refused.errors
    assert lin.at.form(f"{at(id_)}/members").fields["who"] == words


def test_oneself_and_who_is_there_already_are_not_asked_again(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, members=[cast.meng])
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert "is on the team already" in lin.submit(f"{at(id_)}/members", who=cast.lin.name).errors
    assert "is on the list already" in lin.submit(f"{at(id_)}/members", who=cast.meng.name).errors


def test_two_of_one_name_are_offered_to_choose_from(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
        with unit("write"):
            audit.act_as(None, "test")
            like = db.session.get_one(Student, cast.meng.student_id)
            students.enrol(
                "meng2",
                cast.meng.name,
                "2023010299",
                cohort=db.session.get_one(Cohort, like.cohort_id),
                college=db.session.get_one(OrgUnit, like.college_id),
                major=db.session.get_one(OrgUnit, like.major_id),
                class_=db.session.get_one(OrgUnit, like.class_id),
                since=clock.today(),
            )
    lin = browser(cast.lin)
    lin.get(at(id_))
    several = lin.submit(f"{at(id_)}/members", who=cast.meng.name)
    assert several.status == 422
    assert several.page.xpath(f"//button[@name='student' and @value='{cast.meng.student_id}']")
    assert "2023010299" not in several.text, "a number is not told to who does not know it"
    chosen = lin.submit(f"{at(id_)}/members", who=cast.meng.name, student=str(cast.meng.student_id))
    assert chosen.status == 303
    stranger = lin.post(f"{at(id_)}/members", {"who": cast.meng.name, "student": str(cast.far.student_id)})
    assert stranger.status == 422, "only one of those the words found"


def test_the_student_says_yes_and_can_write(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, asked=[cast.meng])
    meng = browser(cast.meng)
    meng.get(f"{at(id_)}/join")
    assert meng.submit(f"{at(id_)}/join", answer="yes").status == 303
    assert meng.post(f"{at(id_)}/join", {"answer": "yes"}).status == 303, "twice is once"
    with app.app_context():
        assert told(cast.lin) == ["incubator.member_confirmed"]
        assert told(cast.meng) == []


def test_being_asked_makes_no_team_ones_own_and_leaves_the_way_to_apply(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, asked=[cast.meng], team="松针手作")
    meng = browser(cast.meng)
    home = meng.get("/incubator/")
    assert "Is that so?" in home.said and "Go on with your application" not in home.said
    assert any("/incubator/apply" in link for link in home.links())
    apply = meng.get("/incubator/apply")
    assert "松针手作" not in apply.said and apply.has_form("/incubator/apply")
    assert meng.post(f"{at(id_)}/join", {"answer": "yes"}).status == 303
    home = meng.get("/incubator/")
    assert "Go on with your application" in home.said and "Is that so?" not in home.said
    assert "松针手作" in meng.get("/incubator/apply").said


def test_a_draft_that_was_withdrawn_asks_nobody_any_more(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, asked=[cast.meng])
        move(id_, "withdraw", cast.lin)
    assert "Is that so?" not in browser(cast.meng).get("/incubator/").said


def test_the_way_has_the_same_steps_on_every_page(app, cast, browser):
    with app.app_context():
        an_application(cast.lin)
    steps = "//ol[contains(@class, 'steps')]/li"
    lin = browser(cast.lin)
    pages = [lin.get(path).page.xpath(steps) for path in ("/incubator/", "/incubator/apply")]
    assert [len(found) for found in pages] == [6, 6]


def test_what_nobody_must_send_is_not_marked_as_required(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
    lin = browser(cast.lin)
    page = lin.get(at(id_))
    for name in ("who", "guest", "teacher", "message"):
        (control,) = page.page.xpath(f"//*[@name='{name}' and not(@type='hidden')]")
        assert control.get("required") is None
        (label,) = page.page.xpath(f"//label[@for='{control.get('id')}']")
        assert not label.xpath(".//*[@class='required']"), name
    for path, name in (("members", "who"), ("guests", "guest"), ("teachers", "teacher"), ("messages", "message")):
        for empty in ("", "   "):
            assert lin.post(f"{at(id_)}/{path}", {name: empty}).status == 422, "sent, it still needs words"


def test_the_student_says_no_and_sees_it_no_more_until_asked_again(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, asked=[cast.meng])
    meng = browser(cast.meng)
    assert meng.post(f"{at(id_)}/join", {"answer": "no"}).status == 303
    assert meng.get(at(id_)).status == 404
    assert meng.post(f"{at(id_)}/join", {"answer": "no"}).status == 303, "a double click is answered as the first"
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert "declined" in lin.at.said
    assert lin.submit(f"{at(id_)}/members", who="mgz").status == 303
    assert meng.get(at(id_)).status == 200
    with app.app_context():
        assert told(cast.lin) == ["incubator.member_declined"]


def test_somebody_from_outside_needs_no_confirming(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/guests", guest="柏思源", guest_part="木工师傅").status == 303
    page = lin.get(at(id_))
    assert "柏思源" in page.said
    assert "needs no confirming" in page.said
    assert lin.submit(f"{at(id_)}/submit").status == 303


def test_a_team_has_at_most_twelve(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
        with unit("write"):
            audit.act_as(None, "test")
            for n in range(service.MOST_MEMBERS):
                db.session.add(Member(application_id=id_, name=f"外人{n}", answer=Answer.CONFIRMED))
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert "at most 12" in lin.submit(f"{at(id_)}/guests", guest="再一个").errors
    assert "at most 12" in lin.submit(f"{at(id_)}/members", who="mgz").errors


# -- Handing in --------------------------------------------------------------------------------------------------


def test_what_is_missing_is_named_and_nothing_is_handed_in(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, asked=[cast.meng], texts=False, plan=False, from_on=None)
    lin = browser(cast.lin)
    lin.get(at(id_))
    refused = lin.submit(f"{at(id_)}/submit")
    assert refused.status == 422
    summary = refused.page.xpath("//*[@role='alert']")[0].text_content()
    for missing in ("The problem", "Business plan", "孟归舟 confirms", "Since when you need the room"):
        assert missing in summary
    with app.app_context(), unit("read"):
        assert application(id_).status is ApplicationState.DRAFT


@pytest.mark.parametrize("gone", ["problem", "first_year", "from_on", "credit_code", "asked", "plan"])
def test_the_machine_asks_for_the_whole_checklist(app, cast, browser, gone):
    """What the page calls missing is what the move refuses, by whatever way it comes."""
    facts: dict[str, Any] = {"from_on": None} if gone == "from_on" else {}
    if gone == "credit_code":
        facts["form"] = CompanyForm.REGISTERED
    asked = [cast.meng] if gone == "asked" else []
    with app.app_context():
        id_ = an_application(cast.lin, asked=asked, plan=gone != "plan", **facts)
        with unit("write"):
            audit.act_as(cast.lin.id, "test")
            for field in db.session.scalars(sa.select(Field).where(Field.application_id == id_, Field.name == gone)):
                field.text = ""
        with pytest.raises(Denied, match=r"checklist|清单"):
            move(id_, "submit", cast.lin)
        assert application(id_).status is ApplicationState.DRAFT
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/submit").status == 422


def test_handed_in_it_is_read_only_and_the_college_is_asked_by_itself(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, members=[cast.meng])
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/submit").status == 303
    assert lin.post(f"{at(id_)}/submit").status == 303, "a double click"
    assert script(lin, id_, name="problem", text="neu", base="1", was="").status == 403
    page = lin.get(at(id_))
    assert not page.has_form("/texts")
    assert page.has_form("/reopen")
    with app.app_context():
        assert told(cast.meng) == ["incubator.handed_in"]
        assert told(cast.leader) == ["incubator.college_asked"]
        with unit("read"):
            (asked,) = db.session.scalars(sa.select(Endorsement)).all()
            assert (asked.kind, asked.user_id) == (EndorsementKind.COLLEGE, cast.leader.id)


def test_taken_back_changed_and_handed_in_again_the_college_is_asked_once(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
        move(id_, "submit", cast.lin)
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/reopen").status == 303
    assert script(lin, id_, name="problem", text="改过了", base="1", was="").status in (200, 409)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/submit").status == 303
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Endorsement)) == 1


def test_after_the_deadline_nothing_is_handed_in_nor_taken_back(app, cast):
    with app.app_context():
        id_, late = an_application(cast.lin), an_application(cast.far)
        move(id_, "submit", cast.lin)
        with clock.told(NOW + timedelta(days=40)):
            with pytest.raises(Exception, match=r"deadline|截止"):
                move(late, "submit", cast.far)
            with pytest.raises(Exception, match=r"deadline|截止"):
                move(id_, "reopen", cast.lin)


def test_only_who_began_it_hands_it_in(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, members=[cast.meng])
    meng = browser(cast.meng)
    assert meng.post(f"{at(id_)}/submit").status == 403
    assert meng.post(f"{at(id_)}/withdraw").status == 403


def test_who_is_only_asked_reads_and_changes_nothing(app, cast, browser):
    """One wrong hit of a search must not open the draft to a stranger."""
    with app.app_context():
        id_ = an_application(cast.lin, members=[cast.meng], texts=False)
        with unit("write") as session:
            audit.act_as(None, "test")
            for member in session.scalars(sa.select(Member).where(Member.application_id == id_)):
                member.answer, member.answered_at = Answer.ASKED, None
    meng = browser(cast.meng)
    page = meng.get(at(id_))
    assert page.status == 200 and not page.has_form("/texts")
    assert "Is that so?" in meng.get("/incubator/").said and "Is that so?" in meng.get("/").said
    for act, facts in (
        ("texts", {"name": "pitch", "text": "x"}),
        ("project", {"team": "别的名字"}),
        ("members", {"who": "那木罕"}),
        ("messages", {"text": "x"}),
        ("teachers", {"teacher": "贾泽南"}),
    ):
        assert meng.post(f"{at(id_)}/{act}", facts).status == 403, act
    assert meng.post(f"{at(id_)}/join", {"answer": "yes"}).status == 303
    assert meng.post(f"{at(id_)}/texts", {"name": "pitch", "base": "0", "was": "", "text": "我在"}).status == 303


def test_what_a_text_was_is_bounded(app, cast, browser):
    """Putting two texts together takes time by their length."""
    with app.app_context():
        id_ = an_application(cast.lin)
    facts = {"name": "pitch", "base": "0", "was": "a\n" * 5000, "text": "a"}
    assert browser(cast.lin).post(f"{at(id_)}/texts", facts).status == 422
    assert browser(cast.lin).post(f"{at(id_)}/needs", {"was": "[" * 5000}).status == 422


def test_texts_of_very_many_lines_are_not_compared():
    """It would take minutes; both are shown side by side instead, and nothing is lost."""
    began = time.monotonic()
    assert service.merge("a\n" * 2000, "a\nb\n" * 1000, "b\na\n" * 1000) is None
    most = service.MOST_LINES // 2
    service.merge("a\n" * 2 * most, "a\nb\n" * most, "b\na\n" * most)
    assert time.monotonic() - began < 3


def test_withdrawn_one_can_apply_again(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, members=[cast.meng])
    lin = browser(cast.lin)
    lin.get(at(id_))
    assert lin.submit(f"{at(id_)}/withdraw").status == 303
    assert "Withdrawn" in lin.get(at(id_)).said
    with app.app_context():
        assert told(cast.meng) == ["incubator.withdrawn"]
        with pytest.raises(WrongState):
            move(id_, "submit", cast.lin)
    lin.get("/incubator/apply")
    assert lin.submit("/incubator/apply", team="新的").status == 303


def test_who_is_offered_a_room_answers_that_first(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, status=ApplicationState.APPROVED, approved_at=clock.now())
        room = a_workspace("301")
        with unit("write"):
            audit.act_as(cast.incubator.id, "test")
            db.session.add(
                Tenancy(
                    application_id=id_,
                    workspace_id=room,
                    begins_on=clock.today(),
                    ends_on=clock.today() + timedelta(days=90),
                    status=TenancyState.OFFERED,
                    offered_by=cast.incubator.id,
                    answer_by=clock.today() + timedelta(days=7),
                )
            )
    answer = browser(cast.lin).post(f"{at(id_)}/withdraw")
    assert answer.status == 409
    assert "Answer the offer first" in answer.said


# -- Who sees what -------------------------------------------------------------------------------------------------


def test_a_draft_exists_for_its_team_alone_and_handed_in_for_its_readers(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, members=[cast.meng])
    readers = ("incubator", "office", "president", "leader")
    others = ("far", "admin", "counselor", "shen")
    for name in (*readers, *others, "mentor"):
        assert browser(getattr(cast, name)).get(at(id_)).status == 404, name
    with app.app_context():
        move(id_, "submit", cast.lin)
    for name in readers:
        page = browser(getattr(cast, name)).get(at(id_))
        assert page.status == 200, name
        if name != "leader":  # who was asked for the college's opinion, and so helps
            assert not page.has_form("/messages"), "the thread is the team's and its teachers'"
        assert "reduced fee" not in page.said
    for name in others:
        assert browser(getattr(cast, name)).get(at(id_)).status == 404, name


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("texts", {"name": "problem", "text": "x", "base": "0", "was": ""}),
        ("project", {"team": "x", "stage": "idea", "form": "trial"}),
        ("needs", {"kind": "desk", "seats": "1", "months": "1"}),
        ("members", {"who": "mgz"}),
        ("guests", {"guest": "x"}),
        ("teachers", {"teacher": "贾泽南"}),
        ("messages", {"message": "x"}),
        ("submit", {}),
        ("reopen", {}),
        ("withdraw", {}),
    ],
)
def test_nobody_else_writes_by_any_road(app, cast, browser, path, data):
    with app.app_context():
        id_ = an_application(cast.lin)
        move(id_, "submit", cast.lin)
    assert browser(cast.far).post(f"{at(id_)}/{path}", data).status == 404
    refused = (409,) if path == "submit" else (403,)  # it is handed in already, whoever asks
    assert browser(cast.incubator).post(f"{at(id_)}/{path}", data).status in refused
    assert browser(cast.leader).post(f"{at(id_)}/{path}", data).status in ((303,) if path == "messages" else refused)


def test_the_reduced_fee_is_yes_or_no_and_nobody_is_tried_out_by_being_asked(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, asked=[cast.meng], relief_asked=True)
        with unit("write"):
            audit.act_as(cast.counselor.id, "test")
            tag = HardshipTag(student_id=cast.meng.student_id, entered_by=cast.counselor.id)
            tag.kind = "建档立卡"
            db.session.add(tag)
    lin = browser(cast.lin)
    assert "reduced fee met" not in lin.get(at(id_)).said
    browser(cast.meng).post(f"{at(id_)}/join", {"answer": "yes"})
    assert "reduced fee met" not in lin.get(at(id_)).said, "or one could try out whom to ask"
    assert lin.submit(f"{at(id_)}/submit").status == 303
    page = lin.get(at(id_))
    assert "Rule for the reduced fee met: yes" in page.said and "建档立卡" not in page.text
    with app.app_context(), unit("read"):
        assert application(id_).relief_met


# -- Papers ------------------------------------------------------------------------------------------------------


def upload(browser: Browser, id_: int, content: bytes, name: str = "计划书.pdf", kind: str = "plan"):
    browser.get(at(id_))
    return browser.submit(f"{at(id_)}/papers", files={"paper": (content, name)}, kind_of_paper=kind)


def test_a_new_plan_takes_the_place_of_the_old_one_which_stays_readable(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
    lin = browser(cast.lin)
    assert upload(lin, id_, pdf("version two"), "第二版.pdf").status == 303
    assert upload(lin, id_, pdf("version two"), "第二版.pdf").status == 303
    page = lin.get(at(id_))
    assert "第二版.pdf" in page.said
    assert "1 old version" in page.said
    with app.app_context(), unit("read"):
        papers = application(id_).papers
        assert [bool(p.replaced_at) for p in papers] == [True, False]
        old, new = papers[0].id, papers[1].id
    assert lin.get(f"/incubator/papers/{old}").status == 200
    assert lin.post(f"/incubator/papers/{old}/restore").status == 303
    with app.app_context(), unit("read"):
        assert [bool(p.replaced_at) for p in application(id_).papers] == [False, True]
    assert lin.post(f"/incubator/papers/{old}/remove").status == 303
    with app.app_context(), unit("read"):
        assert all(p.replaced_at for p in application(id_).papers)
    assert new


def test_the_upload_by_script_leads_to_a_page_that_is_loaded_anew(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, plan=False)
    lin = browser(cast.lin)
    data = {"kind_of_paper": "plan", "paper": (io.BytesIO(pdf()), "计划书.pdf")}
    answer = lin.post(f"{at(id_)}/papers", data, headers={"X-Upload": "1"})
    assert answer.response.headers["HX-Redirect"] == at(id_), "with an anchor a browser would only scroll"


def test_a_file_that_is_none_is_refused_with_a_sentence(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, plan=False)
    lin = browser(cast.lin)
    refused = upload(lin, id_, b"not a pdf at all", "计划书.pdf")
    assert refused.status == 422
    assert refused.errors
    lin.get(at(id_))
    assert "Choose a file" in lin.submit(f"{at(id_)}/papers").errors
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Paper)) == 0


def test_papers_are_seen_by_who_sees_the_application(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
        with unit("read"):
            paper = db.session.scalars(sa.select(Paper.id)).one()
    for path in ("", "/pages/1", "/original", "/text", "/annotations.json", "/progress"):
        assert browser(cast.far).get(f"/incubator/papers/{paper}{path}").status == 404, path
        assert browser(cast.incubator).get(f"/incubator/papers/{paper}{path}").status == 404, path
    lin = browser(cast.lin)
    for path in ("", "/pages/1", "/original", "/text", "/annotations.json", "/progress"):
        assert lin.get(f"/incubator/papers/{paper}{path}").status == 200, path
    assert PaperKind.PLAN
    assert browser(cast.far).post(f"/incubator/papers/{paper}/remove").status == 404
    assert id_


# -- How it reads ------------------------------------------------------------------------------------------------


def test_the_page_takes_as_many_queries_for_a_large_team_as_for_a_small_one(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
    lin = browser(cast.lin)
    few = len(lin.get(at(id_)).queries)
    with app.app_context(), unit("write"):
        audit.act_as(cast.lin.id, "test")
        found = application(id_)
        service.add_student(found, db.session.get_one(Student, cast.meng.student_id), "")
        service.add_student(found, db.session.get_one(Student, cast.far.student_id), "")
        for n in range(6):
            service.add_guest(found, f"外人{n}", "")
        for n in range(30):
            service.say(found, cast.lin.id, f"第{n}句")
    many = lin.get(at(id_))
    assert len(many.queries) <= few + 1
    assert many.status == 200


def test_the_print_view_has_what_is_handed_in(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin, members=[cast.meng], budget=1640000)
    page = browser(cast.lin).get(f"{at(id_)}/print")
    for words in ("松针手作", "写好的problem", "孟归舟", "16,400 yuan", "Signed for the team"):
        assert words in page.said


def test_it_speaks_chinese_and_no_word_is_left_in_english_markup(app, cast, browser):
    with app.app_context():
        id_ = an_application(cast.lin)
    lin = browser(cast.lin)
    lin.language = "zh-CN"
    page = lin.get(at(id_))
    assert page.page.get("lang") == "zh-CN"
