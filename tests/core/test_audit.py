"""Who changed what: written by the session, never changed, chained."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from blueprints.accounts.models import Cohort, User
from blueprints.core import audit, clock
from blueprints.core.audit import MASK, AuditEntry, AuditHead
from blueprints.core.db import unit
from blueprints.students.models import Student


def entries(*where) -> list[sa.Row]:
    with unit("read") as session:
        return list(session.execute(sa.select(AuditEntry.__table__).where(*where).order_by(AuditEntry.id)))


def test_a_change_says_who_by_what_and_from_what_to_what(app, cast, browser):
    student = browser(cast.lin)
    for language in ("en", "zh_Hans_CN"):
        assert student.post("/preferences", {"language": language}).status == 303
    with app.app_context():
        first, second = entries(AuditEntry.verb == "accounts.preferences")
    assert (first.actor_id, first.subject_type, first.subject_id) == (cast.lin.id, "user_account", cast.lin.id)
    assert first.at == clock.now()
    assert json.loads(first.changes) == {"language": [None, "en"]}
    assert json.loads(second.changes) == {"language": ["en", "zh_Hans_CN"]}


def test_a_change_to_the_same_value_is_no_change(app, cast, browser):
    student = browser(cast.lin)
    for _n in range(2):
        student.post("/preferences", {"theme": "dark"})
    with app.app_context():
        assert len(entries(AuditEntry.verb == "accounts.preferences")) == 1


def test_creating_changing_and_deleting_are_each_written_in_the_same_transaction(app):
    with app.app_context():
        audit.act_as(7, "made up")
        with unit("write") as session:
            cohort = Cohort(year=2040)
            session.add(cohort)
        with unit("write") as session:
            session.get_one(Cohort, cohort.id).year = 2041
        with unit("write") as session:
            session.delete(session.get_one(Cohort, cohort.id))
        with pytest.raises(ZeroDivisionError), unit("write") as session:
            session.add(Cohort(year=2042))
            session.flush()
            raise ZeroDivisionError
        written = entries(AuditEntry.subject_type == "cohort", AuditEntry.actor_id == 7)
    assert [json.loads(e.changes) for e in written] == [
        {"year": [None, 2040]},
        {"year": [2040, 2041]},
        {},
    ]


def test_the_old_value_is_known_although_the_row_had_expired(app):
    with app.app_context():
        audit.act_as(None, "made up")
        with unit("write") as session:
            cohort = Cohort(year=2040)
            session.add(cohort)
        with unit("write") as session:
            again = session.get_one(Cohort, cohort.id)
            session.expire(again)
            again.year = 2041
        assert json.loads(entries(AuditEntry.subject_id == cohort.id)[-1].changes) == {"year": [2040, 2041]}


def test_what_is_secret_leaves_no_value_behind(app, cast):
    with app.app_context():
        with unit("write") as session:
            student = session.get_one(Student, cast.lin.student_id)
            student.phone = "139 1234 5678"
            session.get_one(User, cast.lin.id).password_hash = "$argon2id$new"
        with unit("write") as session:
            session.get_one(Student, cast.lin.student_id).phone = None
        everything = "".join(e.changes + e.note for e in entries())
        phones = [json.loads(e.changes)["phone"] for e in entries(AuditEntry.subject_id == cast.lin.student_id)]
    assert phones == [[None, MASK], [MASK, MASK], [MASK, None]]
    assert not any(secret in everything for secret in ("138 0000", "139 1234", "argon2"))


def test_a_bulk_change_that_would_leave_no_entry_is_refused(app):
    with app.app_context():
        for statement in (sa.update(Cohort).values(year=1), sa.delete(Cohort)):
            with pytest.raises(RuntimeError, match="a bulk change of Cohort"), unit("write") as session:
                session.execute(statement)


# -- Append-only ------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(app):
    """Five entries in the chain."""
    with app.app_context():
        for n in range(5):
            with unit("write"):
                audit.event_of("made up", "cohort", n, note=f"number {n}", actor_id=7)
        with unit("write"):
            assert audit.seal() == 5
        yield


def raw(statement: str) -> None:
    with unit("write") as session:
        session.connection().execute(sa.text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_entry WHERE note = 'number 2'",
        "UPDATE audit_entry SET note = 'nothing' WHERE note = 'number 2'",
        "UPDATE audit_entry SET hash = 'x' WHERE note = 'number 2'",
        "UPDATE audit_entry SET seq = NULL, hash = NULL WHERE note = 'number 2'",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(sealed, statement):
    with pytest.raises(sa.exc.DBAPIError, match="audit entries are never"):
        raw(statement)


COLUMNS = ("id", "at", "actor_id", "verb", "subject_type", "subject_id", "topic_type", "topic_id", "changes", "note")


@pytest.mark.parametrize("column", COLUMNS)
def test_an_entry_that_waits_for_its_seal_cannot_be_changed_either(app, column):
    new = {"id": "1", "at": "'2020-01-01 00:00:00'", "actor_id": "NULL"}.get(column, "'9'")
    with app.app_context():
        with unit("write"):
            audit.event_of("made up", "cohort", 1, actor_id=7)
        with pytest.raises(sa.exc.DBAPIError, match="audit entries are never changed"):
            raw(f"UPDATE audit_entry SET {column} = {new}")


def unguard() -> None:
    """What somebody with the database's own password could do first."""
    with unit("write") as session:
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("DROP TRIGGER audit_entry_no_change"))
            connection.execute(sa.text("DROP TRIGGER audit_entry_no_delete"))
        else:
            connection.execute(sa.text("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only"))


def problems() -> list[str]:
    with unit("read"):
        return list(audit.problems())


def test_a_chain_nobody_touched_is_whole(sealed):
    assert problems() == []


@pytest.mark.parametrize("column", COLUMNS)
def test_any_column_changed_around_the_guard_is_found(sealed, column):
    new = {"id": "1", "at": "'2020-01-01 00:00:00'", "actor_id": "NULL"}.get(column, "'9'")
    unguard()
    raw(f"UPDATE audit_entry SET {column} = {new} WHERE note = 'number 2'")
    assert problems() == ["audit chain: entry 3 does not match its hash"]


def test_an_entry_deleted_around_the_guard_is_missed(sealed):
    unguard()
    raw("DELETE FROM audit_entry WHERE note = 'number 2'")
    assert problems() == ["audit chain: entry 3 is missing"]


def test_a_chain_cut_off_at_its_end_does_not_match_its_head(sealed):
    unguard()
    raw("DELETE FROM audit_entry WHERE note = 'number 4'")
    assert problems() == ["audit chain: its end does not match the head"]


def test_sealing_goes_on_where_it_ended_and_again_does_nothing(sealed):
    with unit("write"):
        audit.event_of("made up", "cohort", 5, actor_id=7)
    for count in (1, 0):
        with unit("write"):
            assert audit.seal() == count
    assert [e.seq for e in entries()] == [1, 2, 3, 4, 5, 6]
    with unit("read") as session:
        assert session.scalars(sa.select(AuditHead)).one().seq == 6
    assert problems() == []


def test_what_waits_for_its_seal_for_over_a_minute_is_reported(app, frozen):
    with app.app_context():
        with unit("write"):
            audit.event_of("made up", "cohort", 1)
        assert problems() == []
        with clock.told(frozen + timedelta(seconds=61)):
            assert problems() == [
                "audit chain: 1 entries have waited for over a minute to be sealed (is the worker running?)"
            ]


def test_the_history_of_a_thing_is_newest_first_and_of_that_thing_alone(sealed):
    with unit("read"):
        assert [e.note for e in audit.history([("cohort", 1), ("cohort", 3)])] == ["number 3", "number 1"]
        assert audit.history([]) == []
