"""The clinic over HTTP: load, parse, call, answer."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from flask import Response, abort, jsonify, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields import SelectChoice

from ..accounts import policy as people_policy
from ..accounts import queries as accounts
from ..accounts import service as people
from ..accounts.models import Role
from ..core import audit, clock, files
from ..core.access import load, require
from ..core.db import wait_to_write
from ..core.doors import Slice, signed_in
from ..core.listing import exported, listed
from ..core.pages import done, nothing_new, render
from ..core.sniff import Kind, Refused
from ..documents import queries as documents
from ..documents.mount import mount_sheet
from ..documents.rendering import office_available
from ..documents.service import OVER_QUOTA
from ..students import queries as students
from ..students.models import Student
from . import history as story
from . import options, queries, service
from .desk import desk, review_room, student_page
from .forms import CallForm, DutyForm, FileForm, PublishForm, SubmissionForm, settings_form
from .lines import look
from .listings import QUEUE
from .models import Outcome, State, Submission
from .workflow import SUBMISSION

bp = Slice("clinic", __name__, url_prefix="/clinic")
UPLOAD_BODY = 22 * 2**20
RESUMES = frozenset({Kind.PDF, Kind.JPG, Kind.PNG, Kind.WEBP})
WORD = frozenset({Kind.DOCX, Kind.DOC})

student_door = people_policy.role(Role.STUDENT)
reviewer_door = people_policy.role(Role.REVIEWER)
staff_door = people_policy.role(Role.REVIEWER, Role.OFFICE, Role.COLLEGE_LEADER, Role.COUNSELOR)
clinic_door = people_policy.role(Role.STUDENT, Role.REVIEWER, Role.OFFICE, Role.COLLEGE_LEADER, Role.COUNSELOR)


# -- Lists ------------------------------------------------------------------------------------------------


@bp.get("/", access=clinic_door)
def index() -> Response:
    """Students see their own submissions, staff the queue."""
    if current_user.has(Role.STUDENT):
        return render("clinic/mine.html", submissions=queries.mine(current_user.id), limit=options.OPEN_LIMIT.value)
    return _queue()


def _queue(**more: Any) -> Response:
    page = listed(QUEUE, url_for(".index"))
    return render("clinic/queue.html", page=page, seen=_digest(page), look=look(), **more)


def _digest(page: Any) -> str:
    """A short word that changes when anything on this page of the list does, the same in every process."""
    parts = [*(tab.count for tab in page.tabs), *(f"{row.id} {row.last_moved_at}" for row in page.rows)]
    return f"{crc32(' '.join(parts).encode()):08x}"


@bp.get("/queue", access=staff_door, polls=True)
def queue() -> Response:
    """The small poll behind the queue: 204 while nothing has changed."""
    if request.args.get("seen") == _digest(listed(QUEUE, url_for(".index"))):
        return nothing_new()
    return _queue()


@bp.get("/export.<any(xlsx, csv):kind>", access=staff_door)
def export(kind: str) -> Response:
    return exported(QUEUE, kind, "clinic")


# -- The student's steps ------------------------------------------------------------------------------------


def _upload(form: FileForm) -> files.Received | None:
    """The file of a valid form, in the store; None with the error on the field. Nothing is written yet."""
    allowed = RESUMES | (WORD if office_available() else frozenset())
    upload = form.file.data
    try:
        return files.receive(upload.stream, upload.filename, allowed=allowed, limit=options.MOST_MB.value * 2**20)
    except Refused as refusal:
        form.file.errors = [str(refusal.sentence)]
        return None


def _new(form: SubmissionForm, status: int = 200, existing: Submission | None = None) -> Response:
    facts = {"office": office_available(), "limit_mb": options.MOST_MB.value, "existing": existing}
    return render("clinic/new.html", status, form=form, **facts)


@bp.get("/new", access=student_door)
def new() -> Response:
    return _new(SubmissionForm(formdata=None))


@bp.post("/new", access=student_door, writes=False, body=UPLOAD_BODY)
def create() -> Response:
    form = SubmissionForm()
    if not form.validate():
        return _new(form, 422)
    try:
        service.room_for(_student(), form.target.data)  # asked first, so that a refused file is not stored
        received = _upload(form)
        if received is None:
            return _new(form, 422)
        wait_to_write()
        submission = service.submit(
            _student(),
            received,
            target=form.target.data,
            ask=form.ask.data or "",
            focus=form.focus.data,
            interview_on=form.interview_on.data,
        )
    except service.CannotSubmit as refusal:
        form.target.errors = [_why_not(refusal.reason)]
        return _new(form, 422, refusal.existing)
    return done(url_for(".show", id=submission.id))


def _student() -> Student:
    """The graduate who is signed in; someone with the role who is not in the register is refused."""
    student = students.of_user(current_user.id)
    if student is None:
        abort(403)
    return student


def _why_not(why: str) -> str:
    return {
        "one_open": _("You have an open submission for this post already. Continue with that one."),
        "two_open": _(
            "You have %(num)d open submissions, which is as many as there can be. Finish or withdraw one first.",
            num=options.OPEN_LIMIT.value,
        ),
        "quota": OVER_QUOTA,
    }[why]


@bp.post("/<int:id>/versions", access=signed_in, writes=False, body=UPLOAD_BODY)
def versions(id: int) -> Response:
    """Another file: in place of the one nobody has read yet, or the next version after a review."""
    submission = load(Submission, id, "replace", queries.FULL)
    form = FileForm()
    received = _upload(form) if form.validate() else None
    if received is None:
        return student_page(submission, 422, file_form=form)
    wait_to_write()
    submission = load(Submission, id, "replace", queries.FULL)
    try:
        service.next_version(submission, current_user, received, ask=form.ask.data or "", focus=form.focus.data)
    except service.CannotSubmit as refusal:
        form.file.errors = [_why_not(refusal.reason)]
        return student_page(submission, 422, file_form=form)
    return done(url_for(".show", id=id))


@bp.get("/<int:id>/progress", access=signed_in, polls=True)
def progress(id: int) -> Response:
    """The poll behind the preview: 204 until another page is there."""
    submission = load(Submission, id, "confirm", queries.FULL)
    document = submission.current.document
    drawn = documents.drawn(document)
    if request.args.get("seen", type=int) == len(drawn) and not document.is_ready and not document.problem:
        return nothing_new()
    return student_page(submission)


@bp.post("/<int:id>/confirm", access=signed_in)
def confirm(id: int) -> Response:
    submission = load(Submission, id, None, queries.FULL)
    SUBMISSION.fire("confirm", submission, current_user)
    return done(url_for(".show", id=id), _("Handed in. You can close this page; you will get a notice."))


@bp.post("/<int:id>/withdraw", access=signed_in)
def withdraw(id: int) -> Response:
    submission = load(Submission, id, None, queries.FULL)
    SUBMISSION.fire("withdraw", submission, current_user)
    return done(url_for(".index"), _("Withdrawn. You can hand in another one at any time."))


# -- One submission -------------------------------------------------------------------------------------------


@bp.get("/<int:id>", access=signed_in)
def show(id: int) -> Response:
    submission = load(Submission, id, None, queries.FULL)
    if submission.student.user_id == current_user.id:
        return student_page(submission)
    return review_room(submission, desk.round(submission, request.args.get("round", type=int)))


@bp.get("/<int:id>/history", access=signed_in)
def history(id: int) -> Response:
    """Who did what: moves, calls, downloads, showings; drafts are nobody's business."""
    submission = load(Submission, id, None, queries.FULL)
    return render("clinic/history.html", submission=submission, events=story.of(submission))


@bp.get("/<int:id>/prescription", access=signed_in)
def prescription(id: int) -> Response:
    """The prescription of a published round on one sheet of A4 (处方单)."""
    submission = load(Submission, id, None, queries.FULL)
    number = request.args.get("round", type=int)
    published = [r for r in submission.rounds if r.published_at and number in (None, r.no)]
    if not published:
        abort(404)
    round_ = published[-1]
    marks = documents.marks([round_.document_id], drafts_of=None, viewer=current_user.id)[round_.document_id]
    names = accounts.people_named({round_.reviewer_id} if round_.reviewer_id else set())
    return render(
        "clinic/prescription.html",
        submission=submission,
        round=round_,
        marks=marks,
        call=next((c for c in reversed(round_.calls) if c.reviewer_id == round_.reviewer_id), None),
        reviewer=names.get(round_.reviewer_id or 0, ""),
        school=accounts.school_name(),
        pages=documents.document(round_.document_id).page_count,
        qr=story.qr_path(url_for(".show", id=id, _external=False)),
    )


# -- The reviewer's steps ----------------------------------------------------------------------------------------


@bp.post("/next", access=reviewer_door)
def take_next() -> Response:
    submission = service.take_next(current_user)
    if submission is None:
        return done(url_for(".index"), _("Nothing is waiting for you just now."))
    return done(url_for(".show", id=submission.id))


@bp.post("/<int:id>/claim", access=signed_in)
def claim(id: int) -> Response:
    submission = load(Submission, id, None, queries.FULL)
    service.claim(submission, current_user)
    return done(url_for(".show", id=id))


@bp.post("/<int:id>/release", access=signed_in)
def release(id: int) -> Response:
    submission = load(Submission, id, None, queries.FULL)
    SUBMISSION.fire("release", submission, current_user)
    return done(url_for(".index"), _("Given back to the queue. Your drafts are kept."))


@bp.post("/<int:id>/calls", access=signed_in)
def calls(id: int) -> Response:
    submission = load(Submission, id, "call", queries.FULL)
    form = CallForm()
    if not form.validate():
        whole = PublishForm()
        for name in ("outcome", *CallForm.FACTS):
            whole[name].errors = form[name].errors
        return review_room(submission, desk.round(submission), 422, review_form=whole)
    round_ = desk.round(submission)
    service.record_call(submission, round_, current_user, Outcome(form.outcome.data), **form.facts)
    service.drop_draft(round_, current_user.id, "outcome", *CallForm.FACTS)
    return done(url_for(".show", id=id) + "#call", _("The call is recorded."))


DRAFTED = frozenset(
    {"page", "line", "sel", "box", "kind", "body", "outcome", *CallForm.FACTS, "summary", "due_on", "decision"}
)


@bp.post("/<int:id>/draft", access=signed_in)
def save_draft(id: int) -> Response:
    """What is typed is kept by itself; answers ``{"saved": "10:31", "until": "11:01"}``."""
    submission = load(Submission, id, "work", queries.FULL)
    typed = {k: v[:2000] for k, v in request.form.items() if k in DRAFTED}
    if "body" in typed:
        typed = {"line": "", "sel": "", "box": "", **typed}
    row = service.save_draft(submission, desk.round(submission), current_user.id, typed)
    until = clock.local(submission.lease_until) if submission.lease_until else None
    return jsonify(saved=f"{clock.local(row.saved_at):%H:%M}", until=f"{until:%H:%M}" if until else "")


@bp.post("/<int:id>/publish", access=signed_in)
def publish(id: int) -> Response:
    """Marks, call, prescription and decision in one act."""
    submission = load(Submission, id, None, queries.FULL)
    round_ = desk.round(submission)
    form = PublishForm()
    fits = (form.without_call() if queries.called(round_, current_user.id) else form).validate()
    if submission.status is State.REVIEWING:
        require("work", submission)
        if not fits:
            return review_room(submission, round_, 422, review_form=form)
    service.publish(
        submission,
        round_,
        current_user,
        decision=form.decision.data if form.decision.data in ("revise", "sign_off") else "revise",
        summary=form.summary.data or "",
        due_on=form.due_on.data,
        call=(Outcome(form.outcome.data), form.facts) if form.outcome.data and not form.outcome.errors else None,
    )
    return done(url_for(".show", id=id), _("Published. The student has been told."))


# -- The office --------------------------------------------------------------------------------------------------


@bp.get("/roster", access=people_policy.office)
def roster() -> Response:
    """Who is a reviewer this year."""
    return _roster(_duty_form())


def _duty_form(**data: Any) -> DutyForm:
    form = DutyForm(formdata=None, **{"begins_on": clock.today(), **data})
    return _with_colleges(form)


def _with_colleges(form: DutyForm) -> DutyForm:
    form.colleges.choices = [SelectChoice(*college) for college in accounts.college_names().items()]
    return form


def _roster(form: DutyForm, status: int = 200) -> Response:
    names = accounts.college_names()
    return render(
        "clinic/roster.html", status, people=queries.roster(), form=form, names=names, Role=Role, today=clock.today()
    )


@bp.post("/roster", access=people_policy.office)
def appoint() -> Response:
    form = _with_colleges(DutyForm())
    valid = form.validate()
    user = accounts.by_login(form.login.data or "")
    if user is None or not user.is_staff:
        form.login.errors = [*form.login.errors, _("No member of staff signs in with this. Check the number.")]
        valid = False
    if not valid or user is None:
        return _roster(form, 422)
    if _appoint(user, form):
        people.tell(user, "clinic.appointed", url_for(".index"), begins=form.begins_on.data.isoformat())
    return done(
        url_for(".roster"), _("%(name)s reviews from %(day)s on.", name=user.name, day=form.begins_on.data.isoformat())
    )


def _appoint(user: Any, form: DutyForm) -> bool:
    chosen = [c for c in accounts.colleges() if c.id in (form.colleges.data or [])]
    return service.appoint(
        user,
        begins_on=form.begins_on.data,
        ends_on=form.ends_on.data,
        colleges=chosen,
        weekly_capacity=form.weekly_capacity.data,
        away_from=form.away_from.data,
        away_until=form.away_until.data,
    )


def _on_roster(user_id: int) -> queries.OnRoster:
    found = next((p for p in queries.roster() if p.user.id == user_id), None)
    if found is None:
        abort(404)
    return found


@bp.get("/roster/<int:user_id>", access=people_policy.office)
def duty(user_id: int) -> Response:
    person = _on_roster(user_id)
    grant = next(person.user.active(Role.REVIEWER))
    terms = person.duty
    form = _duty_form(
        login=person.user.username,
        begins_on=grant.begins_on,
        ends_on=grant.ends_on,
        colleges=[c for c in person.colleges if c],
        weekly_capacity=terms.weekly_capacity if terms else 10,
        away_from=terms.away_from if terms else None,
        away_until=terms.away_until if terms else None,
        version=terms.version if terms else 0,
    )
    return render("clinic/duty.html", person=person, form=form)


@bp.post("/roster/<int:user_id>", access=people_policy.office)
def save_duty(user_id: int) -> Response:
    person, form = _on_roster(user_id), _with_colleges(DutyForm())
    if not form.validate():
        return render("clinic/duty.html", 422, person=person, form=form)
    if person.duty is not None and form.version.data != person.duty.version:
        form.weekly_capacity.errors = [
            _(
                "Someone changed this meanwhile: %(num)d résumés a week. Save again to set yours.",
                num=person.duty.weekly_capacity,
            )
        ]
        form.version.raw_data, form.version.data = None, person.duty.version
        return render("clinic/duty.html", 409, person=person, form=form)
    _appoint(person.user, form)
    return done(url_for(".roster"), _("Saved."))


@bp.post("/roster/<int:user_id>/end", access=people_policy.office)
def end_duty(user_id: int) -> Response:
    person = _on_roster(user_id)
    service.dismiss(person.user)
    return done(
        url_for(".roster"),
        _("%(name)s no longer reviews. What was claimed is back in the queue.", name=person.user.name),
    )


@bp.get("/settings", access=people_policy.office)
def settings() -> Response:
    values = {o.key.replace(".", "_"): o.value for o in options.ALL}
    return render("clinic/settings.html", form=settings_form()(formdata=None, data=values), options=options.ALL)


@bp.post("/settings", access=people_policy.office)
def save_settings() -> Response:
    form = settings_form()()
    if not form.validate():
        return render("clinic/settings.html", 422, form=form, options=options.ALL)
    audit.because("clinic.settings")
    for option in options.ALL:
        option.set(getattr(form, option.key.replace(".", "_")).data)
    service.rank_queue()
    return done(url_for(".settings"), _("Saved. The queue is in the new order."))


mount_sheet(bp, desk)
