"""The agreement: printed out of what the site knows, and the signed copy."""

from __future__ import annotations

from typing import Any

from flask import Response, abort
from flask_babel import gettext as _
from flask_login import current_user

from ...accounts import queries as accounts
from ...core import clock, files
from ...core.access import can
from ...core.db import wait_to_write
from ...core.doors import signed_in
from ...core.i18n import language
from ...core.pages import done, render
from ...core.sniff import Kind as FileKind
from ...core.sniff import Refused
from ...documents.service import OVER_QUOTA
from .. import policy, wording
from ..forms import tenancy as forms
from ..models import AgreementTerms
from ..service import tenancy as service
from ..service import terms
from . import bp
from .tenancies import home_of, load_tenancy, page, why_words

UPLOAD_BODY = 12 * 2**20
MOST_BYTES = 10 * 2**20
PAPERS = frozenset({FileKind.PDF, FileKind.JPG, FileKind.PNG, FileKind.WEBP})


@bp.get("/tenancies/<int:id>/agreement", access=signed_in)
def agreement(id: int) -> Response:
    """The agreement as it is printed: one A4, out of what the site knows."""
    held = load_tenancy(id)
    if not can("see_money", held):
        abort(404)
    manager = accounts.people_named({held.offered_by}).get(held.offered_by, "")
    names = service.teams_named(held.application)
    return printed(held, terms.of(held), names, manager, (held.application.team, home_of(held)))


def printed(
    held: Any, words: AgreementTerms, names: list[str], manager: str, crumb: Any, sample: bool = False
) -> Response:
    """An agreement in these words, in English for who reads it: the Chinese is what holds."""
    team, room = held.application, held.workspace
    in_english = language() == "en" and bool(words.english)
    facts = {
        "team": team.team,
        "room": room.code,
        "hours": room.hours,
        "fee": f"{held.fee / 100:,.2f}".removesuffix(".00"),
        "begins": held.begins_on.isoformat(),
        "ends": held.ends_on.isoformat(),
    }
    return render(
        "incubator/agreement.html",
        tenancy=held,
        team=team,
        room=room,
        names=names,
        school=accounts.school_name(),
        clauses=wording.filled(words.english if in_english else words.text, facts),
        in_english=in_english,
        manager=manager,
        why_words=why_words,
        crumb=crumb,
        sample=sample,
        today=clock.today(),
    )


@bp.post("/tenancies/<int:id>/signed", access=policy.manager_door, writes=False, body=UPLOAD_BODY)
def keep_signed(id: int) -> Response:
    held, form = load_tenancy(id, "manage"), forms.SignedForm()
    received = _receive(form, form.signed, PAPERS) if form.validate() else None
    if received is None:
        return page(held, 422, signed_form=form)
    wait_to_write()
    held = load_tenancy(id, "manage")
    try:
        service.keep_signed(held, current_user, received)
    except service.OverQuota:
        form.signed.errors = [OVER_QUOTA]
        return page(held, 422, signed_form=form)
    return done(home_of(held), _("The signed copy is kept."))


@bp.get("/tenancies/<int:id>/signed", access=signed_in)
def signed_copy(id: int) -> Response:
    held = load_tenancy(id)
    if held.signed is None or not can("see_money", held):
        abort(404)
    return files.respond(held.signed.blob, download_as=held.signed.name)


def _receive(form: Any, field: Any, allowed: frozenset[FileKind]) -> files.Received | None:
    """The file of a valid form, in the store; None with the error on the field."""
    try:
        return files.receive(field.data.stream, field.data.filename, allowed=allowed, limit=MOST_BYTES)
    except Refused as refusal:
        field.errors = [str(refusal.sentence)]
        return None
