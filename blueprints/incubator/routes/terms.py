"""The wording of the agreement: what the manager writes, and how it would be printed."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from flask import Response, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...accounts import queries as accounts
from ...core import clock
from ...core.ids import read_id
from ...core.pages import done, render
from .. import options, policy, wording
from ..fitting import term_end
from ..forms.terms import TermsForm
from ..models import AgreementTerms, CompanyForm, Kind, Power
from ..queries import terms as wordings
from ..service import terms as service
from . import bp
from .agreements import printed


@bp.get("/settings/terms", access=policy.manager_door)
def terms() -> Response:
    now = service.shown()
    return _terms(TermsForm(formdata=None, text=now.text, english=now.english, seen=str(now.id)))


def _terms(form: TermsForm, status: int = 200, theirs: AgreementTerms | None = None) -> Response:
    there = wordings.all_()
    return render(
        "incubator/terms.html",
        status,
        form=form,
        theirs=theirs,
        wordings=there,
        names=accounts.people_named({w.made_by for w in there if w.made_by}),
        words=wording.WORDS,
        most=wording.MOST_CLAUSES,
        longest=wording.LONGEST,
        check_months=options.CHECK_MONTHS.value,
    )


@bp.post("/settings/terms", access=policy.manager_door)
def save_terms() -> Response:
    form = TermsForm()
    if not form.validate():
        return _terms(form, 422)
    try:
        new = service.change(current_user, form.text.data, form.english.data or "", read_id(form.seen.data))
    except service.Stale as stale:
        form.seen.raw_data, form.seen.data = None, str(stale.now.id)
        return _terms(form, 409, stale.now)
    said = _("Saved. Agreements from now on carry this wording.") if new else _("It says the same as before.")
    return done(url_for(".terms"), said)


@bp.get("/settings/terms/preview", access=policy.manager_door)
def preview_terms() -> Response:
    """The agreement as it would be printed today, for an invented team."""
    return _sample(service.shown())


@bp.post("/settings/terms/preview", access=policy.manager_door, writes=False)
def preview_typed_terms() -> Response:
    """The same with what is typed. Nothing is stored."""
    form = TermsForm()
    if not form.validate():
        return _terms(form, 422)
    months = options.CHECK_MONTHS.value
    text, english = (wording.frozen(words or "", months) for words in (form.text.data, form.english.data))
    return _sample(AgreementTerms(text=text, english=english))


def _sample(words: AgreementTerms) -> Response:
    today = clock.today()
    lead = SimpleNamespace(user=SimpleNamespace(number="2023010101"))
    team = SimpleNamespace(
        team=_("The sample team"),
        form=CompanyForm.TRIAL,
        credit_code="",
        lead=lead,
        college=SimpleNamespace(name=_("A college")),
    )
    place = SimpleNamespace(name=_("Floor 2"), building=SimpleNamespace(name=_("The incubator's house")))
    room = SimpleNamespace(
        floor=place, code="201", kind=Kind.STUDIO, seats=6, area=40, power=Power.V220, hours="8:00–22:00", equipment=""
    )
    begins = today + timedelta(days=1)
    sample = SimpleNamespace(
        application=team,
        workspace=room,
        number="",
        begins_on=begins,
        ends_on=term_end(begins, options.TERM_MONTHS.value),
        fee=30000,
        waived=0,
        waived_why="",
    )
    names = [_("Lin (sample)"), _("Wang (sample)")]
    crumb = (_("The agreement's wording"), url_for(".terms"))
    return printed(sample, words, names, current_user.name, crumb, sample=True)
