"""Hand-overs: who gives whom to whom, the packet, the signature; absences with a deputy; the student's consent."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields import SelectChoice

from ...accounts.models import Role, User
from ...core.access import load
from ...core.i18n import day, listed
from ...core.listing import listed as list_page
from ...core.pages import done, render
from ...students.models import Absence, Student
from .. import policy
from ..forms.handover import (
    PARTS,
    AbsenceForm,
    ConsentForm,
    DeclineForm,
    HandoverForm,
    packet_data,
    packet_form,
)
from ..listings_handover import HANDOVERS
from ..models import Consent, Handover, HandoverCause, HandoverItem, HandoverState
from ..queries import handover as queries
from ..service import handover as service
from ..workflow.handover import HANDOVER
from . import bp, mine

STANDS_OVER = (Role.COUNSELOR, Role.COLLEGE_LEADER, Role.OFFICE)


@bp.get("/handovers", access=policy.helper_door)
def handovers() -> Response:
    page = list_page(HANDOVERS, url_for(".handovers"))
    return render("mentoring/handovers.html", page=page)


# -- A new one ---------------------------------------------------------------------------------------------


def _one_of(people: list[User], words: str) -> tuple[User | None, str]:
    """The one person meant, or the sentence that says why it is not clear."""
    if len(people) == 1:
        return people[0], ""
    if not people:
        return None, _("Nobody is found by “%(words)s”. Type the name or the staff number of a mentor.", words=words)
    named = listed(f"{p.name} {p.number or p.username}" for p in people)
    return None, _("More than one person fits: %(names)s. Type the number as well.", names=named)


def _given() -> tuple[User | None, list[int] | None, str]:
    """Whose graduates, by the address: ``?student=`` one graduate, ``?giver=`` words for a mentor, else one's own."""
    student_id = request.args.get("student", type=int)
    if student_id is not None:
        student = load(Student, student_id, "hand_over")
        giver = queries.giver(current_user, student.mentor_id or 0)
        if giver is None:
            abort(404)
        return giver, [student_id], ""
    if "giver" in request.args:
        words = request.args["giver"].strip()[:80]
        giver, problem = _one_of(queries.named(queries.under(current_user), words), words) if words else (None, "")
        return giver, None, problem
    return queries.giver(current_user, current_user.id), None, ""


@bp.get("/handovers/new", access=policy.helper_door)
def new_handover() -> Response:
    giver, chosen, problem = _given()
    if giver is None:
        return _choose_giver(problem)
    return _new(HandoverForm(formdata=None, giver=str(giver.id)), giver, chosen)


def _choose_giver(problem: str, status: int = 200) -> Response:
    people = queries.mentors_under(current_user) if current_user.has(*STANDS_OVER) else []
    return render(
        "mentoring/handover_giver.html",
        422 if problem else status,
        people=people,
        words=request.args.get("giver", ""),
        problem=problem,
        stands_over=current_user.has(*STANDS_OVER),
    )


def _with_students(form: HandoverForm, giver: User) -> list[Student]:
    """The graduates that may be chosen: those of the giver who are not in another hand-over."""
    students = queries.givable(current_user, giver.id)
    taken = queries.on_the_way([s.id for s in students])
    free = [s for s in students if s.id not in taken]
    form.students.choices = [SelectChoice(s.id, f"{s.user.name} {s.class_.name}") for s in free]
    return students


def _new(form: HandoverForm, giver: User, chosen: list[int] | None = None, status: int = 200) -> Response:
    students = _with_students(form, giver)
    if form.students.data is None:
        offered = {c.value for c in form.students.choices}
        form.students.data = [i for i in (chosen if chosen is not None else offered) if i in offered]
    taken = queries.on_the_way([s.id for s in students])
    return render(
        "mentoring/handover_new.html",
        status,
        form=form,
        giver=giver,
        people=[p for p in queries.mentors_in({s.college_id for s in students}) if p.id != giver.id],
        taken=[(s, taken[s.id]) for s in students if s.id in taken],
        stands_over=current_user.has(*STANDS_OVER),
    )


@bp.post("/handovers/new", access=policy.helper_door)
def create_handover() -> Response:
    form = HandoverForm()
    words = form.giver.data or ""
    giver = queries.giver(current_user, int(words)) if words.isdecimal() and len(words) < 19 else None
    if giver is None:
        abort(404)
    service.one_at_a_time(giver)
    students = _with_students(form, giver)
    valid = form.validate()
    receiver = None
    if form.receiver.data:
        receiver, problem = _one_of(queries.mentors_named(form.receiver.data), form.receiver.data)
        if receiver is not None and receiver.id == giver.id:
            receiver, problem = None, _("The graduates are with %(name)s already; name someone else.", name=giver.name)
        if problem:
            form.receiver.errors = [*form.receiver.errors, problem]
    if not valid or receiver is None:
        return _new(form, giver, status=422)
    chosen = [s for s in students if s.id in (form.students.data or [])]
    made = service.create(
        current_user, giver, receiver, chosen, cause=HandoverCause(form.cause.data), note=form.note.data or ""
    )
    return done(
        url_for(".handover", id=made.id), _("The packet is filled with what is known. Look it over, then offer.")
    )


# -- The packet ----------------------------------------------------------------------------------------------


@bp.get("/handovers/<int:id>", access=policy.helper_door)
def handover(id: int) -> Response:
    return _packet(load(Handover, id, None, queries.FULL))


def _packet(held: Handover, status: int = 200, form: Any = None, decline: DeclineForm | None = None) -> Response:
    found = queries.items(held, current_user)
    items = [item for item, _sees in found]
    moves = {move.name for move in HANDOVER.open_to(current_user, held)}
    whole, left = queries.size(held)
    editable = held.status is HandoverState.PREPARING and "offer" in moves and items
    if editable and form is None:
        form = packet_form(items)(formdata=None, data=packet_data(items))
    return render(
        "mentoring/handover.html",
        status,
        handover=held,
        items=items,
        open_files={item.id for item, sees in found if sees},
        form=form if editable else None,
        moves=moves,
        whole=whole,
        left=left if held.status in queries.OPEN else 0,
        burden=_burden(held, items) if "sign" in moves else None,
        decline=decline or DeclineForm(formdata=None),
        parts=PARTS,
        State=HandoverState,
        Consent=Consent,
    )


def _burden(held: Handover, items: list[HandoverItem]) -> dict[str, Any] | None:
    """For the receiver alone: how many they would answer for, if that is more than agreed."""
    levels = queries.load_of(held.to_id)
    for item in items:
        if item.student.mentor_id == held.from_id:
            levels[item.student.support_level] = levels.get(item.student.support_level, 0) + 1
    most = queries.capacity(held.to_id)
    return {"count": sum(levels.values()), "most": most} if queries.weighed(levels) > most else None


@bp.post("/handovers/<int:id>/packet", access=policy.helper_door)
def save_packet(id: int) -> Response:
    """Store the texts; with ``then=offer`` offer it in the same act."""
    held = load(Handover, id, "prepare", queries.FULL)
    items = [item for item, _sees in queries.items(held, current_user)]
    form = packet_form(items)()
    if not form.validate():
        return _packet(held, 422, form)
    texts = {name: value for name, value in form.data.items() if isinstance(value, str)}
    service.fill(held, items, texts, PARTS)
    if request.form.get("then") == "offer":
        return _moved(held, "offer", _("Offered. %(name)s has a notice and can sign now.", name=held.receiver.name))
    return done(url_for(".handover", id=id), _("Saved."))


def _moved(held: Handover, move: str, said: str, **data: Any) -> Response:
    HANDOVER.fire(move, held, current_user, **data)
    return done(url_for(".handover", id=held.id), said)


@bp.post("/handovers/<int:id>/offer", access=policy.helper_door)
def offer_handover(id: int) -> Response:
    held = load(Handover, id, None, queries.FULL)
    return _moved(held, "offer", _("Offered. %(name)s has a notice and can sign now.", name=held.receiver.name))


@bp.post("/handovers/<int:id>/recall", access=policy.helper_door)
def recall_handover(id: int) -> Response:
    return _moved(load(Handover, id, None, queries.FULL), "recall", _("You can change the packet and offer it again."))


@bp.post("/handovers/<int:id>/cancel", access=policy.helper_door)
def cancel_handover(id: int) -> Response:
    return _moved(load(Handover, id, None, queries.FULL), "cancel", _("Taken back. Everyone keeps their mentor."))


@bp.post("/handovers/<int:id>/sign", access=policy.helper_door)
def sign_handover(id: int) -> Response:
    return _moved(load(Handover, id, None, queries.FULL), "sign", _("Signed. You answer for them from this moment."))


@bp.post("/handovers/<int:id>/decline", access=policy.helper_door)
def decline_handover(id: int) -> Response:
    held = load(Handover, id, None, queries.FULL)
    form = DeclineForm()
    if not form.validate():
        return _packet(held, 422, decline=form)
    return _moved(held, "decline", _("Declined. %(name)s has a notice.", name=held.giver.name), answer=form.answer.data)


# -- The student's consent --------------------------------------------------------------------------------------


@mine.post("/consents/<int:id>", access=policy.student_door)
def answer_consent(id: int) -> Response:
    """``answer=give`` or ``refuse``: whether the private notes go along to the next mentor."""
    item = load(HandoverItem, id, None, queries.OF_STUDENT)
    form = ConsentForm()
    if not form.validate():
        abort(400)
    given = form.answer.data == "give"
    service.answer_consent(item, given)
    said = _("Noted: the private notes go along.") if given else _("Noted: the private notes stay closed.")
    return done("/me/mentor", said)


# -- Absences ------------------------------------------------------------------------------------------------


@bp.get("/handovers/absence", access=policy.helper_door)
def absences() -> Response:
    return _absences(AbsenceForm(formdata=None))


def _absences(form: AbsenceForm, status: int = 200) -> Response:
    stands_over = current_user.has(*STANDS_OVER)
    colleges = {g.unit_id for g in current_user.active(Role.MENTOR, Role.COLLEGE_LEADER) if g.unit_id}
    return render(
        "mentoring/handover_absence.html",
        status,
        form=form,
        absences=queries.absences(current_user),
        stands_over=stands_over,
        people=queries.mentors_in(colleges),
        under=queries.mentors_under(current_user) if stands_over else [],
    )


@bp.post("/handovers/absence", access=policy.helper_door)
def enter_absence() -> Response:
    form = AbsenceForm()
    valid = form.validate()
    user: User | None = current_user._get_current_object()
    if form.who.data and current_user.has(*STANDS_OVER):
        user, problem = _one_of(queries.named(queries.under(current_user), form.who.data), form.who.data)
        if problem:
            form.who.errors = [problem]
    deputy = None
    if form.deputy.data:
        deputy, problem = _one_of(queries.mentors_named(form.deputy.data), form.deputy.data)
        if deputy is not None and user is not None and deputy.id == user.id:
            deputy, problem = None, _("Someone else must stand in.")
        if problem:
            form.deputy.errors = [*form.deputy.errors, problem]
    if not valid or user is None or deputy is None:
        return _absences(form, 422)
    try:
        service.enter_absence(current_user, user, deputy, form.begins_on.data, form.ends_on.data, form.note.data or "")
    except service.Overlaps as overlap:
        there = overlap.absence
        days = {"begins": day(there.begins_on), "ends": day(there.ends_on)}
        if there.user_id == deputy.id:
            form.deputy.errors = [_("%(name)s is away from %(begins)s to %(ends)s.", name=deputy.name, **days)]
        else:
            form.begins_on.errors = [
                _("An absence from %(begins)s to %(ends)s is there already. End it first.", **days)
            ]
        return _absences(form, 422)
    return done(url_for(".absences"), _("%(name)s stands in and has a notice.", name=deputy.name))


@bp.post("/handovers/absence/<int:id>/end", access=policy.helper_door)
def end_absence(id: int) -> Response:
    absence = load(Absence, id, "end", queries.OF_ABSENCE)
    service.end_absence(absence, current_user)
    return done(url_for(".absences"), _("Ended. From now on the deputy does not see these graduates."))
