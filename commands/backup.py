"""`flask backup`, `flask restore`."""

import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import with_appcontext

from commands.context import Wrong, connected, ready
from records import backup as backups
from records.backup import CannotBackUp, Progress
from records.migrate import pending


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Copy the database into FILE, while everything goes on."""
    with ready():
        _with_progress(lambda progress: backups.back_up(file, progress))
    click.echo(f"The database is backed up in {file}. Keep it apart from the secret key.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Fill a new, empty database from FILE. It sends no mail until `flask mail resume`."""
    _with_progress(lambda progress: backups.restore(file, progress))
    with connected():
        behind = pending()
    click.echo(
        f"The database is restored from {file}. It sends no mail: look at what waits"
        " (`flask mail fence`), then lift the fence (`flask mail resume`)."
    )
    if behind:
        click.echo("It is from an earlier version: run `flask migrate`.")


def _with_progress(work: Callable[[Progress], None]) -> None:
    hidden = not sys.stderr.isatty()
    try:
        with click.progressbar(length=1000, file=sys.stderr, hidden=hidden) as bar:
            work(lambda done, of: bar.update(1000 * done // (of or 1) - bar.pos))
    except (CannotBackUp, OSError) as reason:
        raise Wrong(str(reason)) from None
