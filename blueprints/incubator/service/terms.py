"""The wording of the agreement changes for agreements to come; one that is agreed on keeps the words it had."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ...core import audit, clock
from ...core.db import db
from .. import options, wording
from ..models import AgreementTerms, Tenancy
from ..queries import tenancy as tenancies
from ..queries import terms as queries

OWN_ID = 1
"""The site's own wording is stored once, whoever needs it first, and is older than every other."""


class Stale(Exception):
    """Someone else has changed the wording since it was read; ``now`` is what it says."""

    def __init__(self, now: AgreementTerms) -> None:
        super().__init__(now.id)
        self.now = now


def own() -> AgreementTerms:
    """The site's own wording, in both languages, not stored."""
    months = options.CHECK_MONTHS.value
    text, english = ("\n".join(clauses) for clauses in (wording.OWN, wording.OWN_ENGLISH))
    return AgreementTerms(
        id=OWN_ID,
        text=wording.frozen(text, months),
        english=wording.frozen(english, months),
        made_by=None,
        made_at=clock.now(),
    )


def shown() -> AgreementTerms:
    """What holds today, to be read; the site's own is not stored by that."""
    return queries.newest() or own()


def current() -> AgreementTerms:
    """What holds today, to be agreed on: it has a row afterwards."""
    return queries.newest() or _store_own()


def _store_own() -> AgreementTerms:
    made = own()
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except sa.exc.IntegrityError:  # someone else has needed it at the same moment
        there = queries.newest()
        if there is None:
            raise
        return there
    return made


def of(tenancy: Tenancy) -> AgreementTerms:
    """The words of this agreement. Needs ``terms``.

    One that has its number and no wording was agreed on before there were any, so in the site's own.
    """
    if tenancy.terms is not None:
        return tenancy.terms
    return (queries.first() if tenancy.number else queries.newest()) or own()


def change(actor: Any, text: str, english: str, seen_id: int | None) -> bool:
    """A wording for agreements from now on; False when it says the same. Raises :class:`Stale`."""
    tenancies.one_by_one()
    now = shown()
    text, english = (wording.frozen(words, options.CHECK_MONTHS.value) for words in (text, english))
    if (text, english) == (now.text, now.english):
        return False
    if seen_id != now.id:
        raise Stale(now)
    audit.because("incubator.terms")
    current()  # what was agreed on until now was the site's own, if nobody had written another
    db.session.add(AgreementTerms(text=text, english=english, made_by=actor.id, made_at=clock.now()))
    return True
