"""The rules of the house that a machine can read."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from blueprints.core.settings import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PYTHON = sorted([ROOT / "app.py", *(ROOT / "blueprints").rglob("*.py")])
OWN_STATIC = sorted(p for p in (ROOT / "static").glob("*") if p.suffix in (".css", ".js"))
CORE = ROOT / "blueprints" / "core"


def lines_with(pattern: str, files: list[Path], but: tuple[Path, ...] = ()) -> list[str]:
    """``file:line`` of every match."""
    looked = re.compile(pattern)
    return [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in files
        if file not in but
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if looked.search(line)
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        r"\|\s*safe\b",
        r"\bMarkup\(",
        r"\bautoescape\b",
        r"\shx-on[:-]",
        r"\sstyle=",
        r"<style",
        r"\son\w+=\"",
        r"javascript:",
        r"\bjs:",
    ],
)
def test_no_template_has_what_the_policy_forbids(pattern):
    assert lines_with(pattern, TEMPLATES) == []


def test_every_script_is_a_file_of_our_own():
    tags = [tag for file in TEMPLATES for tag in re.findall(r"<script[^>]*>", file.read_text())]
    assert tags
    assert [tag for tag in tags if 'src="{{ static_url(' not in tag] == []


def test_no_trigger_has_a_filter_which_would_need_eval():
    assert lines_with(r"hx-trigger=\"[^\"]*\[", TEMPLATES) == []


def test_nothing_is_fetched_from_elsewhere():
    outside = r"(?:src|href|action|hx-get|hx-post)=\"(?:https?:)?//"
    assert lines_with(outside, TEMPLATES) == []
    assert lines_with(r"@import|url\(\s*[\"']?(?:https?:)?//", OWN_STATIC) == []


@pytest.mark.parametrize(
    ("pattern", "only"),
    [
        (r"\.commit\(\)|session\.rollback\(\)", ("core/db.py",)),
        (r"\bos\.environ\b|\bgetenv\(|environ\[", ("core/settings.py",)),
        (r"datetime\.(now|utcnow)\(|date\.today\(|time\.time\(\)", ("core/clock.py",)),
        (r"[\"']HX-", ("core/pages.py",)),
        (r"populate_obj|\.query\.(get|filter)|Model\.query", ()),
        (r"\b(TODO|FIXME|XXX|HACK)\b", ()),
        (r"(?<![\w.])/(work|root|tmp)/", ()),
        (r"\bMarkup\b|render_template_string|from_string\(", ("core/i18n.py",)),
        (r"^\s*print\(|\bbreakpoint\(", ()),
        (r"\b(eval|exec)\(|shell=True|pickle\.load|yaml\.load\(", ()),
    ],
)
def test_what_one_module_does_no_other_does(pattern, only):
    assert lines_with(pattern, PYTHON, tuple(ROOT / "blueprints" / name for name in only)) == []


def test_only_routes_and_core_know_flasks_request():
    rooms = [
        p
        for p in PYTHON
        if p.parent.name not in ("core", "routes") and p.name not in ("routes.py", "mount.py", "desk.py")
    ]
    assert lines_with(r"from flask import .*\b(request|session|redirect|abort)\b", rooms) == []


def test_nothing_is_left_to_do():
    texts = [*TEMPLATES, *OWN_STATIC, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "docs").rglob("*.md"))]
    assert lines_with(r"\b(TODO|FIXME|HACK)\b", texts, (Path(__file__),)) == []


# -- Fragments ----------------------------------------------------------------------------------------------


def targets() -> list[tuple[str, str]]:
    """Every id that htmx is told to put an answer into, and the file that says so."""
    found = []
    for file in TEMPLATES:
        for match in re.finditer(
            r'hx-target(?::inherited)?="#(\w+)"|hx-boost[^=]*="[^"]*target:#(\w+)', file.read_text()
        ):
            found.append((match[1] or match[2], file.name))
    return sorted(set(found))


def blocks() -> dict[str, list[str]]:
    """What stands first in each block of that name, in any template."""
    found: dict[str, list[str]] = {}
    for file in TEMPLATES:
        for match in re.finditer(r"{%-? block (\w+) -?%}\s*(.*?){%-? endblock", file.read_text(), re.DOTALL):
            found.setdefault(match[1], []).append(match[2])
    return found


@pytest.mark.parametrize(("target", "file"), targets())
def test_every_target_is_a_block_or_an_element_of_that_id(target, file):
    everything = "\n".join(path.read_text() for path in TEMPLATES)
    assert target in blocks() or re.search(rf'id="{target}"', everything), f"{file} aims at #{target}"


@pytest.mark.parametrize("target", sorted({t for t, _file in targets()} & set(blocks())))
def test_a_block_that_is_a_target_is_a_whole_element_with_its_id(app, target):
    everything = "\n".join(path.read_text() for path in TEMPLATES)
    assert re.search(rf'id="{target}"', everything), f"no element has the id of the block {target}"


# -- What is sent -------------------------------------------------------------------------------------------


def test_vendored_files_are_byte_for_byte_what_the_list_says():
    folder = ROOT / "static" / "vendor"
    listed = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {p.name for p in folder.iterdir() if p.name not in ("SHA256SUMS", "README.md")}
    assert there == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def gzipped(*names: str) -> int:
    return sum(len(gzip.compress((ROOT / "static" / name).read_bytes(), 9)) for name in names)


@pytest.mark.parametrize(("name", "most"), [("app.css", 10 * 1024), ("pen.css", 4 * 1024)])
def test_the_styles_stay_within_their_budget(name, most):
    assert gzipped(name) <= most


@pytest.mark.parametrize(
    ("who", "path"), [("shen", "/clinic/{}"), ("lin", "/clinic/{}"), ("meng", "/clinic/new"), ("office", "/clinic/")]
)
def test_no_page_loads_more_of_our_own_scripts_than_its_budget(app, scene, browser, who, path):
    page = browser(getattr(scene.cast, who)).get(path.format(scene.submission))
    names = [re.sub(r"^/static/|\?.*$", "", url) for url in page.page.xpath("//script/@src")]
    own = {name: (ROOT / "static" / name).stat().st_size for name in names if not name.startswith("vendor/")}
    assert "app.js" in own
    assert sum(own.values()) <= 15 * 1024, own


def test_the_first_load_of_a_page_stays_within_its_budget(app, browser):
    page = browser().get("/sign-in")
    sent = page.page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href | //script/@src")
    assert len(sent) + 1 <= 6
    bytes_sent = len(gzip.compress(page.text.encode())) + gzipped(
        *(re.sub(r"^/static/|\?.*$", "", url) for url in sent)
    )
    assert bytes_sent <= 60 * 1024


def test_a_versioned_file_may_be_kept_for_ever_and_another_may_not(app, browser):
    stranger = browser()
    (style,) = stranger.get("/sign-in").page.xpath("//link[@rel='stylesheet']/@href")
    assert "immutable" in stranger.get(style).response.headers["Cache-Control"]
    assert stranger.get(style.partition("?")[0]).response.headers["Cache-Control"] == "no-cache"
