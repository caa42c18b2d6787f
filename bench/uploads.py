"""From the upload to the pictures: one two-page PDF alone, then many at once while a reviewer reads the queue."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import sqlalchemy as sa
from fpdf import FPDF

from blueprints.documents.rendering import WIDTHS

from .load import Times, Visitor, asked
from .queue import QUEUE
from .schools import School
from .servers import reviewer

MANY = 50
PAGES = 2
BOUNDARY = "qihang-bench"


@dataclass(frozen=True)
class One:
    """Seconds from the answer to the upload until a picture of page 1, and until all pictures."""

    first: float
    all: float


@dataclass(frozen=True)
class Many:
    """So many uploads at once: seconds until the last was acknowledged and until the last page was drawn."""

    acknowledged: float
    drawn: float
    lost: int
    queue: Times

    @property
    def rate(self) -> float:
        return MANY / self.drawn


def resume(number: int) -> bytes:
    """A two-page PDF unlike all others."""
    made = FPDF()
    made.set_font("Helvetica", size=11)
    for page in range(PAGES):
        made.add_page()
        for line in range(45):
            made.cell(text=f"Resume {number}, page {page + 1}, line {line + 1}", new_x="LMARGIN", new_y="NEXT")
    return bytes(made.output())


def one(port: int) -> list[One]:
    """Three uploads one after the other, by two students who have handed in nothing."""
    found = []
    for number, (login, target) in enumerate((("student8", "A"), ("student8", "B"), ("student9", "A"))):
        student = Visitor(port).sign_in(login, "qihang-demo")
        place = _hand_in(student, resume(1000 + number), target)
        begun = time.perf_counter()
        _until_there(student, f"{place}/pages/1?w={WIDTHS[0]}")
        first = time.perf_counter() - begun
        for page in range(1, PAGES + 1):
            for width in WIDTHS:
                _until_there(student, f"{place}/pages/{page}?w={width}")
        found.append(One(first, time.perf_counter() - begun))
    return found


def many(school: School, port: int) -> Many:
    """All at once, each by a student of its own; a reviewer asks for the queue all the while."""
    logins = _let_in(school, MANY)
    with ThreadPoolExecutor(4) as pool:
        students = list(pool.map(lambda login: Visitor(port).sign_in(login, "qihang-demo"), logins))
        papers = [resume(n) for n in range(MANY)]
    reading = _Reading(reviewer(port))
    reading.start()
    begun = time.perf_counter()
    with ThreadPoolExecutor(MANY) as pool:
        places = list(pool.map(lambda pair: _hand_in(pair[0], pair[1], "C"), zip(students, papers, strict=True)))
    acknowledged = time.perf_counter() - begun
    lost = sum(
        not _is_there(student, f"{place}/pages/{PAGES}?w={WIDTHS[-1]}", wait=True)
        for student, place in zip(students, places, strict=True)
    )
    drawn = time.perf_counter() - begun
    return Many(acknowledged, drawn, lost, reading.stop())


class _Reading(threading.Thread):
    """Asks for the queue until told to stop."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__()
        self.visitor, self.times, self.ended = visitor, Times([], 0), threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            self.times += asked(self.visitor.port, QUEUE, self.visitor.cookie, seconds=0.2)
            time.sleep(0.1)

    def stop(self) -> Times:
        self.ended.set()
        self.join()
        return self.times


def _hand_in(student: Visitor, pdf: bytes, target: str) -> str:
    """Upload; returns the submission's address."""
    fields = {"csrf_token": student.token("/clinic/new"), "target": target}
    parts = [f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    head = 'Content-Disposition: form-data; name="file"; filename="resume.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    parts.append(head.encode() + pdf + b"\r\n")
    body = b"".join(f"--{BOUNDARY}\r\n".encode() + part for part in parts) + f"--{BOUNDARY}--\r\n".encode()
    answer, _page = student.ask("POST", "/clinic/new", body, f"multipart/form-data; boundary={BOUNDARY}")
    if answer.status != 303:
        raise RuntimeError(f"the upload was answered with {answer.status}")
    return str(answer.headers["Location"])


def _until_there(student: Visitor, path: str) -> None:
    if not _is_there(student, path, wait=True):
        raise RuntimeError(f"{path} was never drawn")


def _is_there(student: Visitor, path: str, *, wait: bool, seconds: float = 120) -> bool:
    deadline = time.perf_counter() + (seconds if wait else 0)
    while student.ask("GET", path)[0].status != 200:
        if time.perf_counter() > deadline:
            return False
        time.sleep(0.02)
    return True


def _let_in(school: School, count: int) -> list[str]:
    """Give students who have handed in nothing the demo's password; returns their user names."""
    engine = sa.create_engine(school.settings.database_url)
    with engine.begin() as connection:
        logins = connection.scalars(
            sa.text(
                "SELECT u.username FROM user_account u JOIN student s ON s.user_id = u.id WHERE u.password_hash IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM submission WHERE student_id = s.id) ORDER BY u.id LIMIT :count"
            ),
            {"count": count},
        ).all()
        known = "(SELECT password_hash FROM user_account WHERE username = 'student1')"
        change = sa.text(f"UPDATE user_account SET password_hash = {known} WHERE username IN :logins")
        connection.execute(change.bindparams(sa.bindparam("logins", expanding=True)), {"logins": list(logins)})
    engine.dispose()
    return list(logins)
