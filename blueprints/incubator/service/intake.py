"""A call is prepared, gets its referees, and its pitches get their times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ...accounts.models import User
from ...core import audit, clock
from ...core.db import db, queue_at
from .. import notices_intake as notices
from ..models import Application, Criterion, Intake, Referee
from ..queries import intake as queries

Criteria = Sequence[tuple[str, str, int]]


class SheetsHandedIn(Exception):
    """This referee has handed in sheets, which count; so they stay."""


class Conflicted(Exception):
    """This person sees applications with names."""


def create(actor: User, facts: dict[str, Any], criteria: Criteria) -> Intake:
    made = Intake(made_by=actor.id, **facts)
    made.criteria, made.referees = [], []
    db.session.add(made)
    _write(made, criteria)
    return made


def change(intake: Intake, facts: dict[str, Any], criteria: Criteria) -> None:
    for name, value in facts.items():
        setattr(intake, name, value)
    _write(intake, criteria)


def _write(intake: Intake, criteria: Criteria) -> None:
    """The rows of before are used again, so that the history says what changed."""
    before = list(intake.criteria)
    for place, (name, help, weight) in enumerate(criteria):
        if place < len(before):
            before[place].place, before[place].name, before[place].help = place, name, help
            before[place].weight = weight
        else:
            intake.criteria.append(Criterion(intake_id=intake.id, place=place, name=name, help=help, weight=weight))
    for gone in before[len(criteria) :]:
        db.session.delete(gone)


def discard(intake: Intake) -> None:
    """A call that was never published is gone with all that belongs to it."""
    for part in (*intake.criteria, *intake.referees):
        db.session.delete(part)
    db.session.flush()
    db.session.delete(intake)


# -- The deadline ---------------------------------------------------------------------------------------------


class PutOff(Exception):
    """Someone else has put the deadline off since it was read."""


def is_put_off(intake: Intake, closes_on: date | None, why: str | None) -> bool:
    """Whether this very thing was done already: an act sent twice is one."""
    return intake.first_closes_on is not None and (intake.closes_on, intake.extended_why) == (closes_on, why)


def extend(intake: Intake, actor: User, closes_on: date, pitch_on: date | None, why: str, seen: date | None) -> None:
    """Put the deadline off for everybody, and tell whom it concerns. Raises :class:`PutOff`.

    Whoever has loaded the call to write has locked it. Whether the day may be set is what the form judges.
    """
    if is_put_off(intake, closes_on, why):
        return
    if seen is not None and seen != intake.closes_on:
        raise PutOff
    audit.because("intake.extend", why)
    was = intake.closes_on
    intake.first_closes_on = intake.first_closes_on or was
    intake.closes_on, intake.pitch_on, intake.extended_why = closes_on, pitch_on, why
    notices.tell_extended(intake, was, actor)


# -- Referees -----------------------------------------------------------------------------------------------


def add_referee(intake: Intake, user: User) -> bool:
    """False when they are one already. Raises :class:`Conflicted`."""
    queue_at(intake)
    there = sa.select(Referee.id).where(Referee.intake_id == intake.id, Referee.user_id == user.id)
    if db.session.scalar(there) is not None:
        return False
    if queries.sees_names(user):
        raise Conflicted
    db.session.add(Referee(intake_id=intake.id, user_id=user.id))
    return True


def remove_referee(intake: Intake, referee: Referee) -> None:
    """Raises :class:`SheetsHandedIn`."""
    queue_at(intake)
    if queries.handed_in_by(intake.id)[referee.user_id]:
        raise SheetsHandedIn
    db.session.delete(referee)


# -- Pitches ------------------------------------------------------------------------------------------------


def lay_out(applications: Sequence[Application], times: Sequence[datetime], actor: User) -> int:
    """Give every team its time; returns how many have another than before, who are told."""
    changed = [(a, at) for a, at in zip(applications, times, strict=True) if set_pitch(a, actor, at, a.pitch_minutes)]
    return len(changed)


def set_pitch(application: Application, actor: User, at: datetime | None, minutes: str) -> bool:
    """Set time and minutes; True when the time is another, and the team is told of one that is to come."""
    moved = application.pitch_at != at
    application.pitch_at, application.pitch_minutes = at, minutes
    if moved and at is not None and at > clock.now():
        notices.tell_pitch(application)
    return moved
