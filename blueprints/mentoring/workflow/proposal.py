"""The moves of a proposal. Confirming is the one act by which a college's graduates get their mentors."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ...core import jobs
from ...core.i18n import listed, sentences
from ...core.workflow import Machine, Move, WrongState, states
from ...students import service as students
from .. import policy
from ..models import Proposal, ProposalState
from ..queries import assignment as queries

PROPOSAL = Machine("proposal", Proposal, "status")
TELL = "mentoring.tell_assigned"


def _confirm(proposal: Proposal, actor: Any) -> None:
    """All graduates of the proposal are locked first: whoever changes one of them meanwhile comes before or after."""
    found = queries.locked_students(proposal.id)
    if (stale := queries.stale(proposal)) is not None:
        raise WrongState(stale_sentence(stale))
    if gone := queries.gone(proposal):
        raise WrongState(
            _(
                "%(names)s cannot be given anybody: no mentor of this college today. Adjust those pairs.",
                names=listed(gone),
            )
        )
    for _pairing, student_id, _before, mentor_id in queries.changes(proposal.id):
        students.set_mentor(found[student_id], mentor_id)
    jobs.enqueue(TELL, proposal_id=proposal.id, after=0)


def stale_sentence(stale: queries.Stale) -> str:
    """How many graduates have another mentor meanwhile, who changed it, and what to do."""
    names = listed(stale.names) if stale.count <= len(stale.names) else f"{listed(stale.names)}…"
    if stale.by:
        changed = ngettext(
            "%(who)s has meanwhile changed who answers for %(num)d graduate (%(names)s).",
            "%(who)s has meanwhile changed who answers for %(num)d graduates (%(names)s).",
            stale.count,
            who=listed(stale.by),
            names=names,
        )
    else:
        changed = ngettext(
            "The mentor of %(num)d graduate has changed meanwhile (%(names)s).",
            "The mentors of %(num)d graduates have changed meanwhile (%(names)s).",
            stale.count,
            names=names,
        )
    return sentences((changed, _("Nothing was changed now. Work the proposal out anew.")))


_MOVED_ON = _l("This proposal is no draft any more: someone has confirmed or dropped it. Reload the page to see.")

PROPOSAL.add(
    Move(
        "confirm",
        _l("Confirm the proposal"),
        states(ProposalState.DRAFT),
        ProposalState.CONFIRMED,
        policy.assigns,
        _confirm,
        _MOVED_ON,
    ),
    Move("drop", _l("Drop"), states(ProposalState.DRAFT), ProposalState.DROPPED, policy.assigns, None, _MOVED_ON),
)
