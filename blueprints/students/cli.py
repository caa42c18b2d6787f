"""``flask student create``: one graduate, and what is missing of the tree above them."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import AppGroup

from ..accounts import queries as accounts
from ..accounts import service as people
from ..accounts.models import Cohort, OrgUnit, UnitKind
from ..core import audit
from ..core.db import db, unit
from . import service

student = AppGroup("student", help="Graduates of the register.")


@student.command("create")
@click.argument("number")
@click.argument("name")
@click.option("--cohort", required=True, type=click.IntRange(2000, 2100), help="year of graduation, such as 2027")
@click.option("--college", required=True, help="name of the college; made if it is new, like the next two")
@click.option("--major", required=True)
@click.option("--class", "class_name", required=True)
@click.option("--phone")
@click.option("--email")
@click.option("--level", default=0, type=click.IntRange(0, 2), help="support level set by the office")
def create(
    number: str,
    name: str,
    cohort: int,
    college: str,
    major: str,
    class_name: str,
    phone: str | None,
    email: str | None,
    level: int,
) -> None:
    """Enter a graduate into the register and print the one-time link that lets them set a password."""
    with unit("write"):
        audit.act_as(None, "student.create")
        if accounts.by_login(number):
            raise click.ClickException("Someone already signs in with that number.")
        university = _unit(UnitKind.UNIVERSITY, "学校", None)
        college_unit = _unit(UnitKind.COLLEGE, college, university)
        major_unit = _unit(UnitKind.MAJOR, major, college_unit)
        class_unit = _unit(UnitKind.CLASS, class_name, major_unit)
        made = service.enrol(
            number,
            name,
            number,
            cohort=_cohort(cohort),
            college=college_unit,
            major=major_unit,
            class_=class_unit,
            phone=phone,
            email=email,
            support_level=level,
        )
        path = people.one_time_link(made.user)
        public = current_app.extensions["qihang.settings"].public_url
        click.echo(f"{name} can set a password within 24 hours at {public}{path}")


def _unit(kind: UnitKind, name: str, parent: OrgUnit | None) -> OrgUnit:
    siblings = sa.select(OrgUnit).where(OrgUnit.kind == kind)
    if parent is None:
        found = db.session.scalar(siblings)
    else:
        siblings = siblings.where(OrgUnit.parent_id == parent.id)
        found = db.session.scalar(siblings.where(OrgUnit.name == name))
    if found is not None:
        return found
    count = db.session.scalar(sa.select(sa.func.count()).select_from(siblings.subquery())) or 0
    made = people.add_unit(kind, f"{count + 1:02d}", name, parent)
    db.session.flush()
    return made


def _cohort(year: int) -> Cohort:
    found = db.session.scalar(sa.select(Cohort).where(Cohort.year == year))
    if found is None:
        found = people.add_cohort(year)
        db.session.flush()
    return found


def init_app(app: Flask) -> None:
    app.cli.add_command(student)
