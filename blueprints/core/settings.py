"""The settings of one installation, read once from the environment.

This is the only module that reads the environment. Every name begins with ``QIHANG_``; the whole
list, with an example each, is in ``.env.example`` (a test keeps the two in step).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

import click

PREFIX = "QIHANG_"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
ROOT = Path(__file__).resolve().parents[2]


class SettingsError(click.ClickException):
    """A setting that stops the start; the command line prints its one sentence."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an installation decides. Paths are absolute, URLs are checked, defaults filled in."""

    data: Path
    database_url: str
    blob_url: str
    public_url: str
    host: str
    port: int
    mail_url: str
    secret_key_file: Path
    keys_file: Path
    proxy_hops: int = 0

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises :class:`SettingsError` with one sentence that names the setting."""
    env = os.environ if environ is None else environ
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    for name in env:
        if name.startswith(PREFIX) and name not in known and not name.startswith(PREFIX + "TEST_"):
            raise SettingsError(f"{name} is not a setting of Qihang; see .env.example for the list.")

    def get(name: str, default: str) -> str:
        return (env.get(PREFIX + name) or "").strip() or default

    data = Path(get("DATA", str(ROOT / "instance"))).expanduser().absolute()
    host, port = get("HOST", "127.0.0.1"), _port(get("PORT", "5000"))
    return Settings(
        data=_folder(data),
        database_url=_database(get("DATABASE_URL", f"sqlite:///{data / 'qihang.db'}")),
        blob_url=_url("BLOB_URL", get("BLOB_URL", (data / "blobs").as_uri())),
        public_url=_public(get("PUBLIC_URL", f"http://{'127.0.0.1' if host in EVERYWHERE else host}:{port}")),
        host=host,
        port=port,
        mail_url=_mail(get("MAIL_URL", (data / "mail").as_uri())),
        secret_key_file=Path(get("SECRET_KEY_FILE", str(data / "secret.key"))).expanduser().absolute(),
        keys_file=Path(get("KEYS_FILE", str(data / "keys.json"))).expanduser().absolute(),
        proxy_hops=_hops(get("PROXY_HOPS", "0")),
    )


def read_secret(settings: Settings) -> str | None:
    """The key that signs cookies, or None before ``flask init`` has made it."""
    path = settings.secret_key_file
    if not path.exists():
        return None
    secret = path.read_text(encoding="ascii", errors="replace").strip()
    if len(secret) < 32:
        raise SettingsError(f"{PREFIX}SECRET_KEY_FILE: {path} holds no key of 32 characters or more.")
    return secret


def _folder(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise SettingsError(f"{PREFIX}DATA: {path} is a file; it must be a folder.")
    try:
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{PREFIX}DATA: cannot make the folder {path}: {error.strerror}.") from error
    if not os.access(path, os.W_OK):
        raise SettingsError(f"{PREFIX}DATA: cannot write into the folder {path}.")
    return path


def _database(url: str) -> str:
    scheme = urlsplit(url).scheme
    if scheme in ("postgres", "postgresql"):
        return "postgresql+psycopg" + url[len(scheme) :]
    if scheme in ("sqlite", "postgresql+psycopg"):
        return url
    raise SettingsError(
        f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql:// (it begins with {scheme or 'nothing'})."
    )


def _url(name: str, url: str) -> str:
    if not urlsplit(url).scheme:
        raise SettingsError(f"{PREFIX}{name} must be a URL such as file:///srv/qihang/blobs or s3://bucket/folder.")
    return url


def _public(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL must be the address people type, such as https://qihang.example.edu.cn."
        )
    return url.rstrip("/")


def _mail(url: str) -> str:
    if urlsplit(url).scheme not in ("file", "smtp", "smtps"):
        raise SettingsError(f"{PREFIX}MAIL_URL must be smtp://user:password@host:port, smtps://… or file:///folder.")
    return url


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"{PREFIX}PORT must be a number from 1 to 65535 (it is {text!r}).")
    return int(text)


def _hops(text: str) -> int:
    if not text.isdecimal() or int(text) > 5:
        raise SettingsError(f"{PREFIX}PROXY_HOPS must be the number of proxies in front, 0 to 5 (it is {text!r}).")
    return int(text)
