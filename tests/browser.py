"""A browser over the test client: it reads the real forms, and judges every page it sees."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from .people import PASSWORD

QUERY_BUDGET = 30
UNLABELLED = {"hidden", "submit", "button"}


class Answer:
    """A response, its parsed page, and how many queries it took."""

    def __init__(self, response: TestResponse, queries: list[str]) -> None:
        self.response, self.queries = response, queries
        self.status = response.status_code
        self.text = response.get_data(as_text=True) if response.mimetype.startswith("text/") else ""
        self.page = lxml.html.fromstring(self.text) if response.mimetype == "text/html" and self.text.strip() else None

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    @property
    def said(self) -> str:
        """All words of the page, blanks folded."""
        return " ".join(self.page.text_content().split()) if self.page is not None else self.text

    @property
    def errors(self) -> str:
        found = self.page.xpath("//*[contains(concat(' ', @class, ' '), ' err ')]") if self.page is not None else []
        return " ".join(" ".join(e.text_content().split()) for e in found)

    def form(self, action: str) -> lxml.html.FormElement:
        """The form whose action ends so."""
        forms = [f for f in self.page.forms if (f.get("action") or "").endswith(action)]  # type: ignore[union-attr]
        assert forms, f"no form to {action}; there are {[f.get('action') for f in self.page.forms]}"  # type: ignore[union-attr]
        return forms[0]

    def links(self) -> list[str]:
        return [a.get("href") for a in self.page.xpath("//a[@href]")] if self.page is not None else []

    def has_form(self, action: str) -> bool:
        return any((f.get("action") or "").endswith(action) for f in self.page.forms)  # type: ignore[union-attr]


class Browser:
    def __init__(self, app: Flask, language: str = "en") -> None:
        self.app = app
        self.client = app.test_client()
        self.language = language
        self.at: Answer | None = None

    def get(self, path: str, **options: Any) -> Answer:
        return self._do("GET", path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Answer:
        """Post with the CSRF token of this session, without looking for a form."""
        return self._do("POST", path, data={"csrf_token": self.token(), **(data or {})}, **options)

    def submit(self, action: str, files: dict[str, Any] | None = None, **fields: Any) -> Answer:
        """Fill in and send the form of the present page whose action ends so, with everything it holds."""
        assert self.at is not None
        form = self.at.form(action)
        data: dict[str, Any] = {}
        for name, value in form.form_values():
            data.setdefault(name, []).append(value)
        for element in self.at.page.xpath(f"//*[@form='{form.get('id')}' and @name]") if form.get("id") else []:
            if element.tag == "textarea":
                data.setdefault(element.name, [element.value or ""])
            elif element.get("type") in ("radio", "checkbox"):
                if element.get("checked") is not None:
                    data.setdefault(element.name, []).append(element.get("value"))
            elif element.value is not None:
                data.setdefault(element.name, [element.value])
        for name, value in fields.items():
            data[name] = value
        for name, (content, filename) in (files or {}).items():
            import io

            data[name] = (io.BytesIO(content), filename)
        return self._do("POST", form.get("action"), data=data)

    def token(self) -> str:
        page = self.at if self.at is not None and self.at.page is not None else self.get("/help")
        found = re.search(r'"X-CSRFToken": "([^"]+)"', page.text) or re.search(
            r'name="csrf_token" value="([^"]+)"', page.text
        )
        if found is None:
            self.get("/help")
            found = re.search(r'"X-CSRFToken": "([^"]+)"', self.at.text)  # type: ignore[union-attr]
        assert found
        return found[1]

    def sign_in(self, login: str, password: str = PASSWORD) -> Answer:
        self.get("/sign-in")
        answer = self.submit("/sign-in", username=login, password=password)
        assert answer.status == 303, answer.errors
        return self.get("/")

    def _do(self, method: str, path: str, follow: bool = False, **options: Any) -> Answer:
        headers = {"Accept-Language": self.language, **options.pop("headers", {})}
        queries: list[str] = []

        def count(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")):
                queries.append(statement)

        event.listen(sa.Engine, "before_cursor_execute", count)
        try:
            response = self.client.open(path, method=method, headers=headers, **options)
        finally:
            event.remove(sa.Engine, "before_cursor_execute", count)
        answer = Answer(response, queries)
        judge(answer, method, path)
        if (
            answer.page is not None
            and not 300 <= answer.status < 400
            and answer.status < 500
            and not headers.get("HX-Request-Type")
        ):
            self.at = answer
        if follow and answer.status == 303:
            return self.get(
                urlsplit(answer.location).path
                + ("?" + urlsplit(answer.location).query if "?" in answer.location else "")
            )
        return answer


def judge(answer: Answer, method: str, path: str) -> None:
    """What every answer owes: headers, one h1 that begins the title, a language, ids, labels, CSRF, few queries."""
    headers = answer.response.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"], path
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    if answer.status in (200, 422):
        assert len(answer.queries) <= QUERY_BUDGET, f"{path}: {len(answer.queries)} queries\n" + "\n".join(
            answer.queries
        )
    if answer.page is None or answer.page.tag != "html":
        return
    page = answer.page
    titles = page.xpath("//h1")
    assert len(titles) == 1, f"{path}: {len(titles)} h1"
    assert page.get("lang") in ("zh-CN", "en"), path
    ids = Counter(page.xpath("//@id"))
    assert not [i for i, n in ids.items() if n > 1], f"{path}: ids twice: {[i for i, n in ids.items() if n > 1]}"
    for form in page.forms:
        if form.get("method", "get").lower() == "post":
            assert form.xpath(".//input[@name='csrf_token']"), f"{path}: a form without CSRF"
    for control in page.xpath("//input|//select|//textarea"):
        if control.get("type") in UNLABELLED:
            continue
        labelled = control.get("aria-label") or control.get("aria-labelledby") or control.xpath("ancestor::label")
        assert labelled or page.xpath(f"//label[@for='{control.get('id')}']"), (
            f"{path}: {control.get('name')} has no label"
        )
