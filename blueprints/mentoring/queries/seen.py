"""Who has looked at a graduate's information: mentoring's share of it, and the reads of the pages that tell."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from ...students import seen
from ...students.models import Student

seen.says("file.opened", _l("opened the file"))

PER_PAGE = 50


def of_student(student: Student, most: int = PER_PAGE, before: int | None = None) -> list[seen.Look]:
    """Looks at this graduate by others, newest first."""
    return seen.looks(student, most, before)
