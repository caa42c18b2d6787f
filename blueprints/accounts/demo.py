"""The demo's first chapter: the school, its tree, its staff, and the people of the named sign-ins."""

from __future__ import annotations

from datetime import date, timedelta

import click
import sqlalchemy as sa

from ..core import clock
from ..core.db import db, unit
from ..core.demo import ALREADY, PASSWORD, Story, chapter
from . import invented, queries, service
from .models import OrgUnit, Role, UnitKind, User

COHORT = 2027
REVIEWERS = 12
STAFF = (
    ("mentor1", Role.MENTOR),
    ("counselor1", Role.COUNSELOR),
    ("leader1", Role.COLLEGE_LEADER),
    ("office1", Role.OFFICE),
    ("president1", Role.SCHOOL_LEADER),
    ("incubator1", Role.INCUBATOR_MANAGER),
    ("admin1", Role.ADMIN),
)


def already() -> list[tuple[str, str]] | None:
    """See :data:`~..core.demo.ALREADY`."""
    if not db.session.scalar(sa.select(sa.func.count()).select_from(User)):
        return None
    if not queries.IS_DEMO.value:
        return []
    query = sa.select(User.username, User.name).where(User.password_hash.is_not(None)).order_by(User.id)
    return [(login, name) for login, name in db.session.execute(query)]


ALREADY.append(already)


@chapter(10)
def the_school(story: Story) -> None:
    """Colleges, majors, the cohort, staff; refuses a database in which there are people."""
    with unit("write"):
        if db.session.scalar(sa.select(sa.func.count()).select_from(User)):
            raise click.ClickException("There are people in this database already; the demo only fills an empty one.")
        queries.IS_DEMO.set(True)
        _tree(story)
        _people(story)


def _tree(story: Story) -> None:
    university = service.add_unit(UnitKind.UNIVERSITY, "0", invented.SCHOOL, name_en=invented.SCHOOL_ENGLISH)
    story.facts["cohort"] = service.add_cohort(COHORT, is_current=True)
    colleges: list[tuple[invented.College, OrgUnit, list[tuple[invented.Major, OrgUnit]]]] = []
    for college in invented.colleges():
        unit_ = service.add_unit(UnitKind.COLLEGE, college.code, college.name, university, college.english)
        db.session.flush()
        majors = [(m, service.add_unit(UnitKind.MAJOR, m.code, m.name, unit_, m.english)) for m in college.majors]
        colleges.append((college, unit_, majors))
    story.facts["colleges"] = colleges
    db.session.flush()


def _people(story: Story) -> None:
    reviewers = max(REVIEWERS, round(REVIEWERS * story.scale / 4))
    named = [(f"reviewer{n + 1}", Role.REVIEWER) for n in range(reviewers)]
    staff = [*named, *STAFF]
    everyone = list(invented.people(story.students + len(staff), seed=COHORT))
    story.facts["graduates"] = everyone[: story.students]
    password = service.hash_password(PASSWORD)
    colleges = [unit_ for _college, unit_, _majors in story.facts["colleges"]]
    since = clock.today() - timedelta(days=80)
    for number, ((login, role), who) in enumerate(zip(staff, everyone[story.students :], strict=True)):
        user = service.create_person(
            login, who.name, number=invented.staff_number(number + 1), email=who.email, pinyin=who.pinyin
        )
        scope = colleges[0] if role in (Role.COLLEGE_LEADER, Role.MENTOR) else None
        if role is Role.REVIEWER and number >= 3:
            scope = colleges[number % len(colleges)]
        if role is not Role.COUNSELOR:  # the counselor's classes are made in the next chapter
            service.grant(user, role, unit=scope, begins_on=since, ends_on=date(COHORT, 7, 31))
        if number < 3 or role is not Role.REVIEWER:
            user.password_hash = password
            story.people[login] = user
        if role is Role.REVIEWER:
            story.facts.setdefault("reviewers", []).append(user.id)
    story.facts["password"] = password
