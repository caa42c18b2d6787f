"""Rooms are offered: several at once or none, and by itself to the next in line when one is turned down.

Rooms are locked first, in the order of their ids, then applications: every act on a room begins with :func:`hold`, so
that two of them never wait for each other, and what is judged is what is stored. The database is the last to judge.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from ...core import clock
from ...core.db import db
from ...core.i18n import day, listed
from .. import notices_tenancy as notices
from .. import options
from ..fitting import hindrances, term_end
from ..models import Application, ApplicationState, Tenancy, TenancyState, Workspace
from ..models.tenancy import LIVING
from ..queries import allotment as queries
from ..queries.application import WHOLE

log = logging.getLogger("qihang.incubator")
RULE = "rule:relief"
"""``waived_why`` of what the published rule waives: the clause, never the family."""
LAWS = ("ex_tenancy_room", "ex_tenancy_team", "uq_tenancy_living", "uq_tenancy_planned", "tenancy.application_id")
FURTHEST_YEARS = 20
"""Further ahead a day is mistyped, and the end of its term may lie after the last year there is."""


@dataclass(frozen=True)
class Pair:
    application_id: int
    workspace_id: int
    begins_on: date
    ends_on: date


class Clash(Exception):
    """Nothing was stored; ``sentences`` say why, each naming the team and the room."""

    def __init__(self, sentences: Sequence[str], pairs: Iterable[int] = ()) -> None:
        super().__init__(" ".join(sentences))
        self.sentences, self.pairs = list(sentences), set(pairs)


def hold(*workspace_ids: int) -> None:
    """Lock these rooms until the end of the transaction."""
    query = sa.select(Workspace.id).where(Workspace.id.in_(set(workspace_ids))).order_by(Workspace.id)
    db.session.execute(query.with_for_update())


def hold_teams(ids: Iterable[int]) -> dict[int, Application]:
    """Lock these applications, and read them as they are now."""
    wanted = set(ids)
    db.session.execute(
        sa.select(Application.id).where(Application.id.in_(wanted)).order_by(Application.id).with_for_update()
    )
    query = sa.select(Application).where(Application.id.in_(wanted)).options(*WHOLE)
    found = db.session.scalars(query.execution_options(populate_existing=True)).unique()
    return {a.id: a for a in found}


def _living(ids: Iterable[int]) -> dict[int, Tenancy]:
    query = sa.select(Tenancy).where(Tenancy.application_id.in_(set(ids)), Tenancy.status.in_(LIVING))
    return {t.application_id: t for t in db.session.scalars(query)}


def is_ours(error: sa.exc.IntegrityError) -> bool:
    """Whether it was the law about rooms and teams that said no."""
    return any(name in str(error.orig) for name in LAWS)


def misfit(team: Application, room: Workspace) -> str | None:
    """The sentence about what the team asks for and the room has not, or None."""
    if missing := hindrances(queries.need_of(team), queries.room_of(room)):
        why = listed(m.label for m in missing)
        return _("%(room)s does not fit %(team)s: %(why)s.", room=room.code, team=team.team, why=why)
    return None


def clash(team: str, room: Workspace, bars: Sequence[queries.Held], begins_on: date, ends_on: date) -> str | None:
    """The sentence about why this room is not to be had in these days, or None: not lent, or held by somebody."""
    if room.lent_from is not None and begins_on < room.lent_from:
        return _("%(room)s is lent from %(day)s on, not before.", room=room.code, day=day(room.lent_from))
    if room.retired_on is not None and ends_on >= room.retired_on:
        return _("%(room)s is lent until %(day)s only.", room=room.code, day=day(room.retired_on))
    for bar in bars:
        if bar.begins_on <= ends_on and bar.ends_on >= begins_on:
            facts = {"room": room.code, "team": team, "begins": day(bar.begins_on), "ends": day(bar.ends_on)}
            if bar.why:
                return _(
                    "%(team)s cannot have %(room)s: it is blocked from %(begins)s to %(ends)s (%(why)s).",
                    **facts,
                    why=bar.why,
                )
            return _(
                "%(team)s cannot have %(room)s: %(other)s has it from %(begins)s to %(ends)s.", **facts, other=bar.team
            )
    return None


def offer(actor: Any, pairs: Sequence[Pair], answer_by: date) -> list[Tenancy]:
    """Offer all of these, or none: raises :class:`Clash`. What this person has just offered is not offered twice."""
    hold(*(p.workspace_id for p in pairs))
    teams = hold_teams(p.application_id for p in pairs)
    rooms = {w.id: w for w in queries.workspaces({p.workspace_id for p in pairs})}
    bars = queries.held(rooms, clock.today())
    living = _living(teams)
    problems: list[str] = []
    wrong: set[int] = set()
    made: list[Tenancy] = []
    for pair in pairs:
        there = living.get(pair.application_id)
        if there is not None and _same(there, pair, actor):
            continue
        says = _problem(pair, teams.get(pair.application_id), rooms.get(pair.workspace_id), bars, there)
        if says is not None:
            problems.append(says)
            wrong.add(pair.application_id)
            continue
        team, room = teams[pair.application_id], rooms[pair.workspace_id]
        made.append(make(actor.id, team, room, pair.begins_on, pair.ends_on, answer_by))
        living[team.id] = made[-1]
        bars.setdefault(room.id, []).append(queries.Held(pair.begins_on, pair.ends_on, team.team))
    if problems:
        raise Clash(problems, wrong)
    try:
        with db.session.begin_nested():
            db.session.add_all(made)
    except sa.exc.IntegrityError as error:
        if not is_ours(error):
            raise
        names = listed(w.code for w in rooms.values())
        raise Clash([_("One of these rooms (%(rooms)s) was given away a moment ago.", rooms=names)]) from error
    for tenancy in made:
        _tell(tenancy)
    return made


def _same(there: Tenancy, pair: Pair, actor: Any) -> bool:
    facts = (there.workspace_id, there.begins_on, there.ends_on, there.status, there.offered_by)
    return facts == (pair.workspace_id, pair.begins_on, pair.ends_on, TenancyState.OFFERED, actor.id)


def _problem(
    pair: Pair,
    team: Application | None,
    room: Workspace | None,
    bars: dict[int, list[queries.Held]],
    living: Tenancy | None,
) -> str | None:
    if team is None or room is None:
        return _("One of these teams or rooms is not there any more.")
    named = {"team": team.team, "room": room.code}
    if living is not None:
        return _("%(team)s has a room or an offer already.", **named)
    if team.status is not ApplicationState.APPROVED:
        return _("%(team)s is not waiting for a room any more.", **named)
    if (says := misfit(team, room)) is not None:
        return says
    too_far = pair.begins_on.year > clock.today().year + FURTHEST_YEARS
    if too_far or pair.begins_on < clock.today() or pair.ends_on < pair.begins_on:
        return _("The days for %(team)s do not work: they begin today or later and end after that.", **named)
    if pair.ends_on > term_end(pair.begins_on, options.TERM_MONTHS.value):
        return _("%(team)s can have %(room)s for %(num)d months at most.", **named, num=int(options.TERM_MONTHS.value))
    return clash(team.team, room, bars.get(room.id, []), pair.begins_on, pair.ends_on)


def make(
    by: int, team: Application, room: Workspace, begins_on: date, ends_on: date, answer_by: date | None, **facts: Any
) -> Tenancy:
    """The fee as agreed; what the published rule waives is named by its clause."""
    waived = room.fee - room.hardship_fee if team.relief_met else 0
    made = Tenancy(
        application_id=team.id,
        workspace_id=room.id,
        begins_on=begins_on,
        ends_on=ends_on,
        offered_by=by,
        answer_by=answer_by,
        fee=room.fee,
        waived=waived,
        waived_why=RULE if waived else "",
        **facts,
    )
    made.application, made.workspace = team, room
    return made


def _tell(tenancy: Tenancy) -> None:
    by = tenancy.answer_by.isoformat() if tenancy.answer_by else ""
    notices.tell_team(tenancy, "offer", begins=tenancy.begins_on.isoformat(), on=by)


def next_for(freed: Tenancy) -> Tenancy | None:
    """The room of an offer that came to nothing goes to the next in line that it fits, without anybody's doing.

    Needs the room held. Whoever was given another room while this one waited for them is passed over, and the line
    is looked at anew.
    """
    room = next(iter(queries.workspaces([freed.workspace_id])), None)
    if room is None:
        return None
    while (found := _candidate(freed, room)) is not None:
        id, begins_on, ends_on = found
        team = hold_teams([id]).get(id)
        if team is None or team.status is not ApplicationState.APPROVED or _living([id]):
            continue
        answer_by = clock.today() + timedelta(days=options.ANSWER_DAYS.value)
        made = make(freed.offered_by, team, room, begins_on, ends_on, answer_by)
        try:
            with db.session.begin_nested():
                db.session.add(made)
        except sa.exc.IntegrityError as error:
            if not is_ours(error):
                raise
            log.warning("the next in line could not be offered a room", extra={"room": room.id, "team": id})
            return None
        _tell(made)
        notices.tell_managers(made, "next_in_line")
        return made
    notices.tell_managers(freed, "nobody_fits")
    return None


def _candidate(freed: Tenancy, room: Workspace) -> tuple[int, date, date] | None:
    """Who is next for this room, and for which days.

    Of the kind that was asked for, within the days in which a room counts as soon, and not a team that has turned
    down this very room.
    """
    bars = queries.held([room.id], clock.today()).get(room.id, [])
    latest = max(clock.today(), freed.begins_on) + timedelta(days=options.SOON_DAYS.value)
    not_again = queries.turned_down(room.id)
    for candidate in queries.waiting():
        fit = queries.fit_of(candidate, room, bars)
        if candidate.id in not_again or candidate.kind is not room.kind or not fit.begins_on or not fit.ends_on:
            continue
        if fit.begins_on <= latest:
            return candidate.id, fit.begins_on, fit.ends_on
    return None
