"""The demo's second chapter: the graduates and their classes."""

from __future__ import annotations

from datetime import date, timedelta

from ..accounts import invented
from ..accounts import service as accounts
from ..accounts.demo import COHORT
from ..accounts.models import OrgUnit, Role, UnitKind
from ..core import clock
from ..core.db import db, unit
from ..core.demo import Story, chapter
from . import service
from .models import Student

CLASS_SIZE = 40
ENTRY = COHORT - 4
HARDSHIP_SHARE = 0.28
NAMED = 9


@chapter(20)
def the_graduates(story: Story) -> None:
    """Every graduate in a class of a major; close to three in ten have a support level, as at the model school."""
    majors = [(c, cu, m, mu) for c, cu, ms in story.facts["colleges"] for m, mu in ms]
    classes: dict[tuple[str, int], OrgUnit] = {}
    seats: dict[str, int] = {}
    story.facts["students"] = []
    batch: list[int] = list(range(len(story.facts["graduates"])))
    for begin in range(0, len(batch), 500):
        with unit("write"):
            for index in batch[begin : begin + 500]:
                _enrol(story, index, majors, classes, seats)
    with unit("write"):
        counselor = story.people["counselor1"]
        first = next(iter(classes.values()))
        accounts.grant(
            counselor,
            Role.COUNSELOR,
            unit=first,
            begins_on=clock.today() - timedelta(days=80),
            ends_on=date(COHORT, 7, 31),
        )


def _enrol(story: Story, index: int, majors: list, classes: dict, seats: dict) -> None:  # type: ignore[type-arg]
    person = story.facts["graduates"][index]
    college, college_unit, major, major_unit = majors[index % len(majors)]
    class_no = index // len(majors) // CLASS_SIZE + 1
    key = (major.code, class_no)
    if key not in classes:
        name = invented.class_name(major, ENTRY, class_no)
        classes[key] = accounts.add_unit(UnitKind.CLASS, f"{ENTRY}{class_no:02d}", name, major_unit)
        db.session.flush()
    place = seats[college.code] = seats.get(college.code, -1) + 1
    group, seat = divmod(place, 99)
    number = invented.student_number(ENTRY, int(college.code), group + 1, seat + 1)
    chance = story.chance.random()
    level = 1 if chance < HARDSHIP_SHARE / 3 else 2 if chance < HARDSHIP_SHARE else 0
    login = f"student{index + 1}" if index < NAMED else number
    student: Student = service.enrol(
        login,
        person.name,
        number,
        cohort=story.facts["cohort"],
        college=college_unit,
        major=major_unit,
        class_=classes[key],
        phone=person.phone,
        email=person.email,
        pinyin=person.pinyin,
        support_level=level,
        since=date(ENTRY, 9, 1),
    )
    if index < NAMED:
        student.user.password_hash = story.facts["password"]
        story.people[login] = student.user
    story.facts["students"].append((student.id, student.user_id, index, major))
