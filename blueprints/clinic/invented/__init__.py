"""Invented résumés, their papers and a teacher's words on them, for ``flask demo`` and tests.

Pure and deterministic: a seed gives the same bytes on the same machine.
"""

from .contents import ask, resume, target_posts
from .fonts import NoFont
from .paper import Resume
from .pdf import as_pdf
from .photo import as_photo
from .reviews import (
    Answer,
    Call,
    Mark,
    Review,
    Task,
    answers,
    review,
    revised,
    where,
)
from .word import as_docx

__all__ = [
    "Answer",
    "Call",
    "Mark",
    "NoFont",
    "Resume",
    "Review",
    "Task",
    "answers",
    "as_docx",
    "as_pdf",
    "as_photo",
    "ask",
    "resume",
    "review",
    "revised",
    "target_posts",
    "where",
]
