"""What it all came to, and the lists behind it."""

from __future__ import annotations

from typing import Any

from babel.dates import format_skeleton
from flask import Response, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from ...core import clock
from ...core.listing import exported, listed
from ...core.pages import render
from .. import policy
from ..fitting import add_months
from ..listings_figures import EXITS, TEAMS, yes_no
from ..queries import figures as queries
from . import bp
from .place import spreadsheet


def _all() -> dict[str, Any]:
    """Every figure, as this person may see it."""
    manages = policy.is_manager(current_user)
    found = queries.acceptance()
    hide = (lambda rows: rows) if manages else queries.masked
    today = clock.today()
    months = [(format_skeleton("yMMM", m, locale=get_locale()), used) for m, used in queries.occupancy(today)]
    names = {"yes": _("Teams that meet the hardship rule"), "no": _("Other teams")}
    return {
        "manages": manages,
        "calls": found["call"],
        "colleges": hide(found["college"]),
        "relief": [(names[r.name], r) for r in hide(found["relief"])],
        "months": months,
        "waiting": queries.waiting(today),
        "survival": queries.survival(),
        "founders": queries.founders(),
        "teams_with_room": queries.teams_with_room(),
        "few": queries.FEW,
        "from_": f"{add_months(today.replace(day=1), -11):%Y-%m}",
    }


@bp.get("/figures", access=policy.figures_door)
def figures() -> Response:
    return render("incubator/figures.html", **_all())


@bp.get("/figures.xlsx", access=policy.figures_door)
def export_figures() -> Response:
    found = _all()
    hidden = _("fewer than %(num)d", num=queries.FEW)

    def line(what: str, name: str, r: queries.Acceptance) -> list[Any]:
        rate = f"{r.rate} %" if r.rate is not None else ""
        counts = [hidden if r.hidden else n for n in (r.handed_in, r.approved, r.rejected)]
        return [what, name, *counts, rate]

    table: list[list[Any]] = [
        [_("Figure"), _("Of"), _("Handed in"), _("Approved"), _("Not approved"), _("Acceptance")],
        *(line(_("Call"), r.name, r) for r in found["calls"]),
        *(line(_("College"), r.name, r) for r in found["colleges"]),
        *(line(_("Hardship"), name, r) for name, r in found["relief"]),
        *([_("Occupancy"), month, f"{used} %" if used is not None else ""] for month, used in found["months"]),
        [_("Waiting now"), _("teams"), found["waiting"].now],
        [_("Waiting now"), _("days, median"), found["waiting"].days],
        [_("Waited for a room"), _("days, median"), found["waiting"].housed_days],
        [_("Led into start-ups"), _("students"), found["founders"]],
        [_("Had a room"), _("teams"), found["teams_with_room"]],
        [_("Have left"), _("teams"), found["survival"].left],
        [_("Have left"), _("registered"), found["survival"].registered],
        [_("Have left"), _("people employed"), found["survival"].people],
    ]
    for months, (alive, known) in found["survival"].alive.items():
        table.append([_("Alive after %(num)d months", num=months), _("of those known"), f"{alive} / {known}"])
    return spreadsheet(table, "figures")


@bp.get("/figures/teams", access=policy.manager_door)
def figures_teams() -> Response:
    page = listed(TEAMS, url_for(".figures_teams"))
    return render("incubator/figures_list.html", page=page, title=_("Teams"), kind="teams", yes_no=yes_no)


@bp.get("/figures/teams.xlsx", access=policy.manager_door)
def export_figures_teams() -> Response:
    return exported(TEAMS, "xlsx", "teams")


@bp.get("/figures/exits", access=policy.manager_door)
def figures_exits() -> Response:
    page = listed(EXITS, url_for(".figures_exits"))
    return render("incubator/figures_list.html", page=page, title=_("Teams that left"), kind="exits", yes_no=yes_no)


@bp.get("/figures/exits.xlsx", access=policy.manager_door)
def export_figures_exits() -> Response:
    return exported(EXITS, "xlsx", "exits")
