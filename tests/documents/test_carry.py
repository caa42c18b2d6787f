"""What became of a marked place in the next version."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from blueprints.documents.carry import Fate, follow


@dataclass
class Mark:
    quote: str
    page_no: int = 1


@dataclass
class Page:
    no: int
    lines: list[dict[str, str]]


def pages(*texts: list[str]) -> list[Page]:
    return [Page(no, [{"text": text} for text in lines]) for no, lines in enumerate(texts, 1)]


BEFORE = pages(
    ["林知夏", "求职意向：小学数学教师", "担任两个班的教学工作", "协助学生提高成绩", "普通话二级甲等"], ["获校级奖学金"]
)


def fate(quote: str, after: list[Page], page_no: int = 1):
    (carried,) = follow([Mark(quote, page_no)], BEFORE, after)
    return carried


def test_a_line_that_stayed_is_unchanged_wherever_it_moved():
    carried = fate("普通话二级甲等", pages(["林知夏", "新的一行"], ["求职意向：小学数学教师", "普通话二级甲等"]))
    assert (carried.fate, carried.text, carried.page_no) == (Fate.UNCHANGED, "普通话二级甲等", 2)


def test_a_line_that_was_rewritten_is_changed_and_says_what_it_says_now():
    after = pages(
        ["林知夏", "求职意向：小学数学教师", "担任三年级两个班共 86 人的教学工作", "协助学生提高成绩", "普通话二级甲等"]
    )
    carried = fate("担任两个班", after)
    assert (carried.fate, carried.text) == (Fate.CHANGED, "担任三年级两个班共 86 人的教学工作")


def test_of_several_new_lines_the_most_alike_is_the_one():
    after = pages(
        ["林知夏", "求职意向：小学数学教师", "自我评价：认真", "担任两个班的数学教学工作", "协助学生提高成绩"]
    )
    assert fate("担任两个班的教学工作", after).text == "担任两个班的数学教学工作"


@pytest.mark.parametrize(
    "third",
    [[], ["完全不同的内容与旧文毫无相干"]],
    ids=["deleted", "replaced by something else"],
)
def test_a_line_that_is_not_there_any_more_is_gone(third):
    after = pages(["林知夏", "求职意向：小学数学教师", *third, "协助学生提高成绩", "普通话二级甲等"])
    carried = fate("担任两个班的教学工作", after)
    assert (carried.fate, carried.text, carried.page_no) == (Fate.GONE, "", None)


@pytest.mark.parametrize(("quote", "page_no"), [("", 1), ("从来没有这一行", 1), ("获校级奖学金", 1)])
def test_what_cannot_be_placed_is_shown_as_such(quote, page_no):
    """A box over a picture has no words, and a quote is looked for on its own page only."""
    assert fate(quote, BEFORE, page_no).fate is Fate.UNKNOWN


def test_a_place_on_the_second_page_is_followed_to_the_first():
    assert fate("获校级奖学金", pages(["获校级奖学金"]), 2).page_no == 1


def test_the_first_of_several_marked_lines_decides():
    assert fate("林知夏\n求职意向：小学数学教师", pages(["林知夏"])).fate is Fate.UNCHANGED


def test_a_version_without_any_text_has_lost_every_line_and_one_without_before_knows_nothing():
    assert fate("林知夏", pages([])).fate is Fate.GONE
    assert [c.fate for c in follow([Mark("林知夏")], [], BEFORE)] == [Fate.UNKNOWN]
    assert follow([], BEFORE, BEFORE) == []


@pytest.mark.parametrize("fate_", Fate)
def test_every_fate_has_words_and_a_tone(app, fate_):
    with app.app_context():
        assert str(fate_.label)
    assert fate_.tone in ("", "ok", "warn")
