"""`flask orders cancel`, `reopen`, `restore`, `move`, `hand-over`: what an operator does to one."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import click

from commands.context import Wrong, ready, settings
from commands.orders import order_of
from commands.orders import orders as orders
from matching.addresses import canonical
from provisioning import closing, intake, moving
from provisioning import orders as order_events


def said(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds who decided it and why, which stand in the order's history."""
    command = click.option("--why", required=True, help="The reason; stands in its history.")(
        command
    )
    return click.option("--who", required=True, help="Who decided it; stands in its history.")(
        command
    )


@orders.command()
@click.argument("number")
@said
def cancel(number: str, who: str, why: str) -> None:
    """Cancel an order that is not provisioned; its contact is told."""
    with ready():
        closing.cancel(order_of(number), who, why)
    click.echo(f"Order {number} is cancelled.")


@orders.command()
@click.argument("number")
@click.option("--expires-on", default="", help="YYYY-MM-DD; ORDER_DAYS from now when not given.")
@said
def reopen(number: str, expires_on: str, who: str, why: str) -> None:
    """Open an expired order again; its contact gets a new link."""
    with ready():
        closing.reopen(order_of(number), who, why, settings(), _moment(expires_on))
    click.echo(f"Order {number} is open again; a mail to its contact is queued.")


@orders.command()
@click.argument("number")
@said
def restore(number: str, who: str, why: str) -> None:
    """Give a stopped order its previous status back."""
    with ready():
        closing.restore(order_of(number), who, why, settings())
        status = order_of(number).status
    click.echo(f"Order {number} is {status} again.")


@orders.command()
@click.argument("number")
@click.argument("ref")
@said
def move(number: str, ref: str, who: str, why: str) -> None:
    """Move a mapped order to the organization REF; both sides are told."""
    with ready():
        moving.move(order_of(number), ref, who, why, settings())
    click.echo(f"Order {number} belongs to {ref} now.")


@orders.command("hand-over")
@click.argument("number")
@click.argument("address")
@click.option("--role", type=click.Choice(intake.ROLES), required=True)
@said
def hand_over(number: str, address: str, role: str, who: str, why: str) -> None:
    """Make ADDRESS the contact of an order; the former one is told."""
    with ready():
        order_events.hand_over_for(
            order_of(number), canonical(address), role, who, settings(), why=why
        )
    click.echo(f"Order {number} is handed over to {address}.")


def _moment(day: str) -> datetime | None:
    """The end of a day, as an order's expiry is placed; None for no day."""
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC) if day else None
    except ValueError:
        raise Wrong(f"{day} is no day like 2027-01-31.") from None
