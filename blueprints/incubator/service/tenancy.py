"""From the team's yes to what became of it: signing, keys, fees, checks, the end.

Every act on a room begins with :func:`~.offer.hold`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from ...accounts.service import tell
from ...core import clock
from ...core.db import db
from ...core.files import Received
from ...core.workflow import WrongState
from ...documents import service as documents
from ...students.models import Student
from .. import notices_tenancy as notices
from .. import options
from ..fitting import due_days, months_of
from ..models import (
    Answer,
    Application,
    Check,
    ExitRecord,
    FeeLine,
    HandOut,
    Member,
    Tenancy,
    TenancyState,
)
from ..queries import tenancy as queries
from ..workflow.renewal import RENEWAL
from ..workflow.tenancy import TENANCY
from ..workflow.wish import WISH
from . import photo, terms
from .offer import hold, next_for

BATCH = 20
EXIT_LIST = ("keys", "equipment", "clean", "fees", "address", "sign")


class OverQuota(Exception):
    """This person has handed in a great deal within a day."""


# -- The answer ----------------------------------------------------------------------------------------------


def accept(tenancy: Tenancy, actor: Any) -> None:
    """The team's yes. The agreement gets its number, so that what is printed and signed carries it."""
    queries.one_by_one()
    hold(tenancy.workspace_id)
    number = tenancy.number or queries.next_number(clock.today().year)
    if TENANCY.fire("accept", tenancy, actor, number=number):
        tenancy.terms_id = terms.current().id
        notices.tell_managers(tenancy, "accepted", number=number)


def refuse(tenancy: Tenancy, actor: Any) -> Tenancy | None:
    """The team's no; the next in line gets the offer."""
    queries.one_by_one()
    hold(tenancy.workspace_id)
    if not TENANCY.fire("refuse", tenancy, actor):
        return None
    notices.tell_managers(tenancy, "refused")
    return next_for(tenancy)


def cancel(tenancy: Tenancy, actor: Any) -> None:
    """The manager takes an offer back; nobody else is offered the room by that."""
    hold(tenancy.workspace_id)
    if TENANCY.fire("cancel", tenancy, actor):
        notices.tell_team(tenancy, "offer_back")


def lapse_due() -> int:
    """Offers not answered in time, and agreements never signed; the rooms go to the next. Returns how many."""
    queries.one_by_one()
    due = queries.due(queries.late_offers(), BATCH)
    hold(*(room for _id, room in due))
    count = 0
    for tenancy in queries.whole([id for id, _room in due]):
        if TENANCY.allows("lapse", None, tenancy) and TENANCY.fire("lapse", tenancy, None):
            notices.tell_team(tenancy, "offer_lapsed")
            next_for(tenancy)
            count += 1
    return count


# -- In the room ---------------------------------------------------------------------------------------------


def sign(tenancy: Tenancy, actor: Any) -> None:
    """Both have signed: the months are written down with what is waived, and the days of the checks."""
    hold(tenancy.workspace_id)
    if TENANCY.fire("sign", tenancy, actor):
        plan(tenancy)
        notices.tell_team(tenancy, "signed", number=tenancy.number, on=tenancy.ends_on.isoformat())


def plan(tenancy: Tenancy) -> None:
    """The months and checks that the term has and the tables have not; what lies after the end goes, unless done."""
    lines = {line.month: line for line in queries.fee_lines(tenancy.id)}
    paid_elsewhere = queries.months_before(tenancy)
    wanted = [m for m in months_of(tenancy.begins_on, tenancy.ends_on) if m not in paid_elsewhere]
    for month in wanted:
        if month not in lines:
            db.session.add(
                FeeLine(
                    tenancy_id=tenancy.id,
                    month=month,
                    amount=tenancy.fee,
                    waived=tenancy.waived,
                    why=tenancy.waived_why,
                )
            )
    for month, line in lines.items():
        if month not in wanted and line.paid_on is None:
            db.session.delete(line)
    checks = {check.due_on: check for check in queries.checks(tenancy.id)}
    due = due_days(tenancy.begins_on, tenancy.ends_on, options.CHECK_MONTHS.value)
    last = max(checks, default=None)
    for on in due:
        if last is None or on > last:
            db.session.add(Check(tenancy_id=tenancy.id, due_on=on))
    for on, check in checks.items():
        if on > tenancy.ends_on and check.done_on is None:
            db.session.delete(check)
    db.session.flush()


def keep_signed(tenancy: Tenancy, actor: Any, received: Received) -> None:
    """The signed copy, scanned; a later one takes its place."""
    tenancy.signed_id = _document(actor, received)


def _document(actor: Any, received: Received) -> int:
    if not documents.within_quota(actor.id, received.size):
        raise OverQuota
    made = documents.take(received, actor.id)
    db.session.flush()
    return made.id


def hand_out(tenancy: Tenancy, actor: Any, what: str, note: str) -> HandOut:
    made = HandOut(tenancy_id=tenancy.id, what=what, note=note, out_on=clock.today(), out_by=actor.id)
    db.session.add(made)
    return made


def take_back(item: HandOut, actor: Any) -> None:
    """Returned; pressed once more it is out again, for a slip of the hand."""
    if item.back_on is None:
        item.back_on, item.back_by = clock.today(), actor.id
    else:
        item.back_on, item.back_by = None, None


def pay(line: FeeLine) -> None:
    """Paid today; pressed once more it is not."""
    line.paid_on = clock.today() if line.paid_on is None else None


def waive(line: FeeLine, amount: int, why: str) -> None:
    line.waived, line.why = amount, why if amount else ""


def record_check(check: Check, actor: Any, received: Sequence[Received] = (), **facts: Any) -> None:
    """What was found. A check that is written down may be corrected; who did it last is known.

    Raises :class:`~.photo.Refused`.
    """
    photo.add(check, actor, received)
    for name, value in facts.items():
        setattr(check, name, value)
    check.done_on, check.by_id = check.done_on or clock.today(), actor.id


# -- The team --------------------------------------------------------------------------------------------------


def add_member(tenancy: Tenancy, student: Student | None, name: str, part: str) -> bool:
    """One more on the team; False when they are on it already."""
    for member in tenancy.application.members:
        same = member.student_id == student.id if student else member.student_id is None and member.name == name
        if same and member.answer is not Answer.DECLINED:
            return False
        if same:
            member.answer, member.answered_at, member.part = Answer.CONFIRMED, clock.now(), part
            return True
    made = Member(
        application_id=tenancy.application_id,
        student_id=student.id if student else None,
        name="" if student else name,
        part=part,
        answer=Answer.CONFIRMED,
        answered_at=clock.now(),
    )
    db.session.add(made)
    if student is not None:
        tell(student.user, "incubator.member_joined", notices.path(tenancy), team=tenancy.application.team)
    return True


def drop_member(tenancy: Tenancy, member: Member) -> None:
    """They see the team's pages no more; that they were on it stays written down."""
    if member.answer is Answer.DECLINED:
        return
    member.answer, member.answered_at = Answer.DECLINED, clock.now()
    if member.student is not None:
        tell(member.student.user, "incubator.member_left", "/incubator/", team=tenancy.application.team)


# -- The end -------------------------------------------------------------------------------------------------


def annul(tenancy: Tenancy, actor: Any, why: str) -> None:
    """An agreement is taken back before it begins; the team waits again, where it stood."""
    hold(tenancy.workspace_id)
    if TENANCY.fire("annul", tenancy, actor, why=why):
        unreckon(tenancy)
        void_wishes(tenancy)
        notices.tell_team(tenancy, "annulled", why=why)


def end(tenancy: Tenancy, actor: Any, on: date, why: str) -> None:
    """The manager ends it today, or with a day that has passed."""
    hold(tenancy.workspace_id, *queries.next_rooms([tenancy.id]))
    if TENANCY.fire("end", tenancy, actor, on=on, why=why):
        _close(tenancy, actor)


def expire_due() -> int:
    """Tenancies whose term is over end with their last day; who moves on is in the next room. Returns how many."""
    due = queries.due(queries.over(), BATCH)
    ids = [id for id, _room in due]
    hold(*(room for _id, room in due), *queries.next_rooms(ids))
    count = 0
    for tenancy in queries.whole(ids):
        if not TENANCY.allows("expire", None, tenancy):
            continue
        count += 1
        planned = queries.planned_of(tenancy.application_id)
        if planned is None:
            TENANCY.fire("expire", tenancy, None, on=tenancy.ends_on, why=tenancy.left_why)
            _close(tenancy, None)
            continue
        why = _("Moved to %(room)s", room=planned.workspace.code)
        TENANCY.fire("expire", tenancy, None, on=tenancy.ends_on, why=why, moves=True)
        db.session.flush()  # the old one is over before the new one begins
        TENANCY.fire("begin", planned, None)
        void_wishes(tenancy)
        notices.tell_team(planned, "moved_room", old=tenancy.workspace.code, on=planned.begins_on.isoformat())
    return count


def _close(tenancy: Tenancy, actor: Any) -> None:
    plan(tenancy)
    void_wishes(tenancy)
    if (planned := queries.planned_of(tenancy.application_id)) is not None:
        drop(planned, actor, _("The team has left before."))
    if queries.exit_record(tenancy.id) is None:
        db.session.add(ExitRecord(tenancy_id=tenancy.id, registered=tenancy.application.form.value == "registered"))
    notices.tell_team(tenancy, "ended", on=(tenancy.left_on or tenancy.ends_on).isoformat())


def drop(planned: Tenancy, actor: Any, why: str) -> None:
    """The change of room does not come about; what was reckoned for it goes."""
    if TENANCY.fire("unplan", planned, actor, why=why):
        unreckon(planned)


def unreckon(tenancy: Tenancy) -> None:
    """The months and checks of a tenancy that never began; what was paid ahead stays written down."""
    for line in queries.fee_lines(tenancy.id):
        if line.paid_on is None:
            db.session.delete(line)
    for check in queries.checks(tenancy.id):
        db.session.delete(check)


def void_wishes(tenancy: Tenancy) -> None:
    """What a team wished and nobody has answered is void when the tenancy is over."""
    if (renewal := queries.open_renewal(tenancy.id)) is not None:
        db.session.refresh(renewal, ["tenancy"])
        RENEWAL.fire("lapse", renewal, None)
    for wish in queries.open_wishes(tenancy.id):
        db.session.refresh(wish, ["tenancy"])
        WISH.fire("lapse", wish, None)


def leave_early(tenancy: Tenancy, actor: Any, on: date, why: str) -> None:
    """The term ends sooner; until then everything stays as it is."""
    hold(tenancy.workspace_id, *queries.next_rooms([tenancy.id]))
    if tenancy.status is not TenancyState.ACTIVE:
        raise WrongState(_("This tenancy is over, or has not been signed."))
    if (tenancy.ends_on, tenancy.left_why) == (on, why):
        return
    tenancy.ends_on, tenancy.left_why = on, why
    if (planned := queries.planned_of(tenancy.application_id)) is not None:
        drop(planned, actor, why)
    db.session.flush()
    plan(tenancy)
    if tenancy.application.lead.user_id == actor.id:
        notices.tell_managers(tenancy, "leaves", but=actor, on=on.isoformat())
    else:
        notices.tell_team(tenancy, "leaves", on=on.isoformat())


def record_exit(record: ExitRecord, **facts: Any) -> None:
    for name, value in facts.items():
        setattr(record, name, value)


# -- Notices ---------------------------------------------------------------------------------------------------


def tell_ends() -> int:
    """60, 30 and 15 days before the end, each once. Returns how many teams were told."""
    due = dict(queries.untold(BATCH))
    for tenancy in queries.whole(list(due)):
        left = (tenancy.ends_on - clock.today()).days
        notices.tell_team(tenancy, f"ends_{due[tenancy.id]}", days=left, on=tenancy.ends_on.isoformat())
    return len(due)


def teams_named(application: Application) -> list[str]:
    """Everyone on the team by name, the one who began it first."""
    names: list[Any] = [application.lead.user.name]
    for member in application.members:
        if member.answer is Answer.DECLINED or member.student_id == application.lead_id:
            continue
        names.append(member.student.user.name if member.student else member.name)
    return names
