"""The incubator's side of the red pen: a paper of an application, marked by the teachers whom the team has asked."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_login import current_user

from ..accounts import queries as accounts
from ..core.access import can, load
from ..core.pages import render
from ..documents import queries as documents
from ..documents.models import Annotation, AnswerKind, Document
from ..documents.rendering import SENTENCES
from . import notices_application as notices
from .forms.endorsement import EndorsementForm
from .models import EndorsementKind, Paper
from .policy import is_asked
from .policy import on_team as on_team_rule
from .queries import application as queries
from .queries import endorsement as asked
from .service import endorsement as endorsements

TEAMS_ANSWERS = frozenset({AnswerKind.DONE, AnswerKind.DISAGREE, AnswerKind.QUESTION})


class PaperDesk:
    """See :class:`~..documents.mount.Desk`. The owner of a document is the :class:`Paper` it was handed in as."""

    def document(self, id: int, verb: str | None = None) -> tuple[Paper, Document]:
        paper = load(Paper, id, verb, queries.OF_PAPER)
        return paper, paper.document

    def of_mark(self, id: int, mark_id: int, verb: str) -> tuple[Paper, Document, Annotation]:
        paper = load(Paper, id, None, queries.OF_PAPER)
        mark = documents.mark(paper.document_id, mark_id)
        if mark is None or mark.deleted_at is not None or mark.published_at is None:
            abort(404)
        load(Paper, id, verb, queries.OF_PAPER)
        return paper, paper.document, mark

    def home(self, owner: Paper) -> str:
        return url_for("incubator.paper", id=owner.id)

    def worked(self, owner: Paper) -> None:
        """Several teachers may mark at once, so nobody holds the paper."""

    def may_say(self, owner: Paper) -> frozenset[AnswerKind]:
        return TEAMS_ANSWERS if on_team_rule(current_user, owner.application) else frozenset({AnswerKind.REPLY})

    def answered(self, owner: Paper, mark: Annotation, kind: AnswerKind) -> None:
        notices.tell_mark_answered(owner, mark, kind, accounts.user(mark.author_id), current_user)

    def room(self, owner: Paper, status: int = 200, **context: Any) -> Response:
        if on_team_rule(current_user, owner.application):
            return team_page(owner, status, **context)
        return review_room(owner, status, **context)


desk = PaperDesk()


def pictures(paper: Paper) -> Any:
    """``src(page)(width)``: the address of a page's picture."""
    prefix = f"/incubator/papers/{paper.id}/pages/"
    return lambda page: lambda width: f"{prefix}{page.no}?w={width}"


def _annotations(paper: Paper) -> str:
    return f"/incubator/papers/{paper.id}/annotations"


def mark_url(paper: Paper) -> Any:
    """``mark_url(page_no, line)`` or ``mark_url(page_no, box="…")``: where the composer for a place is."""
    prefix = _annotations(paper)

    def at(page_no: int, line: int | None = None, box: str | None = None) -> str:
        return f"{prefix}?page={page_no}&" + (f"box={box}" if box else f"line={line}")

    return at


def card_urls(paper: Paper) -> Any:
    """``card_urls(mark)``: what a teacher can do from the card of a mark now."""
    prefix = _annotations(paper)
    may_close = can("close", paper)

    def of(mark: documents.MarkView) -> dict[str, str]:
        here = f"{prefix}/{mark.id}"
        if mark.draft:
            return {"edit": here, "delete": f"{here}/delete"}
        if not may_close:
            return {}
        closing = {"close": f"{here}/close", "reopen": f"{here}/reopen"} if mark.wants_answer and mark.mine else {}
        return closing | {"reply": f"{here}/answers"}

    return of


def _facts(paper: Paper) -> tuple[Document, dict[str, Any]]:
    document = documents.document(paper.document_id)
    return document, {
        "paper": paper,
        "application": paper.application,
        "document": document,
        "drawn": documents.drawn(document),
        "src": pictures(paper),
        "annotations_url": _annotations(paper),
        "answer_form": None,
        "answered": None,
        "fresh": None,
        "problem": SENTENCES.get(document.problem or ""),
        "scan": document.is_scan,
    }


def team_page(paper: Paper, status: int = 200, **context: Any) -> Response:
    """What the team sees: the marks that were sent, with three ways to answer, and the pages."""
    document, facts = _facts(paper)
    marks = documents.marks([document.id], drafts_of=None, viewer=current_user.id)[document.id]
    wanted = [m for m in marks if m.wants_answer]
    team = {u.id for u in queries.team_users(paper.application)}
    handled = sum(1 for m in wanted if any(a.author_id in team for a in m.answers))
    facts |= {"marks": marks, "asked": len(wanted), "handled": handled, "can_answer": can("answer", paper)}
    return render("incubator/plan_review_team.html", status, (), **{**facts, **context})


def review_room(paper: Paper, status: int = 200, **context: Any) -> Response:
    """Where a teacher marks the plan and writes the endorsement; everyone else who sees the application reads."""
    document, facts = _facts(paper)
    helps = is_asked(current_user.id, paper.application_id)
    working = helps and can("annotate", paper)
    drafts = current_user.id if working else None
    marks = documents.marks([document.id], drafts_of=drafts, viewer=current_user.id)[document.id]
    own = asked.own_of(paper.application_id, current_user.id) if helps else []
    facts |= {
        "marks": marks,
        "unsent": sum(1 for m in marks if m.draft),
        "working": working,
        "own": own,
        "kinds": EndorsementKind,
        "forms": endorsement_forms(own),
        "can_write": {e.id: endorsements.can_write(e, paper.application) for e in own},
        "mark_url": mark_url(paper),
        "card_urls": card_urls(paper),
        "composer": None,
        "target": None,
        "undo": _undo(document, working),
    }
    also = ("cards", "leaves", "send") if context.keys() & {"fresh", "undo"} else ()
    return render("incubator/plan_review.html", status, also, **{**facts, **context})


def endorsement_forms(own: list[Any]) -> dict[int, EndorsementForm]:
    """A form for each that this teacher writes, with what is written; their controls have names of their own."""
    forms = {}
    for e in own:
        supports = None if e.supports is None else "yes" if e.supports else "no"
        data = {"supports": supports, "reasons": e.text}
        forms[e.id] = EndorsementForm(formdata=None, data=data, prefix=prefix_of(e))
    return forms


def prefix_of(endorsement: Any) -> str:
    return f"{endorsement.kind.value}-"


def _undo(document: Document, working: bool) -> Annotation | None:
    """The mark just deleted, by the address a form without script comes back to."""
    mark_id = request.args.get("undo", type=int)
    mark = documents.mark(document.id, mark_id) if working and mark_id and 0 < mark_id < 2**63 else None
    return mark if mark is not None and mark.deleted_at and mark.author_id == current_user.id else None
