"""The machines, each from its own table: every state, every move, everybody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.accounts import service as accounts_service
from blueprints.accounts.models import Role
from blueprints.clinic.models import Round, State, Submission
from blueprints.clinic.workflow import SUBMISSION
from blueprints.core import audit, clock
from blueprints.core.access import Denied
from blueprints.core.audit import AuditEntry
from blueprints.core.cli import workflows_page
from blueprints.core.db import db, unit
from blueprints.core.settings import ROOT
from blueprints.core.workflow import MACHINES, WrongState, moved
from blueprints.documents.models import Document
from blueprints.incubator.models import (
    Application,
    ApplicationState,
    Intake,
    IntakeState,
    Renewal,
    Tenancy,
    TenancyState,
    Wish,
    WishKind,
    WishState,
)
from blueprints.incubator.queries import application as applications
from blueprints.incubator.queries import intake as intakes
from blueprints.incubator.queries import tenancy as tenancies
from blueprints.incubator.workflow.application import APPLICATION
from blueprints.incubator.workflow.intake import INTAKE
from blueprints.incubator.workflow.renewal import RENEWAL
from blueprints.incubator.workflow.tenancy import TENANCY
from blueprints.incubator.workflow.wish import WISH
from blueprints.mentoring.models import Handover, HandoverCause, HandoverState, HelpRequest, HelpState, Level
from blueprints.mentoring.queries import handover as handovers
from blueprints.mentoring.queries import help_request as help_requests
from blueprints.mentoring.service import handover as handing
from blueprints.mentoring.service import help_request as helping
from blueprints.mentoring.workflow.handover import HANDOVER
from blueprints.mentoring.workflow.help_request import HELP
from blueprints.students import service as students
from blueprints.students.models import Student
from tests import people
from tests.incubator import rooms

MAY = {
    "confirm": {"lin"},
    "replace": {"lin"},
    "resubmit": {"lin"},
    "withdraw": {"lin"},
    "claim": {"shen", "ding", "luo"},
    "release": {"shen"},
    "revise": {"shen"},
    "sign_off": {"shen"},
    "lapse": set(),
}
"""Who of the cast may make each move of lin's submission, which shen holds while it is being reviewed."""

LEGAL = {
    ("preparing", "waiting"),
    ("preparing", "preparing"),
    ("preparing", "withdrawn"),
    ("waiting", "preparing"),
    ("waiting", "reviewing"),
    ("waiting", "withdrawn"),
    ("reviewing", "waiting"),
    ("reviewing", "returned"),
    ("reviewing", "signed_off"),
    ("returned", "preparing"),
    ("returned", "withdrawn"),
}


def in_state(cast: people.Cast, state: State) -> int:
    """A submission of lin's that came into this state by moves."""
    id_ = people.hand_in(cast.lin, confirm=state is not State.PREPARING)
    if state is State.REVIEWING:
        people.move(id_, "claim", cast.shen)
    elif state is State.RETURNED:
        people.review(id_, cast.shen)
    elif state is State.SIGNED_OFF:
        people.review(id_, cast.shen, decision="sign_off")
    elif state is State.WITHDRAWN:
        people.move(id_, "withdraw", cast.lin)
    return id_


def facts(name: str, held: Submission) -> dict:
    """What the move is given besides the actor."""
    made = Document(drawing_id=held.current.document.drawing_id, owner_id=held.student.user_id, name="next.pdf")
    made.drawing = held.current.document.drawing
    return {
        "replace": {"document": made},
        "resubmit": {"document": made, "ask": "", "focus": []},
        "revise": {"round_": held.current, "summary": "More numbers.", "due_on": None},
        "sign_off": {"round_": held.current, "summary": "Send it.", "due_on": None},
    }.get(name, {})


def attempt(name: str, id_: int, actor_id: int) -> str:
    """What comes of the move; nothing of it stays."""
    with unit("write") as session:
        held, actor = people.submission(id_), accounts.user(actor_id)
        given = facts(name, held)
        if "document" in given:
            session.add(given["document"])
        try:
            return "made" if SUBMISSION.fire(name, held, actor, **given) else "made before"
        except WrongState:
            return "409"
        except Denied:
            return "403"
        finally:
            session.rollback()


def verdict(state: State, name: str, person: str) -> str:
    move = SUBMISSION.moves[name]
    if state in move.sources:
        return "made" if person in MAY[name] else "403"
    return "409"


@pytest.mark.parametrize("state", State, ids=str)
def test_every_move_is_open_from_its_states_to_its_people_and_to_nobody_else(app, cast, state):
    with app.app_context():
        id_ = in_state(cast, state)
        with unit("read"):
            held = people.submission(id_)
            assert held.status is state
            last = (held.last_move, held.last_moved_by)
        for name in SUBMISSION.moves:
            for person, who in cast.everyone.items():
                expected = verdict(state, name, person)
                if expected == "409" and (name, who.id) == last:
                    expected = "made before"
                assert attempt(name, id_, who.id) == expected, f"{person} {name} from {state}"


def test_the_table_is_the_one_we_mean():
    assert {(s.value, m.target.value) for m in SUBMISSION.moves.values() for s in m.sources} == LEGAL
    assert set(SUBMISSION.moves) == set(MAY)
    of_others = {"handover", "help_request", "proposal", "intake", "application", "tenancy", "renewal", "tenancy_wish"}
    assert set(MACHINES) == {"submission", *of_others}, "a new machine needs a table"


def test_the_buttons_offered_are_the_moves_that_work(app, cast):
    with app.app_context():
        for state in (State.WAITING, State.RETURNED):
            id_ = in_state(cast, state)
            for person, who in cast.everyone.items():
                with unit("read"):
                    held, actor = people.submission(id_), accounts.user(who.id)
                    offered = {m.name for m in SUBMISSION.open_to(actor, held)}
                    allowed = {n for n in SUBMISSION.moves if SUBMISSION.allows(n, actor, held)}
                assert offered == allowed == {n for n in MAY if verdict(state, n, person) == "made"}, person
            people.move(id_, "withdraw", cast.lin)


def test_a_claim_lapses_when_its_lease_is_over_and_not_before(app, cast, frozen):
    with app.app_context():
        id_ = in_state(cast, State.REVIEWING)
        with pytest.raises(Denied), unit("write"):
            SUBMISSION.fire("lapse", people.submission(id_), None)
        with clock.told(frozen + timedelta(minutes=31)), unit("write"):
            assert SUBMISSION.fire("lapse", people.submission(id_), None)
        with unit("read"):
            assert people.submission(id_).status is State.WAITING


def test_the_same_act_of_the_same_person_is_answered_again_and_has_one_effect(app, cast):
    with app.app_context():
        id_ = in_state(cast, State.WAITING)
        told = []
        with moved.connected_to(lambda machine, **facts: told.append(facts["move"].name), SUBMISSION):
            assert people.move(id_, "claim", cast.shen) is True
            assert people.move(id_, "claim", cast.shen) is False
        assert told == ["claim"]
        with pytest.raises(WrongState, match="409"):
            people.move(id_, "claim", cast.ding)


def test_the_state_is_assigned_nowhere_but_in_a_move(app, cast):
    with app.app_context():
        id_ = in_state(cast, State.WAITING)
        with pytest.raises(RuntimeError, match="changes only by a move of submission"), unit("write"):
            people.submission(id_).status = State.SIGNED_OFF
        with unit("read"):
            assert people.submission(id_).status is State.WAITING


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ("status = 'lost'", "ck_submission_status"),
        ("status = 'reviewing'", "ck_submission_holder"),
        ("holder_id = (SELECT id FROM user_account LIMIT 1)", "ck_submission_"),
        ("waiting_since = NULL", "ck_submission_waiting"),
        ("slot = 0", "ck_submission_slot"),
        ("student_id = 0", "FOREIGN KEY|fk_submission_student_id"),
    ],
)
def test_the_database_repeats_the_law(app, cast, changes, law):
    with app.app_context():
        id_ = in_state(cast, State.WAITING)
        with pytest.raises(sa.exc.IntegrityError, match=law), unit("write") as session:
            session.connection().execute(sa.text(f"UPDATE submission SET {changes} WHERE id = {id_}"))


def test_a_published_round_without_a_decision_or_a_summary_is_refused_by_the_database(app, cast):
    with app.app_context():
        id_ = in_state(cast, State.RETURNED)
        for column in ("decision = NULL", "summary = ''"):
            with pytest.raises(sa.exc.IntegrityError), unit("write") as session:
                session.connection().execute(sa.text(f"UPDATE round SET {column} WHERE submission_id = {id_}"))


def test_a_move_is_written_down_under_its_own_name(app, cast):
    with app.app_context():
        id_ = in_state(cast, State.RETURNED)
        with unit("read") as session:
            query = sa.select(AuditEntry.verb, AuditEntry.actor_id).where(
                AuditEntry.subject_id == id_, AuditEntry.changes.like('%"status"%')
            )
            acts = session.execute(query.order_by(AuditEntry.id)).all()
        assert acts == [
            ("submission.confirm", cast.lin.id),
            ("submission.claim", cast.shen.id),
            ("submission.revise", cast.shen.id),
        ]


def test_a_move_that_fails_half_way_changes_nothing(app, cast):
    with app.app_context():
        id_ = in_state(cast, State.REVIEWING)

        def trip(machine, **facts):
            raise ZeroDivisionError

        with moved.connected_to(trip, SUBMISSION), pytest.raises(ZeroDivisionError):
            people.move(
                id_, "sign_off", cast.shen, round_=people.submission(id_).current, summary="Send it.", due_on=None
            )
        with unit("read"):
            assert people.submission(id_).status is State.REVIEWING
            assert db.session.scalar(sa.select(Round.published_at).where(Round.submission_id == id_)) is None


# -- The machines of mentoring -----------------------------------------------------------------------------

ABOVE = {"counselor", "leader", "office"}
HANDOVER_MAY = {
    "offer": {"mentor", *ABOVE},
    "recall": {"mentor", *ABOVE},
    "cancel": {"mentor", *ABOVE},
    "sign": {"ding"},
    "decline": {"ding"},
}
"""Who of the cast may make each move of the hand-over of lin from the mentor to ding, who is a mentor as well."""

HANDOVER_LEGAL = {
    ("preparing", "offered"),
    ("preparing", "cancelled"),
    ("offered", "preparing"),
    ("offered", "signed"),
    ("offered", "declined"),
    ("offered", "cancelled"),
    ("declined", "preparing"),
}
HANDOVER_WAY = {
    HandoverState.PREPARING: (),
    HandoverState.OFFERED: (("offer", "mentor"),),
    HandoverState.SIGNED: (("offer", "mentor"), ("sign", "ding")),
    HandoverState.DECLINED: (("offer", "mentor"), ("decline", "ding")),
    HandoverState.CANCELLED: (("cancel", "mentor"),),
}

HELP_MAY = {
    "answer": {"counselor", "leader", "office", "president"},
    "pass_on": {"counselor", "leader", "office", "president"},
    "take_back": {"mentor"},
}
"""Who of the cast may make each move of the mentor's question about lin to the counselor."""

HELP_LEGAL = {("open", "answered"), ("open", "taken_back")}
HELP_WAY = {
    HelpState.OPEN: (),
    HelpState.ANSWERED: (("answer", "counselor"),),
    HelpState.TAKEN_BACK: (("take_back", "mentor"),),
}
GIVEN = {"decline": {"answer": "Too many."}, "answer": {"answer": "Yes."}}


def mentored(cast: people.Cast) -> None:
    """The mentor answers for lin, and ding becomes a mentor as well."""
    with unit("write") as session:
        audit.act_as(None, "test")
        accounts_service.grant(accounts.user(cast.ding.id), Role.MENTOR, begins_on=people.SINCE, ends_on=people.UNTIL)
        students.set_mentor(session.get_one(Student, cast.lin.student_id), cast.mentor.id, since=date(2026, 9, 28))


def a_handover(cast: people.Cast) -> int:
    with unit("write"):
        giver, receiver = accounts.user(cast.mentor.id), accounts.user(cast.ding.id)
        chosen = handovers.givable(giver, giver.id)
        return handing.create(giver, giver, receiver, chosen, cause=HandoverCause.ILL, note="").id


def a_question(cast: people.Cast) -> int:
    with unit("write") as session:
        student = session.get_one(Student, cast.lin.student_id)
        session.refresh(student, ["user"])
        return helping.ask(student, accounts.user(cast.mentor.id), Level.MENTOR, "How?").id


def of_mentoring(machine: Any, id_: int, name: str, actor_id: int, *, keep: bool = False) -> str:
    """What comes of the move; it stays only when told so."""
    model, options = (Handover, handovers.FULL) if machine is HANDOVER else (HelpRequest, help_requests.FULL)
    with unit("write") as session:
        held = session.scalars(sa.select(model).where(model.id == id_).options(*options)).one()
        try:
            made = machine.fire(name, held, accounts.user(actor_id), **GIVEN.get(name, {}))
            return "made" if made else "made before"
        except WrongState:
            return "409"
        except Denied:
            return "403"
        finally:
            if not keep:
                session.rollback()


@pytest.mark.parametrize(
    ("machine", "begin", "may", "way"),
    [(HANDOVER, a_handover, HANDOVER_MAY, HANDOVER_WAY), (HELP, a_question, HELP_MAY, HELP_WAY)],
    ids=["handover", "help_request"],
)
def test_every_move_of_mentoring_is_open_from_its_states_to_its_people_and_to_nobody_else(
    app, cast, machine, begin, may, way
):
    with app.app_context():
        mentored(cast)
        for state, steps in way.items():
            id_ = begin(cast)
            last: tuple[str, int] | None = None
            for name, person in steps:
                last = (name, getattr(cast, person).id)
                assert of_mentoring(machine, id_, name, last[1], keep=True) == "made"
            for name, move in machine.moves.items():
                for person, who in cast.everyone.items():
                    expected = "409" if state not in move.sources else "made" if person in may[name] else "403"
                    if expected == "409" and (name, who.id) == last:
                        expected = "made before"
                    assert of_mentoring(machine, id_, name, who.id) == expected, f"{person} {name} from {state}"
            with unit("write") as session:  # the next begins anew
                students.set_mentor(session.get_one(Student, cast.lin.student_id), cast.mentor.id)
            if state is HelpState.OPEN:
                of_mentoring(machine, id_, "take_back", cast.mentor.id, keep=True)


def test_the_tables_of_mentoring_are_the_ones_we_mean():
    for machine, may, legal in ((HANDOVER, HANDOVER_MAY, HANDOVER_LEGAL), (HELP, HELP_MAY, HELP_LEGAL)):
        assert set(machine.moves) == set(may)
        assert {(s.value, m.target.value) for m in machine.moves.values() for s in m.sources} == legal


# -- The call and the application ---------------------------------------------------------------------------

INTAKE_MAY = {"open": {"incubator"}, "close": {"incubator"}, "lapse": set(), "finish": {"incubator"}}
"""Who of the cast may make each move of a call whose deadline has not passed."""

INTAKE_LEGAL = {("draft", "open"), ("open", "reviewing"), ("reviewing", "decided")}

APPLICATION_MAY = {
    "submit": {"lin"},
    "reopen": {"lin"},
    "withdraw": {"lin"},
    "approve": {"incubator"},
    "reject": {"incubator"},
    "house": {"incubator"},
    "leave": {"incubator"},
    "wait": {"incubator"},
}
"""Who of the cast may make each move of the application that lin began, with meng on the team, in an open call."""

APPLICATION_LEGAL = {
    ("draft", "submitted"),
    ("submitted", "draft"),
    ("draft", "withdrawn"),
    ("submitted", "withdrawn"),
    ("approved", "withdrawn"),
    ("submitted", "approved"),
    ("rejected", "approved"),
    ("submitted", "rejected"),
    ("approved", "housed"),
    ("housed", "left"),
    ("housed", "approved"),
}


def of_incubator(machine: Any, id_: int, name: str, actor_id: int) -> str:
    """What comes of the move; nothing of it stays."""
    model, options = (Intake, intakes.FULL) if machine is INTAKE else (Application, applications.WHOLE)
    with unit("write") as session:
        held = session.scalars(sa.select(model).where(model.id == id_).options(*options)).unique().one()
        try:
            return "made" if machine.fire(name, held, accounts.user(actor_id)) else "made before"
        except WrongState:
            return "409"
        except Denied:
            return "403"
        finally:
            session.rollback()


@pytest.mark.parametrize("state", IntakeState, ids=str)
def test_every_move_of_a_call_is_open_from_its_states_to_its_people_and_to_nobody_else(app, cast, state):
    with app.app_context():
        days = {"closes_on": clock.today() + timedelta(days=1)}
        id_ = rooms.a_call(cast.shen, status=state, **days)
        for name, move in INTAKE.moves.items():
            for person, who in cast.everyone.items():
                expected = "409" if state not in move.sources else "made" if person in INTAKE_MAY[name] else "403"
                assert of_incubator(INTAKE, id_, name, who.id) == expected, f"{person} {name} from {state}"


@pytest.mark.parametrize("state", ApplicationState, ids=str)
def test_every_move_of_an_application_is_open_from_its_states_to_its_people_and_to_nobody_else(app, cast, state):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
        approved = {"approved_at": clock.now()} if state in ("approved", "housed", "left") else {}
        id_ = rooms.an_application(cast.lin, intake=call, members=[cast.meng], status=state, **approved)
        for name, move in APPLICATION.moves.items():
            for person, who in cast.everyone.items():
                expected = "409" if state not in move.sources else "made" if person in APPLICATION_MAY[name] else "403"
                assert of_incubator(APPLICATION, id_, name, who.id) == expected, f"{person} {name} from {state}"


def test_a_call_is_published_only_when_it_is_complete(app, cast):
    with app.app_context():
        nobody = rooms.a_call(status=IntakeState.DRAFT)
        short = rooms.a_call(cast.shen, status=IntakeState.DRAFT, weights=(50, 49))
        for call in (nobody, short):
            assert of_incubator(INTAKE, call, "open", cast.incubator.id) == "403"


def test_an_application_is_handed_in_only_when_it_is_complete_and_the_call_is_open(app, cast):
    with app.app_context():
        call = rooms.a_call(cast.shen, status=IntakeState.OPEN)
        asked = rooms.an_application(cast.lin, intake=call, asked=[cast.meng])
        without = rooms.an_application(cast.far, intake=call, plan=False)
        late = rooms.an_application(cast.meng, intake=rooms.a_call(cast.shen))
        for id_, lead in ((asked, cast.lin), (without, cast.far), (late, cast.meng)):
            assert of_incubator(APPLICATION, id_, "submit", lead.id) == "403"


def test_the_tables_of_calls_and_applications_are_the_ones_we_mean():
    tables = ((INTAKE, INTAKE_MAY, INTAKE_LEGAL), (APPLICATION, APPLICATION_MAY, APPLICATION_LEGAL))
    for machine, may, legal in tables:
        assert set(machine.moves) == set(may)
        assert {(s.value, m.target.value) for m in machine.moves.values() for s in m.sources} == legal


# -- Tenancy and renewal --------------------------------------------------------------------------------------

TENANCY_MAY = {
    "accept": {"lin", "meng"},
    "refuse": {"lin", "meng"},
    "lapse": set(),
    "cancel": {"incubator"},
    "sign": {"incubator"},
    "annul": set(),
    "begin": {"incubator"},
    "unplan": {"lin", "incubator"},
    "end": {"incubator"},
    "expire": set(),
}
"""Who of the cast may make each move of a tenancy of lin and meng that begins today; nothing is late, nothing over."""

TENANCY_LEGAL = {
    ("offered", "accepted"),
    ("offered", "refused"),
    ("accepted", "refused"),
    ("offered", "lapsed"),
    ("accepted", "lapsed"),
    ("offered", "cancelled"),
    ("accepted", "cancelled"),
    ("accepted", "active"),
    ("active", "cancelled"),
    ("active", "ended"),
    ("planned", "active"),
    ("planned", "cancelled"),
}

RENEWAL_MAY = {"grant": {"incubator"}, "refuse": {"incubator"}, "lapse": set()}
RENEWAL_LEGAL = {("asked", "granted"), ("asked", "refused")}
WISH_MAY = {"grant": {"incubator"}, "refuse": {"incubator"}, "lapse": {"incubator"}}
"""A wish lapses with the tenancy, which the service sees to; nobody has a button for it."""


def a_tenancy(cast: people.Cast, state: TenancyState, **facts: Any) -> int:
    housed = state in (TenancyState.ACTIVE, TenancyState.ENDED, TenancyState.PLANNED)
    team = rooms.approved(cast.lin, members=[cast.meng], **({"status": ApplicationState.HOUSED} if housed else {}))
    room = rooms.a_workspace()
    with unit("write") as session:
        audit.act_as(None, "test")
        today = clock.today()
        term = {"begins_on": today, "ends_on": today + timedelta(days=90), "answer_by": today, **facts}
        made = Tenancy(application_id=team, workspace_id=room, offered_by=cast.incubator.id, status=state, **term)
        session.add(made)
        session.flush()
        return made.id


def of_a_room(machine: Any, id_: int, name: str, actor_id: int | None) -> str:
    """What comes of the move; nothing of it stays."""
    model, options = {
        "tenancy": (Tenancy, tenancies.FULL),
        "renewal": (Renewal, tenancies.OF_RENEWAL),
        "tenancy_wish": (Wish, tenancies.OF_WISH),
    }[machine.name]
    with unit("write") as session:
        held = session.scalars(sa.select(model).where(model.id == id_).options(*options)).unique().one()
        try:
            actor = accounts.user(actor_id) if actor_id else None
            return "made" if machine.fire(name, held, actor) else "made before"
        except WrongState:
            return "409"
        except Denied:
            return "403"
        finally:
            session.rollback()


@pytest.mark.parametrize("state", TenancyState, ids=str)
def test_every_move_of_a_tenancy_is_open_from_its_states_to_its_people_and_to_nobody_else(app, cast, state):
    with app.app_context():
        id_ = a_tenancy(cast, state)
        for name, move in TENANCY.moves.items():
            for person, who in cast.everyone.items():
                may = TENANCY_MAY[name]
                if (name, state) == ("refuse", TenancyState.ACCEPTED):
                    may = {"lin"}  # what the team has taken only its lead gives up
                expected = "409" if state not in move.sources else "made" if person in may else "403"
                assert of_a_room(TENANCY, id_, name, who.id) == expected, f"{person} {name} from {state}"


def test_what_the_site_does_by_itself_waits_for_its_day(app, cast, frozen):
    with app.app_context():
        offered = a_tenancy(cast, TenancyState.OFFERED)
        assert of_a_room(TENANCY, offered, "lapse", None) == "403"
        with clock.told(frozen + timedelta(days=1)):
            assert of_a_room(TENANCY, offered, "lapse", None) == "made"
            assert of_a_room(TENANCY, offered, "accept", cast.lin.id) == "403"


def test_who_has_not_moved_in_is_not_ended_but_taken_back_and_a_term_ends_with_its_last_day(app, cast, frozen):
    with app.app_context():
        active = a_tenancy(cast, TenancyState.ACTIVE, begins_on=clock.today() + timedelta(days=9))
        for name, expected in (("annul", "made"), ("end", "403"), ("expire", "403")):
            assert of_a_room(TENANCY, active, name, cast.incubator.id) == expected
        with clock.told(frozen + timedelta(days=91)):
            assert of_a_room(TENANCY, active, "expire", None) == "made"
            assert of_a_room(TENANCY, active, "annul", cast.incubator.id) == "403"


@pytest.mark.parametrize("state", WishState, ids=str)
@pytest.mark.parametrize("machine, may", [(RENEWAL, RENEWAL_MAY), (WISH, WISH_MAY)], ids=["renewal", "wish"])
def test_every_move_of_what_a_team_asks_is_open_from_its_states_to_its_people_only(app, cast, machine, may, state):
    with app.app_context():
        facts = {"tenancy_id": a_tenancy(cast, TenancyState.ACTIVE), "asked_by": cast.lin.id, "status": state}
        with unit("write") as session:
            if machine is RENEWAL:
                made = Renewal(until_on=clock.today() + timedelta(days=200), why="x", **facts)
            else:
                made = Wish(kind=WishKind.ROOM, text="x", **facts)
            session.add(made)
            session.flush()
            id_ = made.id
        for name, move in machine.moves.items():
            for person, who in cast.everyone.items():
                expected = "409" if state not in move.sources else "made" if person in may[name] else "403"
                assert of_a_room(machine, id_, name, who.id) == expected, f"{person} {name} from {state}"


def test_the_tables_of_tenancies_renewals_and_wishes_are_the_ones_we_mean():
    tables = (
        (TENANCY, TENANCY_MAY, TENANCY_LEGAL),
        (RENEWAL, RENEWAL_MAY, RENEWAL_LEGAL),
        (WISH, WISH_MAY, RENEWAL_LEGAL),
    )
    for machine, may, legal in tables:
        assert set(machine.moves) == set(may)
        assert {(s.value, m.target.value) for m in machine.moves.values() for s in m.sources} == legal


def test_the_page_of_workflows_is_what_the_command_prints():
    assert (ROOT / "docs" / "workflows.md").read_text() == workflows_page()
