"""`flask directory import`, `uploads`, `reindex`, `show`."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup

from commands.context import Wrong, first_line, print_json, ready, settings
from provisioning import decisions, reports, upload_runs
from provisioning.directory import index_size, rebuild_index
from provisioning.directory_import import Progress, import_directory

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=AppGroup)
def directory() -> None:
    """Organizations, their users and subscriptions."""


@directory.command("import")
@click.option("--organizations", type=FILE, help="CSV or JSON lines.")
@click.option("--users", type=FILE, help="CSV or JSON lines.")
@click.option("--subscriptions", type=FILE, help="CSV or JSON lines.")
@click.option(
    "--refused",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("directory-refused.csv"),
    show_default=True,
    help="Where refused rows are listed.",
)
def import_(
    organizations: Path | None, users: Path | None, subscriptions: Path | None, refused: Path
) -> None:
    """Bring in files of the seller's directory. Safe to run again, also after an interruption."""
    files = [file for file in (organizations, users, subscriptions) if file]
    if not files:
        raise click.UsageError("Give --organizations, --users or --subscriptions.")
    with ready(), _bar(sum(file.stat().st_size for file in files)) as progress:
        try:
            counts = import_directory(
                organizations,
                users,
                subscriptions,
                refused,
                progress=progress,
                after=lambda: decisions.resume_granted(settings()),
            )
        except OSError as error:
            raise Wrong(f"A file cannot be read or written: {first_line(error)}") from None
    for kind, count in counts.items():
        click.echo(
            f"{kind}: {count.read:,} rows read, {count.added:,} added, {count.changed:,} changed,"
            f" {count.unchanged:,} unchanged, {count.refused:,} refused"
        )
    if any(count.refused for count in counts.values()):
        click.echo(f"The refused rows, each with its line and reason, are listed in {refused}.")


@directory.command()
def uploads() -> None:
    """Bring in what was uploaded in the console and waits. `flask mail deliver` has this done."""
    # What is being stored is left as if it had not been begun, and the next one goes on.
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
    with ready():
        click.echo(f"{upload_runs.bring_in(settings()):,} uploads are done with.")


@directory.command()
def reindex() -> None:
    """Let organizations be found by this version's rules. Safe to run again, and while in use."""
    with ready(), _bar(index_size()) as progress:
        told = progress or (lambda _length, _rows: None)
        added, removed = rebuild_index(lambda rows: told(rows, rows))
    click.echo(f"The index is up to date: {added:,} rows added, {removed:,} removed.")


@directory.command()
@click.argument("ref")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(ref: str, as_json: bool) -> None:
    """Print one organization with its users and subscriptions."""
    with ready():
        report = reports.of_organization(ref)
    if report is None:
        raise Wrong(f"There is no organization {ref}.")
    if as_json:
        print_json(report)
        return
    click.echo("{name}  ({ref})\n{kind}, {origin}, created on {created_on}".format(**report))
    for user in report["users"]:
        click.echo(f"  {user['email']}{'  full admin' if user['full_admin'] else ''}")
    for subscription in report["subscriptions"]:
        click.echo("  {number}  {quantity} × {product}  {status}".format(**subscription))


@contextmanager
def _bar(size: int) -> Iterator[Progress | None]:
    """Progress on a terminal: how much of `size` is read, rows, rate, time left."""
    if not sys.stderr.isatty():
        yield None
        return
    began, total = time.monotonic(), 0
    with click.progressbar(
        length=size, file=sys.stderr, show_eta=True, item_show_func=lambda text: text
    ) as bar:

        def progress(length: int, rows: int) -> None:
            nonlocal total
            total += rows
            rate = total / max(time.monotonic() - began, 0.001)
            bar.update(length, f"{total:,} rows, {rate:,.0f} a second")

        yield progress
