"""Several at the same moment, on a database of their own: one effect each, and everyone gets an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from blueprints.clinic.models import Call, Round, State, Submission
from blueprints.core import clock
from blueprints.core.db import db, unit
from blueprints.documents.models import Annotation, Answer
from tests import people
from tests.browser import Answer as Page
from tests.browser import Browser
from tests.conftest import NOW

pytestmark = pytest.mark.real
TEN = 10


@pytest.fixture
def school(live: Flask) -> people.Cast:
    with live.app_context():
        return people.Cast.arrive()


def signed_in(app: Flask, who: people.Person) -> Browser:
    made = Browser(app)
    made.sign_in(who.login)
    return made


def at_once(*acts: Callable[[], Page]) -> list[Page]:
    """Run all acts at the same moment, each in a thread that knows the frozen time."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Page]) -> None:
        with clock.told(NOW):
            gate.wait()
            answers[place] = act()  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers  # type: ignore[return-value]


def copies(app: Flask, who: people.Person, times: int = TEN) -> list[Browser]:
    """One person's session in several tabs: the same cookies."""
    first = signed_in(app, who)
    tabs = [first]
    for _n in range(times - 1):
        tab = Browser(app)
        tab.client._cookies = dict(first.client._cookies)
        tab.at = first.at
        tabs.append(tab)
    return tabs


def count(app: Flask, query: sa.Select[Any]) -> int:
    with app.app_context(), unit("read"):
        return db.session.scalar(query) or 0


def test_two_reviewers_take_next_at_the_same_moment_twenty_times(live, school):
    shen, ding = signed_in(live, school.shen), signed_in(live, school.ding)
    for turn in range(20):
        with live.app_context():
            ids = {people.hand_in(school.lin, f"岗位 {turn}"), people.hand_in(school.meng, f"岗位 {turn}")}
        answers = at_once(lambda: shen.post("/clinic/next"), lambda: ding.post("/clinic/next"))
        taken = {int(a.location.rsplit("/", 1)[-1]) for a in answers}
        assert taken == ids, f"turn {turn}"
        with live.app_context():
            holders = {people.submission(i).holder_id for i in ids}
            assert holders == {school.shen.id, school.ding.id}
            for id_ in ids:
                who = school.shen if people.submission(id_).holder_id == school.shen.id else school.ding
                people.move(id_, "sign_off", who, round_=people.submission(id_).current, summary="好", due_on=None)


def test_with_one_waiting_one_gets_it_and_the_other_a_polite_no(live, school):
    shen, ding = signed_in(live, school.shen), signed_in(live, school.ding)
    with live.app_context():
        id_ = people.hand_in(school.lin)
    answers = at_once(lambda: shen.post("/clinic/next"), lambda: ding.post("/clinic/next"))
    assert sorted(a.location for a in answers) == sorted(["/clinic/", f"/clinic/{id_}"])


def test_ten_reviewers_claim_the_same_one_and_one_wins(live, school):
    with live.app_context():
        id_ = people.hand_in(school.lin)
    rivals = [signed_in(live, who) for who in (school.shen, school.ding, school.luo)]
    answers = at_once(*(lambda b=b: b.post(f"/clinic/{id_}/claim") for b in rivals for _n in range(3)))
    winners = {a.status for a in answers}
    assert winners == {303, 409}
    assert sum(a.status == 303 for a in answers) == 3, "the winner's three tabs, and nobody else's"


@pytest.mark.parametrize("move", ["confirm", "withdraw"])
def test_the_same_move_of_a_student_ten_times_is_one(live, school, move):
    with live.app_context():
        id_ = people.hand_in(school.lin, confirm=move != "confirm")
    answers = at_once(*(lambda t=t: t.post(f"/clinic/{id_}/{move}") for t in copies(live, school.lin)))
    assert {a.status for a in answers} == {303}
    with live.app_context():
        expected = State.WAITING if move == "confirm" else State.WITHDRAWN
        assert people.submission(id_).status is expected


def test_the_same_upload_ten_times_is_one_submission(live, school):
    import io

    def upload(tab: Browser) -> Page:
        data = {"target": "小学数学教师", "file": (io.BytesIO(people.pdf()), "简历.pdf")}
        return tab.post("/clinic/new", data)

    answers = at_once(*(lambda t=t: upload(t) for t in copies(live, school.lin)))
    assert {a.status for a in answers} == {303}
    assert len({a.location for a in answers}) == 1
    assert count(live, sa.select(sa.func.count()).select_from(Submission)) == 1


def test_the_same_mark_and_the_same_review_ten_times_are_one(live, school):
    with live.app_context():
        id_ = people.hand_in(school.lin)
        people.move(id_, "claim", school.shen)
    tabs = copies(live, school.shen)
    mark = {"page": "1", "line": "1", "kind": "must-fix", "body": "How many?"}
    answers = at_once(*(lambda t=t: t.post(f"/clinic/{id_}/annotations", mark) for t in tabs))
    assert {a.status for a in answers} == {303}
    assert count(live, sa.select(sa.func.count()).select_from(Annotation)) == 1
    review = {"outcome": "reached", "summary": "底子扎实", "decision": "revise"}
    answers = at_once(*(lambda t=t: t.post(f"/clinic/{id_}/publish", review) for t in tabs))
    assert {a.status for a in answers} == {303}
    assert count(live, sa.select(sa.func.count()).where(Round.published_at.is_not(None))) == 1
    assert count(live, sa.select(sa.func.count()).select_from(Call)) == 1
    with live.app_context(), unit("read"):
        mark_id = db.session.scalars(sa.select(Annotation.id)).one()
    said = {"kind": "question", "body": "写多少字合适？"}
    students = copies(live, school.lin)
    answers = at_once(*(lambda t=t: t.post(f"/clinic/{id_}/annotations/{mark_id}/answers", said) for t in students))
    assert {a.status for a in answers} == {303}
    assert count(live, sa.select(sa.func.count()).select_from(Answer)) == 1
