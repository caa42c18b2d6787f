"""Every door of the house: who may knock, what is there for whom, and that looking changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from blueprints.core.db import Model, unit
from blueprints.core.doors import DOORS
from tests.browser import Browser
from tests.house.conftest import Scene, Undone

MATRIX = Path(__file__).with_name("matrix.txt")
ON_SQLITE = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
OF_A_DRAFT = {"clinic.edit_mark", "clinic.save_mark", "clinic.delete_mark", "clinic.restore_mark"}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every endpoint, its rule and its method, in order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.endpoint, r.rule)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, rule.rule, method


def path_of(endpoint: str, rule: str, scene: Scene, submission: int | None = None) -> str:
    """The address of this route for the scene's things."""
    mark = scene.draft if endpoint in OF_A_DRAFT else scene.published
    own = {"accounts": scene.notice}.get(endpoint.partition(".")[0])
    about = max((begin for begin in scene.things if rule.startswith(begin)), key=len, default="")
    id_ = submission or own or scene.things.get(about) or scene.submission
    given = {
        **scene.things,
        "id": id_,
        "mark_id": mark,
        "n": 1,
        "kind": "csv",
        "token": scene.link,
        "filename": "app.css",
    }
    path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: str(given.get(found[1], id_)), rule)
    return path + ("?page=1&line=0" if endpoint == "clinic.compose" else "")


def test_every_route_says_who_may_knock(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - set(DOORS) == set()
    public = {e for e in endpoints if DOORS[e].access.public}
    assert public == {
        "static",
        "accounts.healthz",
        "accounts.sign_in",
        "accounts.sign_in_now",
        "accounts.sign_out",
        "accounts.welcome",
        "accounts.welcome_now",
        "accounts.preferences",
        "accounts.help_page",
        "accounts.privacy",
    }


def test_the_routes_command_lists_each_with_its_methods_and_who_may(app):
    with app.app_context():
        listed = json.loads(app.test_cli_runner().invoke(args=["routes", "--json"]).output)
    assert {(r["endpoint"], m) for r in listed for m in r["methods"]} == {(e, m) for e, _r, m in routes(app)}
    assert all(row["who"] and row["path"].startswith("/") for row in listed)


def test_only_what_leaves_a_trace_writes_on_a_get(app):
    writing = {e for e, _rule, method in routes(app) if method == "GET" and DOORS[e].writes}
    takes_a_file = {e for e in writing if e.endswith((".original", ".proof"))}
    assert writing == takes_a_file and "clinic.original" in writing


class Knocker:
    """Someone who tries a door and forgets that they did."""

    def __init__(self, app: Flask, undone: Undone, login: str | None) -> None:
        self.browser, self.undone = Browser(app), undone
        self.browser.sign_in(login) if login else self.browser.get("/help")
        self.token = self.browser.token()
        self.cookie = self.browser.client.get_cookie("qihang").value

    def knock(self, method: str, path: str):
        self.browser.client.set_cookie("qihang", self.cookie)
        data = {"data": {"csrf_token": self.token}} if method == "POST" else {}
        with self.undone():
            return self.browser._do(method, path, **data)


@ON_SQLITE
def test_the_matrix_of_who_gets_what_is_the_one_we_mean(app, scene, undone):
    """``matrix.txt``: each route and method × each of the cast → status; a change of rights is a change of that file.

    To write it anew: ``QIHANG_TEST_MATRIX=write pytest tests/house -k matrix``, and read the difference.
    """
    people = {"nobody": None, **{name: person.login for name, person in scene.cast.everyone.items()}}
    columns = {name: Knocker(app, undone, login) for name, login in people.items()}
    lines = [" ".join([f"{'':36}", *(f"{name:>9}" for name in columns)])]
    for endpoint, rule, method in routes(app):
        answers = [who.knock(method, path_of(endpoint, rule, scene)).status for who in columns.values()]
        assert max(answers) < 500, (endpoint, dict(zip(columns, answers, strict=True)))
        lines.append(" ".join([f"{method:4} {endpoint:31}", *(f"{status:9}" for status in answers)]))
    made = "\n".join(line.rstrip() for line in lines) + "\n"
    if os.environ.get("QIHANG_TEST_MATRIX") == "write":
        MATRIX.write_text(made)
    assert made.splitlines() == MATRIX.read_text().splitlines()


def same(answer, *ids: int) -> tuple[int, str]:
    """The answer without what is different in any two: the ids asked for."""
    text = answer.text
    for id_ in ids:
        text = text.replace(str(id_), "ID")
    return answer.status, re.sub(r'value="[^"]{40,}"|X-CSRFToken": "[^"]+"', "TOKEN", text)


STRANGERS = ("meng", "far", "admin", "mentor", "president", "incubator")


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_not_yours_cannot_be_told_from_what_is_not_there(app, scene, undone, name):
    stranger = Knocker(app, undone, getattr(scene.cast, name).login)
    missing = scene.submission + 1
    tried = [(e, rule, method) for e, rule, method in routes(app) if e.startswith("clinic.") and "<int:id>" in rule]
    assert len(tried) > 20
    for endpoint, rule, method in tried:
        foreign, nothing = (
            stranger.knock(method, path_of(endpoint, rule, scene, id_)) for id_ in (scene.submission, missing)
        )
        assert foreign.status == 404, (method, endpoint)
        assert same(foreign, scene.submission, missing) == same(nothing, scene.submission, missing), (method, endpoint)


OF_THE_OFFICE = ("/mentoring/codes/",)


def test_what_is_another_mentors_cannot_be_told_from_what_is_not_there(app, scene, undone):
    """Graduates, contacts, hand-overs, questions, plans, tags, views: by no route, for a mentor of another college."""
    stranger = Knocker(app, undone, scene.stranger)
    rules = [(e, r, m) for e, r, m in routes(app) if r.startswith("/mentoring/") and "<int:" in r]
    tried = [t for t in rules if not t[1].startswith(OF_THE_OFFICE)]
    assert len(tried) > 40
    for endpoint, rule, method in tried:
        there = path_of(endpoint, rule, scene)
        numbers = [int(n) for n in re.findall(r"\d{15,}", there)]
        nowhere = re.sub(r"\d{15,}", lambda found: str(int(found[0]) + 1), there)
        foreign, nothing = stranger.knock(method, there), stranger.knock(method, nowhere)
        assert foreign.status in (403, 404), (method, endpoint, foreign.status)
        ids = [*numbers, *(n + 1 for n in numbers)]
        assert same(foreign, *ids) == same(nothing, *ids), (method, endpoint)


def test_another_persons_notice_does_not_exist(app, scene, undone):
    for name, person in scene.cast.everyone.items():
        answer = Knocker(app, undone, person.login).knock("POST", f"/notices/{scene.notice}")
        assert answer.status == (303 if name == "lin" else 404), name


# -- Looking changes nothing ------------------------------------------------------------------------------


def digests(app: Flask) -> dict[str, str]:
    """One hash a table, of everything in it."""
    found = {}
    with app.app_context(), unit("read") as session:
        for table in Model.metadata.sorted_tables:
            rows = session.execute(sa.select(table).order_by(table.c.id)).all()
            found[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def crawl(visitor: Browser, most: int = 120) -> dict[str, int]:
    """Follow every link of this site that one can see from the first page on; statuses by address."""
    seen: dict[str, int] = {}
    shapes: set[tuple] = set()
    ahead = ["/"]
    while ahead and len(seen) < most:
        path = ahead.pop(0)
        parts = urlsplit(path)
        shape = (parts.path, tuple(sorted(p.partition("=")[0] for p in parts.query.split("&"))))
        if shape in shapes:
            continue
        shapes.add(shape)
        answer = visitor.get(path)
        seen[path] = answer.status
        gets = answer.page.xpath("//@hx-get") if answer.page is not None else []
        for link in [*answer.links(), *gets]:
            there = urlsplit(urljoin(path, link))
            if (
                not there.netloc
                and there.path.startswith("/")
                and not there.scheme
                and not there.path.startswith("/static/")
            ):
                ahead.append(there.path + (f"?{there.query}" if there.query else ""))
    return seen


@pytest.mark.parametrize(
    "name", ["lin", "meng", "shen", "ding", "luo", "office", "leader", "counselor", "admin", "mentor"]
)
def test_following_every_link_works_and_changes_nothing(app, scene, name):
    visitor = Browser(app)
    visitor.sign_in(getattr(scene.cast, name).login)
    before = digests(app)
    seen = crawl(visitor)
    after = digests(app)
    changed = {table for table in before if before[table] != after[table]}
    traced = any("/export." in path or "/original" in path or ".xlsx" in path for path in seen)
    assert changed == ({"audit_entry"} if traced else set())
    assert {path: status for path, status in seen.items() if status not in (200, 204)} == {}
    assert {"/notices", "/me"} <= set(seen)
