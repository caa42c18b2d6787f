"""Signing in and out, the person's own pages, and the home page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, g, make_response, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from ..core import clock, shell
from ..core.db import db, regardless, wait_to_write
from ..core.doors import DOORS, Slice, everyone, signed_in
from ..core.i18n import COOKIE, LANGUAGES, greeting, language, shown_language
from ..core.pages import done, local_url, render
from . import queries, service
from .forms import ChangePasswordForm, NewPasswordForm, SignInForm
from .models import Notice, User

bp = Slice("accounts", __name__)
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "qihang_theme"


@bp.get("/", access=signed_in)
def home() -> Response:
    """What is to be done next, as every slice says it."""
    panels = shell.panels(current_user)
    return render("accounts/home.html", greeting=greeting(), today=clock.today(), panels=panels)


@bp.get("/healthz", access=everyone)
def healthz() -> Response:
    db.session.execute(sa.text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


# -- Signing in and out --------------------------------------------------------------------------------


@bp.get("/sign-in", access=everyone)
def sign_in() -> Response:
    form = SignInForm(formdata=None, next=local_url(request.args.get("next")) or "")
    return render("accounts/sign_in.html", form=form)


@bp.post("/sign-in", access=everyone, writes=False, endpoint="sign_in_now")
def sign_in_now() -> Response:
    form = SignInForm()
    if not form.validate():
        return render("accounts/sign_in.html", 422, form=form)
    user, address = queries.by_login(form.username.data.strip()), request.remote_addr or ""
    account = user.username if user else form.username.data.strip()  # the number and the user name are one account
    if service.is_throttled(account, address):
        form.password.errors = [_("Too many attempts. Wait a quarter of an hour, or ask for a one-time link.")]
        return render("accounts/sign_in.html", 429, form=form)
    fits = service.password_fits(user, form.password.data)
    if user is None or not fits or not user.is_active:
        regardless(service.note_failure, account, address, user.id if user else None)
        form.password.errors = [_("The number or the password is not right. Try again, or ask for a one-time link.")]
        return render("accounts/sign_in.html", 422, form=form)
    user_id = user.id
    wait_to_write()
    _enter(user_id, account)
    return done(local_url(form.next.data) or url_for(".home"))


def _enter(user_id: int, login: str = "") -> None:
    """Begin a session in this browser, under a new id; the request is in its writing half."""
    user = queries.user(user_id)
    if login:
        service.forget_failures(login)
    user.session_token = service.begin_session(user, request.remote_addr or "", request.user_agent.string)
    session.clear()
    login_user(user)
    g.actor_id = user.id


@bp.post("/sign-out", access=everyone)
def sign_out() -> Response:
    if current_user.is_authenticated:
        service.end_session(current_user.session_token)
        logout_user()
    session.clear()
    return done(url_for(".sign_in"))


@bp.get("/welcome/<token>", access=everyone)
def welcome(token: str) -> Response:
    link = service.link_owner(token)
    person = queries.user(link.user_id) if link else None
    return render("accounts/welcome.html", 200 if link else 404, form=NewPasswordForm(formdata=None), person=person)


@bp.post("/welcome/<token>", access=everyone, writes=False, endpoint="welcome_now")
def welcome_now(token: str) -> Response:
    link = service.link_owner(token)
    if link is None:
        return render("accounts/welcome.html", 404, form=NewPasswordForm(formdata=None), person=None)
    person = queries.user(link.user_id)
    form = NewPasswordForm()
    form.own_words = person.username
    if not form.validate():
        return render("accounts/welcome.html", 422, form=form, person=person)
    hashed, user_id = service.hash_password(form.password.data), person.id
    wait_to_write()
    link = service.link_owner(token)
    if link is None:
        abort(409)
    link.used_at = clock.now()
    service.set_password(queries.user(user_id), hashed)
    db.session.flush()
    _enter(user_id)
    return done(url_for(".home"), _("Your password is set. Welcome."))


# -- One's own pages ------------------------------------------------------------------------------------


@bp.get("/me", access=signed_in)
def me() -> Response:
    return _me(ChangePasswordForm(formdata=None))


def _me(form: ChangePasswordForm, status: int = 200) -> Response:
    browsers = queries.sign_ins(current_user.id)
    here = queries.hashed(current_user.session_token)
    theme = current_user.theme or request.cookies.get(THEME_COOKIE, "auto")
    return render(
        "accounts/me.html", status, form=form, browsers=browsers, here=here, themes=THEMES, chosen_theme=theme
    )


@bp.post("/me/password", access=signed_in, writes=False)
def change_password() -> Response:
    form = ChangePasswordForm()
    form.own_words = current_user.username
    if not form.validate():
        return _me(form, 422)
    person = queries.user(current_user.id)
    if service.is_throttled(person.username, request.remote_addr or ""):
        abort(429)
    if not service.password_fits(person, form.current.data):
        regardless(service.note_failure, person.username, request.remote_addr or "", person.id)
        form.current.errors = [_("This is not your present password.")]
        return _me(form, 422)
    hashed, user_id = service.hash_password(form.password.data), person.id
    wait_to_write()
    service.set_password(queries.user(user_id), hashed)
    db.session.flush()
    _enter(user_id)
    return done(url_for(".me"), _("Your password is changed. All other browsers are signed out."))


@bp.post("/me/sign-outs", access=signed_in)
def sign_out_everywhere() -> Response:
    """Sign out every browser, this one too."""
    service.sign_out_everywhere(queries.user(current_user.id))
    logout_user()
    session.clear()
    return done(url_for(".sign_in"), _("You are signed out everywhere."))


@bp.post("/preferences", access=everyone)
def preferences() -> Response:
    """Language, light or dark, and single-key shortcuts; kept with the person, or in the browser before sign-in."""
    language, theme, shortcuts = (request.form.get(k) for k in ("language", "theme", "shortcuts"))
    person = queries.user(current_user.id) if current_user.is_authenticated else None
    answer = make_response(done(local_url(request.form.get("next")) or url_for(".home")))
    if language in LANGUAGES:
        _remember(answer, COOKIE, language)
        if person:
            person.language = language
    if theme in THEMES:
        _remember(answer, THEME_COOKIE, theme)
        if person:
            person.theme = theme
    if shortcuts in ("on", "off") and person:
        person.shortcuts = shortcuts == "on"
    return answer


def _remember(answer: Response, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=timedelta(days=365), samesite="Lax", httponly=True, secure=request.is_secure)


# -- Notices ------------------------------------------------------------------------------------------


@bp.get("/notices", access=signed_in)
def notices() -> Response:
    found = [(n, service.sentence(n)) for n in queries.notices(current_user.id)]
    return render("accounts/notices.html", notices=found)


@bp.post("/notices/read", access=signed_in)
def read_all() -> Response:
    service.read_notices(current_user.id)
    return done(url_for(".notices"), _("All notices are marked as read."))


@bp.post("/notices/<int:id>", access=signed_in)
def open_notice(id: int) -> Response:
    notice = db.session.scalar(sa.select(Notice).where(Notice.id == id, Notice.user_id == current_user.id))
    if notice is None:
        abort(404)
    service.read_notices(current_user.id, notice.id)
    return done(notice.url)


@bp.get("/help", access=everyone)
def help_page() -> Response:
    return render("accounts/help.html")


@bp.get("/privacy", access=everyone)
def privacy() -> Response:
    return render("accounts/privacy.html")


# -- What every page and every request needs of the person -----------------------------------------------


def load_person(token: str) -> User | None:
    """Flask-Login's loader: the person of this browser's session, whose last use is noted now and then."""
    found = queries.signed_in(token)
    if found is None:
        return None
    user, sign_in = found
    user.session_token = token
    g.actor_id = user.id
    door = DOORS.get(request.endpoint or "")
    if clock.now() - sign_in.seen_at > timedelta(minutes=1) and not (door and door.polls):
        regardless(service.touch, sign_in.id, clock.now())
    return user


def frame() -> dict[str, Any]:
    """The context of the shell: language, theme, navigation, bell, and whose page it is."""
    person = current_user._get_current_object()  # not a proxy's detour for each of its facts
    known = person.is_authenticated
    theme = (person.theme if known else None) or request.cookies.get(THEME_COOKIE)
    context: dict[str, Any] = {
        "lang": shown_language(),
        "theme": theme if theme in THEMES else "auto",
        "demo": queries.is_demo(),
        "languages": [{"code": c, "label": n, "current": c == language()} for c, n in LANGUAGES.items()],
        "me": None,
        "nav": [],
        "bell": None,
        "keys": "on",
    }
    if known:
        context["me"] = {
            "id": person.id,
            "login": person.username,
            "name": person.name,
            "initial": person.initial,
            "role_label": person.role_label,
            "url": url_for("accounts.me"),
        }
        context["nav"] = shell.links(person)
        context["bell"] = {"url": url_for("accounts.notices"), "count": queries.unread(person.id)}
        context["keys"] = "on" if person.shortcuts else "off"
    return context
