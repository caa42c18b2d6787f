"""A referee writes a sheet, and hands it in once."""

from __future__ import annotations

from ...accounts.models import User
from ...core import clock
from ...core.db import db
from ..models import Application, Score, Sheet
from ..queries import sheet as queries


class HandedIn(Exception):
    """The sheet was handed in with other words or points; it does not change any more."""


def save(application: Application, actor: User, given: dict[int, int], remark: str, *, hand_in: bool = False) -> Sheet:
    """Keep points and remark, and hand the sheet in; the application is locked by whoever loaded it to write.

    The same sheet sent again is answered as the first was. Raises :class:`HandedIn`.
    """
    sheet = queries.own(application.id, actor.id)
    if sheet is not None and sheet.handed_in_at is not None:
        if {s.criterion_id: s.points for s in sheet.scores} == given and sheet.remark == remark:
            return sheet
        raise HandedIn
    if sheet is None:
        sheet = Sheet(application_id=application.id, user_id=actor.id)
        sheet.scores = []
        db.session.add(sheet)
    sheet.remark, sheet.saved_at = remark, clock.now()
    there = {s.criterion_id: s for s in sheet.scores}
    for criterion_id, points in given.items():
        if criterion_id in there:
            there[criterion_id].points = points
        else:
            sheet.scores.append(Score(criterion_id=criterion_id, points=points))
    for criterion_id, score in there.items():
        if criterion_id not in given:
            sheet.scores.remove(score)
            db.session.delete(score)
    if hand_in:
        sheet.handed_in_at = clock.now()
    return sheet
