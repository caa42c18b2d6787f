"""Words as people type, search and sort them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.core.text import clean, like, search_key, sort_key


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("  林知夏 \n", "林知夏"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("e\u0301", "é"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("\u200b\ufeffx\u2066", "x"),
        ("a\x00\x1bb", "ab"),
        ("\ud800x", "x"),
        ("one\ttwo", "one\ttwo"),
    ],
)
def test_a_text_is_kept_without_what_deceives(typed, kept):
    assert clean(typed) == kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


def test_a_person_is_found_by_characters_pinyin_initials_and_number():
    key = search_key("林知夏", "2023010226")
    assert all(word in key for word in ("林知夏", "知夏", "linzhixia", "lzx", "2023010226"))


@pytest.mark.parametrize(
    ("name", "pinyin"), [("单雄信", "shan xiong xin"), ("曾巩", "zeng gong"), ("仇英", "qiu ying")]
)
def test_a_given_pinyin_decides_how_a_surname_reads(name, pinyin):
    assert sort_key(name, pinyin).startswith(pinyin)
    assert pinyin.replace(" ", "") in search_key(name, pinyin=pinyin)


def test_people_stand_in_the_order_of_their_pinyin_and_equal_readings_together():
    names = ["张伟", "林知夏", "章伟", "孟归舟", "那木罕·巴特尔"]
    assert sorted(names, key=sort_key) == ["林知夏", "孟归舟", "那木罕·巴特尔", "张伟", "章伟"]


@pytest.mark.parametrize(
    ("words", "pattern"), [("50%", "%50\\%%"), ("a_b", "%a\\_b%"), ("c\\d", "%c\\\\d%"), (" LZX ", "%lzx%")]
)
def test_what_is_searched_for_is_taken_by_the_letter(words, pattern):
    assert like(words) == pattern
