"""What a referee may read: applications without names, and the sheets that are their own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ...accounts.models import User
from ...core.db import db, mode
from ...documents.models import Document, Drawing
from ...students.models import Student
from .. import points
from ..models import (
    Application,
    Criterion,
    Decision,
    Endorsement,
    Intake,
    IntakeState,
    Member,
    Outcome,
    Paper,
    Referee,
    Sheet,
)
from ..policy import refereed_by

BLOCK = "▇"


def _open_to(actor: Any) -> sa.ColumnElement[bool]:
    """Scored while the call is being reviewed: before that a team may still change its words."""
    reviewing = sa.select(Intake.id).where(Intake.status == IntakeState.REVIEWING)
    return sa.and_(refereed_by(actor), Application.intake_id.in_(reviewing))


BLIND: tuple[Any, ...] = (
    joinedload(Application.intake).selectinload(Intake.criteria),
    joinedload(Application.college),
    joinedload(Application.lead).joinedload(Student.user),
    selectinload(Application.members).joinedload(Member.student).joinedload(Student.user),
    selectinload(Application.fields),
    selectinload(Application.papers).joinedload(Paper.document).joinedload(Document.drawing),
)


def blind(actor: Any, application_id: int) -> Application | None:
    """An application that this person scores now, locked in a request that writes."""
    if mode() == "write":
        db.session.execute(sa.select(Application.id).where(Application.id == application_id).with_for_update())
    query = sa.select(Application).where(Application.id == application_id, _open_to(actor)).options(*BLIND)
    return db.session.scalars(query).unique().one_or_none()


def blind_paper(actor: Any, application_id: int, paper_id: int) -> Document | None:
    """The document of a paper of such an application, in its present version."""
    query = (
        sa.select(Document)
        .join(Paper, Paper.document_id == Document.id)
        .join(Application, Application.id == Paper.application_id)
        .where(
            Paper.id == paper_id,
            Paper.application_id == application_id,
            Paper.replaced_at.is_(None),
            _open_to(actor),
        )
    )
    return db.session.scalar(query)


def pages(document_ids: Iterable[int]) -> dict[int, Any]:
    """The pages of these documents: one query for all."""
    query = (
        sa.select(Document)
        .where(Document.id.in_(list(document_ids)))
        .options(joinedload(Document.drawing).selectinload(Drawing.pages))
        .execution_options(populate_existing=True)
    )
    return {d.id: d.pages for d in db.session.scalars(query)}


def own(application_id: int, user_id: int) -> Sheet | None:
    query = sa.select(Sheet).where(Sheet.application_id == application_id, Sheet.user_id == user_id)
    return db.session.scalar(query.options(selectinload(Sheet.scores)))


def endorsements(application_id: int) -> list[Endorsement]:
    """What teachers and the college wrote of the team."""
    query = sa.select(Endorsement).where(
        Endorsement.application_id == application_id, Endorsement.written_at.is_not(None)
    )
    return list(db.session.scalars(query.options(joinedload(Endorsement.user)).order_by(Endorsement.kind.desc())))


# -- Masking ------------------------------------------------------------------------------------------------


def names_of(application: Application, endorsed: Iterable[Endorsement] = ()) -> list[str]:
    """What would tell who the team is: names, numbers, the college, who endorsed it."""
    people: list[User] = [application.lead.user, *(m.student.user for m in application.members if m.student)]
    words = [word for p in people for word in (p.name, p.name[1:], p.number, p.username, p.email) if word]
    words += [p.sort_key.removesuffix(p.name).strip() for p in people]  # pinyin
    students = [application.lead, *(m.student for m in application.members if m.student)]
    words += [s.phone for s in students if s.phone] + [application.team]
    words += [m.name for m in application.members] + [e.user.name for e in endorsed]
    words += [application.college.name, application.college.name_en]
    return [w for w in words if len(w) > 1]


def masked(text: str, names: Iterable[str]) -> str:
    """The text with a block in place of each of these names, however long, and with blanks between its letters.

    What is written in Latin letters or digits is covered as a whole word, so that “lin” leaves “online” alone.
    """
    found = sorted({_spelled(n) for n in names}, key=len, reverse=True)
    return re.sub("|".join(found), BLOCK, text, flags=re.IGNORECASE) if found else text


def _spelled(name: str) -> str:
    letters = r"\s*".join(re.escape(c) for c in name if not c.isspace())
    return rf"(?<![a-z0-9]){letters}(?![a-z0-9])" if name.isascii() else letters


# -- The list -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One application on a referee's list.

    ``all`` is what all sheets came to, once a team is not approved. Of a team that waits for a room it is not told:
    with the total of the waitlist it would give away the points by rule, and so who is in need.
    """

    id: int
    no: int
    intake_id: int
    intake: str
    handed_in: bool
    open: bool
    mine: int | None
    given: int
    of: int
    all: int | None
    outcome: Outcome | None

    @property
    def begun(self) -> bool:
        return self.given > 0


def lines(actor: Any) -> list[Line]:
    """What this person scores now, and what they have handed in; the newest call first."""
    mine = sa.select(Sheet.application_id).where(Sheet.user_id == actor.id, Sheet.handed_in_at.is_not(None))
    query = (
        sa.select(Application.id, Application.intake_id, _open_to(actor).label("open"))
        .where(sa.or_(_open_to(actor), Application.id.in_(mine)))
        .order_by(Application.intake_id.desc(), Application.id)
    )
    rows = db.session.execute(query).all()
    ids, calls = [r.id for r in rows], {r.intake_id for r in rows}
    sheets = {
        s.application_id: s
        for s in db.session.scalars(
            sa.select(Sheet)
            .where(Sheet.user_id == actor.id, Sheet.application_id.in_(ids))
            .options(selectinload(Sheet.scores))
        )
    }
    names = dict(db.session.execute(sa.select(Intake.id, Intake.name).where(Intake.id.in_(calls))).all())  # type: ignore[arg-type]
    weights: dict[int, dict[int, int]] = {call: {} for call in calls}
    for call, id, weight in db.session.execute(
        sa.select(Criterion.intake_id, Criterion.id, Criterion.weight).where(Criterion.intake_id.in_(calls))
    ):
        weights[call][id] = weight
    decided = {
        d.application_id: d for d in db.session.scalars(sa.select(Decision).where(Decision.application_id.in_(ids)))
    }
    numbers = _numbers(calls)
    return [_line(r, numbers[r.id], names[r.intake_id], weights[r.intake_id], sheets.get(r.id), decided) for r in rows]


def _line(
    row: Any, no: int, name: str, weights: dict[int, int], sheet: Sheet | None, decided: dict[int, Decision]
) -> Line:
    given = {s.criterion_id: s.points for s in sheet.scores} if sheet else {}
    decision = decided.get(row.id)
    return Line(
        id=row.id,
        no=no,
        intake_id=row.intake_id,
        intake=name,
        handed_in=sheet is not None and sheet.handed_in_at is not None,
        open=bool(row.open),
        mine=points.of_sheet(given, weights) if given else None,
        given=len(given),
        of=len(weights),
        all=decision.points if decision and decision.outcome is Outcome.REJECTED else None,
        outcome=decision.outcome if decision else None,
    )


def _numbers(intake_ids: Iterable[int]) -> dict[int, int]:
    """The neutral number of each application, as :func:`.intake.labels` gives it."""
    query = sa.select(
        Application.id, sa.func.row_number().over(partition_by=Application.intake_id, order_by=Application.id)
    )
    return dict(db.session.execute(query.where(Application.intake_id.in_(list(intake_ids)))).all())  # type: ignore[arg-type]


def is_referee(actor: Any) -> bool:
    return db.session.scalar(sa.select(Referee.id).where(Referee.user_id == actor.id).limit(1)) is not None
