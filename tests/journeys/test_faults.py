"""`kill -9` in the middle of uploads: what was acknowledged is there, what was not is not there at all."""

from __future__ import annotations

import http.cookiejar
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import encode_multipart

from blueprints.accounts.models import Cohort, OrgUnit, UnitKind
from blueprints.clinic.models import Submission
from blueprints.core.db import db
from blueprints.core.settings import ROOT
from blueprints.documents.models import Drawing
from blueprints.students import service as register
from tests import people

from .school import School

pytestmark = pytest.mark.slow
STUDENTS, EACH = 10, 2
PATIENCE = 150


class Client:
    """A student's browser without a browser: cookies, forms, one upload."""

    def __init__(self, url: str, login: str) -> None:
        self.url = url
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open
        self.post("/sign-in", "/sign-in", {"username": login, "password": people.PASSWORD})

    def token(self, path: str) -> str:
        page = self._open(self.url + path, timeout=30).read().decode()
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        return found[1]

    def post(self, form: str, path: str, data: dict[str, object]) -> str:
        """Where the answer leads to; raises URLError when there was none."""
        boundary, body = encode_multipart({"csrf_token": self.token(form), **data})
        request = urllib.request.Request(
            self.url + path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        )
        return str(self._open(request, timeout=60).geturl())

    def upload(self, target: str, content: bytes) -> str:
        from io import BytesIO

        from werkzeug.datastructures import FileStorage

        file = FileStorage(BytesIO(content), "resume.pdf", "file")
        return self.post("/clinic/new", "/clinic/new", {"target": target, "file": file})


def more_students() -> None:
    """Ten graduates besides the cast."""
    units = {kind: db.session.scalars(sa.select(OrgUnit).where(OrgUnit.kind == kind)).first() for kind in UnitKind}
    cohort = db.session.scalars(sa.select(Cohort)).one()
    for n in range(STUDENTS):
        made = register.enrol(
            f"many{n}",
            f"王{n}",
            f"20230199{n:02d}",
            cohort=cohort,
            college=units[UnitKind.COLLEGE],  # type: ignore[arg-type]
            major=units[UnitKind.MAJOR],  # type: ignore[arg-type]
            class_=units[UnitKind.CLASS],  # type: ignore[arg-type]
            since=date(2026, 9, 1),
        )
        made.user.password_hash = people._HASH


def processes(word: str, below: int) -> list[int]:
    """The running processes below this one whose command line has the word."""
    parents, found = {}, []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(entry.name)] = int(stat[1])
        if word in command:
            found.append(int(entry.name))

    def is_below(pid: int) -> bool:
        while pid > 1:
            if pid == below:
                return True
            pid = parents.get(pid, 0)
        return False

    return [pid for pid in found if is_below(pid)]


def test_kill_9_of_worker_and_web_in_the_middle_of_twenty_uploads_loses_nothing(school: School):
    school.write(more_students)
    clients = [Client(school.url, f"many{n}") for n in range(STUDENTS)]
    work: queue.Queue[tuple[Client, str, bytes]] = queue.Queue()
    for turn in range(EACH):
        for n, client in enumerate(clients):
            work.put((client, f"岗位 {turn}", people.pdf(f"Student {n}", f"Version {turn}")))
    acknowledged: list[str] = []

    def uploader() -> None:
        while True:
            try:
                client, target, content = work.get_nowait()
            except queue.Empty:
                return
            try:
                acknowledged.append(client.upload(target, content))
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.5)  # not acknowledged: nothing is promised

    threads = [threading.Thread(target=uploader) for _n in range(4)]
    for thread in threads:
        thread.start()
    assert school._process is not None
    for word in ("flask worker", "app:web", "flask worker"):
        time.sleep(1)
        for pid in processes(word, school._process.pid)[-1:]:
            os.kill(pid, signal.SIGKILL)
    for thread in threads:
        thread.join(PATIENCE)
    assert len(acknowledged) >= STUDENTS, "too few uploads came through to say anything"
    assert all(re.search(r"/clinic/\d+$", url) for url in acknowledged)
    ids = {int(url.rsplit("/", 1)[-1]) for url in acknowledged}
    assert school.count(Submission, Submission.id.in_(ids)) == len(ids)
    deadline = time.monotonic() + PATIENCE
    while school.count(Drawing, Drawing.ready_at.is_(None)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert school.count(Drawing, Drawing.ready_at.is_(None)) == 0, "not every acknowledged file was drawn"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QIHANG_")}
    verify = subprocess.run(
        [sys.executable, "-m", "flask", "verify"], cwd=ROOT, env=clean | school._env, capture_output=True, text=True
    )
    assert verify.returncode == 0, verify.stderr
