"""Sealed values: encrypted in their row with AES-256-GCM, so that no table, backup or log can be read without the key.

The associated data is ``table:id:column``: a value copied into another row does not open there. Stored are
4 bytes that name the key, a nonce of 12 bytes and the ciphertext. Keys live in one JSON file outside the
database (``QIHANG_KEYS_FILE``); ``flask keys rotate`` makes a new one, writes every value anew and forgets the old.
A descriptor and not a column type, because a type does not know its row.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app
from flask.cli import AppGroup

from .db import Model, db, unit

NAME, NONCE = 4, 12
BATCH = 500


class CannotOpen(RuntimeError):
    """The key is not here, or the value was changed or moved to another row."""


class Keyring:
    """The keys of an installation, read again whenever their file changes (a rotation runs beside the web)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._keys: dict[bytes, bytes] = {}
        self._current = b""

    def _read(self) -> None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            raise CannotOpen(f"there are no keys at {self.path}; run 'flask init'") from None
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            stored = json.loads(self.path.read_text())
            self._keys = {bytes.fromhex(n): base64.b64decode(k) for n, k in stored["keys"].items()}
            self._current = bytes.fromhex(stored["current"])
            self._stamp = stamp

    @property
    def current(self) -> bytes:
        """The name of the key that new values are sealed with."""
        self._read()
        return self._current

    @property
    def names(self) -> list[bytes]:
        self._read()
        return list(self._keys)

    def seal(self, text: str, about: str) -> bytes:
        name, nonce = self.current, secrets.token_bytes(NONCE)
        return name + nonce + AESGCM(self._keys[name]).encrypt(nonce, text.encode(), about.encode())

    def open(self, stored: bytes, about: str) -> str:
        self._read()
        key = self._keys.get(stored[:NAME])
        if key is None:
            raise CannotOpen(f"the key {stored[:NAME].hex()} of {about} is not at {self.path}")
        try:
            nonce = stored[NAME : NAME + NONCE]
            return AESGCM(key).decrypt(nonce, stored[NAME + NONCE :], about.encode()).decode()
        except InvalidTag:
            raise CannotOpen(f"{about} does not open: it was changed, or moved from another row") from None

    def add(self) -> bytes:
        """Make a key, the current one from now on."""
        keys = {n.hex(): base64.b64encode(self._keys[n]).decode() for n in self.names} if self.path.exists() else {}
        name = secrets.token_bytes(NAME)
        keys[name.hex()] = base64.b64encode(AESGCM.generate_key(256)).decode()
        self._write(name, keys)
        return name

    def forget_old(self) -> int:
        """Drop all keys but the current one; returns how many."""
        current = self.current
        gone = len(self._keys) - 1
        self._write(current, {current.hex(): base64.b64encode(self._keys[current]).decode()})
        return gone

    def _write(self, current: bytes, keys: dict[str, str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=".keys")
        with os.fdopen(descriptor, "w") as file:
            json.dump({"current": current.hex(), "keys": keys}, file)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self.path)


def keyring() -> Keyring:
    ring: Keyring = current_app.extensions["qihang.keyring"]
    return ring


class Sealed:
    """An attribute whose text is kept encrypted in the column named: ``secret = Sealed("secret_sealed")``.

    The row must have its id before it is set, so set it after the constructor.
    """

    def __init__(self, column: str) -> None:
        self.column = column

    def __set_name__(self, owner: type[Model], name: str) -> None:
        SEALED.append((owner, self.column))

    def __get__(self, row: Any, owner: Any = None) -> Any:
        if row is None:
            return self
        stored = getattr(row, self.column)
        return None if stored is None else keyring().open(bytes(stored), about(row, self.column))

    def __set__(self, row: Any, text: str | None) -> None:
        setattr(row, self.column, keyring().seal(text, about(row, self.column)) if text else None)


# -- Files -----------------------------------------------------------------------------------------------


def lock_file(path: Path) -> str:
    """Encrypt a small file in its place; returns its own key, to be kept in a :class:`Sealed` attribute."""
    key, nonce = AESGCM.generate_key(256), secrets.token_bytes(NONCE)
    path.write_bytes(nonce + AESGCM(key).encrypt(nonce, path.read_bytes(), b"file"))
    return base64.b64encode(key).decode()


def unlock(content: bytes, key: str) -> bytes:
    """What :func:`lock_file` has encrypted; raises :class:`CannotOpen`."""
    try:
        return AESGCM(base64.b64decode(key)).decrypt(content[:NONCE], content[NONCE:], b"file")
    except InvalidTag:
        raise CannotOpen("the file was changed, or its key is another") from None


SEALED: list[tuple[type[Model], str]] = []


def about(row: Any, column: str) -> str:
    """What a value is bound to."""
    return f"{row.__tablename__}:{row.id}:{column}"


# -- Keeping -------------------------------------------------------------------------------------------


def _stored(model: Any, column: str, after: int, most: int) -> Any:
    table = model.__table__
    query = sa.select(table.c.id, table.c[column]).where(table.c[column].is_not(None), table.c.id > after)
    return db.session.execute(query.order_by(table.c.id).limit(most)).all()


def problems() -> Iterator[str]:
    """Values that do not open with the keys of this installation."""
    for model, column in SEALED:
        after = 0
        while rows := _stored(model, column, after, BATCH):
            for id, stored in rows:
                try:
                    keyring().open(bytes(stored), f"{model.__tablename__}:{id}:{column}")
                except CannotOpen as error:
                    yield f"sealed: {error}"
            after = rows[-1][0]


def _renew(model: Any, column: str) -> int:
    """Seal every value of a column with the current key, a batch a transaction; returns how many were older."""
    ring, after, count = keyring(), 0, 0
    table = model.__table__
    while True:
        with unit("write"):
            rows = _stored(model, column, after, BATCH)
            for id, stored in rows:
                if bytes(stored[:NAME]) != ring.current:
                    what = f"{table.name}:{id}:{column}"
                    fresh = ring.seal(ring.open(bytes(stored), what), what)
                    db.session.execute(sa.update(table).where(table.c.id == id).values({column: fresh}))
                    count += 1
        if not rows:
            return count
        after = rows[-1][0]


keys_group = AppGroup("keys", help="The keys of sealed values.")


@keys_group.command("rotate")
def rotate() -> None:
    """Seal everything with a new key and forget the old one. Run again after an interruption, it goes on."""
    ring = keyring()
    if len(ring.names) == 1:
        ring.add()
    changed = sum(_renew(model, column) for model, column in SEALED)
    # A value sealed by a running web process in the moment of the change is caught by the second look.
    changed += sum(_renew(model, column) for model, column in SEALED)
    gone = ring.forget_old()
    click.echo(
        f"{changed} values sealed anew; {gone} old key(s) forgotten. Back up {ring.path} apart from the database."
    )


def make_key(app: Flask) -> None:
    """The first key of an installation; does nothing when there is one."""
    ring: Keyring = app.extensions["qihang.keyring"]
    if not ring.path.exists():
        ring.add()
        click.echo(f"Made the key {ring.path}; without it sealed values are lost. Keep a copy apart from the database.")


def init_app(app: Flask, path: Path) -> None:
    app.extensions["qihang.keyring"] = Keyring(path)
    app.cli.add_command(keys_group)
