"""Plan, occupancy and the pages around them: over 50 workspaces and over 500, each with ten years of tenancies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa

from app import create_app
from blueprints.accounts.models import OrgUnit, UnitKind, User
from blueprints.core import clock
from blueprints.core.db import db, unit
from blueprints.core.ids import new_id
from blueprints.incubator.models import (
    Application,
    ApplicationState,
    Block,
    Building,
    Floor,
    Intake,
    IntakeState,
    Kind,
    Tenancy,
    TenancyState,
    Workspace,
)
from blueprints.students.models import Student
from tests import machine

from .load import Times, Visitor, asked
from .queue import ROUNDS, SECONDS, Growth, queries
from .schools import School

FEW, MANY = 50, 500
PER_FLOOR, YEARS, WAITING = 50, 10, 20
LIMIT = 0.150
PAGES = {
    "plan of a floor": "/incubator/plan",
    "plan and a workspace": "/incubator/plan?room={room}",
    "occupancy, 12 months, all floors": "/incubator/occupancy",
    "occupancy, 36 months, all floors": "/incubator/occupancy?months=36",
    "occupancy of a floor": "/incubator/occupancy?floor={floor}",
    "today": "/incubator/",
    "figures": "/incubator/figures",
}


@contextmanager
def copies(school: School, folder: Path, server: str | None) -> Iterator[tuple[School, School]]:
    """Two copies of a school, one with few workspaces and one with many."""
    made = tuple(_copy(school, name, folder, server) for name in ("few", "many"))
    for one, count in zip(made, (FEW, MANY), strict=True):
        fill(one, count)
    yield made  # type: ignore[misc]


def _copy(school: School, name: str, folder: Path, server: str | None) -> School:
    data = folder / f"incubator-{name}"
    shutil.copytree(school.env["QIHANG_DATA"], data)
    env = {**school.env, "QIHANG_DATA": str(data), "QIHANG_PORT": str(machine.free_port())}
    if server is not None:
        env["QIHANG_DATABASE_URL"] = f"{server}/incubator_{name}"
        admin = sa.create_engine(f"{server}/postgres".replace("postgresql:", "postgresql+psycopg:"))
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"CREATE DATABASE incubator_{name} TEMPLATE school_{school.students}"))
        admin.dispose()
    return School(school.students, env)


def fill(school: School, count: int) -> None:
    """So many workspaces, fifty a floor; each lent for a year at a time since ten years ago, with a gap after each.

    A current team stands as housed as long as there are students who can lead one; the rest of them is written as left,
    which plan and chart do not ask about.
    """
    app = create_app(school.settings)
    with app.app_context():
        with unit("write"):
            rows = _rows(count)
            for model in (Building, Floor, Workspace, Intake, Application, Tenancy, Block):
                for start in range(0, len(rows[model]), 2000):
                    db.session.execute(sa.insert(model.__table__), rows[model][start : start + 2000])
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("VACUUM ANALYZE"))
        db.engine.dispose()


def _rows(count: int) -> dict[type, list[dict[str, object]]]:
    today, now = clock.today(), clock.now()
    by = db.session.scalars(sa.select(User.id).limit(1)).one()
    college = db.session.scalars(sa.select(OrgUnit.id).where(OrgUnit.kind == UnitKind.COLLEGE).limit(1)).one()
    taken = sa.select(Application.lead_id)
    leads = list(db.session.scalars(sa.select(Student.id).where(Student.id.not_in(taken)).order_by(Student.id)))
    building, intake = new_id(), new_id()
    rows: dict[type, list[dict[str, object]]] = {m: [] for m in (Floor, Workspace, Application, Tenancy, Block)}
    rows[Building] = [{"id": building, "name": "1 号创业楼", "address": ""}]
    days = {"opens_on": today - timedelta(days=90), "closes_on": today - timedelta(days=60)}
    bars = {"entry_bar": 7000, "relaxed_bar": 6000, "rule": ""}
    rows[Intake] = [
        {
            "id": intake,
            "name": "历年",
            "status": IntakeState.DECIDED,
            "made_by": by,
            "published_at": now,
            **days,
            **bars,
        }
    ]

    def team(status: ApplicationState, n: int) -> int:
        id = new_id()
        lead = leads[n] if status is not ApplicationState.LEFT else leads[n % len(leads)]
        facts = {"stage": "idea", "form": "trial", "credit_code": "", "kind": Kind.STUDIO, "seats": 3, "months": 12}
        flags = dict.fromkeys(("needs_water", "needs_380", "needs_quiet", "needs_access"), False)
        flags |= {"relief_asked": n % 3 == 0, "relief_met": n % 3 == 0}
        moments = {"created_at": now, "submitted_at": now, "approved_at": now - timedelta(days=n % 90)}
        numbers = {"points": 7000 + n, "refusals": 0, "pitch_minutes": "", "version": 1}
        owners = {"intake_id": intake, "lead_id": lead, "college_id": college, "status": status}
        rows[Application].append({"id": id, "team": f"第{n}队", **owners, **facts, **flags, **moments, **numbers})
        return id

    for n in range(WAITING):
        team(ApplicationState.APPROVED, n)
    for n in range(count):
        if n % PER_FLOOR == 0:
            floor = new_id()
            scenery = [{"name": "走廊", "x": 0, "y": 400, "w": 1000, "h": 60}]
            place = n // PER_FLOOR
            facts = {"width": 1000, "height": 560, "scenery": scenery}
            rows[Floor].append(
                {"id": floor, "building_id": building, "name": f"{place + 1} 层", "place": place, **facts}
            )
        room, (line, column) = new_id(), divmod(n % PER_FLOOR, 10)
        rectangle = {"x": column * 100, "y": line * 100 + (60 if line == 4 else 0), "w": 100, "h": 100}
        facts = {"kind": list(Kind)[n % 3], "seats": 4, "area": 30, "power": "220", "water": False, "noise": "normal"}
        more = {"accessible": False, "hours": "", "equipment": "", "fee": 30000, "hardship_fee": 0, "interns": 0}
        rows[Workspace].append(
            {"id": room, "floor_id": floor, "code": f"{n:03}", "version": 1, **rectangle, **facts, **more}
        )
        _years(rows, room, n, today, by, team, len(leads))
    return rows


def _years(rows, room, n, today: date, by: int, team, students: int) -> None:  # type: ignore[no-untyped-def]
    begins = today - timedelta(days=365 * YEARS - 330 + n % 300)
    while begins <= today:
        ends = begins + timedelta(days=350)
        lead = WAITING + n
        current = ends >= today
        housed = current and lead < students
        facts = {
            "id": new_id(),
            "workspace_id": room,
            "application_id": team(ApplicationState.HOUSED if housed else ApplicationState.LEFT, lead),
            "begins_on": begins,
            "ends_on": ends,
            "status": TenancyState.ACTIVE if current else TenancyState.ENDED,
            "left_on": None if current else ends,
        }
        money = {"fee": 30000, "waived": 0, "waived_why": "", "number": "", "left_why": "", "version": 1}
        rows[Tenancy].append({**facts, "offered_by": by, "offered_at": clock.start_of(begins), **money})
        begins = ends + timedelta(days=15)
    if n % 10 == 0:
        ends = begins - timedelta(days=1)
        rows[Block].append(
            {
                "id": new_id(),
                "workspace_id": room,
                "begins_on": ends - timedelta(days=9),
                "ends_on": ends,
                "reason": "维修",
            }
        )


def figures(schools: tuple[School, School], ports: tuple[int, int]) -> Iterator[Growth]:
    """Each page as the manager reads it, on both in turns."""
    visitors = tuple(Visitor(port).sign_in("incubator1", "qihang-demo") for port in ports)
    for visitor in visitors:
        visitor.ask("GET", "/")
    ids = [_ids(school) for school in schools]
    for page, path in PAGES.items():
        paths = [path.format(**known) for known in ids]
        counts = tuple(queries(s, p, v.cookie) for s, p, v in zip(schools, paths, visitors, strict=True))
        times = [Times([], 0), Times([], 0)]
        for _round in range(ROUNDS):
            for n, visitor in enumerate(visitors):
                times[n] += asked(visitor.port, paths[n], visitor.cookie, seconds=SECONDS)
        yield Growth(page, counts, *times)  # type: ignore[arg-type]


def _ids(school: School) -> dict[str, int]:
    """A floor of our making, and a workspace on it."""
    engine = sa.create_engine(school.settings.database_url)
    with engine.connect() as connection:
        query = sa.select(Workspace.id, Workspace.floor_id).where(Workspace.code == "007")
        room, floor = connection.execute(query.order_by(Workspace.id.desc()).limit(1)).one()
    engine.dispose()
    return {"room": room, "floor": floor}
