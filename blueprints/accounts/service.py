"""What happens to people: they are created, given roles, signed in, and told things."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import current_app
from flask_babel import gettext as _

from ..core import audit, clock, mail
from ..core.db import db, rows_changed
from ..core.i18n import speaking
from ..core.ids import read_id
from ..core.text import search_key, sort_key
from . import queries
from .models import Cohort, FailedSignIn, Grant, Notice, OneTimeLink, OrgUnit, Role, SavedView, SignIn, UnitKind, User

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))
LINK_LIFE = timedelta(hours=24)
THROTTLE_WINDOW = timedelta(minutes=15)
MOST_FAILURES_ACCOUNT, MOST_FAILURES_ADDRESS = 10, 100


# -- The tree ---------------------------------------------------------------------------------------


def add_unit(kind: UnitKind, code: str, name: str, parent: OrgUnit | None = None, name_en: str = "") -> OrgUnit:
    unit = OrgUnit(kind=kind, code=code, name=name, name_en=name_en, parent_id=parent.id if parent else None)
    db.session.add(unit)
    return unit


def add_cohort(year: int, is_current: bool = False) -> Cohort:
    cohort = Cohort(year=year, is_current=is_current)
    db.session.add(cohort)
    return cohort


# -- People -----------------------------------------------------------------------------------------


def create_person(
    username: str, name: str, *, number: str | None = None, email: str | None = None, pinyin: str | None = None
) -> User:
    """A person who cannot sign in yet; see :func:`one_time_link`."""
    user = User(
        username=username,
        name=name,
        number=number,
        email=email,
        sort_key=sort_key(name, pinyin),
        search_key=search_key(name, number or "", pinyin=pinyin),
        created_at=clock.now(),
    )
    user.grants = []
    db.session.add(user)
    return user


def grant(
    user: User, role: Role, *, unit: OrgUnit | None = None, begins_on: date | None = None, ends_on: date | None = None
) -> Grant:
    """Give a role; every browser the person is signed in with must sign in again."""
    given = Grant(
        user_id=user.id,
        role=role,
        unit_id=unit.id if unit else None,
        begins_on=begins_on or clock.today(),
        ends_on=ends_on,
    )
    db.session.add(given)
    sign_out_everywhere(user)
    return given


def one_time_link(user: User) -> str:
    """A fresh path that lets this person set a password once; earlier unused ones stop working."""
    now = clock.now()
    db.session.execute(
        sa.update(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None)).values(used_at=now)
    )
    token = secrets.token_urlsafe(32)
    db.session.add(OneTimeLink(token_hash=queries.hashed(token), user_id=user.id, expires_at=now + LINK_LIFE))
    return f"/welcome/{token}"


def link_owner(token: str) -> OneTimeLink | None:
    """The unused, unexpired link of this token."""
    query = (
        sa.select(OneTimeLink)
        .join(User, User.id == OneTimeLink.user_id)
        .where(
            OneTimeLink.token_hash == queries.hashed(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > clock.now(),
            User.disabled_at.is_(None),
        )
    )
    return db.session.scalar(query)


# -- Passwords and sessions ---------------------------------------------------------------------------


def hash_password(password: str) -> str:
    """Slow by design (about 50 ms): call it before the writing half of a request begins."""
    return _hasher.hash(password)


def password_fits(user: User | None, password: str) -> bool:
    """Whether the password is this person's; takes the same time when there is no such person."""
    stored = user.password_hash if user is not None and user.password_hash else None
    try:
        _hasher.verify(stored or _NOBODY, password)
    except VerificationError:
        return False
    return stored is not None


def set_password(user: User, password_hash: str) -> None:
    """Store a new password; every browser signed in with the old one is signed out."""
    user.password_hash = password_hash
    sign_out_everywhere(user)
    audit.event_of("password.set", "user_account", user.id, actor_id=user.id)


def begin_session(user: User, address: str, agent: str) -> str:
    """A new session; returns its token, which only the browser keeps."""
    token, now = secrets.token_urlsafe(32), clock.now()
    db.session.add(
        SignIn(
            token_hash=queries.hashed(token),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            address=address[:60],
            agent=agent[:200],
        )
    )
    audit.event_of("sign-in", "user_account", user.id, actor_id=user.id)
    return token


def end_session(token: str) -> None:
    db.session.execute(sa.delete(SignIn).where(SignIn.token_hash == queries.hashed(token)))


def sign_out_everywhere(user: User, but: str | None = None) -> None:
    gone = sa.delete(SignIn).where(SignIn.user_id == user.id)
    db.session.execute(gone.where(SignIn.token_hash != queries.hashed(but)) if but else gone)


def touch(sign_in_id: int, moment: datetime) -> None:
    """Note that a session was used; called in a short transaction of its own, at most once a minute."""
    db.session.execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=moment))


def _keys(login: str, address: str) -> list[tuple[str, int]]:
    def key(kind: str, value: str) -> str:
        return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()

    return [(key("account", login.lower()), MOST_FAILURES_ACCOUNT), (key("address", address), MOST_FAILURES_ADDRESS)]


def is_throttled(login: str, address: str) -> bool:
    """Whether this account or this address has failed too often in the last quarter of an hour."""
    since = clock.now() - THROTTLE_WINDOW
    for key, most in _keys(login, address):
        recent = sa.select(sa.func.count()).where(FailedSignIn.key == key, FailedSignIn.at > since)
        if (db.session.scalar(recent) or 0) >= most:
            return True
    return False


def note_failure(login: str, address: str, user_id: int | None) -> None:
    now = clock.now()
    db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.at < now - THROTTLE_WINDOW))
    db.session.add_all([FailedSignIn(key=key, at=now) for key, _most in _keys(login, address)])
    audit.event_of("sign-in.failed", "user_account", user_id or 0)


def forget_failures(login: str) -> None:
    key = _keys(login, "")[0][0]
    db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.key == key))


# -- Notices ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NoticeKind:
    """How a notice of this kind reads: ``text(facts)`` is one sentence in the reader's language."""

    text: Callable[[dict[str, Any]], str]
    by_mail: bool = True


NOTICES: dict[str, NoticeKind] = {}


def notice_kind(
    name: str, *, by_mail: bool = True
) -> Callable[[Callable[[dict[str, Any]], str]], Callable[[dict[str, Any]], str]]:
    def register(text: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], str]:
        NOTICES[name] = NoticeKind(text, by_mail)
        return text

    return register


def tell(user: User, kind: str, url: str, **facts: Any) -> None:
    """Leave a notice on the site, and the same sentence by mail, in this transaction."""
    db.session.add(Notice(user_id=user.id, kind=kind, facts=facts, url=url, created_at=clock.now()))
    if NOTICES[kind].by_mail and user.email:
        with speaking(user.language):
            sentence = NOTICES[kind].text(facts)
            public = current_app.extensions["qihang.settings"].public_url
            end = _("Qihang, the employment office. Please do not answer this mail.")
            mail.send(user.name, user.email, sentence, f"{user.name}\n\n{sentence}\n\n{public}{url}\n\n-- \n{end}\n")


def sentence(notice: Notice) -> str:
    return NOTICES[notice.kind].text(notice.facts)


def read_notices(user_id: int, notice_id: int | None = None) -> None:
    change = sa.update(Notice).where(Notice.user_id == user_id, Notice.read_at.is_(None)).values(read_at=clock.now())
    db.session.execute(change.where(Notice.id == notice_id) if notice_id is not None else change)


# -- Saved views --------------------------------------------------------------------------------------

MOST_VIEWS = 20


def saved_views(user_id: int, listing: str) -> list[SavedView]:
    """A person's own views of a list, oldest first."""
    query = sa.select(SavedView).where(SavedView.user_id == user_id, SavedView.listing == listing)
    return list(db.session.scalars(query.order_by(SavedView.id)))


def saved_view(user_id: int, view_id: str) -> SavedView | None:
    """One of a person's own views, by the id as it stands in an address."""
    query = sa.select(SavedView).where(SavedView.id == read_id(view_id), SavedView.user_id == user_id)
    return db.session.scalar(query)


def save_view(user: User, listing: str, name: str, query: str) -> SavedView:
    """Keep a view; one of the same name is replaced, and the oldest goes when there are too many."""
    there = saved_views(user.id, listing)
    found = next((v for v in there if v.name == name), None)
    if found is None:
        found = SavedView(user_id=user.id, listing=listing, name=name, query=query)
        db.session.add(found)
        for old in there[: max(0, len(there) + 1 - MOST_VIEWS)]:
            db.session.delete(old)
    found.query = query
    return found


def delete_view(user_id: int, view_id: int) -> bool:
    """Whether there was such a view of this person."""
    gone = sa.delete(SavedView).where(SavedView.id == view_id, SavedView.user_id == user_id)
    return bool(rows_changed(gone))
