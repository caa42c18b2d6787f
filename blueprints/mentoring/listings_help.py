"""The questions up the chain as data."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..core import clock
from ..core.listing import Column, Listing, Tab
from ..students import queries as register
from ..students.models import Student
from .models import HelpRequest
from .queries import help_request as queries

Asker = aliased(User, name="asker")
Answerer = aliased(User, name="answerer")


def _source() -> Any:
    return (
        sa.select(
            HelpRequest.id,
            HelpRequest.student_id,
            HelpRequest.status,
            HelpRequest.question,
            HelpRequest.answer,
            HelpRequest.asked_at,
            HelpRequest.answered_at,
            HelpRequest.to_level,
            HelpRequest.from_level,
            User.name.label("student"),
            Asker.name.label("asker"),
            Answerer.name.label("answerer"),
        )
        .select_from(HelpRequest)
        .join(Student, Student.id == HelpRequest.student_id)
        .join(User, User.id == Student.user_id)
        .join(Asker, Asker.id == HelpRequest.asked_by)
        .outerjoin(Answerer, Answerer.id == HelpRequest.answered_by)
    )


HELP = Listing(
    name="mentoring.help",
    model=HelpRequest,
    source=_source,
    columns=(
        Column("student", _l("Student"), lambda r: r.student, (User.sort_key,)),
        Column("question", _l("Question"), lambda r: r.question),
        Column("asker", _l("Asked by"), lambda r: r.asker, (Asker.sort_key,)),
        Column("asked", _l("Asked"), lambda r: r.asked_at, (HelpRequest.asked_at,), "down"),
    ),
    tabs=(
        Tab("waiting", _l("Waiting for me"), queries.waits_for, (HelpRequest.id,), "warn"),
        Tab("asked", _l("Asked by me"), lambda actor: HelpRequest.asked_by == actor.id, (HelpRequest.id.desc(),)),
        Tab(
            "answered",
            _l("Answered by me"),
            lambda actor: HelpRequest.answered_by == actor.id,
            (HelpRequest.id.desc(),),
        ),
    ),
    search=register.matching,
    facts=clock.today,  # whom one sees as a deputy changes with the day
)
