"""The pages to compare with: the same 25 rows in bare Flask and Flask-SQLAlchemy, written in two ways.

``/rows`` is the least one can do: the queue's own SELECT of columns, printed in a table. ``/entities`` is the page as
the manuals of Flask and SQLAlchemy write it: entities with their relationships loaded eagerly, and ``url_for`` for
each row's two addresses. Neither has signing in, rights, counts, a second language or a frame, and this module imports
nothing of the house, so that none of the house's listeners slow it down.
"""

from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, aliased, joinedload, mapped_column, relationship

DATABASE = "BENCH_DATABASE_URL"
db = SQLAlchemy()
Id = sa.BigInteger


class User(db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    number: Mapped[str]


class Student(db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "student"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    user: Mapped[User] = relationship()


class College(db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "org_unit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str]


class Submission(db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "submission"

    id = mapped_column(Id, primary_key=True)
    student_id = mapped_column(sa.ForeignKey("student.id"))
    college_id = mapped_column(sa.ForeignKey("org_unit.id"))
    target = mapped_column(sa.String)
    status = mapped_column(sa.String)
    round_no = mapped_column(sa.Integer)
    queue_rank = mapped_column(sa.Integer)
    waiting_since = mapped_column(sa.DateTime(timezone=True))
    interview_on = mapped_column(sa.Date)
    holder_id = mapped_column(sa.ForeignKey("user_account.id"))
    claimed_at = mapped_column(sa.DateTime(timezone=True))
    reviewer_id = mapped_column(sa.ForeignKey("user_account.id"))
    reserved_until = mapped_column(sa.DateTime(timezone=True))
    last_moved_at = mapped_column(sa.DateTime(timezone=True))

    student: Mapped[Student] = relationship()
    college: Mapped[College] = relationship()
    holder: Mapped[User | None] = relationship(foreign_keys="Submission.holder_id")
    reviewer: Mapped[User | None] = relationship(foreign_keys="Submission.reviewer_id")


Holder, Reviewer = aliased(User), aliased(User)
QUEUED = sa.text("submission.status IN ('waiting', 'reviewing')")
ORDER = (Submission.queue_rank, Submission.waiting_since, Submission.id)


def _rows() -> sa.Select[Any]:
    return (
        sa.select(
            Submission.id, Submission.target, Submission.status, Submission.round_no, Submission.queue_rank,
            Submission.waiting_since, Submission.interview_on, Submission.holder_id,
            Submission.claimed_at, Submission.reviewer_id, Submission.reserved_until,
            Submission.last_moved_at, User.name, User.number, College.name.label("college"),
            Holder.name.label("holder"), Reviewer.name.label("reviewer"),
        )
        .select_from(Submission)
        .join(Student, Student.id == Submission.student_id)
        .join(User, User.id == Student.user_id)
        .join(College, College.id == Submission.college_id)
        .outerjoin(Holder, Holder.id == Submission.holder_id)
        .outerjoin(Reviewer, Reviewer.id == Submission.reviewer_id)
        .where(QUEUED)
        .order_by(*ORDER)
        .limit(25)
    )  # fmt: skip


def _entities() -> sa.Select[Any]:
    return (
        sa.select(Submission)
        .options(
            joinedload(Submission.student, innerjoin=True).joinedload(Student.user, innerjoin=True),
            joinedload(Submission.college, innerjoin=True),
            joinedload(Submission.holder),
            joinedload(Submission.reviewer),
        )
        .where(QUEUED)
        .order_by(*ORDER)
        .limit(25)
    )


def web() -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ[DATABASE]
    db.init_app(app)

    @app.get("/rows")
    def rows() -> str:
        return render_template("rows.html", rows=db.session.execute(_rows()).all())

    @app.get("/entities")
    def entities() -> str:
        return render_template("entities.html", submissions=db.session.scalars(_entities()).all())

    @app.get("/clinic/<int:id>")
    def show(id: int) -> str:
        return str(id)

    @app.post("/clinic/<int:id>/claim")
    def claim(id: int) -> str:
        return str(id)

    return app
