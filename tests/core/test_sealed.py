"""Sealed values: what opens, what does not, and how the keys change."""

from __future__ import annotations

import json
import stat
import threading
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from blueprints.core import clock, sealed
from blueprints.core.db import db, unit
from blueprints.core.sealed import CannotOpen, Keyring
from blueprints.mentoring.models import Contact, Level
from blueprints.students.models import Channel, HardshipTag
from tests.conftest import NOW
from tests.people import Cast

WORD = "夜里睡不好"


def ring() -> Keyring:
    return sealed.keyring()


@dataclass
class Kept:
    app: Flask
    cast: Cast
    contacts: list[int]
    tags: list[int]


@pytest.fixture
def kept(live) -> Kept:
    """Three private notes and two tags, sealed with the first key."""
    with live.app_context():
        cast = Cast.arrive()
        with unit("write") as session:
            notes = [note(cast, f"{WORD} {n}") for n in range(3)]
            tags = [tag(cast, kind) for kind in ("dibao", "orphan")]
            session.add_all([*notes, *tags])
            return Kept(live, cast, [n.id for n in notes], [t.id for t in tags])


def note(cast: Cast, text: str) -> Contact:
    made = Contact(
        student_id=cast.lin.student_id,
        author_id=cast.mentor.id,
        level=Level.MENTOR,
        at=NOW,
        channel=Channel.PHONE,
        reached=True,
        keeper_id=cast.mentor.id,
    )
    made.private = text
    return made


def tag(cast: Cast, kind: str) -> HardshipTag:
    made = HardshipTag(student_id=cast.lin.student_id, entered_by=cast.counselor.id, entered_at=clock.now())
    made.kind = kind
    return made


def stored(model, id_: int, column: str) -> bytes:
    return bytes(db.session.scalar(sa.select(model.__table__.c[column]).where(model.__table__.c.id == id_)))


def put(model, id_: int, column: str, value: bytes) -> None:
    table = model.__table__
    with unit("write") as session:
        session.execute(sa.update(table).where(table.c.id == id_).values({column: value}))


def everything(kept: Kept) -> list[str]:
    with unit("read") as session:
        notes = [session.get_one(Contact, id_).private for id_ in kept.contacts]
        return notes + [session.get_one(HardshipTag, id_).kind for id_ in kept.tags]


ALL = [f"{WORD} 0", f"{WORD} 1", f"{WORD} 2", "dibao", "orphan"]


def test_what_is_sealed_is_stored_unreadably_and_opens_again(kept):
    with kept.app.app_context():
        for id_ in kept.contacts:
            assert WORD.encode() not in stored(Contact, id_, "private_sealed")
        assert everything(kept) == ALL


def test_the_same_text_is_sealed_differently_each_time(app):
    with app.app_context():
        assert ring().seal(WORD, "a:1:b") != ring().seal(WORD, "a:1:b")


def test_nothing_and_the_empty_text_are_not_sealed(app, cast):
    with app.app_context():
        made = tag(cast, "dibao")
        made.kind = ""
        assert made.kind_sealed is None and made.kind is None


@pytest.mark.parametrize("about", ["a:2:b", "a:1:c", "c:1:b", "a:11:b"])
def test_a_value_opens_only_in_its_own_row_and_column(app, about):
    with app.app_context():
        value = ring().seal(WORD, "a:1:b")
        assert ring().open(value, "a:1:b") == WORD
        with pytest.raises(CannotOpen, match="changed, or moved"):
            ring().open(value, about)


def test_a_value_copied_into_another_row_does_not_open_there(kept):
    first, second, _third = kept.contacts
    with kept.app.app_context():
        with unit("read"):
            value = stored(Contact, first, "private_sealed")
        put(Contact, second, "private_sealed", value)
        with unit("read") as session, pytest.raises(CannotOpen, match="moved from another row"):
            assert session.get_one(Contact, second).private


@pytest.mark.parametrize("place", [5, 20, -1])
def test_a_value_changed_by_one_bit_does_not_open(app, place):
    with app.app_context():
        value = bytearray(ring().seal(WORD, "a:1:b"))
        value[place] ^= 1
        with pytest.raises(CannotOpen):
            ring().open(bytes(value), "a:1:b")


def test_a_key_that_is_not_here_is_named(app, tmp_path):
    other = Keyring(tmp_path / "other.json")
    name = other.add()
    with app.app_context(), pytest.raises(CannotOpen, match=name.hex()):
        ring().open(other.seal(WORD, "a:1:b"), "a:1:b")


def test_without_a_file_the_sentence_says_what_to_run(tmp_path):
    with pytest.raises(CannotOpen, match="flask init"):
        Keyring(tmp_path / "none.json").seal(WORD, "a:1:b")


def test_the_keys_are_readable_by_their_owner_alone_and_are_not_in_the_database(kept):
    with kept.app.app_context():
        path = ring().path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        ring().add()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        ring().forget_old()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(path.parent.glob(".keys*")) == []


def rotate(app: Flask):
    return app.test_cli_runner().invoke(args=["keys", "rotate"])


def test_rotation_seals_everything_anew_and_forgets_the_old_key(kept):
    with kept.app.app_context():
        old = ring().current
    result = rotate(kept.app)
    assert result.exit_code == 0, result.output
    assert "5 values sealed anew; 1 old key(s) forgotten" in result.output
    with kept.app.app_context():
        assert ring().names == [ring().current] != [old]
        assert old.hex() not in ring().path.read_text()
        with unit("read"):
            values = [stored(Contact, id_, "private_sealed") for id_ in kept.contacts]
            values += [stored(HardshipTag, id_, "kind_sealed") for id_ in kept.tags]
        assert {value[:4] for value in values} == {ring().current}
        assert everything(kept) == ALL


def test_what_was_sealed_with_a_forgotten_key_opens_nowhere(kept):
    with kept.app.app_context(), unit("read"):
        before = stored(Contact, kept.contacts[0], "private_sealed")
    rotate(kept.app)
    with kept.app.app_context(), pytest.raises(CannotOpen, match="is not at"):
        ring().open(before, f"contact:{kept.contacts[0]}:private_sealed")


def test_rotation_goes_by_batches_and_misses_none(kept, monkeypatch):
    monkeypatch.setattr(sealed, "BATCH", 2)
    assert "5 values sealed anew" in rotate(kept.app).output
    with kept.app.app_context():
        assert everything(kept) == ALL


@pytest.mark.parametrize("after", [0, 1, 3, 4])
def test_a_rotation_that_breaks_off_goes_on_when_it_is_run_again(kept, monkeypatch, after):
    """Between any two values: everything stays readable, and the second run ends with one key."""
    monkeypatch.setattr(sealed, "BATCH", 1)
    seal, done = Keyring.seal, []

    def breaks(self: Keyring, text: str, about: str) -> bytes:
        if len(done) == after:
            raise KeyboardInterrupt
        done.append(about)
        return seal(self, text, about)

    with kept.app.app_context():
        old = ring().current
    with monkeypatch.context() as patch:
        patch.setattr(Keyring, "seal", breaks)
        assert rotate(kept.app).exit_code != 0
    with kept.app.app_context():
        assert old in ring().names and len(ring().names) == 2
        assert everything(kept) == ALL
        new = ring().current
    result = rotate(kept.app)
    assert f"{5 - after} values sealed anew" in result.output
    with kept.app.app_context():
        assert ring().names == [new]
        assert everything(kept) == ALL


def test_a_value_that_does_not_open_stops_the_rotation_before_a_key_is_lost(kept):
    with kept.app.app_context():
        old = ring().current
        put(HardshipTag, kept.tags[0], "kind_sealed", old + b"\0" * 40)
    assert rotate(kept.app).exit_code != 0
    with kept.app.app_context():
        assert old in ring().names


def test_a_process_that_runs_on_uses_the_new_key_after_a_rotation(kept):
    """Another process has read the file before; it reads it again when it changes."""
    with kept.app.app_context():
        elsewhere = Keyring(ring().path)
        before = elsewhere.current
    rotate(kept.app)
    with kept.app.app_context():
        assert elsewhere.current == ring().current != before
        assert ring().open(elsewhere.seal(WORD, "a:1:b"), "a:1:b") == WORD


def test_many_threads_that_seal_while_a_key_is_added_all_seal_what_opens(tmp_path):
    shared = Keyring(tmp_path / "keys.json")
    shared.add()
    made: list[bytes] = []

    def work() -> None:
        made.extend(shared.seal(WORD, "a:1:b") for _ in range(200))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    Keyring(tmp_path / "keys.json").add()
    for thread in threads:
        thread.join()
    assert len(made) == 800
    assert {shared.open(value, "a:1:b") for value in made} == {WORD}


def test_the_check_of_the_house_names_a_broken_value(kept):
    runner = kept.app.test_cli_runner()
    with kept.app.app_context():
        assert list(sealed.problems()) == []
        put(HardshipTag, kept.tags[1], "kind_sealed", ring().current + b"\1" * 40)
        result = runner.invoke(args=["verify"])
    assert result.exit_code == 1
    assert f"sealed: hardship_tag:{kept.tags[1]}:kind_sealed does not open" in result.output


def test_the_file_of_keys_is_plain_json_with_one_current_key(app):
    with app.app_context():
        kept = json.loads(ring().path.read_text())
    assert kept["current"] in kept["keys"] and len(kept["keys"]) == 1
