"""One line about a call, read into the fields of a contact."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.mentoring.models.contact import Mood
from blueprints.mentoring.oneline import day_of, places, read, short
from blueprints.students import codes
from blueprints.students.models import Channel, Situation, Way

TODAY = date(2026, 11, 24)
with (Path(codes.__file__).with_name("regions.csv")).open(encoding="utf-8") as file:
    REGIONS = dict(csv.reader(file))


def test_the_line_of_the_issue_becomes_contact_intention_obstacle_and_next_date():
    found = read("电话 10min 想回山东 小学数学 怕面试 #下周三", TODAY, REGIONS)
    assert found.channel is Channel.PHONE
    assert found.minutes == 10
    assert found.regions == ["370000"]
    assert (found.stage, found.posts) == ("primary", "小学数学")
    assert found.obstacle == "怕面试"
    assert found.next_on == date(2026, 12, 2)
    assert found.note == "想回山东 小学数学 怕面试"
    assert found.reached is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("电话没接", {"channel": Channel.PHONE, "reached": False, "note": ""}),
        ("没接 #明天", {"reached": False, "next_on": date(2026, 11, 25)}),
        ("微信 想去大庆、哈尔滨", {"channel": Channel.WECHAT, "regions": ["230600", "230100"]}),
        ("面谈 30分钟 有点累 考研", {"channel": Channel.FACE, "minutes": 30, "mood": Mood.TIRED, "way": Way.STUDY}),
        ("宿舍 已签约", {"channel": Channel.DORM, "situation": Situation.SETTLED}),
        ("想当初中语文老师", {"stage": "junior", "posts": "初中语文老师"}),
        ("phone 12 min, afraid of interviews, army #fri", {"minutes": 12, "obstacle": "afraid of interviews"}),
        ("电话 家里不同意去外地", {"obstacle": "家里不同意去外地"}),
        ("", {"note": "", "channel": None}),
        ("#", {"note": "", "next_on": None, "day_unread": ""}),
    ],
)
def test_what_teachers_write_is_understood(line, expected):
    found = read(line, TODAY, REGIONS)
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_day_that_is_not_understood_is_named_and_nothing_else_is_lost():
    found = read("电话 5min 想去苏州 #等她回话", TODAY, REGIONS)
    assert found.day_unread == "等她回话"
    assert found.next_on is None
    assert found.note == "想去苏州"


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("今天", TODAY),
        ("明天", date(2026, 11, 25)),
        ("大后天", date(2026, 11, 27)),
        ("周三", date(2026, 11, 25)),
        ("周二", date(2026, 12, 1)),  # today is Tuesday: the next one is meant
        ("星期天", date(2026, 11, 29)),
        ("下周一", date(2026, 11, 30)),
        ("下下周五", date(2026, 12, 11)),
        ("3天后", date(2026, 11, 27)),
        ("两周后", date(2026, 12, 8)),
        ("一个月后", date(2026, 12, 24)),
        ("12月5日", date(2026, 12, 5)),
        ("1-3", date(2027, 1, 3)),
        ("2027/2/28", date(2027, 2, 28)),
        ("5号", date(2026, 12, 5)),
        ("next wed", date(2026, 12, 2)),
        ("in 3 days", date(2026, 11, 27)),
        ("2月30日", None),
        ("改天", None),
    ],
)
def test_days_as_people_say_them(words, day):
    assert day_of(words, TODAY) == day


def test_a_region_is_found_by_its_name_as_people_say_it():
    assert short("延边朝鲜族自治州") == "延边"
    assert short("新疆维吾尔自治区") == "新疆"
    assert short("北京市") == "北京"
    assert places("想回延边或者吉林", REGIONS) == ["222400", "220000"]
    assert places("在大庆市区", REGIONS) == ["230600"]
    assert places("小学数学老师", REGIONS) == []


@given(st.text(max_size=200))
def test_no_line_breaks_the_reader_and_no_word_is_lost(line):
    found = read(line, TODAY, REGIONS)
    assert found.minutes is None or 0 <= found.minutes <= 600
    assert len(found.obstacle) <= 200
    assert len(found.posts) <= 120
    assert found.note.replace(" ", "") in "".join(line.replace("#", " ").split()) or found.note
