"""The work diary: one's own month, printed, exported, with lines of one's own."""

from __future__ import annotations

from datetime import date

from flask import Response, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...accounts import queries as accounts
from ...core import audit, clock
from ...core.access import load
from ...core.db import regardless
from ...core.listing import workbook
from ...core.pages import done, render
from .. import policy
from ..forms.diary import LineForm
from ..models import DiaryLine
from ..queries import diary as queries
from ..service import diary as service
from . import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/diary", access=policy.staff_door)
def diary() -> Response:
    return _month(queries.month_named(request.args.get("month", "")))


def _month(first: date, form: LineForm | None = None, status: int = 200) -> Response:
    if form is None:
        today = clock.today()
        form = LineForm(formdata=None, day=today if today.replace(day=1) == first else first)
    return render(
        "mentoring/diary.html",
        status,
        month=queries.month(current_user, first),
        form=form,
        school=accounts.school_name(),
        today=clock.today(),
    )


def _back(day: date) -> str:
    return url_for(".diary", month=f"{day:%Y-%m}")


@bp.post("/diary", access=policy.staff_door)
def add_line() -> Response:
    form = LineForm()
    if not form.validate():
        return _month(queries.month_named(f"{form.day.data:%Y-%m}" if form.day.data else ""), form, 422)
    service.add(current_user.id, form.day.data, form.text.data)
    return done(_back(form.day.data), _("Added to the diary."))


@bp.get("/diary/export.xlsx", access=policy.staff_door)
def export_diary() -> Response:
    """The month as a spreadsheet; the export is audited."""
    month = queries.month(current_user, queries.month_named(request.args.get("month", "")))
    table = queries.table(month)
    regardless(
        audit.event_of, "export.mentoring.diary", "diary", 0, f"{month.key}, {len(table) - 1} rows", current_user.id
    )
    return send_file(workbook(table), mimetype=XLSX, as_attachment=True, download_name=f"diary-{month.key}.xlsx")


@bp.get("/diary/lines/<int:id>", access=policy.staff_door)
def line(id: int) -> Response:
    held = load(DiaryLine, id)
    return _line(held, LineForm(formdata=None, obj=held))


def _line(held: DiaryLine, form: LineForm, status: int = 200) -> Response:
    return render("mentoring/diary_line.html", status, line=held, form=form, month=f"{held.day:%Y-%m}")


@bp.post("/diary/lines/<int:id>", access=policy.staff_door)
def change_line(id: int) -> Response:
    held = load(DiaryLine, id)
    form = LineForm()
    if not form.validate():
        return _line(held, form, 422)
    service.change(held, form.day.data, form.text.data)
    return done(_back(form.day.data), _("Saved."))


@bp.post("/diary/lines/<int:id>/delete", access=policy.staff_door)
def remove_line(id: int) -> Response:
    held = load(DiaryLine, id)
    service.remove(held)
    return done(_back(held.day), _("Taken out of the diary."))
