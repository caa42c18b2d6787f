"""“Come and learn first”: teams with a room that take students, who asks, and who says yes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.incubator.models import ApplicationState, Internship, Tenancy, TenancyState
from tests.clinic.test_races import at_once, signed_in
from tests.people import Cast, Person

from .rooms import a_workspace, an_application
from .test_application import told

LEARN = "/incubator/learn"


def a_host(lead: Person, places: int = 1, code: str = "201", status: TenancyState = TenancyState.ACTIVE) -> int:
    """This student's team has a room that takes so many students; the id of the tenancy."""
    id_ = an_application(lead, status=ApplicationState.HOUSED, approved_at=clock.now(), plan=False)
    room = a_workspace(code, interns=places)
    with unit("write"):
        audit.act_as(None, "test")
        made = Tenancy(
            application_id=id_,
            workspace_id=room,
            begins_on=clock.today() - timedelta(days=30),
            ends_on=clock.today() + timedelta(days=300),
            status=status,
            offered_by=lead.id,
            answer_by=clock.today(),
        )
        db.session.add(made)
        db.session.flush()
        return made.id


@pytest.fixture
def host(app, cast) -> int:
    with app.app_context():
        return a_host(cast.lin)


def request_of(who: Person) -> Internship:
    with unit("read"):
        return db.session.scalars(sa.select(Internship).where(Internship.student_id == who.student_id)).one()


def test_nobody_takes_students_and_the_page_says_so(app, cast, browser):
    assert "No team takes students just now" in browser(cast.lin).get(LEARN).said


def test_a_student_asks_with_a_sentence_and_the_team_says_yes(app, cast, browser, host):
    far, lin = browser(cast.far), browser(cast.lin)
    page = far.get(LEARN)
    assert "松针手作" in page.said
    assert "1 place" in page.said
    empty = far.submit(f"{LEARN}/{host}", why=" ")
    assert empty.status == 422
    assert "Write a sentence" in empty.errors
    assert far.submit(f"{LEARN}/{host}", why="想学怎么卖。").status == 303
    assert far.post(f"{LEARN}/{host}", {"why": "想学怎么卖东西。"}).status == 303, "asked twice is asked once"
    assert "has not answered yet" in far.get(LEARN).said
    with app.app_context():
        assert told(cast.lin) == ["incubator.intern_asked"]
        asked = request_of(cast.far).id
    assert "想学怎么卖东西" in lin.get(LEARN).said
    assert lin.submit(f"/internships/{asked}", answer="yes").status == 303
    assert lin.post(f"/incubator/internships/{asked}", {"answer": "yes"}).status == 303
    with app.app_context():
        assert told(cast.far) == ["incubator.intern_accepted"]
    page = far.get(LEARN)
    assert "the team says yes" in page.said
    assert "full" in page.said


def test_a_team_without_a_free_place_says_so_and_frees_one_by_saying_no(app, cast, browser, host):
    lin = browser(cast.lin)
    ids = []
    for who in (cast.far, cast.meng):
        browser(who).post(f"{LEARN}/{host}", {"why": "想学。"})
        with app.app_context():
            ids.append(request_of(who).id)
    assert lin.post(f"/incubator/internships/{ids[0]}", {"answer": "yes"}).status == 303
    full = lin.post(f"/incubator/internships/{ids[1]}", {"answer": "yes"})
    assert full.status == 409
    assert "All places" in full.said
    assert lin.post(f"/incubator/internships/{ids[0]}", {"answer": "no"}).status == 303
    assert lin.post(f"/incubator/internships/{ids[1]}", {"answer": "yes"}).status == 303
    with app.app_context():
        assert told(cast.far) == ["incubator.intern_accepted", "incubator.intern_declined"]


def test_a_student_takes_the_question_back(app, cast, browser, host):
    far = browser(cast.far)
    far.post(f"{LEARN}/{host}", {"why": "想学。"})
    far.get(LEARN)
    assert far.submit(f"{LEARN}/{host}/withdraw").status == 303
    assert far.post(f"{LEARN}/{host}/withdraw").status == 303
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Internship)) == 0


def test_only_the_team_that_was_asked_answers(app, cast, browser, host):
    browser(cast.far).post(f"{LEARN}/{host}", {"why": "想学。"})
    with app.app_context():
        asked = request_of(cast.far).id
    assert browser(cast.far).post(f"/incubator/internships/{asked}", {"answer": "yes"}).status == 404
    assert browser(cast.meng).post(f"/incubator/internships/{asked}", {"answer": "yes"}).status == 404
    assert browser(cast.incubator).post(f"/incubator/internships/{asked}", {"answer": "yes"}).status == 403
    assert browser(cast.lin).post(f"/incubator/internships/{asked}", {"answer": "maybe"}).status == 400


def test_who_asked_is_seen_by_the_team_alone(app, cast, browser, host):
    browser(cast.far).post(f"{LEARN}/{host}", {"why": "想学怎么卖。"})
    for who in (cast.meng, cast.incubator, cast.mentor):
        assert "想学怎么卖" not in browser(who).get(LEARN).text


def test_ones_own_team_is_not_asked_nor_one_without_places_or_a_room(app, cast, browser, host):
    own = browser(cast.lin).post(f"{LEARN}/{host}", {"why": "x"})
    assert own.status == 422
    with app.app_context():
        none = a_host(cast.meng, places=0, code="202")
        offered = a_host(cast.far, code="203", status=TenancyState.ACCEPTED)
    for id_ in (none, offered):
        assert browser(cast.far).post(f"{LEARN}/{id_}", {"why": "x"}).status == 404


def test_the_last_place_goes_to_one_though_both_are_accepted_at_once(live):
    with live.app_context():
        cast = Cast.arrive()
        host = a_host(cast.lin)
        with unit("write"):
            audit.act_as(None, "test")
            made = [Internship(tenancy_id=host, student_id=w.student_id, why="想学") for w in (cast.far, cast.meng)]
            db.session.add_all(made)
            ids = [m.id for m in made]
    tabs = [signed_in(live, cast.lin) for _n in ids]
    answers = at_once(
        *(
            lambda t=t, i=i: t.post(f"/incubator/internships/{i}", {"answer": "yes"})
            for t, i in zip(tabs, ids, strict=True)
        )
    )
    assert sorted(a.status for a in answers) == [303, 409]
    with live.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).where(Internship.accepted.is_(True))) == 1


def test_the_page_takes_as_many_queries_for_many_hosts_as_for_one(app, cast, browser, host):
    far = browser(cast.far)
    few = len(far.get(LEARN).queries)
    with app.app_context():
        a_host(cast.meng, code="202")
    assert len(far.get(LEARN).queries) == few
