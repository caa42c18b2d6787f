"""Files, kept by what they contain.

A :class:`Blob` row says that a file with this SHA-256, size and kind is in the store; the same content
is kept once. A file is streamed into a temporary one beside the store, hashed and capped on the way,
synced, renamed, and only then does its row exist, so a row never lacks its file. There is no public
URL: the slice that owns a file loads it through its own rules and answers with :func:`respond`.
The name a person gave is data, never a path.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

import fsspec
import sqlalchemy as sa
from flask import Response, current_app, request, send_file
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Model, db, text_enum
from .settings import SettingsError
from .sniff import Kind, Refused, sniff
from .text import clean

CHUNK = 1024 * 1024
ORPHAN_AGE = timedelta(days=1)


class Blob(Model):
    """A file in the store. ``sha256`` is its address, ``size`` is in bytes."""

    __tablename__ = "blob"
    __table_args__ = (sa.CheckConstraint("size > 0", name="size"),)

    sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    size: Mapped[int]
    kind: Mapped[Kind] = mapped_column(text_enum(Kind, "kind"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


@dataclass(frozen=True)
class Received:
    """An upload that is safely in the store and has no row yet."""

    sha256: str
    size: int
    kind: Kind
    name: str


class Store(Protocol):
    """Where the bytes are. Keys are SHA-256 in hex."""

    def put(self, path: Path, key: str) -> None: ...
    def open(self, key: str) -> IO[bytes]: ...
    def path(self, key: str) -> Path | None: ...
    def files(self) -> Iterator[tuple[str, float]]: ...
    def remove(self, key: str) -> None: ...


class FolderStore:
    """A folder of files, two levels deep; the default."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.root.mkdir(parents=True, exist_ok=True)

    def _at(self, key: str) -> Path:
        return self.root / key[:2] / key

    def put(self, path: Path, key: str) -> None:
        target = self._at(key)
        if target.exists():
            target.touch()  # young again, so that no sweep takes it before its row is there
            path.unlink()
            return
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
        _sync_folder(target.parent)

    def open(self, key: str) -> IO[bytes]:
        return self._at(key).open("rb")

    def path(self, key: str) -> Path | None:
        return self._at(key)

    def files(self) -> Iterator[tuple[str, float]]:
        for file in self.root.glob("??/*"):
            yield file.name, file.stat().st_mtime

    def remove(self, key: str) -> None:
        self._at(key).unlink(missing_ok=True)


class ObjectStore:
    """Any store that fsspec knows by URL (``s3://bucket/folder`` with s3fs installed)."""

    def __init__(self, url: str) -> None:
        self.fs, self.root = fsspec.core.url_to_fs(url)

    def _at(self, key: str) -> str:
        return f"{self.root}/{key[:2]}/{key}"

    def put(self, path: Path, key: str) -> None:
        if not self.fs.exists(self._at(key)):
            self.fs.put_file(str(path), self._at(key))
        path.unlink()

    def open(self, key: str) -> IO[bytes]:
        return self.fs.open(self._at(key), "rb")  # type: ignore[no-any-return]

    def path(self, key: str) -> Path | None:
        return None

    def files(self) -> Iterator[tuple[str, float]]:
        for name, facts in self.fs.find(self.root, detail=True).items():
            made: Any = facts.get("LastModified") or facts.get("created") or clock.now()
            yield name.rsplit("/", 1)[-1], made.timestamp() if isinstance(made, datetime) else float(made)

    def remove(self, key: str) -> None:
        self.fs.rm_file(self._at(key))


def store_at(url: str) -> Store:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderStore(Path(url2pathname(parts.path)))
    try:
        return ObjectStore(url)
    except (ValueError, ImportError) as error:
        raise SettingsError(f"QIHANG_BLOB_URL: {parts.scheme}:// cannot be used ({error}).") from error


def store() -> Store:
    return current_app.extensions["qihang.store"]  # type: ignore[no-any-return]


def scratch() -> Path:
    """A folder on the store's own disk for what is not finished yet."""
    path: Path = current_app.extensions["qihang.scratch"]
    return path


def receive(
    stream: IO[bytes], name: str, *, allowed: frozenset[Kind], limit: int, lock: Callable[[Path], None] | None = None
) -> Received:
    """Take an upload into the store: capped at ``limit`` bytes, recognised by its content, synced.

    ``lock`` encrypts the recognised file in its place, so that the store never holds it open. Call it before the
    writing half of the request begins. Raises :class:`~.sniff.Refused`.
    """
    temporary = scratch() / f"in-{secrets.token_hex(8)}"
    try:
        digest, size = _copy(stream, temporary, limit)
        kind = sniff(temporary, name, allowed)
        if lock is not None:
            lock(temporary)
            return dataclasses.replace(keep(temporary, kind), name=shown_name(name))
        store().put(temporary, digest)
    finally:
        temporary.unlink(missing_ok=True)
    return Received(digest, size, kind, shown_name(name))


def keep(path: Path, kind: Kind) -> Received:
    """Move a finished file of our own into the store."""
    with path.open("rb+") as file:
        digest = _digest(file)
        size = file.tell()
        os.fsync(file.fileno())
    store().put(path, digest)
    return Received(digest, size, kind, "")


def _copy(stream: IO[bytes], target: Path, limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise Refused(
                    "too_large",
                    _l("The file is larger than %(mb)d MB. Export it again with smaller pictures.", mb=limit // 2**20),
                )
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def _digest(file: Any) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def shown_name(name: str) -> str:
    """A person's file name made safe to show and to send back: no path, no control characters, 120 long."""
    base = clean(name.replace("\\", "/").rsplit("/", 1)[-1]).replace("\n", " ").replace("\t", " ")
    stem, dot, ending = base.rpartition(".")
    return f"{stem[:110]}{dot}{ending[:8]}" if dot else base[:120]


def blob_of(received: Received) -> Blob:
    """The row of a received file, made if this content has none yet."""
    found = db.session.scalar(sa.select(Blob).where(Blob.sha256 == received.sha256))
    if found is not None:
        return found
    blob = Blob(sha256=received.sha256, size=received.size, kind=received.kind)
    try:
        with db.session.begin_nested():
            db.session.add(blob)
    except sa.exc.IntegrityError:  # the same file came twice at the same moment
        return db.session.scalars(sa.select(Blob).where(Blob.sha256 == received.sha256)).one()
    return blob


def respond(blob: Blob, *, download_as: str | None = None) -> Response:
    """The file itself: shown when it is a picture of our own making, otherwise only ever downloaded.

    ``no-cache`` with the hash as ETag: a browser asks each time whether it may still show it, and is
    mostly told 304.
    """
    if request.if_none_match.contains(blob.sha256):
        response = Response(status=304)
    else:
        path = store().path(blob.sha256)
        source = path if path is not None else store().open(blob.sha256)
        response = send_file(
            source,
            mimetype=blob.kind.mimetype,
            as_attachment=download_as is not None,
            download_name=download_as,
            conditional=False,
            etag=False,
        )
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(blob.sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def respond_with(content: bytes, kind: Kind, *, download_as: str) -> Response:
    """A file that the store holds locked, for this answer only: no browser and no proxy keeps it."""
    response = send_file(io.BytesIO(content), mimetype=kind.mimetype, as_attachment=True, download_name=download_as)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


def problems() -> Iterator[str]:
    """Rows without their file, files that changed, and files without a row that are older than a day."""
    known = {}
    for sha256, size in db.session.execute(sa.select(Blob.sha256, Blob.size)):
        known[sha256] = size
        try:
            with store().open(sha256) as file:
                if _digest(file) != sha256:
                    yield f"files: {sha256} does not match its hash"
        except FileNotFoundError:
            yield f"files: {sha256} is missing"
    oldest = (clock.now() - ORPHAN_AGE).timestamp()
    for key, made in store().files():
        if key not in known and made < oldest:
            yield f"files: {key} belongs to nobody"


def sweep_orphans() -> int:
    """Remove files without a row that are older than a day (an upload whose request was refused)."""
    known = set(db.session.scalars(sa.select(Blob.sha256)))
    oldest = (clock.now() - ORPHAN_AGE).timestamp()
    gone = [key for key, made in store().files() if key not in known and made < oldest]
    for key in gone:
        store().remove(key)
    return len(gone)


def sweep_scratch() -> int:
    """Remove what a killed process left unfinished more than a day ago."""
    oldest, count = (clock.now() - ORPHAN_AGE).timestamp(), 0
    for left in scratch().iterdir():
        if left.stat().st_mtime < oldest:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
            count += 1
    return count
