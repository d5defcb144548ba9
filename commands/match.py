"""`flask match`: what the wizard would offer, and why."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from commands.context import print_json, ready, settings
from matching.addresses import canonical
from matching.names import company_name
from matching.sentences import Refused
from provisioning import reports
from provisioning.directory_files import Fields, lines
from provisioning.explaining import explain

COLUMNS = ("company_name", "admin_email")


@click.command()
@click.argument("name", required=False)
@click.argument("address", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--why", "ref", metavar="REF", help="Say why one organization is offered or not.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV of company_name, admin_email: one JSON object a row.",
)
@with_appcontext
def match(
    name: str | None,
    address: str | None,
    as_json: bool,
    ref: str | None,
    limit: int,
    path: Path | None,
) -> None:
    """Say which organizations NAME and the administrator's ADDRESS lead to, and why."""
    if (path is None) == (name is None or address is None) or (path and ref):
        raise click.UsageError("Give a name and an address, or --file.")
    with ready():
        if path:
            for line in lines(path, COLUMNS):
                print_json(_checked_row(line.fields, limit))
            return
        if ref is not None:
            _explain(name or "", address or "", ref, as_json=as_json)
            return
        answer = reports.match(name or "", address or "", settings(), limit)
    if as_json:
        print_json(answer)
    else:
        _print(answer)


def _explain(name: str, address: str, ref: str, *, as_json: bool) -> None:
    answer = explain(company_name(name), canonical(address), ref, settings())
    report = reports.of_explanation(answer)
    if as_json:
        print_json(report)
        return
    offered = f"offered, as {report['tier']}" if report["offered"] else "not offered"
    place = f", at place {report['place']}" if report["place"] else ""
    click.echo(f"{report['name']}  ({ref}) is {offered}{place}.")
    for sentence in report["why"]:
        click.echo(f"  {sentence}")


def _checked_row(row: Fields | Refused, limit: int) -> dict[str, object]:
    asked: dict[str, object] = {
        column: "" if isinstance(row, Refused) else row.get(column, "") for column in COLUMNS
    }
    try:
        if isinstance(row, Refused):
            raise row
        name, address = str(asked["company_name"]), str(asked["admin_email"])
        return asked | reports.match(name, address, settings(), limit)
    except Refused as refused:
        return asked | {"refused": str(refused.sentence)}


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
