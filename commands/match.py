"""`flask match`: what the wizard would offer, and why."""

import csv
from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import with_appcontext

from commands.context import Wrong, print_json, ready, settings
from matching.addresses import canonical
from matching.names import company_name
from matching.sentences import Refused
from provisioning import matches, reports

COLUMNS = ("company_name", "admin_email")


@click.command()
@click.argument("name", required=False)
@click.argument("address", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV of company_name, admin_email: one JSON object a row.",
)
@with_appcontext
def match(
    name: str | None, address: str | None, as_json: bool, limit: int, path: Path | None
) -> None:
    """Say which organizations NAME and the administrator's ADDRESS lead to, and why."""
    if (path is None) == (name is None or address is None):
        raise click.UsageError("Give a name and an address, or --file.")
    with ready():
        if path:
            for row in _rows(path):
                print_json(_checked_row(row, limit))
            return
        answer = _match(name or "", address or "", limit)
    if as_json:
        print_json(answer)
    else:
        _print(answer)


def _match(name: str, address: str, limit: int) -> reports.MatchReport:
    found = matches.match(company_name(name), canonical(address), settings(), whole_domain=True)
    return reports.of_match(found, matches.page(found, settings(), size=limit)[0])


def _checked_row(row: dict[str, str], limit: int) -> dict[str, object]:
    asked: dict[str, object] = {column: row.get(column) or "" for column in COLUMNS}
    try:
        return asked | _match(str(asked["company_name"]), str(asked["admin_email"]), limit)
    except Refused as refused:
        return asked | {"refused": str(refused.sentence)}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise Wrong(f"{path.name} lacks {', '.join(missing)} in its first line.")
            yield from reader
    except (UnicodeDecodeError, csv.Error):
        raise Wrong(f"{path.name} is not CSV in UTF-8.") from None


def _print(answer: reports.MatchReport) -> None:
    says = {"full_admin": "is a full admin", "user": "is a user", "unknown": "is not known"}
    click.echo(f"The address {says[answer['standing']]} in the directory.")
    for candidate in answer["candidates"]:
        click.echo(f"\n{candidate['name']}  ({candidate['ref']})")
        click.echo(f"  {candidate['tier']}, {candidate['activity']}")
        for sentence in candidate["evidence"]:
            click.echo(f"  {sentence}")
    if not answer["candidates"]:
        click.echo("No organization matches.")
