"""Calls over HTTP: the rule and its publication, referees, results, decisions and appeals."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, abort, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.exceptions import Conflict

from ...accounts.models import Role
from ...core import audit, clock
from ...core.access import can, load
from ...core.db import regardless
from ...core.doors import signed_in
from ...core.i18n import full_day, listed
from ...core.ids import read_id
from ...core.listing import workbook
from ...core.pages import done, render
from .. import jobs_intake, options, policy  # the chores of jobs_intake add themselves to the application
from ..forms.decision import AppealAnswerForm, AppealForm, DecisionForm
from ..forms.intake import ExtendForm, LayOutForm, PitchForm, RefereeForm, intake_data, intake_form
from ..models import Application, ApplicationState, Intake, IntakeState, Outcome, Referee
from ..queries import intake as queries
from ..queries.application import WHOLE
from ..service import decision as deciding
from ..service import intake as service
from ..workflow.intake import INTAKE
from . import bp

__all__ = ["jobs_intake"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def score(hundredths: int | None) -> str:
    """Hundredths of a point as people write them: ``72.5``."""
    return "–" if hundredths is None else f"{hundredths / 100:.1f}"


@bp.context_processor
def _for_templates() -> dict[str, Any]:
    return {"score": score, "verdict_of": verdict_of}


# -- The list, and one call -----------------------------------------------------------------------------------


@bp.get("/calls", access=signed_in)
def intakes() -> Response:
    manages = policy.is_manager(current_user)
    return render(
        "incubator/intakes.html",
        calls=queries.of_actor(current_user),
        counts=queries.counts() if manages else {},
        manages=manages,
        is_student=current_user.has(Role.STUDENT),
        today=clock.today(),
        State=IntakeState,
        AState=ApplicationState,
        tab="intakes",
    )


@bp.get("/calls/new", access=policy.manager_door)
def new_intake() -> Response:
    return _edit(intake_form()(formdata=None, data=intake_data(None)), None)


def _edit(form: Any, intake: Intake | None, status: int = 200) -> Response:
    return render("incubator/intake_edit.html", status, form=form, intake=intake, tab="intakes")


@bp.post("/calls/new", access=policy.manager_door)
def create_intake() -> Response:
    form = intake_form()()
    if not form.validate():
        return _edit(form, None, 422)
    made = service.create(current_user, form.facts, form.criteria)
    return done(url_for(".intake", id=made.id), _("Saved as a draft. Name the referees, then publish it."))


@bp.get("/calls/<int:id>", access=signed_in)
def intake(id: int) -> Response:
    """The rule, for everybody once it is published; for the manager also the referees and what was handed in."""
    return _call(load(Intake, id, None, queries.FULL))


def _call(
    found: Intake, status: int = 200, referee: RefereeForm | None = None, extend: ExtendForm | None = None
) -> Response:
    manages = policy.is_manager(current_user)
    moves = {m.name for m in INTAKE.moves.values() if found.status in m.sources} if manages else set()
    return render(
        "incubator/intake.html",
        status,
        intake=found,
        manages=manages,
        moves=moves,
        missing=_missing(found),
        weights=sum(c.weight for c in found.criteria),
        referee_form=referee or RefereeForm(formdata=None),
        extend_form=(extend or ExtendForm.of(found)) if can("extend", found) else None,
        handed_in=queries.handed_in_by(found.id) if manages else {},
        teachers=queries.teachers() if manages else [],
        counts=queries.counts().get(found.id, Counter()) if manages else {},
        is_student=current_user.has(Role.STUDENT),
        today=clock.today(),
        State=IntakeState,
        AState=ApplicationState,
        tab="intakes",
    )


def _missing(found: Intake) -> list[str]:
    """What keeps a draft from being published."""
    missing = []
    weights = sum(c.weight for c in found.criteria)
    if weights != 100:
        missing.append(_("The weights are %(sum)s together and must be 100.", sum=weights))
    if not found.referees:
        missing.append(_("Name at least one referee."))
    if found.closes_on < clock.today():
        missing.append(_("The deadline has passed already; set another."))
    return missing


@bp.get("/calls/<int:id>/edit", access=policy.manager_door)
def edit_intake(id: int) -> Response:
    found = load(Intake, id, "change", queries.FULL)
    return _edit(intake_form()(formdata=None, data=intake_data(found)), found)


@bp.post("/calls/<int:id>/edit", access=policy.manager_door)
def save_intake(id: int) -> Response:
    found = load(Intake, id, "change", queries.FULL)
    form = intake_form()()
    if not form.validate():
        return _edit(form, found, 422)
    service.change(found, form.facts, form.criteria)
    return done(url_for(".intake", id=id), _("Saved."))


@bp.post("/calls/<int:id>/discard", access=policy.manager_door)
def discard_intake(id: int) -> Response:
    service.discard(load(Intake, id, "change", queries.FULL))
    return done(url_for(".intakes"), _("The draft is gone."))


@bp.post("/calls/<int:id>/open", access=policy.manager_door)
def open_intake(id: int) -> Response:
    found = load(Intake, id, None, queries.FULL)
    if found.status is IntakeState.DRAFT and found.closes_on < clock.today():
        raise Conflict(_("The deadline has passed already; set another."))
    INTAKE.fire("open", found, current_user)
    return done(url_for(".intake", id=id), _("Published. The rule is fixed from now on, and everybody can read it."))


@bp.post("/calls/<int:id>/close", access=policy.manager_door)
def close_intake(id: int) -> Response:
    INTAKE.fire("close", load(Intake, id, None, queries.FULL), current_user)
    return done(url_for(".intake", id=id), _("Closed. The referees have a notice."))


@bp.post("/calls/<int:id>/extend", access=policy.manager_door)
def extend_intake(id: int) -> Response:
    """The deadline is put off, for everybody and with a reason."""
    found = load(Intake, id, "extend", queries.FULL)
    form = ExtendForm(found)
    if not service.is_put_off(found, form.closes_on.data, form.why.data) and not form.validate():
        return _call(found, 422, extend=form)
    try:
        service.extend(found, current_user, form.closes_on.data, form.pitch_day, form.why.data, form.seen.data)
    except service.PutOff:
        says = _("Someone has put it off to %(day)s meanwhile. Save again to set yours.", day=full_day(found.closes_on))
        form.closes_on.errors = [says]
        form.seen.raw_data, form.seen.data = None, found.closes_on
        return _call(found, 409, extend=form)
    return done(url_for(".intake", id=id), _("Put off. Who is concerned has a notice."))


@bp.post("/calls/<int:id>/finish", access=policy.manager_door)
def finish_intake(id: int) -> Response:
    found = load(Intake, id, None, queries.FULL)
    if left := queries.undecided(id):
        raise Conflict(
            ngettext("%(num)d application is not decided yet.", "%(num)d applications are not decided yet.", left)
        )
    INTAKE.fire("finish", found, current_user)
    return done(url_for(".intake", id=id), _("The call is finished."))


# -- Referees -------------------------------------------------------------------------------------------------


@bp.post("/calls/<int:id>/referees", access=policy.manager_door)
def add_referee(id: int) -> Response:
    found = load(Intake, id, "referee", queries.FULL)
    if found.status is IntakeState.DECIDED:
        raise Conflict(_("The call is finished."))
    form = RefereeForm()
    if not form.validate():
        return _call(found, 422, form)
    people = queries.teachers_named(form.who.data)
    problem = ""
    if not people:
        problem = _("Nobody is found by “%(words)s”. Type the name or the staff number.", words=form.who.data)
    elif len(people) > 1:
        named = listed(f"{p.name} {p.number or p.username}" for p in people)
        problem = _("More than one person fits: %(names)s. Type the number as well.", names=named)
    else:
        try:
            service.add_referee(found, people[0])
        except service.Conflicted:
            problem = _("%(name)s sees applications with names, so cannot score blind.", name=people[0].name)
    if problem:
        form.who.errors = [problem]
        return _call(found, 422, form)
    return done(url_for(".intake", id=id) + "#referees", _("%(name)s is a referee.", name=people[0].name))


@bp.post("/calls/<int:id>/referees/<int:referee_id>/remove", access=policy.manager_door)
def remove_referee(id: int, referee_id: int) -> Response:
    found = load(Intake, id, "referee", queries.FULL)
    referee: Referee | None = next((r for r in found.referees if r.id == referee_id), None)
    if referee is None:
        abort(404)
    if found.status is IntakeState.OPEN and len(found.referees) == 1:
        raise Conflict(_("A published call has at least one referee. Name another one first."))
    try:
        service.remove_referee(found, referee)
    except service.SheetsHandedIn:
        raise Conflict(_("Sheets are handed in already, and they count; so this referee stays.")) from None
    return done(url_for(".intake", id=id) + "#referees", _("%(name)s is no referee now.", name=referee.user.name))


# -- Results --------------------------------------------------------------------------------------------------


@bp.get("/calls/<int:id>/results", access=policy.manager_door)
def results(id: int) -> Response:
    """Every application with its sheets; ``?at=`` opens one of them, ``next`` the first that is not decided."""
    return _results(load(Intake, id, "decide", queries.FULL))


def _at(found: list[queries.Result], wanted: str | None) -> queries.Result | None:
    if wanted == "next":
        return next((r for r in found if r.open), None) or next((r for r in found if r.appeal_open), None)
    id = read_id(wanted)
    return next((r for r in found if r.application.id == id), None)


def _results(intake: Intake, status: int = 200, at: int | None = None, **forms: Any) -> Response:
    found = queries.results(intake)
    one = _at(found, str(at) if at is not None else request.args.get("at"))
    place = found.index(one) if one else -1
    context: dict[str, Any] = {
        "intake": intake,
        "results": found,
        "one": one,
        "before": found[place - 1] if place > 0 else None,
        "after": found[place + 1] if 0 <= place < len(found) - 1 else None,
        "place": place + 1,
        "undecided": sum(r.open for r in found),
        "missing_sheets": sum(r.expected - len(r.sheets) for r in found if r.open),
        "pitches": sorted((r for r in found if r.application.pitch_at), key=lambda r: r.application.pitch_at),  # type: ignore[arg-type,return-value]
        "low": _low(found, intake),
        "lay_out": LayOutForm(formdata=None, day=intake.pitch_on),
        "appeal_days": options.APPEAL_DAYS.value,
        "State": IntakeState,
        "Outcome": Outcome,
        "tab": "intakes",
    }
    if one is not None:
        context |= _forms_of(one, intake)
    context |= forms
    if one is not None:
        context["preview"] = _preview(context["form"], one, intake)
    return render("incubator/intake_results.html", status, **context)


def _low(found: list[queries.Result], intake: Intake) -> int:
    """Where the pictures of the spread begin: a little left of the lowest dot and of the relaxed bar."""
    return max(0, min([intake.relaxed_bar, *(t for r in found for t in r.totals)]) - 600)


def _forms_of(one: queries.Result, intake: Intake) -> dict[str, Any]:
    there = clock.local(one.application.pitch_at) if one.application.pitch_at else None
    return {
        "form": DecisionForm(formdata=None).offer(intake),
        "pitch_form": PitchForm(
            formdata=None,
            on=there.date() if there else intake.pitch_on,
            at=there.strftime("%H:%M") if there else "",
            minutes=one.application.pitch_minutes,
        ),
        "answer_form": AppealAnswerForm(formdata=None),
    }


def _preview(form: DecisionForm, one: queries.Result, intake: Intake) -> dict[str, Any]:
    """What the team would read, in the shape that ``_decision_words.html`` shows to the team itself."""
    criterion = form.chosen(intake)
    return {
        "outcome": Outcome(form.outcome.data) if form.outcome.data in list(Outcome) else None,
        "criterion": criterion,
        "reason": form.reason.data or "",
        "points": one.points,
        "until": clock.add_working_days(clock.today(), options.APPEAL_DAYS.value),
    }


def _judged(id: int) -> tuple[Application, Intake]:
    application = load(Application, id, "decide", WHOLE)
    return application, load(Intake, application.intake_id, "decide", queries.FULL)


@bp.post("/applications/<int:id>/decision/preview", access=policy.manager_door, writes=False)
def preview_decision(id: int) -> Response:
    """The page with what is typed, and what the team would read of it. Nothing is stored."""
    _application, intake = _judged(id)
    form = DecisionForm().offer(intake)
    return _results(intake, at=id, form=form)


@bp.post("/applications/<int:id>/decision", access=policy.manager_door)
def decide(id: int) -> Response:
    """Approve or reject; the next application that is not decided comes up."""
    application, intake = _judged(id)
    form = DecisionForm().offer(intake)
    valid = form.validate()
    criterion = form.chosen(intake)
    if not valid or criterion is None:
        return _results(intake, 422, at=id, form=form)
    exception = form.exception_why.data or "" if form.exception.data else ""
    try:
        outcome = Outcome(form.outcome.data)
        deciding.decide(application, intake, current_user, outcome, criterion, form.reason.data, exception)
    except deciding.BelowBar as below:
        form.exception.errors = [_below(below)]
        return _results(intake, 422, at=id, form=form)
    except deciding.AboveBar as above:
        said = _(
            "Its total of %(total)s reaches the bar of %(bar)s, and the rule says that who reaches it is in. Not to "
            "approve it all the same, mark it as an exception and write why.",
            total=score(above.total),
            bar=score(above.bar),
        )
        form.exception.errors = [said]
        return _results(intake, 422, at=id, form=form)
    said = _("%(team)s is approved, and is told.") if outcome is Outcome.APPROVED else _("%(team)s is told.")
    return done(url_for(".results", id=intake.id, at="next"), said % {"team": application.team})


def _below(below: deciding.BelowBar) -> str:
    if below.total is None:
        return _("No sheet is handed in. To approve the team all the same, mark it as an exception and write why.")
    return _(
        "Its total of %(total)s is under the bar of %(bar)s that holds for it. To approve it all the same, mark it as "
        "an exception and write why.",
        total=score(below.total),
        bar=score(below.bar),
    )


@bp.post("/applications/<int:id>/appeal-answer", access=policy.manager_door)
def answer_appeal(id: int) -> Response:
    application, intake = _judged(id)
    decision = queries.decision(id)
    if decision is None:
        abort(404)
    form = AppealAnswerForm()
    if not form.validate():
        return _results(intake, 422, at=id, answer_form=form)
    try:
        outcome = Outcome(form.appeal_outcome.data)
        deciding.answer(application, decision, current_user, outcome, form.appeal_answer.data)
    except deciding.HasAnother:
        form.appeal_outcome.errors = [
            _("Who began this application has another open one by now; it has to be withdrawn first.")
        ]
        return _results(intake, 422, at=id, answer_form=form)
    return done(url_for(".results", id=intake.id, at=id), _("Answered. The team has a notice."))


@bp.post("/calls/<int:id>/pitches", access=policy.manager_door)
def lay_out_pitches(id: int) -> Response:
    """Times one after the other for everybody who is not decided, in the order of their numbers."""
    intake = load(Intake, id, "decide", queries.FULL)
    form = LayOutForm()
    teams = sorted((r for r in queries.results(intake) if r.open), key=lambda r: r.no)
    if not form.validate() or not form.room_for(len(teams)):
        return _results(intake, 422, lay_out=form)
    told = service.lay_out([r.application for r in teams], form.times(len(teams)), current_user)
    said = ngettext("%(num)d team has a new time.", "%(num)d teams have a new time.", told)
    return done(url_for(".results", id=id) + "#pitches", said)


@bp.post("/applications/<int:id>/pitch", access=policy.manager_door)
def save_pitch(id: int) -> Response:
    application, intake = _judged(id)
    form = PitchForm()
    if not form.validate():
        return _results(intake, 422, at=id, pitch_form=form)
    service.set_pitch(application, current_user, form.moment, form.minutes.data or "")
    return done(url_for(".results", id=intake.id, at=id) + "#one", _("Saved."))


@bp.get("/calls/<int:id>/results.xlsx", access=policy.manager_door, writes=False)
def export_results(id: int) -> Response:
    intake = load(Intake, id, "decide", queries.FULL)
    head = [_("No."), _("Team"), _("College"), _("Sheets"), _("Total"), _("Spread"), _("State"), _("Reason")]
    rows: list[list[Any]] = [[*head, *(c.name for c in intake.criteria)]]
    for r in queries.results(intake):
        a = r.application
        reason = r.decision.reason if r.decision else ""
        line = [r.no, a.team, a.college.name, len(r.sheets), score(r.points), score(r.spread), a.status.label, reason]
        means = [r.of(c) for c in intake.criteria]
        rows.append([*line, *(f"{sum(m) / len(m):.1f}" if m else "" for m in means)])
    _exported("incubator.results", len(rows) - 1)
    return send_file(workbook(rows), mimetype=XLSX, as_attachment=True, download_name="results.xlsx")


def _exported(what: str, count: int) -> None:
    """That a list was taken away is written down."""
    regardless(audit.event_of, f"export.{what}", "listing", 0, f"{count} rows, xlsx", current_user.id)


# -- What the team reads ----------------------------------------------------------------------------------------


def verdict_of(application: Application) -> dict[str, Any] | None:
    """The decision on one's own application and its appeal, and before that the pitch; None for who may not read it.

    For ``incubator/_decision.html``, which other pages include: it needs ``lead`` and ``members`` loaded.
    """
    if not can("see_points", application):
        return None
    decision = queries.decision(application.id)
    return {
        "decision": decision,
        "until": deciding.appeal_until(decision) if decision else None,
        "may_appeal": decision is not None and can("appeal", application) and deciding.may_appeal(decision),
        "pitch_at": application.pitch_at if application.status is ApplicationState.SUBMITTED else None,
        "form": AppealForm(formdata=None),
    }


@bp.get("/applications/<int:id>/decision", access=signed_in)
def decision(id: int) -> Response:
    return _decision(load(Application, id, "see_points", WHOLE))


def _decision(application: Application, status: int = 200, form: AppealForm | None = None) -> Response:
    return render("incubator/decision.html", status, application=application, appeal_form=form)


@bp.post("/applications/<int:id>/appeal", access=policy.student_door)
def appeal(id: int) -> Response:
    """The team's one appeal."""
    application = load(Application, id, "appeal", WHOLE)
    found = queries.decision(id)
    if found is None:
        abort(404)
    form = AppealForm()
    if not form.validate():
        return _decision(application, 422, form)
    try:
        deciding.appeal(application, found, current_user, form.appeal.data)
    except deciding.TooLate:
        raise Conflict(
            _("An appeal is possible once, within the days named. Ask the incubator's manager if something is unclear.")
        ) from None
    return done(url_for(".decision", id=id), _("Your appeal is handed in. The manager answers it."))
