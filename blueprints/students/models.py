"""The graduate as the register knows them: who they are, who helps them, what they wish for."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Cohort, OrgUnit, User
from ..core import clock
from ..core.audit import Audited
from ..core.db import Model, reference, text_enum
from ..core.sealed import Sealed
from ..documents.models import Document


class Situation(StrEnum):
    """Where a graduate stands, in their own words to a teacher. It is no destination: that needs evidence."""

    SEARCHING = "searching"
    PREPARING = "preparing"
    OFFERED = "offered"
    SETTLED = "settled"
    PAUSING = "pausing"

    @property
    def label(self) -> Any:
        return SITUATION_WORDS[self]


SITUATION_WORDS = {
    Situation.SEARCHING: _l("Looking for work"),
    Situation.PREPARING: _l("Preparing for an exam"),
    Situation.OFFERED: _l("Has an offer, not signed yet"),
    Situation.SETTLED: _l("Has found a place"),
    Situation.PAUSING: _l("Not looking just now"),
}


class Channel(StrEnum):
    PHONE = "phone"
    WECHAT = "wechat"
    MESSAGE = "message"
    FACE = "face"
    DORM = "dorm"
    OTHER = "other"

    @property
    def label(self) -> Any:
        return CHANNEL_WORDS[self]


CHANNEL_WORDS = {
    Channel.PHONE: _l("Phone"),
    Channel.WECHAT: _l("WeChat"),
    Channel.MESSAGE: _l("Text message"),
    Channel.FACE: _l("Face to face"),
    Channel.DORM: _l("Dormitory visit"),
    Channel.OTHER: _l("Another way"),
}


class Side(StrEnum):
    """Whose turn it is: who has promised the next act."""

    TEACHER = "teacher"
    STUDENT = "student"


class Way(StrEnum):
    """What a graduate wants to do (就业意向的路子)."""

    WORK = "work"
    STUDY = "study"
    CIVIL = "civil"
    ARMY = "army"
    STARTUP = "startup"
    UNDECIDED = "undecided"

    @property
    def label(self) -> Any:
        return WAY_WORDS[self]


WAY_WORDS = {
    Way.WORK: _l("Work"),
    Way.STUDY: _l("Further study"),
    Way.CIVIL: _l("Civil service"),
    Way.ARMY: _l("Army"),
    Way.STARTUP: _l("A start-up"),
    Way.UNDECIDED: _l("Undecided"),
}


NEVER = date(9999, 12, 31)
"""The day on which nothing falls due. Not NULL, which the two databases would put at different ends of a list."""


class Student(Audited, Model):
    """A graduate-to-be. ``support_level`` 0 none, 1 重点帮扶一级 (first), 2 二级; the office sets it.

    ``mentor_id`` is the teacher who answers for them today (:func:`~.service.set_mentor`). ``due_on`` is the day
    from which it is a teacher's turn to act, stored so that lists are read in the order of an index; it and the
    two days of contact are reckoned by :func:`~.service.reckon`; :data:`NEVER` stands for nothing to do.
    """

    __tablename__ = "student"
    __table_args__ = (
        sa.CheckConstraint("support_level BETWEEN 0 AND 2", name="support_level"),
        sa.CheckConstraint("(mentor_id IS NULL) = (mentor_since IS NULL)", name="mentor"),
        sa.Index("ix_student_due", "due_on", "id"),
        sa.Index("ix_student_mentor_due", "mentor_id", "due_on", "id"),
        sa.Index("ix_student_college_due", "college_id", "due_on", "id"),
        sa.Index("ix_student_class_due", "class_id", "due_on", "id"),
    )
    __masked__ = frozenset({"phone"})
    __unwatched__ = frozenset({"contacted_at", "tried_at", "due_on", "turn_since"})

    user_id: Mapped[int] = reference("user_account.id", unique=True, index=False)
    cohort_id: Mapped[int] = reference("cohort.id")
    college_id: Mapped[int] = reference("org_unit.id", index=False)
    major_id: Mapped[int] = reference("org_unit.id")
    class_id: Mapped[int] = reference("org_unit.id", index=False)
    phone: Mapped[str | None] = mapped_column(sa.String(30))
    support_level: Mapped[int] = mapped_column(sa.SmallInteger, default=0)

    mentor_id: Mapped[int | None] = reference("user_account.id", index=False)
    mentor_since: Mapped[date | None]
    mentor_fixed: Mapped[bool] = mapped_column(default=False)

    situation: Mapped[Situation] = mapped_column(text_enum(Situation, "situation"), default=Situation.SEARCHING)
    contacted_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    next_on: Mapped[date | None]
    next_what: Mapped[str] = mapped_column(sa.String(200), default="")
    turn: Mapped[Side] = mapped_column(text_enum(Side, "turn"), default=Side.TEACHER)
    turn_since: Mapped[date | None]
    due_on: Mapped[date] = mapped_column(default=NEVER)

    reach_by: Mapped[Channel | None] = mapped_column(text_enum(Channel, "reach_by"))
    reach_hours: Mapped[str] = mapped_column(sa.String(60), default="")
    quiet_until: Mapped[date | None]

    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])
    mentor: Mapped[User | None] = relationship(lazy="raise", foreign_keys=[mentor_id])
    cohort: Mapped[Cohort] = relationship(lazy="raise")
    college: Mapped[OrgUnit] = relationship(lazy="raise", foreign_keys=[college_id])
    major: Mapped[OrgUnit] = relationship(lazy="raise", foreign_keys=[major_id])
    class_: Mapped[OrgUnit] = relationship(lazy="raise", foreign_keys=[class_id])

    @property
    def is_quiet(self) -> bool:
        """Whether the student has asked not to be called just now."""
        return self.quiet_until is not None and clock.today() <= self.quiet_until


class Absence(Audited, Model):
    """A teacher is away, and a deputy sees and answers for their graduates from–to (both days included)."""

    __tablename__ = "absence"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= begins_on", name="term"),
        sa.CheckConstraint("user_id <> deputy_id", name="deputy"),
        sa.Index("ix_absence_deputy", "deputy_id", "ends_on"),
    )

    user_id: Mapped[int] = reference("user_account.id")
    deputy_id: Mapped[int] = reference("user_account.id", index=False)
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    note: Mapped[str] = mapped_column(sa.String(200), default="")

    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])
    deputy: Mapped[User] = relationship(lazy="raise", foreign_keys=[deputy_id])


class AdviserKind(StrEnum):
    THESIS = "thesis"
    INTERNSHIP = "internship"


class Adviser(Audited, Model):
    """Who supervises a graduate's thesis or internship: the first choice for a mentor."""

    __tablename__ = "adviser"
    __table_args__ = (sa.UniqueConstraint("student_id", "kind"),)

    student_id: Mapped[int] = reference("student.id", index=False)
    user_id: Mapped[int] = reference("user_account.id")
    kind: Mapped[AdviserKind] = mapped_column(text_enum(AdviserKind, "kind"))

    def audit_topic(self) -> tuple[str, int]:
        return "student", self.student_id


class Intention(Audited, Model):
    """What a graduate wishes for (就业意向), kept by student and teachers alike; a change is a new row.

    ``regions``, ``industries`` are codes in the order of preference; ``pay_from`` is fen a month.
    """

    __tablename__ = "intention"
    __table_args__ = (
        sa.Index(
            "uq_intention_current",
            "student_id",
            unique=True,
            sqlite_where=sa.text("is_current = 1"),
            postgresql_where=sa.text("is_current"),
        ),
        sa.Index("ix_intention_student", "student_id", "id"),
        sa.CheckConstraint("pay_from IS NULL OR pay_from BETWEEN 0 AND 100000000", name="pay"),
    )

    student_id: Mapped[int] = reference("student.id", index=False)
    by_id: Mapped[int] = reference("user_account.id")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    is_current: Mapped[bool] = mapped_column(default=True)
    way: Mapped[Way] = mapped_column(text_enum(Way, "way"), default=Way.UNDECIDED)
    regions: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    industries: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    posts: Mapped[str] = mapped_column(sa.String(120), default="")
    stage: Mapped[str | None] = mapped_column(sa.String(20))
    pay_from: Mapped[int | None]
    second_plan: Mapped[str] = mapped_column(sa.String(200), default="")
    obstacle: Mapped[str] = mapped_column(sa.String(200), default="")

    def audit_topic(self) -> tuple[str, int]:
        return "student", self.student_id


class CodeKind(StrEnum):
    REGION = "region"
    INDUSTRY = "industry"
    STAGE = "stage"
    HARDSHIP = "hardship"


class Code(Audited, Model):
    """One entry of a code list the office edits; ``flask init`` seeds the lists (:mod:`.codes`)."""

    __tablename__ = "code"
    __table_args__ = (sa.UniqueConstraint("kind", "code"),)

    kind: Mapped[CodeKind] = mapped_column(text_enum(CodeKind, "kind"))
    code: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(60))
    name_en: Mapped[str] = mapped_column(sa.String(60), default="")
    place: Mapped[int] = mapped_column(sa.Integer, default=0)
    is_retired: Mapped[bool] = mapped_column(default=False)


class HardshipTag(Audited, Model):
    """A sealed fact (困难认定): which kind, by what proof, until when. Others see the support level only.

    The kind's code is sealed, and so is the key of the proof, which lies encrypted in the store; opening takes a
    reason, and the student sees who opened it and why.
    """

    __tablename__ = "hardship_tag"
    __masked__ = frozenset({"kind_sealed", "proof_key_sealed"})

    student_id: Mapped[int] = reference("student.id")
    kind_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    proof_id: Mapped[int | None] = reference("document.id")
    proof_key_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    valid_until: Mapped[date | None]
    entered_by: Mapped[int] = reference("user_account.id")
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    kind = Sealed("kind_sealed")
    proof_key = Sealed("proof_key_sealed")
    proof: Mapped[Document | None] = relationship(lazy="raise")

    def audit_topic(self) -> tuple[str, int]:
        return "student", self.student_id
