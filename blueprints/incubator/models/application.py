"""An application for a room (入驻申请): the team, what is needed, the papers and what is said about them."""

from __future__ import annotations

from datetime import date, datetime
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
from ...documents.models import Document
from ...students.models import Student
from .intake import Intake
from .place import Kind


class ApplicationState(StrEnum):
    """From the draft to the room. APPROVED waits for a room (候补), HOUSED has one, LEFT had one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    HOUSED = "housed"
    LEFT = "left"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Any:
        return APPLICATION_WORDS[self][0]

    @property
    def tone(self) -> str:
        return APPLICATION_WORDS[self][1]


APPLICATION_WORDS = {
    ApplicationState.DRAFT: (_l("Being written"), "warn"),
    ApplicationState.SUBMITTED: (_l("Handed in"), "info"),
    ApplicationState.APPROVED: (_l("Approved, waiting for a room"), "ok"),
    ApplicationState.REJECTED: (_l("Not approved"), ""),
    ApplicationState.HOUSED: (_l("Has a room"), "ok"),
    ApplicationState.LEFT: (_l("Has left"), ""),
    ApplicationState.WITHDRAWN: (_l("Withdrawn"), ""),
}


class Stage(StrEnum):
    IDEA = "idea"
    PROTOTYPE = "prototype"
    CUSTOMERS = "customers"
    REGISTERED = "registered"

    @property
    def label(self) -> Any:
        return {
            Stage.IDEA: _l("An idea"),
            Stage.PROTOTYPE: _l("A first version"),
            Stage.CUSTOMERS: _l("First customers"),
            Stage.REGISTERED: _l("A running firm"),
        }[self]


class CompanyForm(StrEnum):
    TRIAL = "trial"
    REGISTERED = "registered"

    @property
    def label(self) -> Any:
        return {
            CompanyForm.TRIAL: _l("Trial company on campus"),
            CompanyForm.REGISTERED: _l("Registered company"),
        }[self]


_OPEN = "status IN ('draft', 'submitted', 'approved', 'housed')"


class Application(Moving, Audited, Model):
    """One team's application in one call. What several people write at once are its :class:`Field` rows.

    ``relief_met`` is yes or no, found out from the sealed tags when it is handed in; reviewers see neither it nor
    ``relief_asked``. ``points`` is what the waitlist is ordered by (hundredths), reckoned by the published rule;
    ``refusals`` counts offers refused.
    """

    __tablename__ = "application"
    __table_args__ = (
        sa.Index("ix_application_intake", "intake_id", "status"),
        sa.Index(
            "ix_application_waiting",
            "points",
            "approved_at",
            "id",
            sqlite_where=sa.text("status = 'approved'"),
            postgresql_where=sa.text("status = 'approved'"),
        ),
        sa.Index(
            "uq_application_lead_open",
            "lead_id",
            unique=True,
            sqlite_where=sa.text(_OPEN),
            postgresql_where=sa.text(_OPEN),
        ),
        sa.CheckConstraint("months BETWEEN 1 AND 36", name="months"),
        sa.CheckConstraint("seats BETWEEN 1 AND 60", name="seats"),
        sa.CheckConstraint("status NOT IN ('approved', 'housed') OR approved_at IS NOT NULL", name="approved"),
    )
    __unwatched__ = frozenset({"last_move", "last_moved_by", "last_moved_at", "points"})

    intake_id: Mapped[int] = reference("intake.id", index=False)
    lead_id: Mapped[int] = reference("student.id", index=False)
    college_id: Mapped[int] = reference("org_unit.id")
    team: Mapped[str] = mapped_column(sa.String(60))
    stage: Mapped[Stage] = mapped_column(text_enum(Stage, "stage"), default=Stage.IDEA)
    form: Mapped[CompanyForm] = mapped_column(text_enum(CompanyForm, "form"), default=CompanyForm.TRIAL)
    credit_code: Mapped[str] = mapped_column(sa.String(18), default="")
    kind: Mapped[Kind] = mapped_column(text_enum(Kind, "kind"), default=Kind.STUDIO)
    seats: Mapped[int] = mapped_column(sa.SmallInteger, default=3)
    from_on: Mapped[date | None]
    months: Mapped[int] = mapped_column(sa.SmallInteger, default=12)
    needs_water: Mapped[bool] = mapped_column(default=False)
    needs_380: Mapped[bool] = mapped_column(default=False)
    needs_quiet: Mapped[bool] = mapped_column(default=False)
    needs_access: Mapped[bool] = mapped_column(default=False)
    budget: Mapped[int | None]
    relief_asked: Mapped[bool] = mapped_column(default=False)
    relief_met: Mapped[bool] = mapped_column(default=False)
    status: Mapped[ApplicationState] = mapped_column(
        text_enum(ApplicationState, "status"), default=ApplicationState.DRAFT
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    points: Mapped[int] = mapped_column(sa.Integer, default=0)
    refusals: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    pitch_at: Mapped[datetime | None]
    pitch_minutes: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    intake: Mapped[Intake] = relationship(lazy="raise")
    lead: Mapped[Student] = relationship(lazy="raise")
    college: Mapped[OrgUnit] = relationship(lazy="raise")
    members: Mapped[list[Member]] = relationship(lazy="raise", order_by="Member.id", back_populates="application")
    fields: Mapped[list[Field]] = relationship(lazy="raise", back_populates="application")
    papers: Mapped[list[Paper]] = relationship(lazy="raise", order_by="Paper.id", back_populates="application")

    __mapper_args__ = {"version_id_col": version}


class Field(Audited, Model):
    """One text of the application, such as the customer or the market; saved by itself, against its own version."""

    __tablename__ = "application_field"
    __table_args__ = (sa.UniqueConstraint("application_id", "name"),)

    application_id: Mapped[int] = reference("application.id", ondelete="CASCADE", index=False)
    name: Mapped[str] = mapped_column(sa.String(30))
    text: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int] = reference("user_account.id", index=False)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    application: Mapped[Application] = relationship(lazy="raise", back_populates="fields")

    __mapper_args__ = {"version_id_col": version}

    def audit_topic(self) -> tuple[str, int]:
        return "application", self.application_id


class Answer(StrEnum):
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"

    @property
    def label(self) -> Any:
        return {
            Answer.ASKED: _l("not answered yet"),
            Answer.CONFIRMED: _l("confirmed"),
            Answer.DECLINED: _l("declined"),
        }[self]


class Member(Audited, Model):
    """One of the team: a student who confirms it, or someone from outside by name (``student_id`` None)."""

    __tablename__ = "team_member"
    __table_args__ = (
        sa.Index(
            "uq_team_member_student",
            "application_id",
            "student_id",
            unique=True,
            sqlite_where=sa.text("student_id IS NOT NULL"),
            postgresql_where=sa.text("student_id IS NOT NULL"),
        ),
        sa.CheckConstraint("student_id IS NOT NULL OR name <> ''", name="someone"),
    )

    application_id: Mapped[int] = reference("application.id", ondelete="CASCADE", index=False)
    student_id: Mapped[int | None] = reference("student.id")
    name: Mapped[str] = mapped_column(sa.String(60), default="")
    part: Mapped[str] = mapped_column(sa.String(60), default="")
    answer: Mapped[Answer] = mapped_column(text_enum(Answer, "answer"), default=Answer.ASKED)
    answered_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship(lazy="raise", back_populates="members")
    student: Mapped[Student | None] = relationship(lazy="raise")

    def audit_topic(self) -> tuple[str, int]:
        return "application", self.application_id


class PaperKind(StrEnum):
    PLAN = "plan"
    FINANCE = "finance"
    OTHER = "other"

    @property
    def label(self) -> Any:
        return {
            PaperKind.PLAN: _l("Business plan"),
            PaperKind.FINANCE: _l("Figures of the project"),
            PaperKind.OTHER: _l("Another paper"),
        }[self]


class Paper(Audited, Model):
    """A document handed in with the application; a new version is a new row, the old one stays readable."""

    __tablename__ = "application_paper"

    application_id: Mapped[int] = reference("application.id", ondelete="CASCADE")
    kind: Mapped[PaperKind] = mapped_column(text_enum(PaperKind, "kind"))
    document_id: Mapped[int] = reference("document.id")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    replaced_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship(lazy="raise", back_populates="papers")
    document: Mapped[Document] = relationship(lazy="raise")

    def audit_topic(self) -> tuple[str, int]:
        return "application", self.application_id


class EndorsementKind(StrEnum):
    MENTOR = "mentor"
    COLLEGE = "college"

    @property
    def label(self) -> Any:
        return {
            EndorsementKind.MENTOR: _l("Endorsement of the mentor"),
            EndorsementKind.COLLEGE: _l("Opinion of the college"),
        }[self]


class Endorsement(Audited, Model):
    """A teacher asked to help: reads and marks the plan and writes the endorsement; or the college's opinion.

    A question that is taken back stays written down: who has once read the names scores this team no more.
    """

    __tablename__ = "endorsement"
    __table_args__ = (
        sa.UniqueConstraint("application_id", "user_id", "kind"),
        sa.CheckConstraint("(written_at IS NULL) = (text = '')", name="written"),
    )

    application_id: Mapped[int] = reference("application.id", ondelete="CASCADE", index=False)
    user_id: Mapped[int] = reference("user_account.id")
    kind: Mapped[EndorsementKind] = mapped_column(text_enum(EndorsementKind, "kind"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    taken_back_at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(default="")
    supports: Mapped[bool | None]
    written_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")

    def audit_topic(self) -> tuple[str, int]:
        return "application", self.application_id


class Message(Audited, Model):
    """A word between the team and those who help it."""

    __tablename__ = "application_message"
    __table_args__ = (sa.Index("ix_application_message_thread", "application_id", "id"),)

    application_id: Mapped[int] = reference("application.id", ondelete="CASCADE", index=False)
    by_id: Mapped[int] = reference("user_account.id", index=False)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    text: Mapped[str]

    by: Mapped[User] = relationship(lazy="raise")

    def audit_topic(self) -> tuple[str, int]:
        return "application", self.application_id
