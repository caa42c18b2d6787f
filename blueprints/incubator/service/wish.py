"""A team asks for other members or another room; the manager says that it is done, or why not."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from ...core import clock
from ...core.db import db
from ...core.workflow import WrongState
from .. import notices_tenancy as notices
from ..models import Tenancy, TenancyState, Wish, WishKind
from ..queries import tenancy as queries
from ..workflow.wish import WISH
from .offer import hold


def ask(tenancy: Tenancy, actor: Any, kind: WishKind, text: str) -> Wish:
    """One open wish of a kind; asked again, the wish is changed."""
    hold(tenancy.workspace_id)
    if tenancy.status is not TenancyState.ACTIVE:
        raise WrongState(_("This tenancy is over, or has not been signed."))
    if there := queries.open_wishes(tenancy.id, kind):
        there[0].text = text
        return there[0]
    made = Wish(tenancy_id=tenancy.id, kind=kind, text=text, asked_by=actor.id, asked_at=clock.now())
    db.session.add(made)
    notices.tell_managers(tenancy, f"wish_{kind.value}", but=actor, wish=text)
    return made


def decide(wish: Wish, actor: Any, granted: bool, answer: str) -> None:
    hold(wish.tenancy.workspace_id)
    if WISH.fire("grant" if granted else "refuse", wish, actor, answer=answer):
        notices.tell_team(wish.tenancy, "wish_granted" if granted else "wish_refused", wish=wish.text, answer=answer)


def done(tenancy: Tenancy, actor: Any, kind: WishKind, answer: str) -> None:
    """What the team wished has just been done, so nobody has to say so. The act itself tells the team."""
    for wish in queries.open_wishes(tenancy.id, kind):
        db.session.refresh(wish, ["tenancy"])
        WISH.fire("grant", wish, actor, answer=answer)
