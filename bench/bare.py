"""The page to compare with: the same 25 rows by the same SELECT, in bare Flask and Flask-SQLAlchemy.

No signing in, no rights, no counts, no second language, no frame: a table, as a tutorial would write it.
It imports nothing of the house, so that none of the house's listeners slow it down.
"""

from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, aliased, mapped_column

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
    user_id: Mapped[int] = mapped_column(Id)


class College(db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "org_unit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str]


class Submission(db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "submission"

    id = mapped_column(Id, primary_key=True)
    student_id = mapped_column(Id)
    college_id = mapped_column(Id)
    target = mapped_column(sa.String)
    status = mapped_column(sa.String)
    round_no = mapped_column(sa.Integer)
    queue_rank = mapped_column(sa.Integer)
    waiting_since = mapped_column(sa.DateTime(timezone=True))
    interview_on = mapped_column(sa.Date)
    holder_id = mapped_column(Id)
    claimed_at = mapped_column(sa.DateTime(timezone=True))
    lease_until = mapped_column(sa.DateTime(timezone=True))
    reviewer_id = mapped_column(Id)
    reserved_until = mapped_column(sa.DateTime(timezone=True))
    last_moved_at = mapped_column(sa.DateTime(timezone=True))


Holder, Reviewer = aliased(User), aliased(User)


def _rows() -> sa.Select[Any]:
    return (
        sa.select(
            Submission.id, Submission.target, Submission.status, Submission.round_no, Submission.queue_rank,
            Submission.waiting_since, Submission.interview_on, Submission.college_id, Submission.holder_id,
            Submission.claimed_at, Submission.lease_until, Submission.reviewer_id, Submission.reserved_until,
            Submission.last_moved_at, User.name, User.number, College.name.label("college"),
            Holder.name.label("holder"), Reviewer.name.label("reviewer"),
        )
        .select_from(Submission)
        .join(Student, Student.id == Submission.student_id)
        .join(User, User.id == Student.user_id)
        .join(College, College.id == Submission.college_id)
        .outerjoin(Holder, Holder.id == Submission.holder_id)
        .outerjoin(Reviewer, Reviewer.id == Submission.reviewer_id)
        .where(sa.text("submission.status IN ('waiting', 'reviewing')"))
        .order_by(Submission.queue_rank, Submission.waiting_since, Submission.id)
        .limit(25)
    )  # fmt: skip


def web() -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ[DATABASE]
    db.init_app(app)

    @app.get("/")
    def queue() -> str:
        return render_template("bare.html", rows=db.session.execute(_rows()).all())

    return app
