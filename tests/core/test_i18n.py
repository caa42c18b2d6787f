"""Two languages: English in the code, Chinese complete."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

import markupsafe
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from flask import g
from flask_babel import force_locale
from flask_babel.speaklater import LazyString
from jinja2 import Undefined
from markupsafe import Markup

from blueprints.core import clock, i18n
from blueprints.core.i18n import LANGUAGES, escape, span, spans
from blueprints.core.settings import ROOT

CATALOGS = sorted((ROOT / "translations").glob("*/LC_MESSAGES/*.po"))
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
PLACES = re.compile(r"%\(\w+\)[sd]")


@cache
def catalog(path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


@cache
def in_the_code() -> dict[str, str]:
    """Every sentence of the code and the templates, and a place where it stands."""
    found = {}
    for folder, method in (("blueprints", "python"), ("templates", "jinja2")):
        for name, line, message, _comments, _context in extract_from_dir(
            ROOT / folder, [("**.py", method), ("**.html", method)], keywords=KEYWORDS
        ):
            found[message[0] if isinstance(message, tuple) else message] = f"{folder}/{name}:{line}"
    return found


def strings(message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def test_there_is_a_catalog_for_every_language_but_the_source():
    assert [path.parts[-3] for path in CATALOGS] == [code for code in LANGUAGES if code != "en"]


@pytest.mark.parametrize("path", CATALOGS, ids=lambda p: p.parts[-3])
class TestTheCatalog:
    def test_has_no_missing_or_doubtful_entry(self, path):
        entries = [m for m in catalog(path) if m.id]
        assert [m.id for m in entries if m.fuzzy] == []
        assert [m.id for m in entries if not all(strings(m))] == []
        assert len(entries) > 200

    def test_knows_every_sentence_of_the_code(self, path):
        known = {m.id[0] if isinstance(m.id, tuple) else m.id for m in catalog(path) if m.id}
        assert {sentence: place for sentence, place in in_the_code().items() if sentence not in known} == {}

    def test_holds_nothing_the_code_no_longer_says(self, path):
        known = {m.id[0] if isinstance(m.id, tuple) else m.id for m in catalog(path) if m.id}
        assert known - set(in_the_code()) == set()

    def test_keeps_the_places_of_every_sentence(self, path):
        wrong = []
        for message in (m for m in catalog(path) if m.id):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            places = set(PLACES.findall("".join(ids)))
            wrong += [ids[0] for text in strings(message) if set(PLACES.findall(text)) != places]
        assert wrong == []


def test_the_compiled_catalog_is_the_one_in_the_source(app):
    with app.app_context(), force_locale("zh_Hans_CN"):
        from flask_babel import gettext

        for message in catalog(CATALOGS[0]):
            if message.id and not isinstance(message.id, tuple):
                assert gettext(message.id) == message.string if "%(" not in message.id else True


@pytest.mark.parametrize(
    ("asked", "lang"),
    [
        ("zh-CN,zh;q=0.9", "zh-CN"),
        ("en-GB,en;q=0.8", "en"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
        ("en;q=0.2,zh;q=0.9", "zh-CN"),
    ],
)
def test_a_stranger_reads_the_language_the_browser_asks_for_and_else_chinese(app, browser, asked, lang):
    assert browser().get("/sign-in", headers={"Accept-Language": asked}).page.get("lang") == lang


def test_ones_own_choice_wins_over_the_browsers(app, cast, browser):
    student = browser(cast.lin)
    student.post("/preferences", {"language": "zh_Hans_CN"})
    page = student.get("/help", headers={"Accept-Language": "en"})
    assert page.page.get("lang") == "zh-CN"
    assert "帮助" in page.said
    student.post("/preferences", {"language": "klingon"})
    assert student.get("/help").page.get("lang") == "zh-CN"


@pytest.mark.parametrize(
    ("language", "today", "this_year", "another"),
    [
        (
            "zh_Hans_CN",
            "10:30",
            "11\u00a0月\u00a020\u00a0日 10:30",
            "2025\u00a0年\u00a011\u00a0月\u00a024\u00a0日 10:30",
        ),
        ("en", "10:30", "Nov 20 10:30", "Nov 24, 2025 10:30"),
    ],
)
def test_a_moment_is_said_as_shortly_as_it_is_clear(app, frozen, language, today, this_year, another):
    with app.app_context(), force_locale(language):
        g.language = language
        assert i18n.when(frozen) == today
        assert i18n.when(frozen - timedelta(days=4)) == this_year
        assert i18n.when(frozen - timedelta(days=365)) == another
        assert i18n.when(None) == i18n.day(None) == i18n.full_day(None) == i18n.long_ago(None) == i18n.stamp(None) == ""


def test_how_long_ago_and_which_weekday_in_both_languages(app, frozen):
    with app.app_context():
        for language, gone, weekday in (
            ("zh_Hans_CN", ["40 分钟", "5 小时", "4 天 2 小时", "8 天", "0 分钟"], "11\u00a0月\u00a024\u00a0日 周二"),
            ("en", ["40 minutes", "5 hours", "4 days 2 hours", "8 days", "0 minutes"], "Tue, Nov 24"),
        ):
            with force_locale(language):
                since = (40, 5 * 60, 4 * 1440 + 120, 8 * 1440 + 120, -5)
                assert [i18n.long_ago(frozen - timedelta(minutes=m)) for m in since] == gone
                assert i18n.full_day(date(2026, 11, 24)) == weekday
        assert clock.today() == date(2026, 11, 24)


class TestEscaping:
    """Templates escape with the house's own function, which must not differ from markupsafe's."""

    @pytest.mark.parametrize(
        "value", ["<b>&\"'</b>", "王", "", 7, None, True, Markup("<b>"), LazyString(lambda: "<i>"), Undefined()]
    )
    def test_is_what_markupsafe_makes_of_it(self, value):
        ours, theirs = escape(value), markupsafe.escape(value)
        assert (ours, type(ours)) == (theirs, Markup)

    def test_templates_and_their_blocks_use_it(self, app):
        for name in ("clinic/queue.html", "base.html", "ui/list.html"):
            page = app.jinja_env.get_template(name)
            assert page.root_render_func.__globals__["escape"] is escape
            assert all(block.__globals__["escape"] is escape for block in page.blocks.values())

    def test_text_is_escaped_once(self, app):
        made = app.jinja_env.from_string("{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(text) }}{{ text ~ sentence }}")
        with app.test_request_context():
            said = made.render(text="<&", sentence=Markup("<b>"))
        assert said == "[&lt;&amp;]&lt;&amp;<b>"


def test_spans_say_what_span_says(app):
    with app.app_context():
        for code in ("en", "zh_Hans_CN"):
            with force_locale(code):
                say = spans()
                assert [say(m) for m in (-1, 0, 1, 59, 60, 1500, 20000)] == [
                    span(m) for m in (-1, 0, 1, 59, 60, 1500, 20000)
                ]
