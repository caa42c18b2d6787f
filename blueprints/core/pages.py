"""Answers: a page or a fragment of it, what follows a saved form, and the pages of errors.

This is the only module that knows htmx's headers. A partial request whose target names a block of the
template gets that block; everyone else gets the whole page. Views do not branch on htmx.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from jinja2 import Template
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import IntegerConverter

from . import db as house

log = logging.getLogger("qihang.pages")


def is_partial() -> bool:
    return request.headers.get("HX-Request-Type") == "partial"


def _current_page() -> SplitResult:
    """The page an htmx request comes from; the header is whatever a client sends."""
    try:
        return urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return urlsplit("")


def _target() -> str:
    return request.headers.get("HX-Target", "").partition("#")[2] if is_partial() else ""


def render(template: str, status: int = 200, also: tuple[str, ...] = (), **context: Any) -> Response:
    """The page, or the block that the request's target names. A block is a whole element with that id.

    ``also`` names further blocks that changed with it; a partial answer brings them along, to be morphed
    into the elements of the same id.
    """
    page = current_app.jinja_env.get_template(template)
    name = _target()
    if name in page.blocks and name not in current_app.jinja_env.get_template("base.html").blocks:
        current_app.update_template_context(context)
        html = _block(page, name, context)
        if status < 400:
            html += "".join(
                _partial(f"#{other}", "outerMorph", _block(page, other, context)) for other in also if other != name
            )
            html += "".join(_toast(text) for text in g.pop("_said", []))
    else:
        html = render_template(page, **context)
    response = current_app.make_response((html, status))
    response.vary.update(("HX-Request-Type", "HX-Target"))
    return response


def _block(page: Template, name: str, context: dict[str, Any]) -> str:
    return "".join(page.blocks[name](page.new_context(context)))


def _partial(target: str, swap: str, html: str) -> str:
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{html}</hx-partial>'


def _toast(text: str, tone: str = "") -> str:
    ui = current_app.jinja_env.globals["ui"]
    return _partial("#toasts", "beforeend", str(ui.toast(text, tone)))  # type: ignore[attr-defined]


def done(url: str, said: str | None = None, show: Callable[[], Response] | None = None) -> Response:
    """What answers a saved form: 303 to a browser; to htmx a redirect or, with ``show``, the changed block.

    ``said`` is flashed once the work is committed.
    """
    if said:
        house.say(said)
    if not is_partial():
        if request.headers.get("X-Upload"):
            return Response(status=204, headers={"HX-Redirect": url})
        return redirect(url, 303)  # type: ignore[return-value]
    if show is not None:
        return show()
    here = _current_page()
    there = urlsplit(url)
    if (here.path, here.query) == (there.path, there.query):
        return Response(status=204, headers={"HX-Refresh": "true"})
    return Response(status=204, headers={"HX-Redirect": url})


def nothing_new() -> Response:
    """A poll that found nothing changed."""
    return Response(status=204)


_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]{0,2000}")  # a browser drops tabs and line breaks before it looks


def local_url(target: str | None) -> str | None:
    """A path on this site, or None: ``//elsewhere`` and ``/\\elsewhere`` are not."""
    return target if target and _LOCAL.fullmatch(target) else None


# -- Errors ---------------------------------------------------------------------------------------


def _headline(code: int) -> tuple[str, str]:
    """What happened and what to do next, in a person's words."""
    known = {
        400: (_("The form could not be read"), _("Go back, reload the page and send it again.")),
        403: (_("This is not open to you"), _("If you think it should be, ask the employment office.")),
        404: (_("There is nothing here"), _("It may have been withdrawn, or the address is not quite right.")),
        405: (_("This page cannot be used that way"), _("Go back and use the buttons of the page.")),
        409: (_("Someone was quicker"), _("Reload the page to see how things stand now.")),
        413: (_("That is too large"), _("Choose a smaller file.")),
        429: (_("Too many attempts"), _("Wait a little and try again.")),
        500: (
            _("Something went wrong on our side"),
            _("Nothing was changed. Try again; if it happens again, tell the employment office."),
        ),
        503: (_("The site is busy"), _("Nothing was changed. Try again in a few seconds.")),
    }
    return known.get(code, known[500] if code >= 500 else known[400])


def error_page(code: int, sentence: str | None = None) -> Response:
    title, advice = _headline(code)
    text = sentence or advice
    if is_partial():
        html = _toast(text, "bad")
        return Response(html, status=code, mimetype="text/html")
    template = "error.html" if current_user.is_authenticated else "error_gate.html"
    return current_app.make_response((render_template(template, title=title, text=text, code=code), code))


def _sign_in_first() -> Response:
    if is_partial():
        path = _current_page()
        back = path.path + (f"?{path.query}" if path.query else "")
        return Response(status=401, headers={"HX-Redirect": f"{url_for('accounts.sign_in')}?next={quote(back)}"})
    back = request.full_path.rstrip("?") if request.method == "GET" else url_for("accounts.home")
    if back != url_for("accounts.home"):
        return redirect(url_for("accounts.sign_in", next=back), 303)  # type: ignore[return-value]
    return redirect(url_for("accounts.sign_in"), 303)  # type: ignore[return-value]


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):  # under a strange host no address can be made, so there is no page
        return Response("This is not the address of this site.\n", status=400, mimetype="text/plain")
    if error.code == 401:
        return _sign_in_first()
    if error.code is not None and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    own_words = isinstance(error.description, str) and type(error).description != error.description
    response = error_page(error.code or 500, str(error.description) if own_words else None)
    if error.code == 503:
        response.headers["Retry-After"] = "3"
    if error.code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def _busy(error: sa.exc.OperationalError) -> Response:
    log.warning("database busy or gone", exc_info=error)
    response = error_page(503)
    response.headers["Retry-After"] = "3"
    return response


def _conflict(error: Exception) -> Response:
    log.info("refused by the database", exc_info=error)
    return error_page(409)


class IdConverter(IntegerConverter):
    """``<int:id>``: what a database can hold; anything larger is no address."""

    def __init__(self, map: Any, **options: Any) -> None:
        super().__init__(map, **{"max": 2**63 - 1, **options})


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = IdConverter
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, lambda error: error_page(400))
    app.register_error_handler(sa.exc.OperationalError, _busy)
    app.register_error_handler(sa.exc.IntegrityError, _conflict)
    app.register_error_handler(sa.exc.DataError, lambda error: error_page(400))
    app.register_error_handler(OverflowError, lambda error: error_page(400))
    app.register_error_handler(sa.orm.exc.StaleDataError, _conflict)
