"""The place: the plan, one workspace, the occupancy, and what its manager changes there."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from babel.dates import format_skeleton
from flask import Response, request, send_file, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user

from ...core import audit, clock
from ...core.access import can, find, load
from ...core.db import db, regardless
from ...core.doors import signed_in
from ...core.i18n import day
from ...core.ids import read_id
from ...core.listing import workbook
from ...core.pages import done, render
from .. import options, policy
from ..fitting import add_months
from ..forms.photo import PhotosForm
from ..forms.place import BlockForm, BuildingForm, FloorForm, LinesForm, RetireForm, WorkspaceForm
from ..models import Block, Building, Floor, Kind, Workspace
from ..occupancy_drawing import OPENS_SOON, Chart, short
from ..plan_drawing import Caption, wings
from ..queries import photo as photos
from ..queries import place as queries
from ..queries.place import Span, Standing, Use
from ..service import photo
from ..service import place as service
from . import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WITH_FLOOR = (sa.orm.joinedload(Workspace.floor).joinedload(Floor.building),)


def spreadsheet(table: list[list[Any]], name: str) -> Response:
    """These rows as a file to take away; that they were taken is written down."""
    note = f"{len(table) - 1} rows, {request.query_string.decode()}"
    regardless(audit.event_of, f"export.incubator.{name}", "listing", 0, note, current_user.id)
    filename = f"{name}-{clock.today().isoformat()}.xlsx"
    return send_file(workbook(table), mimetype=XLSX, as_attachment=True, download_name=filename)


def _day(name: str) -> date:
    """A day of the query, else today."""
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return clock.today()
    return found if 2000 <= found.year <= 2099 else clock.today()


# -- How it stands, in words ----------------------------------------------------------------------------------


def said(standing: Standing, on: date) -> str:
    """Of a workspace on a day, short enough to stand in it on the plan."""
    use, today = standing.use, clock.today()
    if use is Use.FREE:
        if standing.until is not None:
            return _("free to %(day)s", day=short(standing.until, today))
        days = (on - standing.since).days if standing.since else 0
        return ngettext("free %(num)d day", "free %(num)d days", days) if days else str(use.label)
    if standing.until is None or use is Use.OFFER:
        return str(use.label)
    if use is Use.SOON:
        left = (standing.until - on).days
        return ngettext("%(num)d day left", "%(num)d days left", left)
    return _("to %(day)s", day=short(standing.until, today))


def _caption(standing: Standing, on: date) -> Caption:
    name = (standing.span.team or standing.span.reason) if standing.span else ""
    return Caption(standing.use.value, name, said(standing, on), str(standing.use.short))


# -- The plan -------------------------------------------------------------------------------------------------


def _floor(floors: list[Floor], wanted: str | None) -> Floor | None:
    id = read_id(wanted)
    return next((f for f in floors if f.id == id), floors[0] if floors else None)


def _table(floor: Floor | None, on: date) -> list[tuple[Any, Standing]]:
    if floor is None:
        return []
    bars = queries.around(current_user, on, floor.id)
    return [
        (w, queries.standing(queries.since_lent(w, on - queries.AROUND, bars.get(w.id, [])), on))
        for w in queries.workspaces(on, floor.id)
    ]


@bp.get("/plan", access=signed_in)
def plan() -> Response:
    on, floors = _day("on"), queries.floors()
    wanted = read_id(request.args.get("room"))
    room = find(Workspace, wanted, WITH_FLOOR) if wanted else None
    floor = _floor(floors, request.args.get("floor") or (str(room.floor_id) if room else None))
    table = _table(floor, on)
    if room is not None and (floor is None or room.floor_id != floor.id):
        room = None
    captions = {w.id: _caption(s, on) for w, s in table}
    drawn = (
        wings(floor.width, floor.height, floor.scenery, [w for w, _s in table], captions, room.id if room else None)
        if floor
        else []
    )
    facts: dict[str, Any] = {
        "floors": [(str(f.id), queries.floor_name(f)) for f in floors],
        "floor": floor,
        "floor_name": queries.floor_name(floor) if floor else "",
        "on": on,
        "table": table,
        "wings": drawn,
        "counts": {use: sum(s.use is use for _w, s in table) for use in Use},
        "room": room,
        "manages": policy.is_manager(current_user),
        "said": said,
        "detail": _detail(room, on) if room is not None else None,
    }
    return render("incubator/plan.html", **facts)


@bp.get("/plan.xlsx", access=signed_in)
def export_plan() -> Response:
    on, floors = _day("on"), queries.floors()
    head = [_("Room number"), _("Kind"), _("Seats"), _("Area m²"), _("State"), _("Team or reason"), _("Until")]
    table = [[*head, "x", "y", "w", "h"]]
    for w, s in _table(_floor(floors, request.args.get("floor")), on):
        who = (s.span.team or s.span.reason) if s.span else ""
        row = [w.code, w.kind.label, w.seats, w.area, s.use.label, who, s.until, w.x, w.y, w.w, w.h]
        table.append(row)
    return spreadsheet(table, "plan")


# -- One workspace --------------------------------------------------------------------------------------------


def _detail(workspace: Workspace, on: date) -> dict[str, Any]:
    """What panel and page say of a workspace; who used it and who fits is for the manager."""
    manages = policy.is_manager(current_user)
    spans = (
        queries.history(current_user, workspace.id)
        if manages
        else queries.around(current_user, on, workspace_id=workspace.id).get(workspace.id, [])
    )
    fits, fit_count = queries.fitting_teams(workspace, clock.today()) if manages else ([], 0)
    return {
        "standing": queries.standing(queries.since_lent(workspace, on - queries.AROUND, spans), on),
        "history": spans if manages else [],
        "blocks": [s for s in spans if s.use is Use.BLOCKED and s.ends_on >= clock.today()],
        "fits": fits,
        "fit_count": fit_count,
    }


@bp.get("/workspaces/<int:id>", access=signed_in)
def workspace(id: int) -> Response:
    return workspace_page(load(Workspace, id, None, WITH_FLOOR))


def workspace_page(workspace: Workspace, status: int = 200, **forms: Any) -> Response:
    facts: dict[str, Any] = {
        "room": workspace,
        "on": clock.today(),
        "manages": can("change", workspace),
        "said": said,
        "detail": _detail(workspace, clock.today()),
        "block_form": BlockForm(formdata=None, begins_on=clock.today()),
        "retire_form": RetireForm(formdata=None, on=clock.today()),
        "photos": photos.of_workspace(workspace.id),
        "photo_form": PhotosForm(formdata=None),
        "photo_most": photos.MOST,
        "photo_mb": photo.MOST_MB,
        **forms,
    }
    return render("incubator/workspace.html", status, **facts)


def _edit(form: WorkspaceForm, floor: Floor, workspace: Workspace | None, status: int = 200) -> Response:
    facts: dict[str, Any] = {"floor": floor, "floor_name": queries.floor_name(floor), "workspace": workspace}
    return render("incubator/workspace_edit.html", status, form=form, **facts)


def _the_floor(id: int) -> Floor:
    return load(Floor, id, "change", (sa.orm.joinedload(Floor.building),))


@bp.get("/floors/<int:id>/workspaces/new", access=policy.manager_door)
def new_workspace(id: int) -> Response:
    return _edit(WorkspaceForm(formdata=None, hours="7:30–22:00", lent_from=clock.today()), _the_floor(id), None)


@bp.post("/floors/<int:id>/workspaces/new", access=policy.manager_door)
def add_workspace(id: int) -> Response:
    floor, form = _the_floor(id), WorkspaceForm()
    if not form.validate():
        return _edit(form, floor, None, 422)
    try:
        made = service.add_workspace(floor, **form.facts)
    except service.Refused as refusal:
        return _edit(_told(form, refusal), floor, None, 422)
    return done(url_for(".workspace", id=made.id), _("%(room)s is on the plan.", room=made.code))


def _told(form: Any, refusal: service.Refused) -> Any:
    """The form with the sentence on its field."""
    form[refusal.field].errors = [refusal.sentence]
    return form


@bp.get("/workspaces/<int:id>/edit", access=policy.manager_door)
def edit_workspace(id: int) -> Response:
    workspace = load(Workspace, id, "change", WITH_FLOOR)
    return _edit(WorkspaceForm.of(workspace), workspace.floor, workspace)


@bp.post("/workspaces/<int:id>/edit", access=policy.manager_door)
def change_workspace(id: int) -> Response:
    workspace, form = load(Workspace, id, "change", WITH_FLOOR), WorkspaceForm()
    if not form.validate():
        return _edit(form, workspace.floor, workspace, 422)
    if form.version.data != str(workspace.version):
        return _stale(form, workspace)
    try:
        service.change_workspace(workspace, workspace.floor, **form.facts)
    except service.Refused as refusal:
        return _edit(_told(form, refusal), workspace.floor, workspace, 422)
    return done(url_for(".workspace", id=id), _("Saved."))


def _stale(form: WorkspaceForm, workspace: Workspace) -> Response:
    """What was typed stays; each field that someone else set says to what."""
    theirs = WorkspaceForm.of(workspace)
    for field in form:
        now = theirs[field.name].data
        if field.name != "version" and field.data != now:
            field.errors = [
                _("Someone changed this meanwhile: it is %(value)s now. Save again to set yours.", value=_shown(now))
            ]
    form.version.raw_data, form.version.data = None, str(workspace.version)
    return _edit(form, workspace.floor, workspace, 409)


def _shown(value: Any) -> Any:
    """What a field holds, for a sentence."""
    return "–" if value is None else day(value) if isinstance(value, date) else value


@bp.post("/workspaces/<int:id>/blocks", access=policy.manager_door)
def block(id: int) -> Response:
    workspace, form = load(Workspace, id, "block", WITH_FLOOR), BlockForm()
    if not form.validate():
        return workspace_page(workspace, 422, block_form=form)
    audit.because("workspace.block", form.reason.data)
    try:
        service.block(workspace, form.begins_on.data, form.ends_on.data, form.reason.data)
    except service.Refused as refusal:
        return workspace_page(workspace, 422, block_form=_told(form, refusal))
    ends = day(form.ends_on.data)
    return done(url_for(".workspace", id=id), _("%(room)s is blocked until %(day)s.", room=workspace.code, day=ends))


@bp.post("/blocks/<int:id>/lift", access=policy.manager_door)
def lift_block(id: int) -> Response:
    block = load(Block, id, "lift")
    workspace = block.workspace_id
    audit.because("workspace.lift", block.reason)
    service.lift(block)
    return done(url_for(".workspace", id=workspace), _("It can be lent again from today."))


@bp.post("/workspaces/<int:id>/retire", access=policy.manager_door)
def retire_workspace(id: int) -> Response:
    workspace, form = load(Workspace, id, "change", WITH_FLOOR), RetireForm()
    if not form.validate():
        return workspace_page(workspace, 422, retire_form=form)
    try:
        service.retire(workspace, form.on.data)
    except service.Refused as refusal:
        return workspace_page(workspace, 422, retire_form=_told(form, refusal))
    said_ = _("%(room)s is lent no more from %(day)s.", room=workspace.code, day=day(form.on.data))
    return done(url_for(".workspace", id=id), said_)


@bp.post("/workspaces/<int:id>/return", access=policy.manager_door)
def return_workspace(id: int) -> Response:
    workspace = load(Workspace, id, "change", WITH_FLOOR)
    try:
        service.bring_back(workspace, workspace.floor)
    except service.Refused as refusal:
        form = _told(WorkspaceForm.of(workspace), refusal)
        return _edit(form, workspace.floor, workspace, 422)
    return done(url_for(".workspace", id=id), _("%(room)s can be lent again.", room=workspace.code))


# -- Buildings and floors ---------------------------------------------------------------------------------------


def _buildings(status: int = 200, form: Any = None, building: Building | None = None) -> Response:
    floors = queries.floors()
    facts: dict[str, Any] = {
        "buildings": [(b, [f for f in floors if f.building_id == b.id]) for b in queries.buildings()],
        "form": form or BuildingForm(formdata=None),
        "building": building,
    }
    return render("incubator/buildings.html", status, **facts)


@bp.get("/buildings", access=policy.manager_door)
def buildings() -> Response:
    return _buildings()


@bp.post("/buildings/new", access=policy.manager_door)
def add_building() -> Response:
    form = BuildingForm()
    if not form.validate():
        return _buildings(422, form)
    made = service.add_building(form.name.data, form.address.data or "")
    return done(url_for(".buildings"), _("%(name)s is there. Now add its floors.", name=made.name))


@bp.get("/buildings/<int:id>", access=policy.manager_door)
def building(id: int) -> Response:
    building = load(Building, id, "change")
    return _buildings(200, BuildingForm(formdata=None, name=building.name, address=building.address), building)


@bp.post("/buildings/<int:id>", access=policy.manager_door)
def change_building(id: int) -> Response:
    building, form = load(Building, id, "change"), BuildingForm()
    if not form.validate():
        return _buildings(422, form, building)
    service.change_building(building, form.name.data, form.address.data or "")
    return done(url_for(".buildings"), _("Saved."))


def _floor_page(form: FloorForm, floor: Floor | None, status: int = 200, lines: LinesForm | None = None) -> Response:
    form.building.choices = [(str(b.id), b.name) for b in queries.buildings()]
    facts: dict[str, Any] = {
        "floor": floor,
        "floor_name": queries.floor_name(floor) if floor else "",
        "lines_form": lines or LinesForm(formdata=None),
        "workspaces": queries.workspaces(clock.today(), floor.id) if floor else [],
        "coming": queries.coming(floor.id, clock.today()) if floor else [],
        "retired": queries.retired(floor.id, clock.today()) if floor else [],
    }
    return render("incubator/floor.html", status, form=form, **facts)


def _floor_form() -> FloorForm:
    form = FloorForm()
    form.building.choices = [(str(b.id), b.name) for b in queries.buildings()]
    return form


def _floor_facts(form: FloorForm) -> dict[str, Any]:
    data = {"name": form.name.data, "width": form.width.data, "height": form.height.data}
    return {**data, "scenery": form.parts}


@bp.get("/floors/new", access=policy.manager_door)
def new_floor() -> Response:
    form = FloorForm(formdata=None, building=request.args.get("building", ""))
    return _floor_page(form, None)


@bp.post("/floors/new", access=policy.manager_door)
def add_floor() -> Response:
    form = _floor_form()
    if not form.validate():
        return _floor_page(form, None, 422)
    made = service.add_floor(load(Building, int(form.building.data), "change").id, **_floor_facts(form))
    return done(url_for(".floor", id=made.id), _("The floor is there. Now add its workspaces."))


@bp.get("/floors/<int:id>", access=policy.manager_door)
def floor(id: int) -> Response:
    floor = _the_floor(id)
    return _floor_page(FloorForm.of(floor), floor)


@bp.post("/floors/<int:id>", access=policy.manager_door)
def change_floor(id: int) -> Response:
    floor, form = _the_floor(id), _floor_form()
    if not form.validate():
        return _floor_page(form, floor, 422)
    try:
        service.change_floor(floor, **_floor_facts(form), building_id=int(form.building.data))
    except service.Refused as refusal:
        return _floor_page(_told(form, refusal), floor, 422)
    return done(url_for(".floor", id=id), _("Saved."))


@bp.post("/floors/<int:id>/lines", access=policy.manager_door)
def add_lines(id: int) -> Response:
    floor, form = _the_floor(id), LinesForm()
    if not form.validate():
        return _floor_page(FloorForm.of(floor), floor, 422, form)
    try:
        with db.session.begin_nested():
            count = service.add_many(floor, form.read)
    except service.Refused as refusal:
        return _floor_page(FloorForm.of(floor), floor, 422, _told(form, refusal))
    added = ngettext("%(num)d workspace is on the plan.", "%(num)d workspaces are on the plan.", count)
    return done(url_for(".floor", id=id), added)


# -- The occupancy ------------------------------------------------------------------------------------------------

MONTHS = (6, 12, 24, 36)
BEFORE, AFTER = 36, 12
"""From how many months back and ahead the chart may begin."""


def _window() -> Chart:
    """``?from=2026-09&months=12``, else a year from two months ago."""
    today = clock.today()
    first = add_months(today.replace(day=1), -2)
    try:
        year, month = (int(part) for part in request.args.get("from", "").split("-")[:2])
        first = date(year, month, 1) if 2000 <= year <= 2099 else first
    except ValueError:
        pass
    months = request.args.get("months", type=int)
    return Chart.of(first, months if months in MONTHS else 12, today, options.SOON_DAYS.value)


def _month(value: date, year: bool = True) -> str:
    return format_skeleton("yMMM" if year else "MMM", value, locale=get_locale())


def _chosen() -> tuple[Chart, list[Floor], Floor | None, Kind | None, str]:
    floors, wanted, kind = queries.floors(), read_id(request.args.get("floor")), request.args.get("kind", "")
    floor = next((f for f in floors if f.id == wanted), None)
    only = "free" if request.args.get("only") == "free" else ""
    return _window(), floors, floor, Kind(kind) if kind in list(Kind) else None, only


def _rows(chart: Chart, floor: Floor | None, kind: Kind | None, only: str) -> list[tuple[Any, list[Span], Any]]:
    bars = queries.spans(current_user, chart.first, chart.last, floor.id if floor else None)
    found = []
    on = max(chart.first, clock.today())
    for w in queries.workspaces(on, floor.id if floor else None, kind, until=chart.last):
        spans = queries.since_lent(w, chart.first, bars.get(w.id, []))
        row = chart.row(spans)
        if only and not any(g.green for g in row.gaps):
            continue
        found.append((w, spans, row))
    return found


@bp.get("/occupancy", access=signed_in)
def occupancy() -> Response:
    chart, floors, floor, kind, only = _chosen()
    found = _rows(chart, floor, kind, only)
    this = clock.today().replace(day=1)
    starts = sorted({add_months(this, n) for n in range(-BEFORE, AFTER + 1)} | {chart.first}, reverse=True)
    used = [row.used for _w, _s, row in found if row.used is not None]
    facts: dict[str, Any] = {
        "chart": chart,
        "rows": found,
        "heads": [(_month(m, year=n == 0 or m.month == 1), x, m.month == 1) for n, (m, x) in enumerate(chart.months)],
        "window": (_month(chart.first), _month(chart.last)),
        "used": round(sum(used) / len(used)) if used else 0,
        "floors": [("", _("All floors")), *((str(f.id), queries.floor_name(f)) for f in floors)],
        "floor_names": {f.id: queries.floor_name(f) for f in floors},
        "floor": floor,
        "kinds": [("", _("All kinds")), *((k.value, k.label) for k in Kind)],
        "kind": kind,
        "starts": [(f"{m:%Y-%m}", _month(m)) for m in starts],
        "lengths": [(str(m), ngettext("%(num)d month", "%(num)d months", m)) for m in MONTHS],
        "months": len(chart.months),
        "only": only,
        "short": short,
        "soon": OPENS_SOON,
        "Use": Use,
        "query": request.query_string.decode(),
    }
    return render("incubator/occupancy.html", **facts)


@bp.get("/occupancy.xlsx", access=signed_in)
def export_occupancy() -> Response:
    chart, floors, floor, kind, only = _chosen()
    names = {f.id: queries.floor_name(f) for f in floors}
    table: list[list[Any]] = [
        [_("Floor"), _("Room number"), _("Kind"), _("Seats"), _("Team or reason"), _("From"), _("Until"), _("State")]
    ]
    for w, spans, _row in _rows(chart, floor, kind, only):
        base = [names[w.floor_id], w.code, w.kind.label, w.seats]
        table += [[*base, s.team or s.reason, s.begins_on, s.ends_on, state(s)] for s in spans]
        if not spans:
            table.append([*base, "", "", "", Use.FREE.label])
    return spreadsheet(table, "occupancy")


def state(span: Span) -> str:
    """The state of a span in a word."""
    return str(span.status.label if span.status else Use.BLOCKED.label)
