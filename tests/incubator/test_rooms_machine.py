"""Whatever happens in whatever order, no room has two teams, no team two rooms, and nobody is forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import Grant
from blueprints.core import audit, clock
from blueprints.core.access import Denied
from blueprints.core.db import db, unit
from blueprints.core.workflow import WrongState
from blueprints.incubator.fitting import term_end
from blueprints.incubator.models import Application, ApplicationState, Block, Kind, Tenancy, TenancyState, Workspace
from blueprints.incubator.models.tenancy import COMING, HOLDING, LIVING
from blueprints.incubator.queries import allotment as queries
from blueprints.incubator.queries import tenancy as tenancies
from blueprints.incubator.queries.application import WHOLE
from blueprints.incubator.service import application as applications
from blueprints.incubator.service import move as moves
from blueprints.incubator.service import offer as offers
from blueprints.incubator.service import renewal as renewals
from blueprints.incubator.service import tenancy as service
from blueprints.incubator.workflow.application import APPLICATION
from tests import people
from tests.conftest import NOW
from tests.incubator.rooms import a_block, a_workspace, an_application, more_students, sound

pytestmark = [pytest.mark.real, pytest.mark.slow]
PICK = st.integers(0, 99)
EMPTIED = (
    "fee_line",
    "tenancy_check",
    "hand_out",
    "exit_record",
    "renewal",
    "tenancy_wish",
    "tenancy",
    "agreement_terms",
    "block",
    "team_member",
    "application",
    "workspace",
    "notice",
)


class Rooms(RuleBasedStateMachine):
    """Four rooms, six students who found teams, one manager, and time that passes."""

    app: Flask
    school: people.Cast
    leads: list[people.Person]
    there: set[Any] = set()

    # -- how a step is made --

    @contextmanager
    def today(self) -> Iterator[None]:
        with self.app.app_context(), clock.told(self.now):
            yield

    @contextmanager
    def act(self) -> Iterator[Any]:
        """One act of a person. That it is refused is an answer; that the database must refuse it is a fault."""
        try:
            with unit("write") as session:
                audit.act_as(self.school.incubator.id, "test")
                yield session
        except (Denied, WrongState, offers.Clash, applications.HasRoom):
            pass

    def all(self, model: Any, *where: Any) -> list[Any]:
        return list(db.session.scalars(sa.select(model).where(*where).order_by(model.id)))

    def manager(self) -> Any:
        return accounts.user(self.school.incubator.id)

    def lead_of(self, tenancy: Tenancy) -> Any:
        return accounts.user(tenancy.application.lead.user_id)

    def one(self, pick: int, *states: TenancyState) -> Tenancy | None:
        found = self.all(Tenancy, Tenancy.status.in_(states))
        return tenancies.whole([found[pick % len(found)].id])[0] if found else None

    # -- the beginning --

    @initialize()
    def empty(self) -> None:
        self.now = NOW
        self.ever_approved: set[int] = set()
        self.there: set[Any] = set()
        with self.today():
            with unit("write") as session:
                for table in EMPTIED:
                    session.connection().execute(sa.text(f"DELETE FROM {table}"))
            a_workspace("201", seats=4)
            a_workspace("202", seats=6)
            a_workspace("203", seats=4, water=True)
            a_workspace("204", seats=10, kind=Kind.WORKSHOP)
            for n, lead in enumerate(self.leads[:4]):
                self.approve(lead, 2 + n, n == 0, n, 50 + n)

    # -- what people do --

    @rule(pick=PICK, seats=st.sampled_from([2, 4, 8]), water=st.booleans(), wait=st.integers(0, 60), points=PICK)
    def apply_and_approve(self, pick: int, seats: int, water: bool, wait: int, points: int) -> None:
        with self.today():
            with unit("read"):
                opened = (ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.APPROVED)
                busy = {a.lead_id for a in self.all(Application, Application.status.in_((*opened, "housed")))}
            free = [who for who in self.leads if who.student_id not in busy]
            if not free:
                return
            self.approve(free[pick % len(free)], seats, water, wait, points)

    def approve(self, lead: people.Person, seats: int, water: bool, wait: int, points: int) -> None:
        facts = {"seats": seats, "needs_water": water, "months": 6, "points": points * 100}
        from_on = clock.today() + timedelta(days=wait)
        state = ApplicationState.SUBMITTED
        made = an_application(lead, status=state, from_on=from_on, texts=False, plan=False, **facts)
        with self.act():
            query = sa.select(Application).where(Application.id == made).options(*WHOLE)
            APPLICATION.fire("approve", db.session.scalars(query).unique().one(), self.manager())
        self.ever_approved.add(made)

    @rule(team=PICK, room=PICK, begins=st.integers(-2, 90), months=st.integers(1, 12))
    def offer(self, team: int, room: int, begins: int, months: int) -> None:
        """Against an oracle that knows nothing of the services: it is made exactly if it may be."""
        with self.today():
            with unit("read"):
                teams = self.all(Application)
                rooms = self.all(Workspace)
                if not teams:
                    return
                who, where = teams[team % len(teams)], rooms[room % len(rooms)]
                first = clock.today() + timedelta(days=begins)
                last = term_end(first, months)
                bars = [
                    (t.begins_on, t.ends_on)
                    for t in self.all(Tenancy, Tenancy.workspace_id == where.id, Tenancy.status.in_(HOLDING))
                ] + [(b.begins_on, b.ends_on) for b in self.all(Block, Block.workspace_id == where.id)]
                may = (
                    who.status is ApplicationState.APPROVED
                    and not self.all(Tenancy, Tenancy.application_id == who.id, Tenancy.status.in_(LIVING))
                    and begins >= 0
                    and who.seats <= where.seats
                    and (where.water or not who.needs_water)
                    and not any(b <= last and first <= e for b, e in bars)
                )
            made: list[Any] = []
            with self.act():
                pair = offers.Pair(who.id, where.id, first, last)
                made = offers.offer(self.manager(), [pair], clock.today() + timedelta(days=7))
            assert bool(made) is may, (may, begins, months)

    @rule()
    def suggest_and_offer_all(self) -> None:
        with self.today(), self.act():
            teams, rooms = queries.waiting(), queries.workspaces()
            bars = queries.held([w.id for w in rooms], clock.today())
            found = queries.fits(teams, rooms, bars)
            chosen = queries.suggested(teams, rooms, found)
            pairs = [offers.Pair(t, w, found[t, w].begins_on, found[t, w].ends_on) for t, w in chosen.items()]
            if pairs:
                made = offers.offer(self.manager(), pairs, clock.today() + timedelta(days=7))
                assert len(made) == len(pairs), "what is suggested can be done"

    @precondition(lambda self: ApplicationState.APPROVED in self.there)
    @rule(pick=PICK)
    def move_in(self, pick: int) -> None:
        """The whole way in one step, so that much happens in rooms."""
        with self.today():
            with unit("read"):
                teams, rooms = queries.waiting(), queries.workspaces()
                found = queries.fits(teams, rooms, queries.held([w.id for w in rooms], clock.today()))
                chosen = [(t, w) for t, w in found if found[t, w].fits]
                if not chosen:
                    return
                team, room = chosen[pick % len(chosen)]
                pair = offers.Pair(team, room, found[team, room].begins_on, found[team, room].ends_on)
            with unit("write"):
                made = offers.offer(self.manager(), [pair], clock.today() + timedelta(days=7))[0].id
            with unit("write"):
                tenancy = tenancies.whole([made])[0]
                service.accept(tenancy, self.lead_of(tenancy))
            with unit("write"):
                service.sign(tenancies.whole([made])[0], self.manager())

    @precondition(lambda self: TenancyState.OFFERED in self.there)
    @rule(pick=PICK)
    def accept(self, pick: int) -> None:
        with self.today(), self.act():
            if tenancy := self.one(pick, TenancyState.OFFERED):
                service.accept(tenancy, self.lead_of(tenancy))

    @precondition(lambda self: bool({TenancyState.OFFERED, TenancyState.ACCEPTED} & self.there))
    @rule(pick=PICK)
    def refuse(self, pick: int) -> None:
        with self.today(), self.act():
            if tenancy := self.one(pick, TenancyState.OFFERED, TenancyState.ACCEPTED):
                service.refuse(tenancy, self.lead_of(tenancy))

    @precondition(lambda self: bool({TenancyState.ACCEPTED} & self.there))
    @rule(pick=PICK)
    def sign(self, pick: int) -> None:
        with self.today(), self.act():
            if tenancy := self.one(pick, TenancyState.ACCEPTED):
                service.sign(tenancy, self.manager())

    @precondition(lambda self: bool(set(LIVING) & self.there))
    @rule(pick=PICK)
    def take_back(self, pick: int) -> None:
        with self.today(), self.act():
            if tenancy := self.one(pick, *LIVING):
                if tenancy.status is TenancyState.ACTIVE:
                    service.annul(tenancy, self.manager(), "x")
                else:
                    service.cancel(tenancy, self.manager())

    @precondition(lambda self: bool({TenancyState.ACTIVE} & self.there))
    @rule(pick=PICK, days=st.integers(1, 300), granted=st.booleans())
    def extend(self, pick: int, days: int, granted: bool) -> None:
        with self.today():
            made = None
            with self.act():
                if tenancy := self.one(pick, TenancyState.ACTIVE):
                    until = tenancy.ends_on + timedelta(days=days)
                    made = renewals.ask(tenancy, self.lead_of(tenancy), until, "x").id
            if made:
                with self.act() as session:
                    query = sa.select(renewals.Renewal).where(renewals.Renewal.id == made)
                    held = session.scalars(query.options(*tenancies.OF_RENEWAL)).unique().one()
                    renewals.decide(held, self.manager(), granted, "x")

    @precondition(lambda self: bool({TenancyState.ACTIVE} & self.there))
    @rule(pick=PICK, room=PICK, days=st.integers(-5, 60))
    def change_room(self, pick: int, room: int, days: int) -> None:
        """At once, or planned for a later day."""
        with self.today(), self.act():
            if tenancy := self.one(pick, TenancyState.ACTIVE):
                rooms = self.all(Workspace)
                last = clock.today() + timedelta(days=days)
                moves.change_room(tenancy, self.manager(), rooms[room % len(rooms)].id, last)

    @precondition(lambda self: TenancyState.PLANNED in self.there)
    @rule(pick=PICK)
    def call_the_move_off(self, pick: int) -> None:
        with self.today(), self.act():
            if planned := self.one(pick, TenancyState.PLANNED):
                moves.take_back(planned, self.manager())

    @precondition(lambda self: bool({TenancyState.ACTIVE} & self.there))
    @rule(pick=PICK, back=st.integers(-3, 60))
    def release(self, pick: int, back: int) -> None:
        with self.today(), self.act():
            if tenancy := self.one(pick, TenancyState.ACTIVE):
                service.end(tenancy, self.manager(), clock.today() - timedelta(days=back), "x")

    @precondition(lambda self: bool({TenancyState.ACTIVE} & self.there))
    @rule(pick=PICK, days=st.integers(15, 60))
    def leave_early(self, pick: int, days: int) -> None:
        with self.today(), self.act():
            tenancy = self.one(pick, TenancyState.ACTIVE)
            last = clock.today() + timedelta(days=days)
            if tenancy and tenancy.begins_on <= last <= tenancy.ends_on:
                service.leave_early(tenancy, self.lead_of(tenancy), last, "x")

    @precondition(lambda self: bool({ApplicationState.APPROVED} & self.there))
    @rule(pick=PICK)
    def withdraw(self, pick: int) -> None:
        with self.today(), self.act():
            found = self.all(Application, Application.status == ApplicationState.APPROVED)
            if found:
                query = sa.select(Application).where(Application.id == found[pick % len(found)].id).options(*WHOLE)
                held = db.session.scalars(query).unique().one()
                applications.withdraw(held, accounts.user(held.lead.user_id))

    @rule(room=PICK, begins=st.integers(0, 120), days=st.integers(0, 30))
    def block(self, room: int, begins: int, days: int) -> None:
        """The database refuses it exactly when someone living is there."""
        with self.today():
            with unit("read"):
                rooms = self.all(Workspace)
                where = rooms[room % len(rooms)].id
                first = clock.today() + timedelta(days=begins)
                last = first + timedelta(days=days)
                there = self.all(
                    Tenancy,
                    Tenancy.workspace_id == where,
                    Tenancy.status.in_(COMING),
                    Tenancy.begins_on <= last,
                    Tenancy.ends_on >= first,
                )
            try:
                a_block(where, first, last)
                assert not there
            except sa.exc.IntegrityError as error:
                assert there and "ex_tenancy_room" in str(error.orig)

    @rule(pick=PICK)
    def lift(self, pick: int) -> None:
        with self.today(), unit("write") as session:
            audit.act_as(None, "test")
            if found := self.all(Block):
                session.delete(found[pick % len(found)])

    @rule(days=st.sampled_from([1, 3, 8, 8, 30, 90, 190]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        with self.today(), unit("write"):
            audit.act_as(None, "chores")
            service.lapse_due()
        with self.today(), unit("write"):
            audit.act_as(None, "chores")
            service.expire_due()

    @precondition(lambda self: TenancyState.ACTIVE in self.there)
    @rule()
    def ends_are_told(self) -> None:
        with self.today(), unit("write"):
            service.tell_ends()

    # -- what always holds --

    @invariant()
    def everything_is_in_order(self) -> None:
        if not hasattr(self, "now"):
            return
        with self.today(), unit("read"):
            teams = self.all(Application, Application.id.in_(self.ever_approved))
            self.there = {t.status for t in (*teams, *self.all(Tenancy))}
            by_room: dict[int, list[Tenancy]] = defaultdict(list)
            by_team: dict[int, list[Tenancy]] = defaultdict(list)
            for tenancy in self.all(Tenancy, Tenancy.status.in_(HOLDING)):
                by_room[tenancy.workspace_id].append(tenancy)
                by_team[tenancy.application_id].append(tenancy)
            for held in (*by_room.values(), *by_team.values()):
                assert not overlapping([(t.begins_on, t.ends_on) for t in held])
            for block in self.all(Block):
                for t in by_room[block.workspace_id]:
                    assert t.status is TenancyState.ENDED or t.ends_on < block.begins_on or block.ends_on < t.begins_on
            waits = {a.id for a in queries.waiting()}
            for team in teams:
                living = [t.status for t in by_team[team.id] if t.status in LIVING]
                if team.status is ApplicationState.APPROVED:
                    assert (team.id in waits) == (not living), "waits in line, or has an offer"
                    assert TenancyState.ACTIVE not in living
                elif team.status is ApplicationState.HOUSED:
                    assert living == [TenancyState.ACTIVE]
                else:
                    assert not living and team.status in (ApplicationState.LEFT, ApplicationState.WITHDRAWN)
                later = [t for t in by_team[team.id] if t.status is TenancyState.PLANNED]
                until = [t.ends_on for t in by_team[team.id] if t.status is TenancyState.ACTIVE]
                assert [t.begins_on - timedelta(days=1) for t in later] == (until if later else []), "no gap"

    def teardown(self) -> None:
        if hasattr(self, "now"):
            with self.today():
                assert sound() == []


def overlapping(bars: list[tuple[date, date]]) -> bool:
    ordered = sorted(bars)
    return any(a[1] >= b[0] for a, b in pairwise(ordered))


def test_no_order_of_events_breaks_the_rules_of_the_rooms(live):
    with live.app_context():
        Rooms.school = people.Cast.arrive()
        Rooms.leads = more_students(6, Rooms.school.lin)
        with unit("write") as session:
            audit.act_as(None, "test")
            for grant in session.scalars(sa.select(Grant).where(Grant.user_id == Rooms.school.incubator.id)):
                grant.ends_on = None  # years pass
    Rooms.app = live
    run_state_machine_as_test(
        Rooms,
        settings=settings(
            max_examples=12,
            stateful_step_count=50,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # shrinking on a real database takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
