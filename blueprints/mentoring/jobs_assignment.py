"""Everybody whom a confirmed proposal concerns is told by the worker, some hundreds in a transaction."""

from __future__ import annotations

from ..core import jobs
from ..core.db import unit
from .service import assignment as service
from .workflow.proposal import TELL


@jobs.handles(TELL, lease=120)
def tell_assigned(job: jobs.Job, proposal_id: int, after: int) -> None:
    """The mentors first, then the students part by part; each part ends with the job of the next."""
    with unit("write"):
        jobs.still_mine(job)
        last = service.tell_part(proposal_id, after)
        if last:
            jobs.enqueue(TELL, proposal_id=proposal_id, after=last)
        jobs.close(job)
