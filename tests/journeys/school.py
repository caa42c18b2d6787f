"""A whole installation on a free port, as ``flask serve`` runs it, and the papers people bring to it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from fpdf import FPDF

from app import create_app
from blueprints.accounts import queries as accounts
from blueprints.accounts.invented import colleges
from blueprints.accounts.invented import people as invent_people
from blueprints.accounts.models import Grant
from blueprints.clinic import invented, service
from blueprints.clinic.models import Outcome
from blueprints.core import audit, clock, jobs
from blueprints.core.cli import initialise
from blueprints.core.db import db, unit
from blueprints.core.settings import ROOT, from_environment
from blueprints.documents import service as documents
from blueprints.documents.models import Drawing, MarkKind
from tests import machine, people
from tests.people import Cast, Person

T = TypeVar("T")
START_SECONDS = 60
PAGES = (
    ("Lin Zhixia", "Primary school maths teacher", "EDUCATION", "Beihu Normal College, mathematics, 2023 to 2027",
     "EXPERIENCE", "Taught two classes and helped the students improve", "Wrote lesson plans for fractions"),
    ("CAMPUS", "Head of the reading club, 40 members", "SKILLS", "Mandarin level 2A, English CET-6"),
)  # fmt: skip


class School:
    """An installation in a folder, serving inside ``with``.

    Tests look into its database; browsers go through its web server.
    """

    ids: dict[str, int]

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self._env = {"QIHANG_DATA": str(folder), "QIHANG_PORT": str(machine.free_port())}
        if database_url:
            self._env["QIHANG_DATABASE_URL"] = database_url
        self._log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None
        settings = from_environment(self._env)
        settings.secret_key_file.write_text("t" * 64)
        self.url = settings.public_url
        self.app = create_app(settings)
        with self.app.app_context():
            initialise(quietly=True)
            self.cast = Cast.arrive()
        self.write(_serve_today)

    def __enter__(self) -> School:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the web server and the worker, and wait until they answer."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("QIHANG_")}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", "serve"], cwd=ROOT, env=clean | self._env, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, "the server did not answer in time"
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    # -- the database --

    def look(self, read: Callable[[], T]) -> T:
        """What the database says, read in a unit of its own."""
        with self.app.app_context(), unit("read"):
            return read()

    def count(self, model: Any, *conditions: Any) -> int:
        query = sa.select(sa.func.count()).select_from(model).where(*conditions)
        return self.look(lambda: db.session.scalar(query) or 0)

    def write(self, change: Callable[[], Any]) -> None:
        with self.app.app_context(), unit("write"):
            audit.act_as(None, "test")
            change()

    # -- what has happened before a browser comes --

    def hand_in(self, who: Person, target: str, content: bytes | None = None, **facts: Any) -> int:
        """A submission whose pages were really drawn; queued unless ``confirm=False``. Returns its id."""
        content = content or two_pages(target)
        with self.app.app_context():
            with unit("write"):
                drawing = documents.drawing_of(people.receive(content)).id
            self._wait_for(drawing)
            return people.hand_in(who, target, content=content, **facts)

    def _wait_for(self, drawing: int) -> None:
        """The site's own worker may have taken the job, so that there is nothing to drain and the pages come later."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            jobs.drain()
            if self.look(lambda: db.session.get_one(Drawing, drawing).ready_at) is not None:
                return
            time.sleep(0.05)
        raise TimeoutError("the pages were not drawn within 20 seconds")

    def claim(self, id_: int, who: Person, marks: int = 0) -> None:
        """Claimed by this reviewer, with so many marks in draft, one of each kind."""
        with self.app.app_context():
            people.move(id_, "claim", who)
            for line, kind in zip(range(2, 2 + marks), MarkKind, strict=False):
                people.mark(id_, who, line=line, kind=kind, body="写出具体数字：多少学生、提高了多少、用了多久？")

    def publish(self, id_: int, who: Person, decision: str = "revise") -> None:
        with self.app.app_context(), unit("write"):
            audit.act_as(who.id, f"submission.{decision}")
            held, actor = people.submission(id_), accounts.user(who.id)
            heard = {"minutes": 8, "skills": "板书好", "wishes": "回福州", "obstacle": ""}
            service.record_call(held, held.current, actor, Outcome.REACHED, **heard)
            due_on = clock.today() + timedelta(days=5)
            words = "经历扎实，结果要写成数字。"
            service.publish(held, held.current, actor, decision=decision, summary=words, due_on=due_on)


def _serve_today() -> None:
    """The cast's terms hold on whatever day the tests are run."""
    for grant in db.session.scalars(sa.select(Grant)):
        grant.begins_on, grant.ends_on = date(2026, 1, 1), None


@cache
def two_pages(note: str = "", *, changed: str | None = None) -> bytes:
    """A two-page résumé as PDF. Another ``note`` makes other bytes; ``changed`` takes the place of line 5."""
    made = FPDF()
    made.set_title(note)
    for lines in PAGES:
        made.add_page()
        made.set_font("Helvetica", size=13)
        for no, line in enumerate(lines):
            made.cell(h=10, text=changed if changed and no == 5 else line, new_x="LMARGIN", new_y="NEXT")
    return bytes(made.output())


@cache
def chinese(seed: int = 3) -> invented.Resume:
    """The résumé of an invented student."""
    return invented.resume(next(invent_people(1, seed)), colleges()[0].majors[0], seed)
