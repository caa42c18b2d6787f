"""The assignment (包保分配) over HTTP: how it is now, what could be, and the one act between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, abort, current_app, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ...accounts import queries as accounts
from ...accounts.models import OrgUnit, Role
from ...core import files
from ...core.access import can, load
from ...core.db import wait_to_write
from ...core.i18n import day, sentences
from ...core.ids import read_id
from ...core.listing import exported, listed
from ...core.pages import done, local_url, render
from ...core.sniff import Kind, Refused
from ...students import queries as register
from ...students.models import AdviserKind, Student
from .. import cli, jobs_assignment, options, policy, sheet  # cli and jobs add themselves to the application
from ..forms.assignment import ApplyForm, ConditionsForm, PairForm, SheetForm, TermsForm, problems_of
from ..listings_assignment import INTERNSHIP_NUMBER, MENTOR_NUMBER, NUMBER, PRESENT, THESIS_NUMBER, pairs
from ..models import Proposal, ProposalState, Reason
from ..queries import assignment as queries
from ..service import assignment as service
from ..service import assignment_import as imports
from ..solver import ONE
from ..workflow.proposal import PROPOSAL, stale_sentence
from . import bp

__all__ = ["bp", "cli", "jobs_assignment"]

SHEET_BODY = 6 * 2**20
MOST_SHEET = 5 * 2**20
LOOKED_AT = 3600
"""Seconds for which a list that was looked at can be entered."""

door = policy.assigner_door
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _college(value: str | None) -> OrgUnit:
    """The college of this id, if the person makes its assignment; without one, the only one they have."""
    mine = queries.colleges(current_user)
    if not value and len(mine) == 1:
        return mine[0]
    found = next((c for c in mine if c.id == read_id(value)), None)
    if found is None:
        abort(404)
    return found


def _whole(college: OrgUnit) -> bool:
    """Whether this person sees every graduate of the college, so that a number's list is all of it."""
    return bool(current_user.has(Role.OFFICE) or {None, college.id} & current_user.units(Role.COLLEGE_LEADER))


# -- How it is now -----------------------------------------------------------------------------------------


@bp.get("/assignments", access=door)
def assignments() -> Response:
    """The present state of a college; whoever has several chooses one."""
    mine = queries.colleges(current_user)
    if len(mine) != 1 and not request.args.get("college"):
        ids = [c.id for c in mine]
        facts: dict[str, Any] = {"coverage": queries.coverage(current_user, ids), "drafts": queries.drafts(ids)}
        return render("mentoring/assignment_colleges.html", colleges=mine, nothing=queries.Coverage(), **facts)
    college = _college(request.args.get("college"))
    cohort = queries.cohort()
    draft = queries.drafts([college.id]).get(college.id)
    return render(
        "mentoring/assignment.html",
        college=college,
        cohort=cohort,
        several=len(mine) > 1,
        whole=_whole(college),
        coverage=queries.coverage(current_user, [college.id]).get(college.id, queries.Coverage()),
        mentors=queries.mentors(college.id, cohort.id if cohort else None),
        draft=draft,
        maker=accounts.people_named({draft.made_by}).get(draft.made_by, "") if draft else "",
        past=queries.past(college.id),
        ONE=ONE,
    )


@bp.get("/assignments/graduates", access=door)
def assigned() -> Response:
    """The people behind the numbers: who has whom, since when, and which pairs are fixed."""
    page = listed(PRESENT, url_for(".assigned"))
    colleges = [(str(c.id), c.name) for c in queries.colleges(current_user)]
    who = read_id(page.chosen.get("mentor"))
    return render(
        "mentoring/assignment_list.html",
        page=page,
        colleges=colleges,
        mentor=accounts.people_named({who}).get(who, "") if who else "",
    )


@bp.post("/assignments/graduates/<int:student_id>/fix", access=door)
def fix_pair(student_id: int) -> Response:
    student = load(Student, student_id, "assign", register.WHOLE)
    fixed = request.form.get("fixed")
    if fixed not in ("yes", "no"):
        abort(400)
    service.fix(student, fixed == "yes")
    back = local_url(request.form.get("back")) or url_for(".assigned", college=student.college_id, tab="with")
    if student.mentor is None:
        return done(back, _("%(name)s has no mentor, so there is no pair to fix.", name=student.user.name))
    names = {"name": student.user.name, "mentor": student.mentor.name}
    if student.mentor_fixed:
        return done(back, _("%(name)s stays with %(mentor)s in every proposal.", **names))
    return done(back, _("%(name)s and %(mentor)s are no fixed pair any more.", **names))


@bp.get("/assignments/export.xlsx", access=door)
def export_assigned() -> Response:
    """As the list shows it; its columns are those of the import."""
    return exported(PRESENT, "xlsx", "mentors")


# -- A teacher's own limit ---------------------------------------------------------------------------------


def _mentor(college: OrgUnit, user_id: int) -> queries.Mentor:
    found = queries.mentor(college.id, user_id)
    if found is None:
        abort(404)
    return found


@bp.get("/assignments/teachers/<int:user_id>", access=door)
def mentor_terms(user_id: int) -> Response:
    college = _college(request.args.get("college"))
    mentor = _mentor(college, user_id)
    agreed = mentor.capacity if mentor.agreed else None
    data = {"college": str(college.id), "version": mentor.version, "capacity": agreed, "note": mentor.note}
    return _terms(college, mentor, TermsForm(formdata=None, data=data))


def _terms(college: OrgUnit, mentor: queries.Mentor, form: TermsForm, status: int = 200) -> Response:
    usual = options.CAPACITY.value
    return render(
        "mentoring/assignment_teacher.html", status, college=college, mentor=mentor, form=form, usual=usual, ONE=ONE
    )


@bp.post("/assignments/teachers/<int:user_id>", access=door)
def set_mentor_terms(user_id: int) -> Response:
    form = TermsForm()
    college = _college(form.college.data)
    mentor = _mentor(college, user_id)
    if not form.validate():
        return _terms(college, mentor, form, 422)
    if (form.version.data or 0) != mentor.version:
        said = ngettext(
            "Someone changed this meanwhile: %(num)d graduate at most. Save again to set yours.",
            "Someone changed this meanwhile: %(num)d graduates at most. Save again to set yours.",
            mentor.capacity,
        )
        problems_of(form, "capacity", said)
        form.version.raw_data, form.version.data = None, mentor.version
        return _terms(college, mentor, form, 409)
    service.set_terms(user_id, form.capacity.data, form.note.data or "")
    return done(url_for(".assignments", college=college.id) + "#mentors", _("%(name)s: saved.", name=mentor.name))


# -- A proposal is made ------------------------------------------------------------------------------------


@bp.get("/assignments/propose", access=door)
def propose() -> Response:
    college = _college(request.args.get("college"))
    return _conditions(college, ConditionsForm(formdata=None, data={"college": str(college.id)}))


def _conditions(college: OrgUnit, form: ConditionsForm, status: int = 200, **more: Any) -> Response:
    cohort = queries.cohort()
    draft = queries.drafts([college.id]).get(college.id)
    mentors = queries.mentors(college.id, cohort.id if cohort else None)
    graduates = queries.graduates(college.id, cohort.id) if cohort else []
    form.replaces.raw_data, form.replaces.data = None, str(draft.id) if draft else ""
    facts = {
        "college": college,
        "cohort": cohort,
        "draft": draft,
        "maker": accounts.people_named({draft.made_by}).get(draft.made_by, "") if draft else "",
        "graduates": len(graduates),
        "alone": sum(g.present is None for g in graduates),
        "fixed": sum(g.fixed for g in graduates),
        "need": sum(g.weight for g in graduates),
        "room": sum(max(0, m.limit - m.elsewhere) for m in mentors if not m.away_until),
        "mentors": len(mentors),
        "away": sum(m.away_until is not None for m in mentors),
        "usual": options.CAPACITY.value,
        "weights": queries.weights(),
        "ONE": ONE,
    }
    return render("mentoring/assignment_propose.html", status, form=form, **facts, **more)


@bp.post("/assignments/propose", access=door, writes=False)
def make_proposal() -> Response:
    """Worked out while reading, so that nobody waits; stored in a moment."""
    form = ConditionsForm()
    college = _college(form.college.data)
    cohort = queries.cohort()
    if not form.validate() or cohort is None:
        return _conditions(college, form, 422)
    keeps = form.keeps.data == "yes"
    worked = service.work_out(college.id, cohort, keeps)
    wait_to_write()
    college, cohort = _college(form.college.data), queries.cohort()
    if cohort is None:
        abort(409)
    try:
        made = service.propose(
            college, cohort, current_user, worked, keeps_present=keeps, replaces=read_id(form.replaces.data)
        )
    except service.DraftThere as there:
        return _second(college, form, there.draft)
    return done(url_for(".proposal", id=made.id))


def _second(college: OrgUnit, form: ConditionsForm, draft: Proposal) -> Response:
    """409 for whoever comes second: who was first, and the way to their proposal."""
    return _conditions(college, form, 409, taken=draft.id)


# -- A proposal is looked at -------------------------------------------------------------------------------


@bp.get("/assignments/<int:id>", access=door)
def proposal(id: int) -> Response:
    return _proposal(load(Proposal, id, None, queries.WITH_COLLEGE))


def _proposal(found: Proposal, status: int = 200, problem: str = "") -> Response:
    page = listed(pairs(found.id), url_for(".proposal", id=found.id))
    is_draft = found.status is ProposalState.DRAFT
    figures = queries.figures(found.id)
    mentors = queries.mentors(found.college_id, found.cohort_id) if is_draft else []
    after = queries.loads_after(found.id, mentors) if is_draft else {}
    left = queries.unplaced(found.id) if is_draft and figures.none else []
    stale = queries.stale(found) if is_draft and not problem else None
    names = accounts.people_named({i for i in (found.made_by, found.last_moved_by) if i})
    return render(
        "mentoring/assignment_proposal.html",
        status,
        proposal=found,
        page=page,
        shown_tabs=[t for t in page.tabs if t.current or t.key in ("changed", "all")],
        is_draft=is_draft,
        figures=figures,
        mentors=mentors,
        away={m.id: m.away_until for m in mentors if m.away_until},
        known={m.id for m in mentors},
        after=after,
        over=[(m.name, after[m.id], m.limit) for m in mentors if after[m.id] > max(m.limit, m.load)],
        most=max([1, *(max(m.limit, m.load, after[m.id]) for m in mentors)]),
        unplaced=[(u, _why(u, mentors, after)) for u in left],
        told=queries.told(found.id) if is_draft else 0,
        problem=problem or (stale_sentence(stale) if stale else ""),
        maker=names.get(found.made_by, ""),
        mover=names.get(found.last_moved_by or 0, ""),
        weights=queries.weights(),
        may=is_draft and can("adjust", found),
        ONE=ONE,
    )


def _why(unplaced: queries.Unplaced, mentors: list[queries.Mentor], after: dict[int, int]) -> str:
    """Why the proposal has nobody for this graduate: advisers first, then the room there is."""
    if unplaced.reason is Reason.BY_HAND:
        return str(_("Left open by hand"))
    if not mentors:
        return str(Reason.NO_TEACHER.label)
    by_id = {m.id: m for m in mentors}
    said = []
    for id, name in unplaced.advisers:
        mentor = by_id.get(id)
        if mentor is None:
            said.append(_("Adviser %(name)s is no mentor of the college.", name=name))
        elif mentor.away_until:
            said.append(_("Adviser %(name)s is away until %(day)s.", name=name, day=day(mentor.away_until)))
        else:
            said.append(_("Adviser %(name)s is full.", name=name))
    most = max(0 if m.away_until else m.limit - after[m.id] for m in mentors)
    if unplaced.weight > ONE and most >= ONE:
        facts = {"weight": f"{unplaced.weight / ONE:g}", "most": f"{most / ONE:g}"}
        said.append(_("Counts as %(weight)s; the most room anybody has is %(most)s.", **facts))
    elif most < unplaced.weight:
        said.append(ngettext("The only mentor is full.", "All %(num)d mentors are full.", len(mentors)))
    else:
        said.append(_("There is room by now: choose by hand, or work the proposal out anew."))
    return sentences(said)


@bp.get("/assignments/<int:id>/export.xlsx", access=door)
def export_proposal(id: int) -> Response:
    found = load(Proposal, id)
    return exported(replace(pairs(found.id), name="mentoring.pairs"), "xlsx", "proposal")


# -- A pair by hand ----------------------------------------------------------------------------------------


def _pairing(found: Proposal, student_id: int) -> Any:
    pairing = queries.pairing(found.id, student_id)
    if pairing is None:
        abort(404)
    return pairing


def _choices(found: Proposal) -> tuple[list[queries.Mentor], dict[int, int], list[tuple[int, str]]]:
    """The college's mentors by name, each with what they would have and can take."""
    mentors = queries.mentors(found.college_id, found.cohort_id)
    after = queries.loads_after(found.id, mentors)
    labels = []
    for m in mentors:
        load = _("%(load)s of %(limit)s", load=f"{after[m.id] / ONE:g}", limit=m.capacity)
        away = _("away until %(day)s", day=day(m.away_until)) if m.away_until else ""
        labels.append((m.id, " · ".join(filter(None, (m.name, load, away)))))
    return mentors, after, labels


def _pair(found: Proposal, pairing: Any, form: PairForm, status: int = 200) -> Response:
    is_open = current_user.has(Role.OFFICE) or can("assign", pairing.student)
    return render(
        "mentoring/assignment_pair.html",
        status,
        proposal=found,
        pairing=pairing,
        form=form,
        is_open=is_open,
        weight=queries.weights().get(pairing.student.support_level, ONE) if is_open else ONE,
        advisers=queries.advisers(pairing.student_id),
        AdviserKind=AdviserKind,
        ONE=ONE,
    )


@bp.get("/assignments/<int:id>/graduates/<int:student_id>", access=door)
def pair(id: int, student_id: int) -> Response:
    found = load(Proposal, id, "adjust", queries.WITH_COLLEGE)
    if found.status is not ProposalState.DRAFT:
        abort(404)
    pairing = _pairing(found, student_id)
    now = str(pairing.mentor_id or "none")
    form = PairForm(formdata=None, data={"was": now, "mentor": now}).offer(_choices(found)[2])
    return _pair(found, pairing, form)


@bp.post("/assignments/<int:id>/graduates/<int:student_id>", access=door)
def adjust(id: int, student_id: int) -> Response:
    found = load(Proposal, id, "adjust", queries.WITH_COLLEGE)
    pairing = _pairing(found, student_id)
    mentors, after, labels = _choices(found)
    form = PairForm().offer(labels)
    if not form.validate():
        return _pair(found, pairing, form, 422)
    before = pairing.mentor_id
    try:
        service.adjust(found, pairing, form.chosen, read_id(form.was.data))
    except service.Adjusted:
        name = pairing.mentor.name if pairing.mentor else _("nobody for now")
        problems_of(form, "mentor", _("Someone chose %(name)s meanwhile. Save again to set yours.", name=name))
        form.was.raw_data, form.was.data = None, str(pairing.mentor_id or "none")
        return _pair(found, pairing, form, 409)
    return done(
        url_for(".proposal", id=id, tab="all", q=pairing.student.user.number),
        _adjusted(pairing, before, mentors, after),
    )


def _adjusted(pairing: Any, before: int | None, mentors: list[queries.Mentor], after: dict[int, int]) -> str:
    """What was chosen, with a warning where it is more than was agreed with the teacher."""
    name = pairing.student.user.name
    chosen = next((m for m in mentors if m.id == pairing.mentor_id), None)
    if chosen is None:
        return _("%(name)s is left open.", name=name)
    said = _("%(name)s goes to %(mentor)s, once the proposal is confirmed.", name=name, mentor=chosen.name)
    load = after[chosen.id] + (queries.weights().get(pairing.student.support_level, ONE) if before != chosen.id else 0)
    if load <= chosen.limit:
        return said
    facts = {"mentor": chosen.name, "load": f"{load / ONE:g}", "limit": chosen.capacity}
    return sentences((said, _("%(mentor)s would have %(load)s, agreed are %(limit)s: ask them first.", **facts)))


# -- The one act -------------------------------------------------------------------------------------------


@bp.post("/assignments/<int:id>/confirm", access=door)
def confirm_proposal(id: int) -> Response:
    found = load(Proposal, id, None, queries.WITH_COLLEGE)
    changed = queries.figures(found.id).changed
    PROPOSAL.fire("confirm", found, current_user)
    said = ngettext(
        "In force: %(num)d graduate has a new mentor. Everybody concerned is told.",
        "In force: %(num)d graduates have a new mentor. Everybody concerned is told.",
        changed,
    )
    return done(url_for(".proposal", id=id), said)


@bp.post("/assignments/<int:id>/drop", access=door)
def drop_proposal(id: int) -> Response:
    found = load(Proposal, id, None, queries.WITH_COLLEGE)
    PROPOSAL.fire("drop", found, current_user)
    return done(url_for(".assignments", college=found.college_id), _("Dropped. Nothing was changed."))


# -- A list as a workbook ----------------------------------------------------------------------------------


@bp.get("/assignments/template.xlsx", access=door)
def template() -> Response:
    """An empty workbook with the columns that an import knows."""
    made = sheet.written([NUMBER, MENTOR_NUMBER, THESIS_NUMBER, INTERNSHIP_NUMBER], [])
    return send_file(made, mimetype=XLSX, as_attachment=True, download_name="mentors-template.xlsx")


@bp.get("/assignments/import", access=door)
def import_list() -> Response:
    college = _college(request.args.get("college"))
    return _import(college, SheetForm(formdata=None, data={"college": str(college.id)}))


def _import(college: OrgUnit, form: SheetForm, status: int = 200, **more: Any) -> Response:
    facts = {"reading": None, "token": "", "draft": queries.drafts([college.id]).get(college.id), **more}
    return render("mentoring/assignment_import.html", status, college=college, form=form, ONE=ONE, **facts)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="mentoring.import")


@bp.post("/assignments/import", access=door, writes=False, body=SHEET_BODY)
def look_at_list() -> Response:
    """The dry run: what is wrong in which cell, and what would change. Nothing is written."""
    form = SheetForm()
    college = _college(form.college.data)
    cohort = queries.cohort()
    if not form.validate() or cohort is None:
        return _import(college, form, 422)
    upload = form.file.data
    try:
        received = files.receive(upload.stream, upload.filename, allowed=frozenset({Kind.XLSX}), limit=MOST_SHEET)
        reading = imports.read(sheet.read(received.sha256), college, cohort)
    except (Refused, sheet.Unreadable) as refusal:
        problems_of(form, "file", refusal.sentence)
        return _import(college, form, 422)
    token = _signer().dumps([received.sha256, str(college.id), str(current_user.id)])
    return _import(college, form, 422 if reading.problems else 200, reading=reading, token=token, name=received.name)


@bp.post("/assignments/import/enter", access=door, writes=False)
def enter_list() -> Response:
    """Enter the list that was looked at, judged once more as things are now."""
    try:
        sha256, college_id, user_id = _signer().loads(ApplyForm().token.data or "", max_age=LOOKED_AT)
    except BadSignature:
        abort(400, _("The list was looked at too long ago. Upload it again."))
    if user_id != str(current_user.id):
        abort(400)
    college = _college(college_id)
    form = SheetForm(formdata=None, data={"college": college_id})
    try:
        table = sheet.read(sha256)
    except (OSError, sheet.Unreadable):
        problems_of(form, "file", _("The list was looked at too long ago. Upload it again."))
        return _import(college, form, 422)
    wait_to_write()
    college, cohort = _college(college_id), queries.cohort()
    if cohort is None:
        abort(409)
    reading = imports.read(table, college, cohort)
    if reading.problems:
        return _import(college, form, 422, reading=reading)
    try:
        draft = imports.enter(reading, college, cohort, current_user)
    except service.DraftThere as there:
        return _import(college, form, 409, draft=there.draft, reading=reading)
    entered = ngettext("%(num)d adviser entered.", "%(num)d advisers entered.", len(reading.advisers))
    if draft is None:
        return done(url_for(".assignments", college=college_id), entered)
    said = _("The list is a proposal now. Look at it, then confirm it.")
    return done(url_for(".proposal", id=draft.id), sentences((said, entered if reading.advisers else "")))
