"""Invented people: their names, readings and numbers."""

import re
from itertools import islice

import pytest

from blueprints.accounts.invented import (
    colleges,
    name_characters,
    people,
    staff_number,
    student_number,
)

CROWD = 40_000


@pytest.fixture(scope="module")
def crowd():
    return list(people(CROWD, seed=1))


def test_a_seed_always_gives_the_same_people():
    assert list(people(200, seed=3)) == list(people(200, seed=3))
    assert list(people(200, seed=3)) != list(people(200, seed=4))


def test_a_longer_list_begins_with_the_shorter_one():
    assert list(islice(people(500, seed=3), 50)) == list(people(50, seed=3))


@pytest.mark.parametrize("field", ["name", "phone", "email"])
def test_forty_thousand_people_share_nothing(crowd, field):
    assert len({getattr(person, field) for person in crowd}) == CROWD


def test_pinyin_is_lower_case_ascii_with_a_syllable_for_every_character(crowd):
    for person in crowd:
        assert re.fullmatch(r"[a-z]+( [a-z]+)*", person.pinyin)
        if not person.name.isascii():
            assert len(person.pinyin.split()) == len(person.name.replace("·", "")), person


def test_no_real_phone_or_mailbox_is_hit(crowd):
    for person in crowd:
        assert re.fullmatch(r"1[3-9]\d0000\d{4}", person.phone)
        assert re.fullmatch(r"[a-z]+\d*@example\.edu\.cn", person.email)


@pytest.mark.parametrize(
    ("surname", "reading"),
    [
        ("单", "shan"),
        ("解", "xie"),
        ("仇", "qiu"),
        ("乐", "yue"),
        ("曾", "zeng"),
        ("尉迟", "yu chi"),
        ("万俟", "mo qi"),
    ],
)
def test_a_surname_is_read_as_a_surname(crowd, surname, reading):
    bearers = [person for person in crowd if person.name.startswith(surname)]
    assert bearers
    assert all(person.pinyin.startswith(f"{reading} ") for person in bearers)


@pytest.mark.parametrize("part", ["欧阳", "·", "其其格", "古丽娜尔", "扎西", "朴", "𬭎", "㛃", " "])
def test_names_of_every_kind_occur(crowd, part):
    assert any(part in person.name for person in crowd)


def test_every_chinese_name_is_spelt_with_the_declared_characters(crowd):
    used = set("".join(person.name for person in crowd if not person.name.isascii()))
    assert used <= name_characters()


def test_student_and_staff_numbers_have_their_fixed_form():
    assert student_number(2023, 4, 1, 17) == "2023040117"
    assert staff_number(42) == "T00042"


@pytest.mark.parametrize("wrong", [(2023, 0, 1, 1), (2023, 1, 100, 1), (2023, 1, 1, 0)])
def test_a_student_number_that_does_not_fit_is_refused(wrong):
    with pytest.raises(ValueError, match="two digits"):
        student_number(*wrong)


def test_six_colleges_have_two_to_four_majors_with_their_own_codes():
    all_majors = [major for college in colleges() for major in college.majors]
    assert len(colleges()) == 6
    assert all(2 <= len(college.majors) <= 4 for college in colleges())
    assert len({major.code for major in all_majors}) == len(all_majors)
