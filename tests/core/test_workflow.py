"""The machines, each from its own table: every state, every move, everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.clinic.models import Round, State, Submission
from blueprints.clinic.workflow import SUBMISSION
from blueprints.core import clock
from blueprints.core.access import Denied
from blueprints.core.audit import AuditEntry
from blueprints.core.cli import workflows_page
from blueprints.core.db import db, unit
from blueprints.core.settings import ROOT
from blueprints.core.workflow import MACHINES, WrongState, moved
from blueprints.documents.models import Document
from tests import people

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
    assert list(MACHINES) == ["submission"], "a new machine needs a table like MAY"


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


def test_the_page_of_workflows_is_what_the_command_prints():
    assert (ROOT / "docs" / "workflows.md").read_text() == workflows_page()
