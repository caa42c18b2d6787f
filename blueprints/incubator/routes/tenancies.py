"""Tenancies: the list, one with all that hangs on it, and a POST per act."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields import SelectChoice

from ...accounts import queries as accounts
from ...core import clock, files
from ...core.access import can, load
from ...core.db import wait_to_write
from ...core.doors import signed_in
from ...core.i18n import day, language
from ...core.listing import exported, listed
from ...core.pages import done, render
from ...core.sniff import Kind as FileKind
from ...core.sniff import Refused
from .. import history as story
from .. import options, policy, wording
from ..fitting import DAY, Fit, add_months
from ..forms import tenancy as forms
from ..forms.renewal import DecideForm, RenewForm
from ..listings_tenancy import TENANCIES
from ..models import Check, FeeLine, HandOut, Tenancy, TenancyState, Terms, Wish, WishKind, WishState
from ..queries import allotment
from ..queries import application as applications
from ..queries import photo as photos
from ..queries import tenancy as queries
from ..queries.tenancy import FULL
from ..service import move as moves
from ..service import offer, photo, terms
from ..service import renewal as renewals
from ..service import tenancy as service
from ..service import wish as wishes
from ..workflow.tenancy import TENANCY
from . import bp

UPLOAD_BODY = 12 * 2**20
MOST_BYTES = 10 * 2**20
PAPERS = frozenset({FileKind.PDF, FileKind.JPG, FileKind.PNG, FileKind.WEBP})
MOST_SHOWN = 12


@bp.get("/tenancies", access=signed_in)
def tenancies() -> Response:
    page = listed(TENANCIES, url_for(".tenancies"))
    facts: dict[str, Any] = {
        "State": TenancyState,
        "today": clock.today(),
        "exports": policy.staff_door.test(current_user),
    }
    return render("incubator/tenancies.html", tab="tenancies", page=page, **facts)


@bp.get("/checks", access=policy.manager_door)
def checks() -> Response:
    """The checks that are due: a tab of the list."""
    return done(url_for(".tenancies", tab="checks"))


@bp.get("/tenancies/export.<any(xlsx, csv):kind>", access=policy.staff_door)
def export_tenancies(kind: str) -> Response:
    return exported(TENANCIES, kind, "tenancies")


# -- One -------------------------------------------------------------------------------------------------------


def _load(id: int, verb: str | None = None) -> Tenancy:
    return load(Tenancy, id, verb, FULL)


def home_of(tenancy: Tenancy) -> str:
    return url_for(".tenancy", id=tenancy.id)


@bp.get("/tenancies/<int:id>", access=signed_in)
def tenancy(id: int) -> Response:
    return page(_load(id))


def page(held: Tenancy, status: int = 200, answered: Any = None, **forms_: Any) -> Response:
    """The page of one, with the form that was wrong in place of an empty one; ``answered``: a wish, and its form."""
    manager, ours = can("manage", held), can("ask_renewal", held)
    money = can("see_money", held)
    asked = queries.renewals(held.id)
    until = renewals.latest(held)
    checks = queries.checks(held.id)
    lines = queries.fee_lines(held.id) if money else []
    facts: dict[str, Any] = {
        "tab": "tenancies",
        "tenancy": held,
        "team": held.application,
        "room": held.workspace,
        "moves": {move.name for move in TENANCY.open_to(current_user, held)},
        "manager": manager,
        "ours": ours,
        "money": money,
        "may_leave": can("leave", held),
        "hands": queries.hand_outs(held.id) if manager or ours else [],
        "lines": lines,
        "shown": _shown(lines),
        "due": sum(line.amount - line.waived for line in lines),
        "paid": sum(line.amount - line.waived for line in lines if line.paid_on),
        "checks": checks,
        "photos": photos.of_checks(c.id for c in checks) if money else {},
        "late": next((c for c in checks if c.done_on is None and c.due_on < clock.today()), None),
        "renewals": asked,
        "planned": queries.planned_of(held.application_id) if held.status is TenancyState.ACTIVE else None,
        "before": queries.living_of(held.application_id) if held.status is TenancyState.PLANNED else None,
        "asked_for": queries.wishes(held.id) if manager or ours else [],
        "open_renewal": next((r for r in asked if r.status.value == "asked"), None),
        "record": queries.exit_record(held.id) if manager else None,
        "queue": queries.queue_for(held.workspace),
        "left": (held.ends_on - clock.today()).days,
        "track": _track(held),
        "today": clock.today(),
        "check_months": options.CHECK_MONTHS.value,
        "free_refusals": options.FREE_REFUSALS.value,
        "cost": options.REFUSAL_COST.value,
        "why_words": why_words,
        "signed_form": forms.SignedForm(formdata=None) if manager else None,
        "hand_form": forms.HandOutForm(formdata=None) if manager else None,
        "wish_form": forms.WishForm(formdata=None) if ours else None,
        "answers": {},
        "member_form": forms.MemberForm(formdata=None) if manager else None,
        "annul_form": forms.AnnulForm(formdata=None) if manager else None,
        "renew_form": RenewForm(held.ends_on, until, formdata=None, until_on=until) if ours else None,
        "decide_form": DecideForm(formdata=None) if manager else None,
        "promised": renewals.promised(held, asked[0].until_on) if manager and asked else None,
        "problems": [],
        **forms_,
    }
    if manager:
        facts["answers"] = {
            w.id: forms.AnswerForm(formdata=None, prefix=forms.of_wish(w.id))
            for w in facts["asked_for"]
            if w.status is WishState.ASKED
        }
        facts["answers"].update([answered] if answered else [])
    return render("incubator/tenancy.html", status, **facts)


def _shown(lines: list[FeeLine]) -> int:
    """How many months stand open: those that have begun, the next, and every one that is paid."""
    next_month = add_months(clock.today().replace(day=1), 1)
    return max((n for n, line in enumerate(lines, 1) if line.month <= next_month or line.paid_on), default=1)


def _track(held: Tenancy) -> list[tuple[Any, Any, bool]]:
    """The way of a tenancy: (word, day, done)."""
    today = clock.today()
    in_room = held.status in (TenancyState.ACTIVE, TenancyState.ENDED)
    way: list[tuple[Any, Any, bool]] = []
    if held.status in (TenancyState.OFFERED, TenancyState.ACCEPTED) or held.accepted_on:
        way += [
            (_("Offered"), clock.local(held.offered_at).date(), True),
            (_("Accepted"), held.accepted_on, held.accepted_on is not None),
            (_("Signed"), held.signed_on, held.signed_on is not None),
        ]
    else:  # who comes from another room was not offered this one
        way.append((_("Agreed"), clock.local(held.offered_at).date(), True))
    way.append((_("Moved in"), held.begins_on, in_room and held.begins_on <= today))
    for days in queries.NOTICE_DAYS:
        on = held.ends_on - timedelta(days=days)
        ended_early = held.status is TenancyState.ENDED and held.last_move != "expire"
        if on > held.begins_on and not ended_early:
            way.append((_("Notice of %(num)d days", num=days), on, in_room and on <= today))
    way.append((_("End"), held.ends_on, held.status is TenancyState.ENDED))
    return way


def why_words(why: str) -> str:
    """The clause by which a fee is waived: what the published rule says, never a word about a family."""
    return _("by the published rule on reduced fees") if why == offer.RULE else why


# -- The answer --------------------------------------------------------------------------------------------------


@bp.post("/tenancies/<int:id>/accept", access=signed_in)
def accept_tenancy(id: int) -> Response:
    held = _load(id)
    service.accept(held, current_user)
    return done(home_of(held), _("The room is yours. Next, both sign the agreement %(number)s.", number=held.number))


@bp.post("/tenancies/<int:id>/refuse", access=signed_in)
def refuse_tenancy(id: int) -> Response:
    held = _load(id)
    service.refuse(held, current_user)
    return done(home_of(held), _("You have said no to %(room)s. You stay on the waitlist.", room=held.workspace.code))


@bp.post("/tenancies/<int:id>/cancel", access=policy.manager_door)
def cancel_tenancy(id: int) -> Response:
    held = _load(id, "manage")
    service.cancel(held, current_user)
    return done(home_of(held), _("The offer is taken back, and the team keeps its place in line."))


@bp.post("/tenancies/<int:id>/sign", access=policy.manager_door)
def sign_tenancy(id: int) -> Response:
    held = _load(id, "manage")
    service.sign(held, current_user)
    return done(home_of(held), _("Signed. The fees and the days of the checks are set up."))


@bp.get("/tenancies/<int:id>/history", access=signed_in)
def tenancy_history(id: int) -> Response:
    """What happened when, and by whom."""
    held = _load(id)
    if not can("see_money", held):
        abort(404)
    return render("incubator/tenancy_history.html", tenancy=held, events=story.of(held))


@bp.get("/tenancies/<int:id>/agreement", access=signed_in)
def agreement(id: int) -> Response:
    """The agreement as it is printed: one A4, out of what the site knows."""
    held = _load(id)
    if not can("see_money", held):
        abort(404)
    manager = accounts.people_named({held.offered_by}).get(held.offered_by, "")
    names = service.teams_named(held.application)
    return printed(held, terms.of(held), names, manager, (held.application.team, home_of(held)))


def printed(held: Any, words: Terms, names: list[str], manager: str, crumb: Any, sample: bool = False) -> Response:
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
    held, form = _load(id, "manage"), forms.SignedForm()
    received = _receive(form, form.signed, PAPERS) if form.validate() else None
    if received is None:
        return page(held, 422, signed_form=form)
    wait_to_write()
    held = _load(id, "manage")
    try:
        service.keep_signed(held, current_user, received)
    except service.OverQuota:
        form.signed.errors = [_quota()]
        return page(held, 422, signed_form=form)
    return done(home_of(held), _("The signed copy is kept."))


@bp.get("/tenancies/<int:id>/signed", access=signed_in)
def signed_copy(id: int) -> Response:
    held = _load(id)
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


def _quota() -> str:
    return _("You have uploaded a great deal within a day. Go on tomorrow, or ask the employment office.")


# -- Keys, fees, checks --------------------------------------------------------------------------------------------


def _part(model: Any, id: int, tenancy_id: int) -> Any:
    return queries.part(model, id, tenancy_id) or abort(404)


@bp.post("/tenancies/<int:id>/hand-outs", access=policy.manager_door)
def hand_out(id: int) -> Response:
    held, form = _load(id, "manage"), forms.HandOutForm()
    if not form.validate():
        return page(held, 422, hand_form=form)
    service.hand_out(held, current_user, form.what.data, form.hand_note.data or "")
    return done(home_of(held), _("Written down."))


def _after(held: Tenancy) -> str:
    """The page from which it was done: that of the tenancy, or its exit list."""
    return url_for(".exit_page", id=held.id) if request.args.get("then") == "exit" else home_of(held)


@bp.post("/tenancies/<int:id>/hand-outs/<int:item>", access=policy.manager_door)
def take_back(id: int, item: int) -> Response:
    held = _load(id, "manage")
    thing: HandOut = _part(HandOut, item, id)
    service.take_back(thing, current_user)
    return done(_after(held), _("It is back.") if thing.back_on else _("It is out again."))


@bp.post("/tenancies/<int:id>/fees/<int:line>/paid", access=policy.manager_door)
def pay_fee(id: int, line: int) -> Response:
    held = _load(id, "manage")
    month: FeeLine = _part(FeeLine, line, id)
    service.pay(month)
    return done(_after(held), _("Paid.") if month.paid_on else _("It is due again."))


@bp.get("/tenancies/<int:id>/fees/<int:line>", access=policy.manager_door)
def fee(id: int, line: int) -> Response:
    held = _load(id, "manage")
    month: FeeLine = _part(FeeLine, line, id)
    data = {"waived": month.waived / 100, "why": "" if month.why == offer.RULE else month.why}
    return _fee(held, month, forms.WaiveForm(month, formdata=None, data=data))


def _fee(held: Tenancy, month: FeeLine, form: forms.WaiveForm, status: int = 200) -> Response:
    facts: dict[str, Any] = {"tab": "tenancies", "tenancy": held, "line": month, "form": form, "why_words": why_words}
    return render("incubator/fees.html", status, **facts)


@bp.post("/tenancies/<int:id>/fees/<int:line>", access=policy.manager_door)
def waive_fee(id: int, line: int) -> Response:
    held = _load(id, "manage")
    month: FeeLine = _part(FeeLine, line, id)
    form = forms.WaiveForm(month)
    if not form.validate():
        return _fee(held, month, form, 422)
    service.waive(month, form.fen, form.why.data or "")
    return done(home_of(held), _("Stored."))


@bp.get("/tenancies/<int:id>/checks/<int:item>", access=policy.manager_door)
def check(id: int, item: int) -> Response:
    held = _load(id, "manage")
    found: Check = _part(Check, item, id)
    names = ("attendance", "safety", "activity", "people", "note")
    data = {name: getattr(found, name) for name in names}
    data["money"] = found.money / 100 if found.money is not None else None
    return _check(held, found, forms.CheckForm(formdata=None, data=data))


def _check(held: Tenancy, found: Check, form: forms.CheckForm, status: int = 200) -> Response:
    before = [c for c in queries.checks(held.id) if c.done_on and c.id != found.id]
    facts: dict[str, Any] = {
        "tab": "tenancies",
        "tenancy": held,
        "check": found,
        "form": form,
        "before": before[-3:],
        "photos": photos.of_checks([found.id])[found.id],
        "photo_most": photos.MOST,
        "photo_mb": photo.MOST_MB,
    }
    return render("incubator/check.html", status, **facts)


@bp.post("/tenancies/<int:id>/checks/<int:item>", access=policy.manager_door, writes=False, body=photo.BODY)
def record_check(id: int, item: int) -> Response:
    held, form = _load(id, "manage"), forms.CheckForm()
    found: Check = _part(Check, item, id)
    if not form.validate():
        return _check(held, found, form, 422)
    try:
        received = photo.receive(form.photos.uploads)
        wait_to_write()
        held = _load(id, "manage")
        found = _part(Check, item, id)
        service.record_check(found, current_user, received, **form.facts())
    except photo.Refused as refusal:
        form.photos.errors = refusal.sentences
        return _check(held, found, form, 422)
    return done(home_of(held), _("The check is written down."))


# -- The team ------------------------------------------------------------------------------------------------------


@bp.post("/tenancies/<int:id>/wishes", access=signed_in)
def wish(id: int) -> Response:
    held, form = _load(id, "ask_renewal"), forms.WishForm()
    if not form.validate():
        return page(held, 422, wish_form=form)
    wishes.ask(held, current_user, WishKind(form.kind.data), form.wish.data)
    return done(home_of(held), _("The manager has been told and will answer you."))


@bp.post("/wishes/<int:id>", access=policy.manager_door)
def answer_wish(id: int) -> Response:
    found = load(Wish, id, "decide", queries.OF_WISH)
    form = forms.AnswerForm(prefix=forms.of_wish(id))
    if not form.validate():
        return page(found.tenancy, 422, answered=(id, form))
    wishes.decide(found, current_user, form.done.data == "grant", form.words.data or "")
    return done(home_of(found.tenancy), _("The team has been told."))


@bp.post("/tenancies/<int:id>/members", access=policy.manager_door)
def add_tenant(id: int) -> Response:
    held, form = _load(id, "manage"), forms.MemberForm()
    if not form.validate():
        return page(held, 422, member_form=form)
    student = None
    if not form.outside.data:
        found = applications.students_found(form.who.data)
        if len(found) != 1:
            form.who.errors = [_cannot_tell(found)]
            return page(held, 422, member_form=form)
        student = found[0]
    new = service.add_member(held, student, form.who.data, form.part.data or "")
    return done(home_of(held), _("They are on the team.") if new else _("They are on the team already."))


def _cannot_tell(found: list[Any]) -> str:
    if not found:
        return _("No student is found by that. Type the whole name or the number, or say that they are from outside.")
    names = "、".join(f"{s.user.name} {s.user.number or s.user.username}" for s in found)
    return _("More than one student fits: %(names)s. Type the number.", names=names)


@bp.post("/tenancies/<int:id>/members/<int:item>/leave", access=policy.manager_door)
def drop_tenant(id: int, item: int) -> Response:
    held = _load(id, "manage")
    member = next((m for m in held.application.members if m.id == item), None) or abort(404)
    service.drop_member(held, member)
    return done(home_of(held), _("They are no longer on the team."))


# -- Another room, the end --------------------------------------------------------------------------------------


def _move_form(held: Tenancy, **options_: Any) -> tuple[forms.MoveForm, dict[str, list[str]]]:
    """The rooms that are free until the end of the term are the choices; the others are named with why not.

    A room that comes free only later is a choice too, with the day: the move can be planned for then.
    """
    rooms = [w for w in allotment.workspaces() if w.id != held.workspace_id]
    begins = clock.today() + DAY
    bars = allotment.held([w.id for w in rooms], clock.today())
    possible: list[tuple[Any, date]] = []
    others: dict[str, list[str]] = {}
    for room in rooms:
        fit = allotment.fit_of(held.application, room, bars.get(room.id, []))
        ends = [b.ends_on for b in bars.get(room.id, []) if b.begins_on <= held.ends_on and b.ends_on >= begins]
        first = max([begins, room.lent_from or begins, *(end + DAY for end in ends)])
        kept = room.retired_on is None or room.retired_on > held.ends_on
        if kept and not fit.hindrances and first <= held.ends_on:
            possible.append((room, first))
        else:
            others.setdefault(_why_not(fit), []).append(room.code)
    form = forms.MoveForm(**options_)
    possible.sort(key=lambda f: (f[1], f[0].kind is not held.application.kind, f[0].seats))
    form.workspace.choices = [
        SelectChoice(
            w.id,
            " · ".join(
                [w.code, str(w.kind.label), w.floor.name]
                + ([_("free from %(day)s", day=day(first))] if first > begins else [])
            ),
        )
        for w, first in possible[:MOST_SHOWN]
    ]
    return form, others


def _why_not(fit: Fit) -> str:
    if fit.hindrances:
        return _(", ").join(str(h.label) for h in fit.hindrances)
    return _("taken until the end of the term") if fit.free_from else _("not lent long enough")


def _move(held: Tenancy, form: forms.MoveForm, others: Any, status: int = 200, problems: Any = ()) -> Response:
    facts: dict[str, Any] = {"tab": "tenancies", "tenancy": held, "form": form, "others": others, "problems": problems}
    asked = [w for w in queries.wishes(held.id) if w.status is WishState.ASKED and w.kind is WishKind.ROOM]
    return render("incubator/tenancy_move.html", status, wishes=asked, **facts)


@bp.get("/tenancies/<int:id>/move", access=policy.manager_door)
def move_page(id: int) -> Response:
    held = _load(id, "manage")
    form, others = _move_form(held, formdata=None, last_on=clock.today())
    return _move(held, form, others)


@bp.post("/tenancies/<int:id>/move", access=policy.manager_door)
def move_tenancy(id: int) -> Response:
    held = _load(id, "manage")
    form, others = _move_form(held)
    form.workspace.validate_choice = False  # who was quicker is named by the service
    if not form.validate():
        return _move(held, form, others, 422)
    try:
        made = moves.change_room(held, current_user, form.workspace.data, form.last_on.data)
    except offer.Clash as clash:
        return _move(_again(id), form, others, 422, clash.sentences)
    facts: dict[str, Any] = {"day": day(made.begins_on), "room": made.workspace.code}
    return done(home_of(made), _("From %(day)s the team is in %(room)s.", **facts))


@bp.post("/tenancies/<int:id>/unplan", access=policy.manager_door)
def unplan(id: int) -> Response:
    """A planned change of room is taken back; the team stays where it is."""
    held = _load(id, "manage")
    try:
        moves.take_back(held, current_user)
    except offer.Clash as clash:
        return page(_again(id), 422, problems=clash.sentences)
    old = queries.living_of(held.application_id)
    return done(home_of(old or held), _("The move is called off; the team stays where it is."))


def _again(id: int) -> Tenancy:
    """As it is stored, after something that was undone."""
    return queries.whole([id])[0]


@bp.get("/tenancies/<int:id>/end", access=signed_in)
def end_page(id: int) -> Response:
    held = _load(id, "leave")
    form = _end_form(held)(held, formdata=None)
    form.on.data = clock.today() if can("manage", held) else clock.today() + timedelta(days=forms.LeaveForm.AHEAD)
    return _end(held, form)


def _end_form(held: Tenancy) -> type[forms.EndForm]:
    return forms.EndForm if can("manage", held) else forms.LeaveForm


def _end(held: Tenancy, form: forms.EndForm, status: int = 200) -> Response:
    out = [h for h in queries.hand_outs(held.id) if h.back_on is None]
    facts: dict[str, Any] = {
        "tab": "tenancies",
        "tenancy": held,
        "form": form,
        "out": out,
        "queue": queries.queue_for(held.workspace),
    }
    return render("incubator/exit_end.html", status, manager=can("manage", held), **facts)


@bp.post("/tenancies/<int:id>/end", access=signed_in)
def end_tenancy(id: int) -> Response:
    """The manager: today or a day that has passed ends it, a later day shortens it. The team: only the latter."""
    held = _load(id, "leave")
    form = _end_form(held)(held)
    if held.status is TenancyState.ENDED and held.last_moved_by == current_user.id:
        return done(home_of(held))
    if not form.validate():
        return _end(held, form, 422)
    if form.on.data <= clock.today():
        service.end(held, current_user, form.on.data, form.left_why.data)
        return done(url_for(".exit_page", id=id), _("The tenancy has ended; the room is free from the next day."))
    service.leave_early(held, current_user, form.on.data, form.left_why.data)
    return done(home_of(held), _("The term ends sooner now. Until then everything stays as it is."))


@bp.post("/tenancies/<int:id>/annul", access=policy.manager_door)
def annul_tenancy(id: int) -> Response:
    held, form = _load(id, "manage"), forms.AnnulForm()
    if not form.validate():
        return page(held, 422, annul_form=form)
    service.annul(held, current_user, form.annul_why.data)
    return done(home_of(held), _("The agreement is taken back; the team waits again, where it stood."))


@bp.get("/tenancies/<int:id>/exit", access=policy.manager_door)
def exit_page(id: int) -> Response:
    held = _load(id, "manage")
    record = queries.exit_record(id) or abort(404)
    names = ("list_done", "registered", "became")
    data = {name: getattr(record, name) for name in names} | {"employed": record.people}
    for name in ("alive_6", "alive_12", "alive_24"):
        data[name] = {True: "1", False: "0", None: ""}[getattr(record, name)]
    return _exit(held, forms.ExitForm(formdata=None, data=data))


def _exit(held: Tenancy, form: forms.ExitForm, status: int = 200) -> Response:
    left = held.left_on or held.ends_on
    due = {months: add_months(left, months) for months in queries.FOLLOW_UPS}
    facts: dict[str, Any] = {
        "out": queries.still_out(held.id),
        "unpaid": queries.unpaid(held.id),
        "tab": "tenancies",
        "tenancy": held,
        "form": form,
        "due": due,
        "today": clock.today(),
    }
    return render("incubator/exit.html", status, **facts)


@bp.post("/tenancies/<int:id>/exit", access=policy.manager_door)
def record_exit(id: int) -> Response:
    held, form = _load(id, "manage"), forms.ExitForm()
    record = queries.exit_record(id) or abort(404)
    if not form.validate_against(bool(queries.still_out(id)), bool(queries.unpaid(id))):
        return _exit(held, form, 422)
    service.record_exit(record, **form.facts())
    return done(url_for(".exit_page", id=id), _("Stored."))
