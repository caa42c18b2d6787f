"""谁看过我的信息: who has looked at the student's information, and what for."""

from __future__ import annotations

from flask import Response, request

from ...core.ids import read_id
from ...core.pages import render
from ...students import seen as register
from .. import policy
from ..models import Level
from ..queries import chain
from ..queries import seen as queries
from . import mine
from .own import own_record


@mine.get("/seen", access=policy.student_door)
def seen() -> Response:
    student = own_record()
    looks = queries.of_student(student, before=read_id(request.args.get("before")))
    return render(
        "mentoring/seen.html",
        student=student,
        looks=looks,
        more=bool(looks) and register.has_earlier(student, looks[-1].id),
        first="before" not in request.args,
        lately=register.lately(student),
        counselors=chain.people_at(Level.COUNSELOR, student),
    )
