"""Reads of the agreement's wordings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ...core.db import db, rows
from ..models import AgreementTerms as Terms
from ..models import Tenancy

MOST_SHOWN = 30


def newest() -> Terms | None:
    """The wording that holds today, if anybody has written or agreed on one."""
    return db.session.scalars(sa.select(Terms).order_by(Terms.id.desc()).limit(1)).first()


def first() -> Terms | None:
    return db.session.scalars(sa.select(Terms).order_by(Terms.id).limit(1)).first()


def all_(most: int = MOST_SHOWN) -> Sequence[Any]:
    """The wordings, the newest first: each with how many agreements carry it."""
    count = sa.select(sa.func.count()).where(Tenancy.terms_id == Terms.id).correlate(Terms).scalar_subquery()
    query = sa.select(
        Terms.id,
        Terms.text,
        Terms.english,
        Terms.made_at,
        Terms.made_by,
        count.label("agreements"),
    )
    return rows(query.order_by(Terms.id.desc()).limit(most))
