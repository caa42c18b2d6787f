"""The settings: each wrong value stops the start with one sentence that names it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from app import create_app, web
from blueprints.core.settings import PREFIX, ROOT, Settings, SettingsError, from_environment


def read(tmp_path: Path, **chosen: str) -> Settings:
    return from_environment({"QIHANG_DATA": str(tmp_path), **{PREFIX + k: v for k, v in chosen.items()}})


def test_everything_has_a_default(tmp_path):
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/qihang.db"
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 5000, "http://127.0.0.1:5000")
    assert settings.blob_url == (tmp_path / "blobs").as_uri()
    assert settings.mail_url == (tmp_path / "mail").as_uri()
    assert settings.secret_key_file == tmp_path / "secret.key"
    assert settings.proxy_hops == 0


def test_an_empty_value_is_the_default(tmp_path):
    assert read(tmp_path, PORT="", DATABASE_URL=" ") == read(tmp_path)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_same_driver(tmp_path, scheme):
    assert read(tmp_path, DATABASE_URL=f"{scheme}://a@b/c").database_url == "postgresql+psycopg://a@b/c"


def test_the_public_address_loses_its_last_slash_and_says_whether_it_is_https(tmp_path):
    settings = read(tmp_path, PUBLIC_URL="https://qihang.example.edu.cn/")
    assert settings.public_url == "https://qihang.example.edu.cn"
    assert settings.is_https


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("DATABASE_URL", "mysql://localhost/qihang"),
        ("DATABASE_URL", "qihang.db"),
        ("BLOB_URL", "blobs"),
        ("BLOB_URL", "nosuch://bucket/folder"),
        ("PUBLIC_URL", "qihang.example.edu.cn"),
        ("PUBLIC_URL", "ftp://qihang.example.edu.cn"),
        ("PUBLIC_URL", "https://"),
        ("MAIL_URL", "http://mail.example.edu.cn"),
        ("MAIL_URL", "mail.example.edu.cn"),
        ("PROXY_HOPS", "many"),
        ("PROXY_HOPS", "6"),
        ("DATA", "/dev/null"),
        ("DATA", "/proc/nowhere"),
        ("PROT", "5000"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence_that_names_it(tmp_path, name, value):
    with pytest.raises(SettingsError) as stopped:
        create_app(read(tmp_path, **{name: value}))
    assert_one_sentence(stopped.value, PREFIX + name)


def assert_one_sentence(error: click.ClickException, name: str) -> None:
    assert name in error.message
    assert error.message.endswith(".")
    assert "\n" not in error.message


def test_a_secret_that_is_too_short_stops_the_start(tmp_path):
    (tmp_path / "secret.key").write_text("short")
    with pytest.raises(SettingsError) as stopped:
        create_app(read(tmp_path))
    assert_one_sentence(stopped.value, "QIHANG_SECRET_KEY_FILE")


def test_the_web_server_does_not_start_without_a_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("QIHANG_DATA", str(tmp_path))
    monkeypatch.setattr("app.die_with_parent", lambda: None)
    with pytest.raises(SystemExit, match="run 'flask init' first"):
        web()


def test_the_example_file_lists_exactly_the_settings():
    lines = (ROOT / ".env.example").read_text().splitlines()
    listed = [found[1] for line in lines if (found := re.match(r"#?\s*(QIHANG_\w+)=", line))]
    assert sorted(listed) == sorted(PREFIX + field.name.upper() for field in fields(Settings))
