"""An application: begun, written together, handed in, taken back; its team, its papers, its thread."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, jsonify, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields import SelectChoice

from ...accounts import queries as accounts
from ...core import audit, clock, files
from ...core.access import can, find, load, require
from ...core.db import wait_to_write
from ...core.doors import signed_in
from ...core.i18n import listed
from ...core.ids import read_id
from ...core.pages import done, nothing_new, render
from ...core.sniff import Kind as FileKind
from ...core.sniff import Refused
from ...documents import queries as documents
from ...documents.mount import mount_sheet
from ...documents.rendering import office_available
from ...documents.service import OVER_QUOTA
from ...students import queries as register
from ...students.models import Student
from .. import checklist, desk, policy, standing
from .. import notices_application as notices
from ..forms.application import (
    ApplyForm,
    FactsForm,
    GuestForm,
    MemberForm,
    MessageForm,
    NeedsForm,
    PaperForm,
    ProjectForm,
    TextForm,
    yuan,
)
from ..forms.endorsement import AskTeacherForm
from ..models import Answer, Application, Field, Member, Paper, PaperKind
from ..queries import application as queries
from ..service import application as service
from ..workflow.application import APPLICATION
from . import bp

UPLOAD_BODY = 22 * 2**20
MOST_MB = 20
PAPERS = frozenset({FileKind.PDF, FileKind.JPG, FileKind.PNG, FileKind.WEBP})
WORD = frozenset({FileKind.DOCX, FileKind.DOC})


# -- Begin ---------------------------------------------------------------------------------------------------


def _student() -> Student:
    """The graduate who is signed in; someone with the role who is not in the register is refused."""
    student = register.of_user(current_user.id)
    if student is None:
        abort(403)
    return student


def _apply(form: ApplyForm, status: int = 200, existing: Application | None = None) -> Response:
    calls = queries.open_calls()
    form.intake.choices = [SelectChoice(str(c.id), c.name) for c in calls]
    if form.intake.data is None and calls:
        wanted = request.args.get("intake", "")
        form.intake.data = wanted if wanted in {str(c.id) for c in calls} else str(calls[0].id)
    if existing is None:
        existing = queries.open_of(_student().id)
    return render(
        "incubator/apply.html",
        status,
        form=form,
        calls=calls,
        existing=existing,
        own=queries.own(current_user),
        fields=checklist.FIELDS,
        steps=standing.steps(),
    )


@bp.get("/apply", access=policy.student_door)
def apply() -> Response:
    return _apply(ApplyForm(formdata=None))


@bp.get("/applications/new", access=policy.student_door)
def new_application() -> Response:
    """The address that the README names."""
    return _apply(ApplyForm(formdata=None))


@bp.post("/apply", access=policy.student_door)
def begin() -> Response:
    student, form = _student(), ApplyForm()
    calls = {str(c.id): c for c in queries.open_calls()}
    form.intake.choices = [SelectChoice(key, c.name) for key, c in calls.items()]
    if not form.validate():
        return _apply(form, 422)
    try:
        made = service.begin(student, calls[form.intake.data], form.team.data)
    except service.HasOne as refusal:
        form.team.errors = [
            _("You lead an open application already: “%(team)s”. Go on with that one.", team=refusal.existing.team)
        ]
        return _apply(form, 422, refusal.existing)
    return done(url_for(".application", id=made.id), _("The draft is there. Whatever you write is saved by itself."))


# -- The page -------------------------------------------------------------------------------------------------


def _texts(application: Application) -> dict[str, Field]:
    return {f.name: f for f in application.fields}


def _items(application: Application, endorsements: list[Any]) -> list[checklist.Item]:
    texts = {name: f.text for name, f in _texts(application).items()}
    return checklist.of(application, texts, endorsements, queries.names_of_members(application))


def page(application: Application, status: int = 200, **context: Any) -> Response:
    """The draft to write on, or what was handed in to read: one page for all who see it."""
    writes = can("write", application)
    team = policy.on_team(current_user, application)
    talks = team or can("talk", application)
    endorsements = queries.endorsements(application.id)
    items = _items(application, endorsements)
    texts = _texts(application)
    people = {f.by_id for f in texts.values()} | {p.document.owner_id for p in application.papers}
    facts: dict[str, Any] = {
        "application": application,
        "writes": writes,
        "team_here": team,
        "leads": application.lead.user_id == current_user.id,
        "me_asked": _own_membership(application),
        "talks": talks,
        "fields": checklist.FIELDS,
        "texts": texts,
        "longest": checklist.LONGEST,
        "names": accounts.people_named(people),
        "items": items,
        "missing": [i for i in items if i.is_missing],
        "papers": checklist.newest(application.papers),
        "old_papers": [p for p in application.papers if p.replaced_at],
        "endorsements": endorsements,
        "messages": queries.messages(application.id) if talks else [],
        "moves": {m.name: m for m in APPLICATION.open_to(current_user, application)},
        "yuan": yuan,
        "today": clock.today(),
        "Answer": Answer,
        "asks_teachers": can("ask_teacher", application),
        "limit_mb": MOST_MB,
        "office": office_available(),
        "project_form": None,
        "needs_form": None,
        "member_form": MemberForm(formdata=None),
        "guest_form": GuestForm(formdata=None),
        "candidates": [],
        "paper_form": PaperForm(formdata=None),
        "teacher_form": AskTeacherForm(formdata=None),
        "teachers": [],
        "message_form": MessageForm(formdata=None),
        "clash": None,
        "text_form": None,
        "facts_clash": {},
        "refused": [],
        **context,
    }
    if writes:
        facts["project_form"] = facts["project_form"] or ProjectForm.of(application)
        facts["needs_form"] = facts["needs_form"] or NeedsForm.of(application)
    return render("incubator/application.html", status, **facts)


def _own_membership(application: Application) -> Member | None:
    return next((m for m in application.members if m.student and m.student.user_id == current_user.id), None)


def _load(id: int, verb: str | None = None) -> Application:
    return load(Application, id, verb, queries.PAGE)


@bp.get("/applications/<int:id>", access=signed_in)
def application(id: int) -> Response:
    return page(_load(id))


@bp.get("/applications/<int:id>/print", access=signed_in)
def print_application(id: int) -> Response:
    """On A4, as the team hands it in."""
    found = _load(id)
    return render(
        "incubator/application_print.html",
        application=found,
        fields=checklist.FIELDS,
        texts=_texts(found),
        papers=checklist.newest(found.papers),
        endorsements=queries.endorsements(id),
        school=accounts.school_name(),
        yuan=yuan,
        today=clock.today(),
    )


# -- What is written ------------------------------------------------------------------------------------------


def _by_script() -> bool:
    """Whether the page's own script asks, which reads an answer in JSON; a browser gets a page."""
    return bool(request.accept_mimetypes.best == "application/json")


@bp.post("/applications/<int:id>/texts", access=signed_in)
def save_text(id: int) -> Response:
    """Save one text. Someone else was quicker with the same lines: 409 with theirs, and nothing is overwritten."""
    found, form = _load(id, "write"), TextForm()
    kind = checklist.BY_NAME.get(form.name.data or "") or abort(400)
    if not form.validate():
        problem = str(form.text.errors[0]) if form.text.errors else _("The form could not be read")
        return _json(422, error=problem) if _by_script() else page(found, 422, text_form=form)
    base = form.base.data or 0
    try:
        saved = service.save_text(found, current_user.id, kind.name, form.text.data or "", base, form.was.data or "")
    except service.Clash as clash:
        theirs = clash.theirs
        who = accounts.people_named({theirs.by_id}).get(theirs.by_id, "")
        if _by_script():
            said = _("%(who)s has changed the same lines.", who=who)
            return _json(409, error=said, theirs=theirs.text, version=theirs.version)
        return page(found, 409, text_form=form, clash=theirs)
    if _by_script():
        at = f"{clock.local(saved.field.at):%H:%M}"
        return _json(200, saved=at, version=saved.field.version, text=saved.field.text, merged=saved.merged)
    said = _("Saved, together with what %(who)s wrote meanwhile.", who=_writer(saved.field)) if saved.merged else None
    return done(url_for(".application", id=id) + f"#text_{kind.name}", said or _("Saved."))


def _writer(field: Field) -> str:
    """Who wrote beside this person: the merge is saved under the name of whoever came second."""
    past = [p for p in queries.past_of(field, 2) if p.who != current_user.name]
    return past[0].who if past else _("someone else")


def _json(status: int, **facts: Any) -> Response:
    response = jsonify(**facts)
    response.status_code = status
    return response


@bp.get("/applications/<int:id>/texts/<name>", access=signed_in)
def text_history(id: int, name: str) -> Response:
    """What this text has ever said: nothing that was saved is lost. For the team and its teachers."""
    found = _load(id)
    require("talk", found)
    kind = checklist.BY_NAME.get(name) or abort(404)
    field = _texts(found).get(name)
    past = queries.past_of(field) if field else []
    return render("incubator/application_text.html", application=found, kind=kind, past=past)


def _save_facts(id: int, cls: type[FactsForm], name: str) -> Response:
    """Save a part of the columns; what someone else has changed meanwhile stays, or is shown beside."""
    found, form = _load(id, "write"), cls()
    valid = form.validate()
    if not valid and not _by_script():
        return page(found, 422, **{name: form})
    try:
        service.save_facts(found, form.facts, form.shown(), cls.of(found).shown(), form.before)
    except service.FactsClash as clash:
        theirs = {str(form[n].label.text): _in_words(form[n], value) for n, value in clash.theirs.items()}
        if _by_script():
            said = _("Someone else has changed this: %(what)s.", what=listed(f"{k} {v}" for k, v in theirs.items()))
            return _json(409, error=said)
        form.was.raw_data, form.was.data = None, cls.of(found).was.data
        return page(found, 409, facts_clash=theirs, **{name: form})
    if _by_script():
        # What is right is saved although something else is wrong; that is said at its field.
        wrong = {n: " ".join(str(e) for e in errors) for n, errors in form.errors.items()}
        shown = form.shown() if valid else {**(form.before or {}), **{n: form.shown()[n] for n in form.facts}}
        return _json(200, saved=f"{clock.local(clock.now()):%H:%M}", shown=shown, errors=wrong)
    anchor = name.removesuffix("_form")
    return done(url_for(".application", id=id) + f"#{anchor}", _("Saved."))


def _in_words(field: Any, value: str) -> str:
    """A stored value as the form would show it."""
    for choice in getattr(field, "choices", None) or ():
        if choice.value == value:
            return str(choice.label)
    if field.type == "BooleanField":
        return _("yes") if value else _("no")
    return value or _("empty")


@bp.post("/applications/<int:id>/project", access=signed_in)
def save_project(id: int) -> Response:
    return _save_facts(id, ProjectForm, "project_form")


@bp.post("/applications/<int:id>/needs", access=signed_in)
def save_needs(id: int) -> Response:
    return _save_facts(id, NeedsForm, "needs_form")


# -- The moves ------------------------------------------------------------------------------------------------


@bp.post("/applications/<int:id>/submit", access=signed_in)
def submit(id: int) -> Response:
    found = _load(id)
    try:
        service.submit(found, current_user)
    except service.Incomplete as refusal:
        return page(found, 422, refused=refusal.items)
    return done(
        url_for(".application", id=id),
        _("Handed in. Until the deadline you can take it back to change it."),
    )


@bp.post("/applications/<int:id>/reopen", access=signed_in)
def reopen(id: int) -> Response:
    APPLICATION.fire("reopen", _load(id), current_user)
    return done(url_for(".application", id=id), _("It is a draft again. Do not forget to hand it in."))


@bp.post("/applications/<int:id>/withdraw", access=signed_in)
def withdraw(id: int) -> Response:
    found = _load(id)
    try:
        service.withdraw(found, current_user)
    except service.HasRoom:
        abort(409, _("A room is offered to you. Answer the offer first; then you can withdraw."))
    return done(url_for(".application", id=id), _("Withdrawn. What you wrote stays readable, and you can apply again."))


# -- The team -------------------------------------------------------------------------------------------------


@bp.post("/applications/<int:id>/members", access=signed_in)
def add_member(id: int) -> Response:
    found, form = _load(id, "invite"), MemberForm()
    if not form.validate():
        return page(found, 422, member_form=form)
    people = queries.students_found(form.who.data)
    chosen = read_id(form.student.data)
    student = next((s for s in people if s.id == chosen), None) or (people[0] if len(people) == 1 else None)
    if student is None:
        form.who.errors = [_nobody(form.who.data) if not people else _("Several people fit. Choose one below.")]
        return page(found, 422, member_form=form, candidates=people)
    try:
        member = service.add_student(found, student, form.part.data or "")
    except service.CannotAdd as refusal:
        form.who.errors = [_not_added(str(refusal), student)]
        return page(found, 422, member_form=form)
    notices.tell_asked(found, member, student.user, current_user)
    return done(
        url_for(".application", id=id) + "#members", _("%(name)s is asked and gets a notice.", name=student.user.name)
    )


def _nobody(words: str) -> str:
    return _("Nobody is found by “%(words)s”. Type the whole name, its pinyin, or the student number.", words=words)


def _not_added(why: str, student: Student) -> str:
    return {
        "lead": _("%(name)s began this application and is on the team already.", name=student.user.name),
        "there": _("%(name)s is on the list already.", name=student.user.name),
        "full": _("A team has at most %(num)d people.", num=service.MOST_MEMBERS),
    }[why]


@bp.post("/applications/<int:id>/guests", access=signed_in)
def add_guest(id: int) -> Response:
    found, form = _load(id, "invite"), GuestForm()
    if not form.validate():
        return page(found, 422, guest_form=form)
    try:
        service.add_guest(found, form.guest.data, form.guest_part.data or "")
    except service.CannotAdd:
        form.guest.errors = [_("A team has at most %(num)d people.", num=service.MOST_MEMBERS)]
        return page(found, 422, guest_form=form)
    return done(url_for(".application", id=id) + "#members", _("Added."))


@bp.post("/applications/<int:id>/members/<int:member_id>/remove", access=signed_in)
def remove_member(id: int, member_id: int) -> Response:
    found = _load(id, "invite")
    member = next((m for m in found.members if m.id == member_id), None)
    if member is not None:  # taken off twice, they are off
        service.remove(member)
    return done(url_for(".application", id=id) + "#members", _("Taken off the team."))


@bp.get("/applications/<int:id>/join", access=policy.student_door)
def join(id: int) -> Response:
    """The page of a student who was asked to be on a team."""
    found = _load(id)
    return render(
        "incubator/application_join.html",
        application=found,
        member=_own_membership(found) or abort(404),
        pitch=next((f.text for f in found.fields if f.name == "pitch"), ""),
        can_answer=can("answer", found),
        Answer=Answer,
    )


@bp.post("/applications/<int:id>/join", access=policy.student_door)
def answer_join(id: int) -> Response:
    """Yes or no to being on the team; while it is a draft, one may also change one's mind."""
    said = request.form.get("answer")
    if said not in ("yes", "no"):
        abort(400)
    found = find(Application, id, queries.PAGE)
    if found is None:
        return done(url_for(".index"), _("You are not on that team."))  # declined already, so it is not seen any more
    found = _load(id, "answer")
    member = _own_membership(found) or abort(404)
    if service.answer(member, said == "yes"):
        notices.tell_answered(found, said == "yes", current_user)
    if said == "yes":
        return done(url_for(".application", id=id), _("You are on the team. You can write on the draft, too."))
    return done(url_for(".index"), _("You are not on that team; whoever asked you has been told."))


# -- Papers ---------------------------------------------------------------------------------------------------


def _upload(form: PaperForm) -> files.Received | None:
    """The file of a valid form, in the store; None with the error on the field. Nothing is written yet."""
    allowed = PAPERS | (WORD if office_available() else frozenset())
    upload = form.paper.data
    try:
        return files.receive(upload.stream, upload.filename, allowed=allowed, limit=MOST_MB * 2**20)
    except Refused as refusal:
        form.paper.errors = [str(refusal.sentence)]
        return None


@bp.post("/applications/<int:id>/papers", access=signed_in, writes=False, body=UPLOAD_BODY)
def add_paper(id: int) -> Response:
    """A new paper, or with ``replaces`` a new version of one; the old one stays readable."""
    found, form = _load(id, "write"), PaperForm()
    received = _upload(form) if form.validate() else None
    if received is None:
        return page(found, 422, paper_form=form)
    wait_to_write()
    found = _load(id, "write")
    replaces = next((p for p in found.papers if p.id == read_id(request.form.get("replaces"))), None)
    try:
        kind = PaperKind(form.kind_of_paper.data)
        service.add_paper(found, current_user.id, received, kind, replaces)
    except service.OverQuota:
        form.paper.errors = [OVER_QUOTA]
        return page(found, 422, paper_form=form)
    except service.TooManyPapers:
        form.paper.errors = [_("At most %(num)d papers, old versions counted.", num=service.MOST_PAPERS)]
        return page(found, 422, paper_form=form)
    # Without an anchor: to the same page with one, a browser would only scroll, and not load what is new.
    return done(url_for(".application", id=id), _("The paper is there; its pages are drawn in a moment."))


@bp.post("/papers/<int:id>/remove", access=signed_in)
def remove_paper(id: int) -> Response:
    found = load(Paper, id, None, queries.OF_PAPER)
    require("write", found.application)
    service.remove_paper(found)
    return done(url_for(".application", id=found.application_id) + "#papers", _("Taken out. It is among the old ones."))


@bp.post("/papers/<int:id>/restore", access=signed_in)
def restore_paper(id: int) -> Response:
    found = load(Paper, id, None, queries.OF_PAPER)
    require("write", found.application)
    service.restore_paper(found)
    return done(url_for(".application", id=found.application_id) + "#papers", _("It counts again."))


@bp.get("/papers/<int:id>", access=signed_in)
def paper(id: int) -> Response:
    """The pages with their marks: to read, to answer, or to mark."""
    return desk.desk.room(load(Paper, id, None, queries.OF_PAPER))


@bp.get("/papers/<int:id>/progress", access=signed_in, polls=True)
def paper_progress(id: int) -> Response:
    """The poll behind a paper whose pages are being drawn: 204 until another one is there."""
    found = load(Paper, id, None, queries.OF_PAPER)
    document = documents.document(found.document_id)
    there = len(documents.drawn(document))
    if request.args.get("seen", type=int) == there and not document.is_ready and not document.problem:
        return nothing_new()
    return desk.desk.room(found)


# -- The thread -----------------------------------------------------------------------------------------------


@bp.post("/applications/<int:id>/messages", access=signed_in)
def say(id: int) -> Response:
    found, form = _load(id, "talk"), MessageForm()
    own = next((e for e in queries.endorsements(id) if e.user_id == current_user.id), None)
    home = url_for(".endorsement", id=own.id) if own else url_for(".application", id=id)
    if not form.validate():
        return page(found, 422, message_form=form)
    audit.because("application.message")
    if service.say(found, current_user.id, form.message.data):
        notices.tell_message(found, current_user)
    return done(f"{home}#thread")


mount_sheet(bp, desk.desk, "/papers/<int:id>")
