"""`lint` and `rules`: check documents, mend what is safe to mend, explain the rules."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import linting
from steadyhand.lint.report import FORMATS, as_text
from steadyhand.lint.report.checked import Checked
from steadyhand.world import caches

NAMES = "Comma-separated; may be given several times."


def _names(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> set[str]:
    return {name.strip() for one in given for name in one.split(",") if name.strip()}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles of dead objects: checking leaves none, and the search takes long.

    Python looks for them once more when it ends, but not among those that are frozen.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()


@click.command("lint")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text")
@click.option("--output", type=click.Path(path_type=Path), help="Write the report to a file.")
@click.option("--select", multiple=True, callback=_names, help=f"Only these rules. {NAMES}")
@click.option("--ignore", multiple=True, callback=_names, help=f"Not these rules. {NAMES}")
@click.option("--config", type=click.Path(path_type=Path), help="Settings to use for all of them.")
@click.option("--fix", is_flag=True, help="Mend what is safe to mend.")
@click.option("--diff", is_flag=True, help="Show what --fix would do, as a patch; write nothing.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Hold back what this file knows.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help="Keep today's findings.")
@click.option("--explain", metavar="RULE", help="Print a rule's page.")
@click.option("--no-cache", is_flag=True, help="Check anew, and keep nothing.")
@_uncollected()
def lint_command(
    paths: tuple[Path, ...],
    form: str,
    output: Path | None,
    select: set[str],
    ignore: set[str],
    config: Path | None,
    fix: bool,
    diff: bool,
    baseline: Path | None,
    write_baseline: Path | None,
    explain: str | None,
    no_cache: bool,
) -> int:
    """Check runbooks: files, folders, or `-` for standard input.

    Exit code 0: clean, notes do not count; 1: something was found; 2: a file, an option or the
    settings cannot be used.
    """
    if explain:
        return _explain(explain)
    if not paths:
        raise click.UsageError("name a runbook, a folder of them, or `-`")
    wanted = linting.Wanted(
        paths,
        sys.stdin.buffer.read() if Path("-") in paths else b"",
        frozenset(select),
        frozenset(ignore),
        config,
        None if no_cache else caches.folder(),
        cores=2,
    )
    if diff:
        return _diff(wanted)
    problems = _mend(wanted) if fix else []
    checked, unusable = linting.check(wanted, date.today())
    for problem in dict.fromkeys(map(str, [*problems, *unusable])):
        click.echo(f"steadyhand: {problem}", err=True)
    if write_baseline is not None:
        linting.write_baseline(write_baseline, checked.findings)
        baseline = write_baseline
    if baseline is not None:
        checked = linting.without(checked, linting.read_baseline(baseline))
    _report(checked, form, output)
    return 2 if problems or unusable else int(linting.fails(checked))


@click.command("rules")
@click.argument("name", required=False)
def rules_command(name: str | None) -> int:
    """List the rules of lint, or print the page of one."""
    if name:
        return _explain(name)
    rules = linting.rules()
    width = max(len(rule) for rule, _, _ in rules)
    for rule, severity, does in rules:
        click.echo(f"{rule:{width}}  {severity.value:7}  {does}")
    return 0


def _explain(name: str) -> int:
    pages = linting.pages()
    if name not in pages:
        raise Problem(f"no such rule: “{name}”; `steadyhand rules` lists them")
    click.echo(pages[name], nl=False)
    return 0


def _diff(wanted: linting.Wanted) -> int:
    mended, problems = linting.mend(wanted, date.today())
    for one in mended:
        click.echo(one.diff(), nl=False)
    for problem in problems:
        click.echo(f"steadyhand: {problem}", err=True)
    return 2 if problems else int(bool(mended))


def _mend(wanted: linting.Wanted) -> list[Problem]:
    mended, problems = linting.mend(wanted, date.today())
    for one in mended:
        if one.path == "stdin":
            problems.append(Problem("stdin: cannot be mended in place; use --diff"))
            continue
        try:
            linting.write(one)
        except Problem as problem:
            problems.append(problem)
        else:
            click.echo(f"{one.path}: mended in {one.edits} places", err=True)
    return problems


def _report(checked: Checked, form: str, output: Path | None) -> None:
    if form == "sarif":
        checked = Checked(checked.documents, linting.pages(), checked.hidden)
    if form == "text" and output is None:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        text = as_text(checked, colour=colour)
    else:
        text = FORMATS[form](checked)
    if output is None:
        click.echo(text, nl=False, color=True)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{output}: {error.strerror}") from None
