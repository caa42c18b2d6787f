"""The present assignment and a proposal as data."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import aliased

from ..accounts.listings import by_college
from ..accounts.models import OrgUnit, User
from ..core import clock
from ..core.access import visible
from ..core.listing import Column, Filter, Listing, Tab
from ..students import queries as register
from ..students.models import Adviser, AdviserKind, Student
from . import policy
from .models import Pairing
from .queries import assignment as queries

Class = aliased(OrgUnit, name="class_")
Major = aliased(OrgUnit, name="major")
Mentor = aliased(User, name="mentor")
Before = aliased(User, name="before")
Thesis = aliased(User, name="thesis")
Internship = aliased(User, name="internship")
ByThesis = aliased(Adviser, name="by_thesis")
ByInternship = aliased(Adviser, name="by_internship")

NUMBER = _l("Student number")
MENTOR_NUMBER = _l("Mentor number")
THESIS_NUMBER = _l("Thesis adviser number")
INTERNSHIP_NUMBER = _l("Internship adviser number")


# -- How it is now -----------------------------------------------------------------------------------------


def _present() -> Any:
    return (
        sa.select(
            Student.id,
            Student.support_level,
            Student.mentor_id,
            Student.mentor_since,
            Student.mentor_fixed,
            User.name,
            User.number,
            Class.name.label("class_"),
            Major.name.label("major"),
            Mentor.name.label("mentor"),
            Mentor.number.label("mentor_number"),
            Thesis.name.label("thesis"),
            Thesis.number.label("thesis_number"),
            Internship.name.label("internship"),
            Internship.number.label("internship_number"),
        )
        .select_from(Student)
        .join(User, User.id == Student.user_id)
        .join(Class, Class.id == Student.class_id)
        .join(Major, Major.id == Student.major_id)
        .outerjoin(Mentor, Mentor.id == Student.mentor_id)
        .outerjoin(ByThesis, sa.and_(ByThesis.student_id == Student.id, ByThesis.kind == AdviserKind.THESIS))
        .outerjoin(Thesis, Thesis.id == ByThesis.user_id)
        .outerjoin(
            ByInternship, sa.and_(ByInternship.student_id == Student.id, ByInternship.kind == AdviserKind.INTERNSHIP)
        )
        .outerjoin(Internship, Internship.id == ByInternship.user_id)
    )


def _assigned(actor: Any, *more: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Student.cohort_id == queries.THIS_COHORT, policy.over(actor), *more)


def _of_mentor(value: str) -> sa.ColumnElement[bool] | None:
    return Student.mentor_id == int(value) if value.isdecimal() and len(value) < 19 else None


PRESENT = Listing(
    name="mentoring.present",
    model=Student,
    source=_present,
    columns=(
        Column("number", NUMBER, lambda r: r.number, (User.number,)),
        Column("student", _l("Graduate"), lambda r: r.name, (User.sort_key,)),
        Column("class", _l("Class"), lambda r: r.class_, (Class.name,)),
        Column("mentor_number", MENTOR_NUMBER, lambda r: r.mentor_number),
        Column("mentor", _l("Mentor"), lambda r: r.mentor, (Mentor.sort_key,)),
        Column("since", _l("Since"), lambda r: r.mentor_since, (Student.mentor_since,), "down"),
        Column("thesis_number", THESIS_NUMBER, lambda r: r.thesis_number),
        Column("thesis", _l("Thesis adviser"), lambda r: r.thesis),
        Column("internship_number", INTERNSHIP_NUMBER, lambda r: r.internship_number),
        Column("internship", _l("Internship adviser"), lambda r: r.internship),
    ),
    tabs=(
        Tab(
            "alone",
            _l("Without a mentor"),
            lambda a: _assigned(a, Student.mentor_id.is_(None)),
            (User.sort_key,),
            "bad",
        ),
        Tab("with", _l("With a mentor"), lambda a: _assigned(a, Student.mentor_id.is_not(None)), (User.sort_key,)),
        Tab("fixed", _l("Fixed pairs"), lambda a: _assigned(a, Student.mentor_fixed), (User.sort_key,)),
        Tab("all", _l("Everyone"), lambda a: _assigned(a), (User.sort_key,)),
    ),
    filters=(
        by_college(Student.college_id),
        Filter("mentor", _l("Mentor"), lambda: [], _of_mentor),
    ),
    search=register.matching,
    facts=clock.today,
)


# -- A proposal --------------------------------------------------------------------------------------------


def _level() -> sa.ColumnElement[int]:
    """The support level, to who helps the graduate; a counselor reads pairs of other classes, but not this."""
    return sa.case((visible(Student, current_user), Student.support_level), else_=0)


def pairs(proposal_id: int) -> Listing:
    """The pairs of one proposal. Its name carries the id, since a listing's statements are kept by its name."""

    def source() -> Any:
        return (
            sa.select(
                Pairing.id,
                Pairing.student_id,
                Pairing.before_id,
                Pairing.mentor_id,
                Pairing.reason,
                User.name,
                User.number,
                Class.name.label("class_"),
                Before.name.label("before"),
                Mentor.name.label("mentor"),
                Mentor.number.label("mentor_number"),
                Student.mentor_fixed,
                _level().label("level"),
                visible(Student, current_user).label("is_open"),
            )
            .select_from(Pairing)
            .join(Student, Student.id == Pairing.student_id)
            .join(User, User.id == Student.user_id)
            .join(Class, Class.id == Student.class_id)
            .outerjoin(Before, Before.id == Pairing.before_id)
            .outerjoin(Mentor, Mentor.id == Pairing.mentor_id)
        )

    def tab(key: str, label: Any, condition: Any = None, tone: str = "") -> Tab:
        here = Pairing.proposal_id == proposal_id
        where = here if condition is None else sa.and_(here, condition)
        return Tab(key, label, lambda actor: where, (User.sort_key,), tone)

    return Listing(
        name=f"mentoring.pairs.{proposal_id}",
        model=Pairing,
        source=source,
        columns=(
            Column("number", NUMBER, lambda r: r.number, (User.number,)),
            Column("student", _l("Graduate"), lambda r: r.name, (User.sort_key,)),
            Column("class", _l("Class"), lambda r: r.class_, (Class.name,)),
            Column("before", _l("Now"), lambda r: r.before, (Before.sort_key,)),
            Column("mentor_number", MENTOR_NUMBER, lambda r: r.mentor_number),
            Column("mentor", _l("Proposed"), lambda r: r.mentor, (Mentor.sort_key,)),
            Column("reason", _l("Why"), lambda r: str(r.reason.label), (Pairing.reason,)),
        ),
        tabs=(
            tab("changed", _l("Changed"), queries.IS_CHANGED),
            tab("new", _l("New"), queries.IS_NEW),
            tab("moved", _l("Another mentor"), queries.IS_MOVED),
            tab("same", _l("Unchanged"), Pairing.mentor_id == Pairing.before_id),
            tab("none", _l("Without a mentor"), queries.IS_NONE, "bad"),
            tab("all", _l("All")),
        ),
        search=register.matching,
        facts=clock.today,
    )
