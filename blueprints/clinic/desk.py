"""The clinic's side of the red pen: which document, behind which rule, on which page."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, abort, request, url_for
from flask_login import current_user
from wtforms import Form as PlainForm

from ..accounts.queries import people_named
from ..core.access import can, load
from ..core.pages import render
from ..documents import carry
from ..documents import queries as documents
from ..documents.models import Annotation, AnswerKind, Document
from ..documents.rendering import SENTENCES, office_available
from . import notices, options, queries, service
from .forms import FOCUS, FileForm, PublishForm
from .models import Decision, Round, State, Submission
from .workflow import SUBMISSION

STUDENTS_ANSWERS = frozenset({AnswerKind.DONE, AnswerKind.DISAGREE, AnswerKind.QUESTION})


class ClinicDesk:
    """See :class:`~..documents.mount.Desk`."""

    def document(self, id: int, verb: str | None = None) -> tuple[Submission, Document]:
        """The document of ``?round=``, else the one that this person's page shows."""
        submission = load(Submission, id, verb, queries.FULL)
        round_ = self.round(submission, request.args.get("round", type=int) if verb is None else None)
        return submission, round_.document

    def round(self, submission: Submission, number: int | None = None) -> Round:
        """The student sees every round; staff see those that were confirmed."""
        owner = submission.student.user_id == current_user.id
        if number is None:
            found = submission.rounds[-1] if owner else queries.newest_confirmed(submission)
        else:
            found = queries.round_numbered(submission, number)
        if found is None or not (owner or found.confirmed_at):
            abort(404)
        return found

    def of_mark(self, id: int, mark_id: int, verb: str) -> tuple[Submission, Document, Annotation]:
        submission = load(Submission, id, None, queries.FULL)
        for round_ in submission.rounds:
            mark = documents.mark(round_.document_id, mark_id)
            if (
                mark is not None
                and mark.deleted_at is None
                and (mark.published_at or mark.author_id == current_user.id)
            ):
                load(Submission, id, verb, queries.FULL)
                if mark.published_at is None:
                    abort(404)
                return submission, round_.document, mark
        abort(404)

    def home(self, owner: Submission) -> str:
        return url_for("clinic.show", id=owner.id)

    def worked(self, owner: Submission) -> None:
        if owner.holder_id != current_user.id:
            return  # the reviewer of an earlier round, who closes a mark of theirs
        service.worked(owner)
        service.drop_draft(self.round(owner), current_user.id, *service.COMPOSER)

    def may_say(self, owner: Submission) -> frozenset[AnswerKind]:
        """The student answers, the reviewer replies."""
        is_owner = owner.student.user_id == current_user.id
        return STUDENTS_ANSWERS if is_owner else frozenset({AnswerKind.REPLY})

    def answered(self, owner: Submission, mark: Annotation, kind: AnswerKind) -> None:
        notices.tell_of_answer(owner, mark, kind, current_user)

    def room(self, owner: Submission, status: int = 200, **context: Any) -> Response:
        if owner.student.user_id == current_user.id:
            return student_page(owner, status, **context)
        return review_room(owner, self.round(owner), status, **context)


desk = ClinicDesk()


def pictures(submission: Submission, round_: Round) -> Any:
    """``src(page)(width)``: the address of a page's picture; one prefix, not a ``url_for`` a page."""
    prefix = f"/clinic/{submission.id}/pages/"
    suffix = f"&round={round_.no}"
    return lambda page: lambda width: f"{prefix}{page.no}?w={width}{suffix}"


def mark_url(submission: Submission) -> Any:
    """``mark_url(page_no, line)`` or ``mark_url(page_no, box="…")``: where the composer for a place is."""
    prefix = _annotations(submission)

    def at(page_no: int, line: int | None = None, box: str | None = None) -> str:
        return f"{prefix}?page={page_no}&" + (f"box={box}" if box else f"line={line}")

    return at


def card_urls(submission: Submission) -> Any:
    """``card_urls(mark)``: what can be done from the card of a mark now."""
    prefix = _annotations(submission)
    may_close, may_answer = can("close", submission), can("answer", submission)

    def of(mark: documents.MarkView) -> dict[str, str]:
        here = f"{prefix}/{mark.id}"
        if mark.draft:
            return {"edit": here, "delete": f"{here}/delete"}
        urls = {"close": f"{here}/close", "reopen": f"{here}/reopen"} if may_close and mark.wants_answer else {}
        return urls | ({"reply": f"{here}/answers"} if may_answer else {})

    return of


def _annotations(submission: Submission) -> str:
    return f"/clinic/{submission.id}/annotations"


def review_room(submission: Submission, round_: Round, status: int = 200, **context: Any) -> Response:
    """The page a teacher works on: pages, marks, the call, the prescription."""
    document = documents.document(round_.document_id)
    is_holder = can("annotate", submission)
    working = is_holder and round_ is queries.newest_confirmed(submission)
    marks = documents.marks(
        [r.document_id for r in submission.rounds],
        drafts_of=current_user.id if working else None,
        viewer=current_user.id,
    )
    row = queries.draft(round_.id, current_user.id) if working else None
    typed = row.typed if row else {}
    calls = queries.called(round_, current_user.id) if working else round_.calls
    facts: dict[str, Any] = {
        "submission": submission,
        "round": round_,
        "document": document,
        "marks": marks[document.id],
        "earlier": carried(submission, round_, document, marks),
        "src": pictures(submission, round_),
        "annotations_url": _annotations(submission),
        "working": working,
        "calls": calls,
        "typed": typed,
        "saved_at": row.saved_at if row else None,
        "unfinished": typed.get("body") and typed.get("page"),
        "review_form": PublishForm(formdata=None, data=_typed(typed)),
        "focus_words": FOCUS,
        "mark_url": mark_url(submission),
        "card_urls": card_urls(submission),
        "moves": {m.name: m for m in SUBMISSION.open_to(current_user, submission)},
        "holder": _holder(submission),
        "composer": None,
        "target": None,
        "undo": _undo(document, working),
        "fresh": None,
        "answer_form": None,
        "answered": None,
        "scan": document.is_scan,
        "problem": SENTENCES.get(document.problem or ""),
    }
    if context.get("composer") is not None and not context["composer"].body.data and typed.get("body"):
        _continue(context["composer"], context.get("target"), typed)
    also = ("cards", "leaves") if context.keys() & {"fresh", "undo"} else ()
    return render("clinic/room.html", status, also, **{**facts, **context})


def _typed(typed: dict[str, Any]) -> dict[str, Any]:
    """The draft's words as data of a form; dates and numbers come back as such."""
    data = dict(typed)
    for name in ("due_on",):
        try:
            data[name] = date.fromisoformat(data[name]) if data.get(name) else None
        except ValueError:
            data[name] = None
    data["minutes"] = int(data["minutes"]) if str(data.get("minutes", "")).isdecimal() else None
    return data


def _continue(form: PlainForm, target: Any, typed: dict[str, Any]) -> None:
    """An unfinished mark goes on where it was left, when the composer opens on the same place."""
    if target is not None and all(
        str(typed.get(k) or "") == str(getattr(target, k) or "") for k in ("line", "sel", "box")
    ):
        form.body.data, form.kind.data = typed["body"], typed.get("kind") or form.kind.data


def _undo(document: Document, working: bool) -> Annotation | None:
    """The mark just deleted, by the address a form without script comes back to."""
    mark_id = request.args.get("undo", type=int)
    mark = documents.mark(document.id, mark_id) if working and mark_id and 0 < mark_id < 2**63 else None
    return mark if mark is not None and mark.deleted_at and mark.author_id == current_user.id else None


def _holder(submission: Submission) -> str | None:
    return people_named({submission.holder_id})[submission.holder_id] if submission.holder_id else None


def carried(submission: Submission, round_: Round, document: Document, marks: dict[int, Any]) -> list[carry.Carried]:
    """The marks of the round before that asked for something, and what became of their places."""
    before = queries.round_numbered(submission, round_.no - 1) if round_.no > 1 else None
    if before is None:
        return []
    wanted = [m for m in marks[before.document_id] if m.wants_answer and not m.draft]
    return carry.follow(wanted, documents.document(before.document_id).pages, document.pages)


# -- The student's side -------------------------------------------------------------------------------


def student_page(submission: Submission, status: int = 200, **context: Any) -> Response:
    """What the student sees: the pages to confirm, the place in the queue, or the result."""
    round_ = desk.round(submission, request.args.get("round", type=int))
    document = documents.document(round_.document_id)
    facts: dict[str, Any] = {
        "submission": submission,
        "round": round_,
        "document": document,
        "src": pictures(submission, round_),
        "moves": {m.name: m for m in SUBMISSION.open_to(current_user, submission)},
        "file_form": FileForm(formdata=None),
        "limit_mb": options.MOST_MB.value,
        "office": office_available(),
        "answer_form": None,
        "answered": None,
        "fresh": None,
        "problem": SENTENCES.get(document.problem or ""),
        "scan": document.is_scan,
        **context,
    }
    if round_.published_at is not None:
        return _result(submission, round_, document, status, facts)
    if submission.status is State.PREPARING and round_ is submission.current:
        return render("clinic/preparing.html", status, drawn=documents.drawn(document), **facts)
    standing = queries.standing(submission) if submission.status is State.WAITING else None
    return render("clinic/waiting.html", status, standing=standing, holder=_holder(submission), **facts)


def _result(submission: Submission, round_: Round, document: Document, status: int, facts: dict[str, Any]) -> Response:
    marks = documents.marks([document.id], drafts_of=None, viewer=current_user.id)[document.id]
    asked = [m for m in marks if m.wants_answer]
    handled = sum(1 for m in asked if m.answered_by(current_user.id))
    names = people_named({round_.reviewer_id} if round_.reviewer_id else set())
    return render(
        "clinic/result.html",
        status,
        (),
        marks=marks,
        handled=handled,
        asked=len(asked),
        reviewer=names.get(round_.reviewer_id or 0, ""),
        is_newest=round_ is submission.current,
        can_answer=can("answer", submission),
        signed_off=round_.decision is Decision.SIGN_OFF,
        annotations_url=_annotations(submission),
        **facts,
    )
