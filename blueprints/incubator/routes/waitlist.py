"""The waitlist (候补): the order and the totals for everybody, one's own breakdown, and when a room may come."""

from __future__ import annotations

from typing import Any

from flask import Response, send_file
from flask_babel import gettext as _
from flask_login import current_user

from ...core import audit, clock
from ...core.db import regardless
from ...core.doors import signed_in
from ...core.listing import workbook
from ...core.pages import render
from .. import options, policy
from ..queries import waitlist as queries
from ..standing import about, when
from . import bp
from .intakes import XLSX, score

MOST_OPENINGS = 12


def _facts() -> dict[str, Any]:
    teams = queries.waiting()
    offered = queries.offered(t.id for t in teams)
    turns, openings = queries.forecast([t for t in teams if t.id not in offered])
    return {
        "teams": teams,
        "offered": offered,
        "turns": turns,
        "openings": openings,
        "whens": {t.id: when(turns.get(t.id), t.id in offered) for t in teams},
    }


@bp.get("/waitlist", access=signed_in)
def waitlist() -> Response:
    """Order and totals, without people. A team sees what its own points are made of, the manager that of all."""
    facts = _facts()
    manages = policy.is_manager(current_user)
    mine = set() if manages else queries.own(current_user)
    teams = facts["teams"]
    shown = [t for t in teams if manages or t.id in mine]
    own = next(((n, t) for n, t in enumerate(teams, 1) if t.id in mine), None)
    turns = facts["turns"]
    teams_by_room = {turn.opening.workspace_id: t.team for t in teams if (turn := turns.get(t.id))}
    return render(
        "incubator/waitlist.html",
        **facts,
        manages=manages,
        mine=mine,
        own=own,
        own_turn=turns.get(own[1].id) if own else None,
        about=about,
        breakdowns=queries.breakdowns(shown),
        terms=queries.terms(),
        answer_days=options.ANSWER_DAYS.value,
        soon=[o for o in facts["openings"] if not o.now][:MOST_OPENINGS],
        free=[o for o in facts["openings"] if o.now],
        teams_by_room=teams_by_room,
        today=clock.today(),
        tab="waitlist",
    )


@bp.get("/waitlist.xlsx", access=policy.manager_door)
def export_waitlist() -> Response:
    facts = _facts()
    head = [_("Place in line"), _("Team"), _("Kind"), _("Seats"), _("Waiting since"), _("Total"), _("Forecast")]
    rows: list[list[Any]] = [head]
    for n, t in enumerate(facts["teams"], 1):
        waits = clock.local(t.approved_at).date()
        rows.append([n, t.team, t.kind.label, t.seats, waits, score(t.points), facts["whens"][t.id]])
    note = f"{len(rows) - 1} rows, xlsx"
    regardless(audit.event_of, "export.incubator.waitlist", "listing", 0, note, current_user.id)
    return send_file(workbook(rows), mimetype=XLSX, as_attachment=True, download_name="waitlist.xlsx")
