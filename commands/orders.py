"""`flask orders import`, `place`, `show`, `grant`; interventions.py adds what an operator does."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from commands.context import Wrong, print_json, ready, settings
from matching.sentences import Refused
from provisioning import budgets, intake, reports
from provisioning import orders as order_events
from records import orders as rows
from records.tables import Order

BY = "command line"
LINE = ("sku", "product", "quantity", "starts_on", "ends_on")


@click.group(cls=AppGroup)
def orders() -> None:
    """Orders and how far they have come."""


@orders.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Place the orders of a CSV FILE. A refused order never stops the others."""
    placed = refused = 0
    with (
        ready(),
        click.progressbar(
            intake.read_file(file), file=sys.stderr, hidden=not sys.stderr.isatty(), show_pos=True
        ) as found,
    ):
        for line, order in found:
            try:
                if isinstance(order, Refused):
                    raise order
                order_events.place(order, settings(), BY)
                placed += 1
            except Refused as reason:
                refused += 1
                click.echo(f"{file.name}, line {line}: {reason.sentence}", err=True)
    click.echo(f"{placed:,} orders placed, {refused:,} refused.")
    if refused:
        raise SystemExit(Wrong.exit_code)


@orders.command()
@click.option("--number", required=True)
@click.option("--contact-email", required=True, help="Gets the launch mail.")
@click.option("--contact-role", type=click.Choice(intake.ROLES), default="customer")
@click.option("--contact-name", default="")
@click.option("--language", default="")
@click.option("--company-name", default="", help="Prefills the wizard.")
@click.option("--partner-name", default="")
@click.option("--expires-on", default="", help="YYYY-MM-DD")
@click.option(
    "--line",
    "lines",
    multiple=True,
    required=True,
    metavar="SKU:NAME:QUANTITY[:START[:END]]",
    help="A line of the order; can be given several times.",
)
def place(lines: tuple[str, ...], **fields: str) -> None:
    """Place one order; its launch mail is queued with it."""
    with ready():
        order = order_events.place(
            intake.read_order(fields, [_line(line) for line in lines]), settings(), BY
        )
    click.echo(f"Order {order.number} is placed; a mail to {order.contact_email} is queued.")


@orders.command()
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(number: str, as_json: bool) -> None:
    """Print one order: where it stands and how it came there."""
    with ready():
        report = reports.of_order(order_of(number))
    if as_json:
        print_json(report)
        return
    click.echo(
        "Order {number}: {status}, at the step {step}\n"
        "Contact: {contact_email} ({contact_role})\n"
        "Company: {company_name}, administrator {admin_email}\n"
        "Organization: {organization}".format(**{k: v or "-" for k, v in report.items()})
    )
    for line in report["lines"]:
        click.echo("  {quantity} × {product}  ({sku})".format(**line))
    for request in report["requests"]:
        click.echo("  request to {organization}: {kind}, {status}".format(**request))
    for event in report["history"]:
        click.echo("{at}  {who}: {what}  {why}".format(**event).rstrip())


@orders.command()
@click.argument("number")
@click.option("--who", required=True, help="Who decided it; stands in the order's history.")
@click.option("--why", required=True, help="The reason; stands in the order's history.")
def grant(number: str, who: str, why: str) -> None:
    """Let an order that has used up a budget ask, name and be shown as much once more."""
    with ready():
        budgets.grant(order_of(number), who, why)
    click.echo(f"Order {number} may look further.")


def order_of(number: str) -> Order:
    order = rows.by_number(number)
    if order is None:
        raise Wrong(f"There is no order {number}.")
    return order


def _line(text: str) -> dict[str, str]:
    parts = text.split(":")
    if not 3 <= len(parts) <= len(LINE):
        raise Wrong(f"The line {text} is not SKU:NAME:QUANTITY[:START[:END]].")
    return dict(zip(LINE, parts, strict=False))
