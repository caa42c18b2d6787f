"""The commands of the house: ``init``, ``serve``, ``worker``, ``verify``, ``routes``, ``audit``, ``workflows``."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale

from . import audit, doors, jobs, sealed, serve, verify, workflow
from .db import unit
from .settings import Settings, read_secret

FIRST_STEPS: list = []
"""What ``flask init`` does after the migration: functions of slices that print what they did."""
SEEDS: list = []
"""First content of tables, such as code lists; each adds what is missing and nothing else."""


def _settings() -> Settings:
    settings: Settings = current_app.extensions["qihang.settings"]
    return settings


def require_secret() -> None:
    if not current_app.secret_key:
        raise click.ClickException(
            f"There is no key at {_settings().secret_key_file}; run 'flask init' first (or 'make run')."
        )


def _make_secret(path: Path) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    click.echo(f"Made the key {path}; keep it out of backups of the database.")


@click.command("init")
def init_command() -> None:
    """Migrate the database, make the secret, print the first administrator's one-time link."""
    initialise()


def initialise(quietly: bool = False) -> None:
    """Bring an installation into being; a second run changes nothing. ``quietly`` leaves out the first steps."""
    from .migrate import upgrade  # Alembic is of no use to the web and the worker

    settings = _settings()
    _make_secret(settings.secret_key_file)
    current_app.secret_key = read_secret(settings)
    sealed.make_key(current_app)
    for line in upgrade():
        click.echo(line)
    for step in (*SEEDS, *(() if quietly else FIRST_STEPS)):
        with unit("write"):
            audit.act_as(None, "init")
            step()


@click.command("serve")
@click.option("--workers", default=2, show_default=True, help="web processes")
def serve_command(workers: int) -> None:
    """Run the web server and the worker until stopped."""
    require_secret()
    try:
        serve.run(_settings(), workers)
    except serve.Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal


@click.command("worker")
def worker_command() -> None:
    """Run the worker: conversions, mail, sealing of the audit log, leases that lapse."""
    require_secret()
    jobs.work(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command("verify")
def verify_command() -> None:
    """Check the invariants; exits 1 and names what is wrong."""
    with unit("read"):
        found = list(verify.problems())
        dead = jobs.buried()
    if dead:
        click.echo(f"For your information, jobs given up after their last try: {', '.join(dead)}")
    for line in found:
        click.echo(line, err=True)
    if found:
        raise SystemExit(1)
    click.echo("All invariants hold.")


@click.command("routes")
@click.option("--json", "as_json", is_flag=True, help="path, methods and who may, as JSON")
@with_appcontext
def routes_command(as_json: bool) -> None:
    """List every route with who may knock."""
    rows = [
        {
            "path": rule.rule,
            "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
            "who": doors.DOORS[rule.endpoint].access.label,
            "endpoint": rule.endpoint,
        }
        for rule in sorted(current_app.url_map.iter_rules(), key=lambda r: r.rule)
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{','.join(row['methods']):10} {row['path']:48} {row['who']}")


audit_group = AppGroup("audit", help="The audit log.")


@audit_group.command("verify")
def audit_verify() -> None:
    """Check the hash chain of the audit log."""
    with unit("read"):
        found = list(audit.problems())
    for line in found:
        click.echo(line, err=True)
    if found:
        raise SystemExit(1)
    click.echo("The audit chain is whole.")


@click.command("workflows")
def workflows_command() -> None:
    """Print docs/workflows.md, drawn from the machines' own tables."""
    click.echo(workflows_page(), nl=False)


def workflows_page() -> str:
    """Every machine as a diagram and a table of its moves, in English."""
    parts = ["# Workflows", "", "Drawn by `flask workflows` from each slice's `workflow.py`; a test keeps it current."]
    with force_locale("en"):
        for name, machine in sorted(workflow.MACHINES.items()):
            parts += ["", f"## {name}", "", "```mermaid", machine.diagram(), "```", ""]
            parts += ["| move | from | to | refused with |", "|---|---|---|---|"]
            for move in machine.moves.values():
                sources = ", ".join(sorted(s.value for s in move.sources))
                rules = " ".join(move.by.sentences)
                parts.append(f"| {move.name} | {sources} | {move.target.value} | {rules} |")
    return "\n".join(parts) + "\n"


def init_app(app: Flask) -> None:
    for command in (
        init_command,
        serve_command,
        worker_command,
        verify_command,
        routes_command,
        audit_group,
        workflows_command,
    ):
        app.cli.add_command(command)
