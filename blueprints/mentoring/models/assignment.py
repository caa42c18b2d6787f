"""Who could answer for whom: the teachers' terms, and a proposal that changes nothing until it is confirmed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import OrgUnit, User
from ...core import clock
from ...core.audit import Audited
from ...core.db import Model, reference, text_enum
from ...core.workflow import Moving
from ...students.models import Student


class Terms(Audited, Model):
    """How many graduates a teacher can answer for, where it differs from the setting; 0 takes none."""

    __tablename__ = "mentor_terms"
    __table_args__ = (sa.CheckConstraint("capacity BETWEEN 0 AND 60", name="capacity"),)

    user_id: Mapped[int] = reference("user_account.id", unique=True, index=False)
    capacity: Mapped[int] = mapped_column(sa.SmallInteger)
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ProposalState(StrEnum):
    DRAFT = "draft"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"

    @property
    def label(self) -> Any:
        return PROPOSAL_WORDS[self]


PROPOSAL_WORDS = {
    ProposalState.DRAFT: _l("Not in force yet"),
    ProposalState.CONFIRMED: _l("In force"),
    ProposalState.DROPPED: _l("Dropped"),
}


class Reason(StrEnum):
    """Why this pair, or why none. The order is the order of preference."""

    FIXED = "fixed"
    PRESENT = "present"
    THESIS = "thesis"
    INTERNSHIP = "internship"
    MAJOR = "major"
    LOAD = "load"
    BY_HAND = "by_hand"
    IMPORTED = "imported"
    NO_TEACHER = "no_teacher"
    NO_ROOM = "no_room"

    @property
    def label(self) -> Any:
        return REASON_WORDS[self]


REASON_WORDS = {
    Reason.FIXED: _l("A fixed pair"),
    Reason.PRESENT: _l("As it is now"),
    Reason.THESIS: _l("Thesis adviser"),
    Reason.INTERNSHIP: _l("Internship adviser"),
    Reason.MAJOR: _l("Same major"),
    Reason.LOAD: _l("Has room"),
    Reason.BY_HAND: _l("Chosen by hand"),
    Reason.IMPORTED: _l("From the imported list"),
    Reason.NO_TEACHER: _l("The college has no mentors yet"),
    Reason.NO_ROOM: _l("All mentors are full"),
}


class Proposal(Moving, Audited, Model):
    """A college's assignment as it could be. One draft a college at a time; confirming it is one act."""

    __tablename__ = "proposal"
    __table_args__ = (
        sa.Index(
            "uq_proposal_draft",
            "college_id",
            unique=True,
            sqlite_where=sa.text("status = 'draft'"),
            postgresql_where=sa.text("status = 'draft'"),
        ),
    )
    __unwatched__ = frozenset({"last_move", "last_moved_by", "last_moved_at"})

    college_id: Mapped[int] = reference("org_unit.id")
    cohort_id: Mapped[int] = reference("cohort.id")
    status: Mapped[ProposalState] = mapped_column(text_enum(ProposalState, "status"), default=ProposalState.DRAFT)
    made_by: Mapped[int] = reference("user_account.id")
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    keeps_present: Mapped[bool] = mapped_column(default=True)
    took_ms: Mapped[int] = mapped_column(sa.Integer, default=0)

    college: Mapped[OrgUnit] = relationship(lazy="raise")


class Pairing(Model):
    """One graduate of a proposal: with whom now, with whom then, and why. Not audited one by one: confirming is."""

    __tablename__ = "pairing"
    __table_args__ = (
        sa.UniqueConstraint("proposal_id", "student_id"),
        sa.Index("ix_pairing_mentor", "proposal_id", "mentor_id"),
    )

    proposal_id: Mapped[int] = reference("proposal.id", ondelete="CASCADE", index=False)
    student_id: Mapped[int] = reference("student.id")
    before_id: Mapped[int | None] = reference("user_account.id", index=False)
    mentor_id: Mapped[int | None] = reference("user_account.id", index=False)
    reason: Mapped[Reason] = mapped_column(text_enum(Reason, "reason"))

    student: Mapped[Student] = relationship(lazy="raise")
    before: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[before_id])
    mentor: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[mentor_id])
