"""The demo's incubator: the story told in full on a small school, and what it leaves behind."""

from __future__ import annotations

import importlib
from collections import Counter
from random import Random

import pytest
import sqlalchemy as sa

from blueprints.accounts.models import User
from blueprints.core import audit, clock, demo
from blueprints.core.db import db, unit
from blueprints.incubator import checklist, invented
from blueprints.incubator.models import (
    Answer,
    Application,
    ApplicationState,
    Check,
    Decision,
    Endorsement,
    ExitRecord,
    Field,
    Intake,
    IntakeState,
    Internship,
    Member,
    Renewal,
    Sheet,
    Tenancy,
    TenancyState,
    WishState,
)
from blueprints.incubator.queries import waitlist
from blueprints.students.models import Student

from .rooms import sound

CHAPTERS = (10, 20, 25, 60)
"""Without the clinic and the talks, which take a minute and which the incubator does not need."""


def told(students: int = 60) -> demo.Story:
    for name in demo.MODULES:
        importlib.import_module(name)
    story = demo.Story(students, Random(2027))
    for chapter in demo.CHAPTERS:
        if chapter.order in CHAPTERS:
            audit.act_as(None, "demo")
            chapter.tell(story)
    return story


def states(column: sa.orm.InstrumentedAttribute) -> Counter:
    return Counter(db.session.scalars(sa.select(column)))


def states_of(login: str) -> Counter:
    query = (
        sa.select(Application.status)
        .join(Student, Student.id == Application.lead_id)
        .join(User, User.id == Student.user_id)
    )
    return Counter(db.session.scalars(query.where(User.username == login)))


@pytest.mark.slow
def test_the_story_leaves_a_full_centre_a_waitlist_and_a_call_in_progress(live):
    with live.app_context():
        told()
        assert sound() == []
        with unit("read"):
            assert states(Application.status) == {
                ApplicationState.HOUSED: 17,
                ApplicationState.APPROVED: 8,
                ApplicationState.REJECTED: 3,
                ApplicationState.LEFT: 5,
                ApplicationState.SUBMITTED: 12,
                ApplicationState.DRAFT: 4,
            }
            assert states(Tenancy.status) == {
                TenancyState.ACTIVE: 17,
                TenancyState.PLANNED: 1,
                TenancyState.ENDED: 5,
                TenancyState.OFFERED: 1,
                TenancyState.ACCEPTED: 1,
            }
            assert states(Intake.status) == {
                IntakeState.DECIDED: 2,
                IntakeState.REVIEWING: 1,
                IntakeState.OPEN: 1,
            }
            late = sa.select(sa.func.count()).where(Check.done_on.is_(None), Check.due_on < clock.today())
            assert db.session.scalar(late) == 1
            assert db.session.scalar(sa.select(sa.func.count()).where(Decision.appeal_answered_at.is_not(None))) == 1
            assert db.session.scalars(sa.select(Renewal.status).order_by(Renewal.id)).all() == [
                WishState.GRANTED,
                WishState.ASKED,
            ]
            assert sorted(db.session.scalars(sa.select(ExitRecord.registered))) == [False] * 4 + [True]
            assert db.session.scalars(sa.select(Internship.accepted).order_by(Internship.id)).all() == [True, None]
            assert not waitlist.stale()


@pytest.mark.slow
def test_every_named_sign_in_finds_something_of_its_own(live):
    with live.app_context():
        story = told()
        with unit("read"):
            assert states_of("student1") == {ApplicationState.HOUSED: 1}
            assert states_of("student2") == {ApplicationState.APPROVED: 1}
            assert states_of("student5") == {ApplicationState.DRAFT: 1}
            asked = sa.select(Member.answer).join(Application, Application.id == Member.application_id)
            draft = sa.select(Application.id).where(Application.team == "盲文桌游")
            answers = db.session.scalars(asked.where(Application.id.in_(draft), Member.student_id.is_not(None))).all()
            assert sorted(answers) == [Answer.ASKED, Answer.CONFIRMED]
            for login in ("mentor1", "leader1"):
                waits = sa.select(sa.func.count()).where(
                    Endorsement.user_id == story.people[login].id, Endorsement.written_at.is_(None)
                )
                assert db.session.scalar(waits) > 0, login
            for login in ("reviewer1", "reviewer2"):
                open_ones = sa.select(sa.func.count()).where(
                    Sheet.user_id == story.people[login].id, Sheet.handed_in_at.is_(None)
                )
                assert db.session.scalar(open_ones) == 1, login


@pytest.mark.slow
def test_its_size_does_not_depend_on_the_school(live):
    with live.app_context():
        told(400)
        with unit("read"):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(Application)) == len(invented.TEAMS)
            handed_in = sa.select(Application.id).where(Application.status != ApplicationState.DRAFT)
            texts = sa.select(sa.func.count()).where(Field.application_id.in_(handed_in))
            assert db.session.scalar(texts) == (len(invented.TEAMS) - 4) * len(checklist.FIELDS)


def test_a_team_writes_every_text_and_the_same_ones_each_time():
    for team in invented.TEAMS.values():
        written = invented.texts(team)
        assert list(written) == [kind.name for kind in checklist.FIELDS]
        assert all(0 < len(text) <= checklist.LONGEST for text in written.values())
        assert len(team.pitch) <= 60
        assert written == invented.texts(team)


def test_the_same_plan_gives_the_same_bytes():
    teams = list(invented.TEAMS.values())[:3]
    once, again = invented.plans(teams), invented.plans(teams)
    assert once == again
    assert all(data.startswith(b"%PDF") for data in once)
    assert len(set(once)) == 3
