"""Reads of an application: the whole of it in a constant number of queries, its people, its papers, its words."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload, selectinload

from ...students.models import Student
from ..models import Application, Member

# What the rules on an application look at, so that whoever loads one for a verb loads this.
WHOLE: tuple[Any, ...] = (
    joinedload(Application.intake),
    joinedload(Application.college),
    joinedload(Application.lead).joinedload(Student.user),
    selectinload(Application.members).joinedload(Member.student).joinedload(Student.user),
    selectinload(Application.papers),
)
