"""Files: one content once, a row never without its file, and no way around the owner's rules."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import timedelta

import pytest
import sqlalchemy as sa

from blueprints.core import clock, files
from blueprints.core.db import unit
from blueprints.core.files import Blob, FolderStore, ObjectStore, shown_name, store_at
from blueprints.core.sniff import Kind, Refused
from tests import people
from tests.people import pdf


@pytest.fixture
def store(app, tmp_path, monkeypatch):
    """A store of the test's own; the one of the shared application keeps other tests' files."""
    made = FolderStore(tmp_path / "blobs")
    (tmp_path / "scratch").mkdir()
    monkeypatch.setitem(app.extensions, "qihang.store", made)
    monkeypatch.setitem(app.extensions, "qihang.scratch", tmp_path / "scratch")
    with app.app_context():
        yield made


def problems() -> list[str]:
    with unit("read"):
        return list(files.problems())


def take(content: bytes | None = None) -> Blob:
    received = people.receive(content)
    with unit("write"):
        return files.blob_of(received)


def age(store: FolderStore, key: str, days: int) -> None:
    then = (clock.now() - timedelta(days=days)).timestamp()
    os.utime(store.path(key), (then, then))


def test_the_same_content_is_kept_once_whatever_it_is_called(store):
    first, second = people.receive(name="林知夏-简历.pdf"), people.receive(name="copy.pdf")
    assert first.sha256 == second.sha256 == hashlib.sha256(pdf()).hexdigest()
    assert (first.name, second.name) == ("林知夏-简历.pdf", "copy.pdf")
    with unit("write"):
        assert files.blob_of(first).id == files.blob_of(second).id
    assert [key for key, _made in store.files()] == [first.sha256]
    assert first.size == len(pdf())


def test_a_file_over_the_limit_is_refused_while_it_arrives_and_leaves_nothing(store):
    class Endless(io.RawIOBase):
        read_so_far = 0

        def read(self, size: int = -1) -> bytes:
            self.read_so_far += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(Refused) as refused:
        files.receive(stream, "a.pdf", allowed=frozenset(Kind), limit=3 * 2**20)
    assert refused.value.code == "too_large"
    assert stream.read_so_far == 4 * 2**20
    assert "3 MB" in str(refused.value.sentence)
    assert list(files.scratch().iterdir()) == list(store.files()) == []


def test_a_file_of_the_wrong_kind_is_refused_and_leaves_nothing(store):
    with pytest.raises(Refused):
        people.receive(b"<html>", "a.pdf")
    assert list(files.scratch().iterdir()) == list(store.files()) == []


def test_a_crash_leaves_no_row_without_its_file(store):
    received = people.receive()
    with pytest.raises(ZeroDivisionError), unit("write"):
        files.blob_of(received)
        raise ZeroDivisionError
    with unit("read") as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Blob)) == 0
    assert store.path(received.sha256).exists()
    assert problems() == [], "a young file without a row may belong to a request that is still running"


def test_a_file_without_a_row_is_reported_and_swept_after_a_day(store):
    kept, orphan = take(), people.receive(pdf("nobody's"))
    for key in (kept.sha256, orphan.sha256):
        age(store, key, days=2)
    assert problems() == [f"files: {orphan.sha256} belongs to nobody"]
    with unit("read"):
        assert files.sweep_orphans() == 1
    assert [key for key, _made in store.files()] == [kept.sha256]


def test_an_old_orphan_that_is_handed_in_again_is_young_again(store):
    orphan = people.receive()
    age(store, orphan.sha256, days=2)
    people.receive()
    with unit("read"):
        assert files.sweep_orphans() == 0, "its row may be about to be committed"


def test_a_missing_file_and_a_changed_one_are_each_named(store):
    gone, changed = take().sha256, take(pdf("changed")).sha256
    store.path(gone).unlink()
    with store.path(changed).open("r+b") as file:
        file.write(b"X")
    assert sorted(problems()) == sorted([f"files: {gone} is missing", f"files: {changed} does not match its hash"])


def test_a_file_of_our_own_is_moved_into_the_store(store, tmp_path):
    drawn = tmp_path / "page.png"
    drawn.write_bytes(b"\x89PNG picture")
    kept = files.keep(drawn, Kind.PNG)
    assert not drawn.exists()
    assert store.open(kept.sha256).read() == b"\x89PNG picture"
    assert kept.size == len(b"\x89PNG picture")


@pytest.fixture(params=["folder", "object"])
def any_store(request, tmp_path):
    """A folder, or whatever fsspec knows by URL; here a memory of its own."""
    url = (tmp_path / "blobs").as_uri() if request.param == "folder" else f"memory://bucket-{tmp_path.name}/files"
    return store_at(url)


def test_every_store_keeps_gives_lists_and_removes(any_store, tmp_path):
    for _n in range(2):
        source = tmp_path / "source"
        source.write_bytes(b"content")
        any_store.put(source, "ab" * 32)
        assert not source.exists()
    with any_store.open("ab" * 32) as file:
        assert file.read() == b"content"
    ((key, made),) = any_store.files()
    assert key == "ab" * 32
    assert made > 1_600_000_000
    with pytest.raises(FileNotFoundError):
        any_store.open("cd" * 32)
    any_store.remove("ab" * 32)
    assert list(any_store.files()) == []


def test_a_page_and_an_original_are_served_from_an_object_store_as_from_a_folder(app, cast, browser, monkeypatch):
    monkeypatch.setitem(app.extensions, "qihang.store", ObjectStore("memory://served/files"))
    with app.app_context():
        id_ = people.hand_in(cast.lin)
    student = browser(cast.lin)
    assert student.get(f"/clinic/{id_}/original").response.get_data() == pdf()
    assert student.get(f"/clinic/{id_}/pages/1?w=1240").status == 200


def test_an_original_is_only_ever_downloaded_under_its_own_name(app, cast, browser):
    with app.app_context():
        id_ = people.hand_in(cast.lin)
    headers = browser(cast.lin).get(f"/clinic/{id_}/original").response.headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E6%9E%97%E7%9F%A5%E5%A4%8F-%E7%AE%80%E5%8E%86.pdf" in headers["Content-Disposition"]
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "application/pdf"


def test_a_browser_that_has_the_picture_is_told_so_and_a_stranger_is_not(app, cast, browser):
    with app.app_context():
        id_ = people.hand_in(cast.lin)
    student, stranger, path = browser(cast.lin), browser(cast.meng), f"/clinic/{id_}/pages/1?w=1240"
    first = student.get(path).response
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = {"If-None-Match": first.headers["ETag"]}
    assert student.client.get(path, headers=again).status_code == 304
    assert stranger.client.get(path, headers=again).status_code == 404


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\林\\简历.pdf", "简历.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("cv\u202efdp.exe", "cvfdp.exe"),
        ("x" * 300 + ".pdf", "x" * 110 + ".pdf"),
        ("简历", "简历"),
    ],
)
def test_a_name_is_data_and_never_a_path(given, shown):
    assert shown_name(given) == shown
