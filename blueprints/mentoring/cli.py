"""``flask assign``: what a proposal for a college would be, as a workbook. It changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from flask_babel import gettext as _

from ..core.db import unit
from ..core.i18n import DEFAULT
from . import listings_assignment as words
from . import sheet, solver
from .models import Reason
from .queries import assignment as queries
from .routes import bp
from .service import assignment as service


@click.command("assign")
@click.option("--college", "code", required=True, help="code of the college, such as 01")
@click.option("--dry-run", is_flag=True, required=True, help="only show the proposal; confirming is done on the site")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="file to write; else standard output")
@click.option("--anew", is_flag=True, help="do not keep who has whom at present")
@with_appcontext
def assign(code: str, dry_run: bool, out: Path | None, anew: bool) -> None:
    """Work out who could answer for whom in a college, and write it as xlsx. Nothing is stored."""
    if not dry_run:
        raise click.UsageError("Only --dry-run works here: a proposal is confirmed on the site.")
    with unit("read"), force_locale(DEFAULT):
        college, cohort = queries.college_coded(code), queries.cohort()
        if college is None:
            raise click.ClickException(f"There is no college with the code {code}.")
        if cohort is None:
            raise click.ClickException("There is no cohort yet.")
        worked = service.work_out(college.id, cohort, keeps_present=not anew)
        mentors = {m.id: m for m in queries.mentors(college.id, cohort.id)}
        book = sheet.written(
            [words.NUMBER, _("Graduate"), _("Now"), words.MENTOR_NUMBER, _("Mentor"), _("Why")],
            _table(worked.pairs, college.id, cohort.id, mentors),
        ).getvalue()
    without = sum(pair.teacher is None for pair in worked.pairs)
    click.echo(
        f"{college.name}: {len(worked.pairs)} graduates, {len(mentors)} mentors, {without} without one,"
        f" {worked.took_ms} ms. Nothing was changed.",
        err=True,
    )
    if out is not None:
        out.write_bytes(book)
    elif sys.stdout.isatty():
        raise click.ClickException("The proposal is a workbook: name a file with --out, or send it through a pipe.")
    else:
        sys.stdout.buffer.write(book)


def _table(
    pairs: list[solver.Pair], college_id: int, cohort_id: int, mentors: dict[int, queries.Mentor]
) -> list[list[str]]:
    """One row a graduate, in the order of their numbers."""
    known = {k.id: (number, k) for number, k in queries.by_number(college_id, cohort_id).items()}
    found = []
    for pair in pairs:
        number, graduate = known.get(pair.graduate, ("", None))
        mentor = mentors.get(pair.teacher or 0)
        who = [mentor.number, mentor.name] if mentor else ["", ""]
        before = [graduate.name, graduate.mentor] if graduate else ["", ""]
        found.append([number, *before, *who, str(Reason(pair.reason).label)])
    return sorted(found)


bp.record_once(lambda state: state.app.cli.add_command(assign))
