"""Reads of people, the org tree and notices."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload

from ..core import clock
from ..core.db import db, rows
from ..core.options import Option
from .models import Grant, Notice, OrgUnit, Role, SignIn, UnitKind, User

STAFF_IDLE, STAFF_LONGEST = timedelta(minutes=30), timedelta(hours=12)
STUDENT_IDLE, STUDENT_LONGEST = timedelta(hours=24), timedelta(days=7)
BELL_TO = 99
IS_DEMO = Option("installation.demo", False, "Made by flask demo")

# Every page asks these, so they are built once.
_OF_SESSION = (
    sa.select(User, SignIn)
    .join(SignIn, SignIn.user_id == User.id)
    .where(SignIn.token_hash == sa.bindparam("token_hash"), User.disabled_at.is_(None))
    .options(joinedload(User.grants))
    .execution_options(populate_existing=True)
)
_UNREAD = sa.select(sa.func.count()).select_from(
    sa.select(Notice.id)
    .where(Notice.user_id == sa.bindparam("user_id"), Notice.read_at.is_(None))
    .limit(BELL_TO)
    .subquery()
)
_COLLEGES = sa.select(OrgUnit.id, OrgUnit.name).where(OrgUnit.kind == UnitKind.COLLEGE).order_by(OrgUnit.code)


def hashed(token: str) -> str:
    """Tokens are random, so a plain hash is enough to keep them out of the database."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in(token: str) -> tuple[User, SignIn] | None:
    """The person of this session token with their roles, unless it has lapsed; one query."""
    row = db.session.execute(_OF_SESSION, {"token_hash": hashed(token)}).unique().one_or_none()
    if row is None:
        return None
    user, sign_in = row
    idle, longest = (STAFF_IDLE, STAFF_LONGEST) if user.is_staff else (STUDENT_IDLE, STUDENT_LONGEST)
    now = clock.now()
    if now - sign_in.seen_at > idle or now - sign_in.created_at > longest:
        return None
    return user, sign_in


def by_login(login: str) -> User | None:
    """The person of a user name or number, with roles."""
    query = sa.select(User).where(sa.or_(User.username == login, User.number == login)).options(joinedload(User.grants))
    return db.session.scalars(query).unique().one_or_none()


def user(user_id: int) -> User:
    """A person with roles; raises NoResultFound."""
    query = (
        sa.select(User)
        .where(User.id == user_id)
        .options(joinedload(User.grants))
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).unique().one()


def people_named(ids: set[int]) -> dict[int, str]:
    """Names by id, for histories and cards: one query whatever the number of rows."""
    if not ids:
        return {}
    return dict(db.session.execute(sa.select(User.id, User.name).where(User.id.in_(ids))).all())  # type: ignore[arg-type]


def holders(role: Role) -> list[User]:
    """Everyone who holds a role today, in pinyin order, with roles."""
    today = clock.today()
    held = sa.select(Grant.user_id).where(
        Grant.role == role, Grant.begins_on <= today, sa.or_(Grant.ends_on.is_(None), Grant.ends_on >= today)
    )
    query = sa.select(User).where(User.id.in_(held)).order_by(User.sort_key).options(joinedload(User.grants))
    return list(db.session.scalars(query).unique())


def is_demo() -> bool:
    """Whether this database was made by ``flask demo``; looked up once a minute and process."""
    known = current_app.extensions.get("qihang.demo")
    if known is None or time.monotonic() - known[1] > 60:
        known = (bool(IS_DEMO.value), time.monotonic())
        current_app.extensions["qihang.demo"] = known
    return known[0]


def sign_ins(user_id: int) -> list[SignIn]:
    return list(db.session.scalars(sa.select(SignIn).where(SignIn.user_id == user_id).order_by(SignIn.seen_at.desc())))


def college_names() -> dict[int, str]:
    """Every college's name by id, in the order of their codes."""
    return dict(rows(_COLLEGES))


def school_name() -> str:
    """The name of the university, as it heads a paper."""
    return db.session.scalar(sa.select(OrgUnit.name).where(OrgUnit.kind == UnitKind.UNIVERSITY).limit(1)) or ""


def colleges() -> list[OrgUnit]:
    query = sa.select(OrgUnit).where(OrgUnit.kind == UnitKind.COLLEGE).order_by(OrgUnit.code)
    return list(db.session.scalars(query))


def unread(user_id: int) -> int:
    """How many notices wait to be read, up to :data:`BELL_TO`."""
    return int(rows(_UNREAD, user_id=user_id)[0][0])


def notices(user_id: int, most: int = 100) -> list[Notice]:
    query = (
        sa.select(Notice)
        .where(Notice.user_id == user_id)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))
