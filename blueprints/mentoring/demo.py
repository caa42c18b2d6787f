"""The demo's fourth chapter: a year in which everyone has someone to talk to."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, cast

import sqlalchemy as sa

from ..accounts import invented as people_invented
from ..accounts import queries as accounts
from ..accounts import service as people
from ..accounts.demo import COHORT
from ..accounts.models import OrgUnit, Role, UnitKind, User
from ..core import audit, clock
from ..core.db import db, unit
from ..core.demo import Story, chapter
from ..core.ids import new_id
from ..students import service as register
from ..students.models import Adviser, AdviserKind, Channel, Side, Situation, Student
from . import invented
from .models import Contact, Level, Mood
from .service import contact as contacts

EACH = 6
FIRST_SIX = (11, 7, 6, 4, 5, 14)
"""Days since the named mentor's last talk with each of their six."""
DAYS = 340
PLAYED = 240
COPIED = 41
"""Talks of each graduate who is not played, in a large demo: 10,000 students make 400,000."""
UNASSIGNED = 3
CHANNELS = (Channel.PHONE, Channel.PHONE, Channel.PHONE, Channel.WECHAT, Channel.WECHAT, Channel.FACE, Channel.DORM)
SITUATIONS = (
    *(Situation.SEARCHING,) * 9,
    *(Situation.PREPARING,) * 5,
    *(Situation.OFFERED,) * 2,
    *(Situation.SETTLED,) * 3,
    Situation.PAUSING,
)


@chapter(25)
def the_helpers(story: Story) -> None:
    """A mentor for every six of a college, a counselor for every class, a leader for every college."""
    begins, ends = clock.today() - timedelta(days=DAYS + 10), date(COHORT, 7, 31)
    with unit("write"):
        by_college: dict[int, list[tuple[int, int, str]]] = {}
        for student_id, _user, _index, major in story.facts["students"]:
            own = db.session.get_one(Student, student_id).college_id
            by_college.setdefault(own, []).append((student_id, own, major.name))
        classes = list(
            db.session.scalars(sa.select(OrgUnit).where(OrgUnit.kind == UnitKind.CLASS).order_by(OrgUnit.id))
        )
        needed = sum(-(-len(s) // EACH) for s in by_college.values()) + len(classes) + len(by_college)
        strangers = _strangers(story, needed)
        story.facts["mentors"] = {}
        for college_id, students in by_college.items():
            college = db.session.get_one(OrgUnit, college_id)
            mentors = [
                _staff(story, strangers, f"m{college.code}{n + 1:03d}", Role.MENTOR, college, begins, ends)
                for n in range(-(-len(students) // EACH))
            ]
            story.facts["mentors"][college_id] = mentors
            _staff(story, strangers, f"leader{college.code}", Role.COLLEGE_LEADER, college, begins, ends)
        first = next(iter(by_college))
        story.facts["mentors"][first][0] = story.people["mentor1"].id
        story.facts["by_college"] = by_college
        for n, class_ in enumerate(classes[1:]):
            _staff(story, strangers, f"c{n + 1:03d}", Role.COUNSELOR, class_, begins, ends)


def _strangers(story: Story, count: int) -> list[people_invented.Person]:
    """People nobody has met yet: the end of a longer list that begins with those who are here."""
    here = db.session.scalar(sa.select(sa.func.count()).select_from(User)) or 0
    return list(people_invented.people(here + count, seed=COHORT))[here:]


def _staff(story: Story, strangers: list[Any], login: str, role: Role, unit_: OrgUnit, begins: date, ends: date) -> int:
    who = strangers.pop()
    number = people_invented.staff_number(10_000 + len(strangers))
    user = people.create_person(login, who.name, number=number, email=who.email, pinyin=who.pinyin)
    people.grant(user, role, unit=unit_, begins_on=begins, ends_on=ends)
    return user.id


@chapter(40)
def the_talks(story: Story) -> None:
    """The assignment of a year ago, and what has been said since."""
    by_college = story.facts["by_college"]
    alone = {student_id for student_id, _college, _major in list(by_college.values())[-1][-UNASSIGNED:]}
    played = 0
    for college_id, students in by_college.items():
        for n, mentor_id in enumerate(story.facts["mentors"][college_id]):
            with unit("write"):
                for student_id, _college, major in students[n * EACH : (n + 1) * EACH]:
                    played += 1
                    answers = None if student_id in alone else mentor_id
                    _begin(story, student_id, answers, major, talks=played <= PLAYED)
    if story.students > PLAYED:
        _copy_talks(story)
    _the_first_six(story)


def _copy_talks(story: Story) -> None:
    """A large demo: those who were not played get talks by the row, without audit entries, for benches."""
    contact, student = cast(sa.Table, Contact.__table__), cast(sa.Table, Student.__table__)
    with unit("read"):
        silent = db.session.execute(
            sa.select(Student.id, Student.mentor_id, Student.situation)
            .where(Student.mentor_id.is_not(None), Student.contacted_at.is_(None))
            .order_by(Student.id)
        ).all()
    for begin in range(0, len(silent), 250):
        with unit("write"):
            talks: list[dict[str, Any]] = []
            stands: list[dict[str, Any]] = []
            for id, mentor_id, situation in silent[begin : begin + 250]:
                days = sorted(story.chance.sample(range(1, DAYS), COPIED), reverse=True)
                talks += [_copied(story, id, mentor_id, situation, day) for day in days]
                due = clock.today() + timedelta(days=30 - days[-1])
                stands.append({"b_id": id, "at": talks[-1]["at"], "due": due})
            db.session.execute(sa.insert(contact), talks)
            moved = sa.update(student).where(student.c.id == sa.bindparam("b_id"))
            at = sa.bindparam("at", type_=student.c.contacted_at.type)
            db.session.connection().execute(
                moved.values(contacted_at=at, tried_at=at, due_on=sa.bindparam("due", type_=sa.Date())), stands
            )


def _copied(story: Story, student_id: int, mentor_id: int | None, situation: Situation, day: int) -> dict[str, Any]:
    chance = story.chance
    when = datetime.combine(clock.today() - timedelta(days=day), time(9), clock.ZONE)
    when += timedelta(minutes=chance.randint(0, 480))
    return {
        "id": new_id(),
        "student_id": student_id,
        "author_id": mentor_id,
        "level": Level.MENTOR,
        "at": when,
        "written_at": when,
        "channel": chance.choice(CHANNELS),
        "reached": True,
        "minutes": chance.randint(3, 25),
        "note": chance.choice(invented.TALKS[situation]),
        "obstacle": "",
        "promise": "",
        "overrode": "",
    }


def _begin(story: Story, student_id: int, mentor_id: int | None, major: str, *, talks: bool) -> None:
    chance = story.chance
    student = db.session.get_one(Student, student_id)
    since = clock.today() - timedelta(days=DAYS)
    audit.act_as(None, "demo")
    register.set_mentor(student, mentor_id, since)
    if mentor_id and chance.random() < 0.7:
        db.session.add(Adviser(student_id=student.id, user_id=mentor_id, kind=AdviserKind.THESIS))
    student.situation = chance.choice(SITUATIONS)
    if chance.random() < 0.4:
        hours = chance.choice(("16:00–22:00", "19:00–22:00", ""))
        register.set_reach(student, by=chance.choice((Channel.PHONE, Channel.WECHAT)), hours=hours, quiet_until=None)
    if not talks or mentor_id is None:
        return
    _wish(story, student, mentor_id, major)
    counselors = [u.id for u in _counselors(story, student.class_id)]
    _talk(story, student, mentor_id, counselors)


def _wish(story: Story, student: Student, mentor_id: int, major: str) -> None:
    when = _moment(story, DAYS - 5)
    by = student.user_id if story.chance.random() < 0.5 else mentor_id
    with clock.told(when):
        audit.act_as(by, "care.set_intention")
        register.set_intention(student, by, when, **invented.wishes(story.chance, major, student.situation))


def _counselors(story: Story, class_id: int) -> list[User]:
    known = story.facts.setdefault("counselors", {})
    if class_id not in known:
        known[class_id] = [u for u in accounts.holders(Role.COUNSELOR) if class_id in u.units(Role.COUNSELOR)]
    return list(known[class_id])


def _moment(story: Story, days_ago: int) -> datetime:
    """In office hours of about that day, never in the future."""
    day = clock.today() - timedelta(days=max(0, days_ago))
    while not clock.is_working_day(day):
        day -= timedelta(days=1)
    moment = datetime.combine(day, time(9), clock.ZONE) + timedelta(minutes=story.chance.randint(0, 480))
    return min(moment, clock.now() - timedelta(minutes=story.chance.randint(30, 90)))


def _talk(story: Story, student: Student, mentor_id: int, counselors: list[int]) -> None:
    """A contact every three weeks or so, oftener with a support level; the last one leaves something agreed."""
    chance = story.chance
    every = {0: 30, 1: 12, 2: 18}[student.support_level]
    day = DAYS - chance.randint(3, 12)
    last_gap = chance.choice((1, 2, 3, 5, 8, 13, 20, 34))
    if mentor_id == story.people["mentor1"].id:
        last_gap = next(story.facts.setdefault("first_six", iter(FIRST_SIX)))
    situation = student.situation
    while day > last_gap:
        by_counselor = counselors and chance.random() < 0.2
        author, level = (counselors[0], Level.COUNSELOR) if by_counselor else (mentor_id, Level.MENTOR)
        _one(story, student, author, level, day, situation if day - every <= last_gap else Situation.SEARCHING)
        day -= max(4, int(chance.gauss(every, every / 4)))
    _one(story, student, mentor_id, Level.MENTOR, last_gap, situation, agreed=True)


def _one(
    story: Story, student: Student, author: int, level: Level, day: int, situation: Situation, agreed: bool = False
) -> None:
    chance = story.chance
    when = _moment(story, day)
    reached = agreed or chance.random() < 0.85
    promise_by = chance.choice((Side.TEACHER, Side.STUDENT)) if reached and chance.random() < 0.5 else None
    promise = ""
    if promise_by is not None:
        promise = chance.choice(invented.PROMISES_TEACHER if promise_by is Side.TEACHER else invented.PROMISES_STUDENT)
    ahead = chance.choice((3, 5, 7, 7, 10, 14, 21)) if agreed and situation is not Situation.SETTLED else None
    with clock.told(when):
        audit.act_as(author, "mentoring.log_contact")
        made = contacts.log(
            student,
            author,
            level,
            key=None,
            channel=chance.choice(CHANNELS),
            reached=reached,
            minutes=chance.randint(3, 25),
            note=chance.choice(invented.TALKS[situation]) if reached else "",
            situation=situation if reached else None,
            mood=chance.choice((None, None, Mood.STEADY, Mood.HOPEFUL, Mood.TENSE, Mood.TIRED)),
            obstacle=chance.choice(invented.OBSTACLES) if reached and chance.random() < 0.15 else "",
            promise=promise,
            promise_by=promise_by,
            next_on=clock.today() + timedelta(days=ahead) if ahead else None,
            private=chance.choice(invented.PRIVATE) if reached and chance.random() < 0.05 else "",
            at=when,
        )
        if promise and not agreed:
            made.promise_kept_at = when + timedelta(days=2)


def _the_first_six(story: Story) -> None:
    """The named mentor's graduates show every state: late, today, with the student, found a place."""
    with unit("write"):
        six = list(
            db.session.scalars(
                sa.select(Student).where(Student.mentor_id == story.people["mentor1"].id).order_by(Student.id)
            )
        )
        audit.act_as(None, "demo")
        today = clock.today()
        for student, days, turn in zip(
            six, (-4, 0, 1, 3, 10, 0), (*(Side.TEACHER,) * 3, *(Side.STUDENT,) * 3), strict=False
        ):
            student.situation = Situation.SEARCHING
            student.next_on, student.turn = today + timedelta(days=days), turn
            student.turn_since = min(student.turn_since or today, today)
            register.reckon(student)
        if len(six) == EACH:
            six[5].situation, six[5].next_on = Situation.SETTLED, None
            register.reckon(six[5])
