"""What is told about contacts, and the sentences of a refused bulk act."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..accounts import service

NUDGED = "mentoring.nudged"
KEPT = "mentoring.promise_kept"
REFUSED = _l("you do not help this graduate.")
NOBODY = _l("there is no mentor yet.")


@service.notice_kind(NUDGED)
def _nudged(facts: dict[str, Any]) -> str:
    return _("%(who)s asks you to get in touch with %(student)s.", **facts)


@service.notice_kind(KEPT, by_mail=False)
def _kept(facts: dict[str, Any]) -> str:
    return _("%(student)s has done what was agreed: %(what)s.", **facts)
