"""“Please take this one up”: a question about a graduate goes to the next level of the chain."""

from __future__ import annotations

from flask_babel import gettext as _
from werkzeug.exceptions import Conflict

from ...accounts.models import User
from ...core.db import db, queue_at
from ...students.models import Student
from .. import notices_help as notices
from ..models import HelpRequest, Level
from ..queries import help_request as queries


class NothingAbove(Exception):
    """The school's level has nobody above it."""


class WaitsAlready(Conflict):
    """A question about this graduate waits at that level already: two would be answered twice."""

    def __init__(self, there: HelpRequest) -> None:
        self.there = there
        super().__init__(
            _("A question about this graduate is already waiting there (%(level)s).", level=there.to_level.label)
        )


def ask(student: Student, actor: User, level: Level, question: str) -> HelpRequest:
    """Hand the case to the next level above the one the actor acts for; ``student.user`` is loaded."""
    to_level, people = queries.next_level(student, level)
    if to_level is None:
        raise NothingAbove
    queue_at(student)
    if (there := queries.open_at(student.id, to_level)) is not None:
        if (there.asked_by, there.question) == (actor.id, question):  # the same form sent twice
            return there
        raise WaitsAlready(there)
    made = HelpRequest(student_id=student.id, asked_by=actor.id, from_level=level, to_level=to_level, question=question)
    made.student = student
    db.session.add(made)
    notices.tell_asked(made, actor, people)
    return made
