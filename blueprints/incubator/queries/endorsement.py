"""Reads of what teachers are asked for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ...core.db import db
from ...students.models import Student
from ..models import Application, ApplicationState, Endorsement
from .application import WHOLE

_OF_LIST = (
    joinedload(Application.intake),
    joinedload(Application.college),
    joinedload(Application.lead).joinedload(Student.user),
)


def asked_of(actor: Any, most: int = 200) -> list[tuple[Endorsement, Application]]:
    """What this teacher was asked for: what is open first, the call that ends first first."""
    is_open = sa.and_(
        Endorsement.written_at.is_(None),
        Application.status.in_([ApplicationState.DRAFT, ApplicationState.SUBMITTED]),
    )
    query = (
        sa.select(Endorsement, Application)
        .join(Application, Application.id == Endorsement.application_id)
        .where(
            Endorsement.user_id == actor.id,
            Endorsement.taken_back_at.is_(None),
            Application.status != ApplicationState.WITHDRAWN,
        )
        .options(*_OF_LIST)
        .order_by(sa.case((is_open, 0), else_=1), Endorsement.asked_at.desc(), Endorsement.id.desc())
        .limit(most)
    )
    return [(e, a) for e, a in db.session.execute(query)]


def own_of(application_id: int, user_id: int) -> list[Endorsement]:
    """What this teacher was asked for about this team: as a mentor, for the college, or both."""
    query = sa.select(Endorsement).where(
        Endorsement.application_id == application_id,
        Endorsement.user_id == user_id,
        Endorsement.taken_back_at.is_(None),
    )
    return list(db.session.scalars(query.options(joinedload(Endorsement.user)).order_by(Endorsement.id)))


def application_of(application_id: int) -> Application:
    """The whole of an application whose endorsement was loaded for this person already."""
    query = sa.select(Application).where(Application.id == application_id).options(*WHOLE)
    return db.session.scalars(query).unique().one()
