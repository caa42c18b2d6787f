"""Twenty managers at the same moment: one winner, and everybody else gets a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from blueprints.accounts import queries as accounts
from blueprints.accounts import service as accounts_service
from blueprints.accounts.models import Cohort, OrgUnit, Role, User
from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.incubator.fitting import term_end
from blueprints.incubator.models import Application, Tenancy
from blueprints.incubator.models.tenancy import LIVING
from blueprints.incubator.queries.application import WHOLE
from blueprints.incubator.service import application as applications
from blueprints.incubator.service import offer as offers
from blueprints.incubator.service import tenancy as service
from blueprints.students import service as register
from blueprints.students.models import Student
from tests import people
from tests.browser import Browser
from tests.clinic.test_races import at_once, signed_in
from tests.incubator.rooms import a_workspace, an_offer, approved, more_students, sound, tenancy_act

pytestmark = pytest.mark.real
MANAGERS = 20


@pytest.fixture
def school(live: Flask) -> people.Cast:
    with live.app_context():
        return people.Cast.arrive()


def managers(count: int) -> list[int]:
    with unit("write"):
        audit.act_as(None, "test")
        made = []
        for n in range(count):
            user = accounts_service.create_person(f"manager{n}", f"园区老师{n:02}")
            accounts_service.grant(user, Role.INCUBATOR_MANAGER, begins_on=people.SINCE, ends_on=people.UNTIL)
            made.append(user.id)
        return made


def more_students_named(prefix: str, count: int, like: people.Person) -> list[people.Person]:
    """Further students, for a turn of their own."""
    with unit("write"):
        audit.act_as(None, "test")
        of = db.session.get_one(Student, like.student_id)
        cohort = db.session.get_one(Cohort, of.cohort_id)
        places = {
            name: db.session.get_one(OrgUnit, getattr(of, f"{name.rstrip('_')}_id"))
            for name in ("college", "major", "class_")
        }
        made = []
        for n in range(count):
            login = f"{prefix}{n}"
            student = register.enrol(
                login,
                login,
                f"9{login}",
                cohort=cohort,
                phone=None,
                email=None,
                support_level=0,
                since=people.SINCE,
                **places,
            )
            made.append(people.Person(login, login, student.user_id, student.id))
        return made


def allots(app: Flask, manager: int, team: int, room: int) -> Callable[[], str]:
    """What one manager does, in a thread of its own; says how it went."""

    def act() -> str:
        with app.app_context():
            try:
                with unit("write"):
                    audit.act_as(manager, "test")
                    today = clock.today()
                    pair = offers.Pair(team, room, today, term_end(today, 12))
                    offers.offer(accounts.user(manager), [pair], today + timedelta(days=7))
                return "won"
            except offers.Clash as clash:
                return str(clash)

    return act


def living(**facts: Any) -> int:
    query = sa.select(sa.func.count()).select_from(Tenancy).where(Tenancy.status.in_(LIVING)).filter_by(**facts)
    with unit("read"):
        return db.session.scalar(query) or 0


@pytest.mark.parametrize("rounds", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_twenty_managers_give_the_same_room_to_twenty_teams(live, school, rounds):
    with live.app_context():
        who = managers(MANAGERS)
        teams = [approved(lead, team=lead.login) for lead in more_students(MANAGERS, school.lin)]
        rooms = [a_workspace(f"{n}") for n in range(rounds)]
    for room in rooms:
        said = at_once(*(allots(live, m, t, room) for m, t in zip(who, teams, strict=True)))
        assert said.count("won") == 1, said
        assert all("has it from" in s or "不能用" in s or s == "won" for s in said), said
        with live.app_context():
            assert living(workspace_id=room) == 1
            with unit("read"):
                (made,) = db.session.scalars(sa.select(Tenancy.id).where(Tenancy.workspace_id == room)).all()
            tenancy_act(made, service.cancel, school.incubator)  # the team may win the next round too
    with live.app_context():
        assert sound() == []


@pytest.mark.parametrize("rounds", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_twenty_managers_give_twenty_rooms_to_the_same_team(live, school, rounds):
    with live.app_context():
        who = managers(MANAGERS)
        rooms = [a_workspace(f"{n}") for n in range(MANAGERS)]
        teams = [approved(lead, team=lead.login) for lead in more_students(rounds, school.lin)]
    for team in teams:
        said = at_once(*(allots(live, m, team, r) for m, r in zip(who, rooms, strict=True)))
        assert said.count("won") == 1, said
        with live.app_context():
            assert living(application_id=team) == 1
            with unit("read"):
                (made,) = db.session.scalars(sa.select(Tenancy.id).where(Tenancy.application_id == team)).all()
            tenancy_act(made, service.cancel, school.incubator)
    with live.app_context():
        assert sound() == []


def test_twenty_managers_press_the_button_in_twenty_browsers(live, school):
    with live.app_context():
        who = managers(MANAGERS)
        with unit("write") as session:
            for user in session.scalars(sa.select(User).where(User.id.in_(who))):
                user.password_hash = people._HASH
        teams = [approved(lead, team=lead.login) for lead in more_students(MANAGERS, school.lin)]
        room = a_workspace("201")
    browsers = [signed_in(live, people.Person(f"manager{n}", "", id_)) for n, id_ in enumerate(who)]
    by = (clock.today() + timedelta(days=7)).isoformat()
    sent = [
        {"csrf_token": b.token(), f"pair_{t}": str(room), "answer_by": by} for b, t in zip(browsers, teams, strict=True)
    ]
    headers = {"Accept-Language": "en"}

    def press(b: Browser, data: dict[str, str]) -> Callable[[], Any]:
        # Past the browser's own judging, which would count the queries of all twenty.
        return lambda: b.client.post("/incubator/allotment", data=data, headers=headers)

    answers = at_once(*(press(b, data) for b, data in zip(browsers, sent, strict=True)))
    statuses = [a.status_code for a in answers]
    assert statuses.count(303) == 1 and statuses.count(422) == MANAGERS - 1, statuses
    assert all("cannot have 201" in a.get_data(as_text=True) for a in answers if a.status_code == 422)
    with live.app_context():
        assert living(workspace_id=room) == 1
        assert sound() == []


def test_ten_teams_sign_up_at_once_and_their_numbers_run_without_gaps(live, school):
    with live.app_context():
        leads = more_students(10, school.lin)
        offered = [
            an_offer(school.incubator, approved(lead, team=lead.login), a_workspace(f"{n}"))
            for n, lead in enumerate(leads)
        ]

    def accepts(id_: int, lead: people.Person) -> Callable[[], str]:
        def act() -> str:
            with live.app_context():
                tenancy_act(id_, service.accept, lead)
                return "done"

        return act

    assert set(at_once(*(accepts(i, w) for i, w in zip(offered, leads, strict=True)))) == {"done"}
    with live.app_context():
        with unit("read"):
            numbers = sorted(db.session.scalars(sa.select(Tenancy.number)))
        assert numbers == [f"ZY-2026-{n:03d}" for n in range(1, 11)]
        assert sound() == []


def test_two_rooms_refused_at_once_never_go_to_one_team(live, school):
    for turn in range(5):
        with live.app_context():
            rooms = [a_workspace(f"{turn}-{n}") for n in range(2)]
            leads = more_students_named(f"t{turn}", 3, school.lin)
            teams = [approved(lead, team=lead.login, points=9000 - n) for n, lead in enumerate(leads)]
            offered = [an_offer(school.incubator, team, room) for team, room in zip(teams, rooms, strict=False)]

        def refuses(id_: int, lead: people.Person) -> Callable[[], str]:
            def act() -> str:
                with live.app_context():
                    tenancy_act(id_, service.refuse, lead)
                    return "done"

            return act

        said = at_once(*(refuses(i, w) for i, w in zip(offered, leads, strict=False)))
        assert set(said) == {"done"}
        with live.app_context():
            assert [living(workspace_id=room) for room in rooms] == [1, 1], "both went on, to two teams"
            assert sound() == []


def test_who_withdraws_while_managers_allot_has_either_a_room_or_is_gone(live, school):
    with live.app_context():
        who = managers(4)
        rooms = [a_workspace(f"{n}") for n in range(4)]
        leads = more_students(6, school.lin)
        teams = [approved(lead, team=lead.login) for lead in leads]

    def withdraws(team: int, lead: people.Person) -> Callable[[], str]:
        def act() -> str:
            with live.app_context():
                try:
                    with unit("write") as session:
                        audit.act_as(lead.id, "test")
                        query = sa.select(Application).where(Application.id == team).options(*WHOLE)
                        held = session.scalars(query).unique().one()
                        applications.withdraw(held, accounts.user(lead.id))
                    return "gone"
                except applications.HasRoom:
                    return "has a room"

        return act

    for team, lead in zip(teams, leads, strict=True):
        allot = (allots(live, m, team, r) for m, r in zip(who, rooms, strict=True))
        said = at_once(withdraws(team, lead), *allot)
        assert (said[0] == "gone") != ("won" in said[1:]), said
        with live.app_context():
            assert living(application_id=team) == ("won" in said)
            with unit("read"):
                made = list(db.session.scalars(sa.select(Tenancy.id).where(Tenancy.application_id == team)))
            for id_ in made:
                tenancy_act(id_, service.cancel, school.incubator)
    with live.app_context():
        assert sound() == []
