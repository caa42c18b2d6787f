"""Where a mark sits: three gestures, and everything they must not be."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.documents import places
from blueprints.documents.models import MarkKind, Page
from blueprints.documents.places import MOST_PARTS, NoSuchPlace, find

TEXTS = ("林知夏", "Primary maths 👩‍🏫 teacher", "Taught two classes")


def line(number: int, text: str) -> dict:
    units = len(text.encode("utf-16-le")) // 2
    return {
        "text": text, "x0": 70.0, "y0": 80.0 + 20 * number, "x1": 70.0 + 6 * units, "y1": 94.0 + 20 * number,
        "xs": [70.0 + 6 * n for n in range(units + 1)],
    }  # fmt: skip


PAGE = Page(drawing_id=1, no=1, width=595.0, height=842.0, lines=[line(n, text) for n, text in enumerate(TEXTS)])


def test_a_line_is_its_rectangle_and_its_words():
    place = find(PAGE, line="0")
    assert place.gesture == "line=0"
    assert place.rects == [[70.0, 80.0, 88.0, 94.0]]
    assert place.selector["quote"] == {"exact": "林知夏", "prefix": "", "suffix": ""}
    assert place.selector["position"] == {"first": [0, 0], "last": [0, 3]}
    assert place.selector["page"] == 1


def test_several_lines_are_a_rectangle_each_and_their_words_one_below_the_other():
    place = find(PAGE, line="0-2")
    assert len(place.rects) == 3
    assert place.quote == "\n".join(TEXTS)


def test_a_selection_is_counted_as_a_browser_counts():
    teacher = TEXTS[1].encode("utf-16-le").index("teacher".encode("utf-16-le")) // 2
    place = find(PAGE, sel=f"1:{teacher}-{teacher + 7}")
    assert place.quote == "teacher"
    assert place.selector["quote"]["prefix"] == TEXTS[1][: TEXTS[1].index("teacher")]
    assert place.rects == [[70.0 + 6 * teacher, 100.0, 70.0 + 6 * (teacher + 7), 114.0]]


def test_half_of_a_character_outside_the_plane_is_left_out():
    begin = len("Primary maths ")
    assert find(PAGE, sel=f"1:{begin}-{begin + 1}").quote == ""
    assert find(PAGE, sel=f"1:{begin}-{begin + 2}").quote == "👩"


def test_a_selection_over_lines_is_in_reading_order_and_knows_what_stands_around_it():
    place = find(PAGE, sel="2:0-6;1:8-13")
    assert place.quote == "maths\nTaught"
    assert (place.selector["quote"]["prefix"], place.selector["quote"]["suffix"]) == ("Primary ", " two classes")
    assert place.selector["position"] == {"first": [1, 8], "last": [2, 6]}


def test_a_box_may_be_drawn_from_any_corner_and_is_kept_on_the_page():
    assert (
        find(PAGE, box="200,120,60,70").rects == find(PAGE, box="60,70,200,120").rects == [[60.0, 70.0, 200.0, 120.0]]
    )
    assert find(PAGE, box="-50,-50,9999,9999").rects == [[0.0, 0.0, 595.0, 842.0]]


def test_a_box_quotes_the_lines_whose_middle_is_in_it():
    assert find(PAGE, box="60,75,100,96").quote == "林知夏"
    assert find(PAGE, box="0,0,595,842").quote == "\n".join(TEXTS)
    assert find(PAGE, box="300,300,400,400").quote == ""


@pytest.mark.parametrize(
    "gesture",
    [
        {},
        {"line": "0", "box": "0,0,9,9"},
        {"line": "3"},
        {"line": "-1"},
        {"line": "2-1"},
        {"line": "0-3"},
        {"line": "0 OR 1"},
        {"line": "999999"},
        {"sel": "0:0-0"},
        {"sel": "0:2-1"},
        {"sel": "0:0-4"},
        {"sel": "9:0-1"},
        {"sel": "0:0-1;"},
        {"sel": "x"},
        {"box": "0,0,1,1"},
        {"box": "0,0,9"},
        {"box": "0,0,9,x"},
        {"box": "nan,0,9,9"},
        {"box": "nan,nan,nan,nan"},
        {"box": "700,0,800,50"},
    ],
    ids=str,
)
def test_what_is_not_on_the_page_is_no_place(gesture):
    with pytest.raises(NoSuchPlace):
        find(PAGE, **gesture)


def test_a_selection_has_an_end():
    assert len(find(PAGE, sel=";".join(["0:0-1"] * (MOST_PARTS + 40))).rects) == MOST_PARTS


@given(kind=st.sampled_from(["line", "sel", "box"]), text=st.text("0123456789-:;,. infa", min_size=1, max_size=30))
def test_whatever_is_sent_is_a_place_on_the_page_or_none(kind, text):
    try:
        place = find(PAGE, **{kind: text})
    except NoSuchPlace:
        return
    assert place.rects
    for x0, y0, x1, y1 in place.rects:
        assert 0 <= x0 <= x1 <= PAGE.width
        assert 0 <= y0 < y1 <= PAGE.height


def test_a_scan_has_no_lines_and_takes_boxes():
    scan = Page(drawing_id=1, no=1, width=595.0, height=842.0, lines=[])
    assert find(scan, box="10,10,50,50").quote == ""
    with pytest.raises(NoSuchPlace):
        find(scan, line="0")


def test_a_mark_is_said_as_a_web_annotation():
    place = find(PAGE, line="0")
    mark = SimpleNamespace(
        id=2**60, page_no=1, rects=place.rects, quote=place.quote, selector=place.selector, body="写年级",
        kind=MarkKind.MUST_FIX, created_at=datetime(2026, 11, 24, tzinfo=UTC),
    )  # fmt: skip
    said = places.as_web_annotation(mark, "/clinic/1/original", "沈怀瑾")
    assert said["id"] == f"urn:qihang:annotation:{2**60}"
    assert said["body"] == {"type": "TextualBody", "value": "写年级", "purpose": "must-fix"}
    assert [s["type"] for s in said["target"]["selector"]] == ["FragmentSelector", "SvgSelector", "TextQuoteSelector"]
    assert said["target"]["selector"][2]["exact"] == "林知夏"
