"""``flask person create`` and the first administrator."""

from __future__ import annotations

import click
import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask import Flask, current_app
from flask.cli import AppGroup

from ..core import audit
from ..core.db import db, unit
from . import queries, service
from .models import Grant, OrgUnit, Role, UnitKind

person = AppGroup("person", help="People who may sign in.")


def _public(path: str) -> str:
    return f"{current_app.extensions['qihang.settings'].public_url}{path}"


def first_administrator() -> None:
    """Make the first administrator and print the one-time link; does nothing when there is one."""
    if db.session.scalar(sa.select(sa.func.count()).where(Grant.role == Role.ADMIN)):
        return
    db.session.add(OrgUnit(kind=UnitKind.UNIVERSITY, code="0", name="学校", name_en="The university", parent_id=None))
    admin = service.create_person("admin", "管理员")
    service.grant(admin, Role.ADMIN)
    link = _public(service.one_time_link(admin))
    click.echo(f"First administrator: user name 'admin'. Set a password within 24 hours at {link}")


@person.command("create")
@click.argument("username")
@click.argument("name")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([r.value for r in Role if r is not Role.STUDENT])
)
@click.option("--number", help="number (工号) that also signs in")
@click.option("--email", help="address for notices")
@click.option("--college", help="code of the college the roles are limited to")
def create(
    username: str, name: str, roles: tuple[str, ...], number: str | None, email: str | None, college: str | None
) -> None:
    """Create a member of staff and print the one-time link that lets them set a password."""
    if email:
        try:
            email = validate_email(email, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise click.ClickException(f"{email} is not an e-mail address: {error}") from error
    with unit("write"):
        audit.act_as(None, "person.create")
        if queries.by_login(username) or (number and queries.by_login(number)):
            raise click.ClickException("Someone already signs in with that user name or number.")
        scope = None
        if college and (scope := next((c for c in queries.colleges() if c.code == college), None)) is None:
            known = ", ".join(f"{c.code} {c.name}" for c in queries.colleges()) or "none yet"
            raise click.ClickException(f"There is no college {college}; there are: {known}.")
        user = service.create_person(username, name, number=number, email=email)
        for role in roles:
            service.grant(user, Role(role), unit=scope)
        click.echo(f"{name} can set a password within 24 hours at {_public(service.one_time_link(user))}")


@person.command("link")
@click.argument("login")
def link(login: str) -> None:
    """Print a fresh one-time link for someone who has forgotten the password."""
    with unit("write"):
        audit.act_as(None, "person.link")
        user = queries.by_login(login)
        if user is None:
            raise click.ClickException("Nobody signs in with that user name or number.")
        click.echo(f"{user.name} can set a password within 24 hours at {_public(service.one_time_link(user))}")


def init_app(app: Flask) -> None:
    app.cli.add_command(person)
