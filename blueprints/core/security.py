"""What every answer carries and every request must bear: headers, CSRF, hosts, sizes."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from .db import SAFE_METHODS
from .doors import DEFAULT_BODY, DOORS
from .settings import EVERYWHERE, Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
csrf = CSRFProtect()


def init_app(app: Flask, settings: Settings) -> None:
    public = urlsplit(settings.public_url)
    hosts = {public.hostname or "", "127.0.0.1", "localhost", "[::1]"}
    if settings.host not in EVERYWHERE:
        hosts.add(settings.host)
    app.config.update(
        TRUSTED_HOSTS=sorted(hosts),
        MAX_CONTENT_LENGTH=DEFAULT_BODY,
        MAX_FORM_MEMORY_SIZE=DEFAULT_BODY,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="__Host-qihang" if settings.is_https else "qihang",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.is_https,
        PREFERRED_URL_SCHEME=public.scheme,
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_limit_body)
    app.before_request(_refuse_foreign_sites)
    csrf.init_app(app)
    app.after_request(_headers)


def _limit_body() -> None:
    """Werkzeug's form limits do not cover urlencoded bodies, so the length is judged first."""
    door = DOORS.get(request.endpoint or "")
    request.max_content_length = door.body if door else DEFAULT_BODY
    if request.content_length is not None and request.content_length > request.max_content_length:
        abort(413)


def _refuse_foreign_sites() -> None:
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint == "static":
        versioned = "v" in request.args and response.status_code == 200
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
    else:
        headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
