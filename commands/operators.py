"""`flask operators add`, `list`, `remove`: who may use the console."""

import click
from flask.cli import AppGroup

from commands.context import ready, settings
from matching.addresses import canonical
from provisioning import operators as events
from records import operators as rows

BY = "command line"


@click.group(cls=AppGroup)
def operators() -> None:
    """The seller's people in the console."""


@operators.command()
@click.argument("address")
@click.option("--role", type=click.Choice(events.ROLES), default="operator", show_default=True)
def add(address: str, role: str) -> None:
    """Let ADDRESS sign in to the console, or give it another role."""
    with ready():
        email = canonical(address)
        events.add(email, role, BY)
        click.echo(f"{email} is {role}, and signs in at {settings().link_base}/console.")


@operators.command("list")
def list_() -> None:
    """Everybody who may sign in: address, role, since when."""
    with ready():
        for operator in rows.listed():
            click.echo(f"{operator.email}  {operator.role}  since {operator.added_at:%Y-%m-%d}")


@operators.command()
@click.argument("address")
def remove(address: str) -> None:
    """End the sessions and links of ADDRESS, from now on."""
    with ready():
        email = canonical(address)
        events.remove(email, BY)
    click.echo(f"{email} is no operator any more.")
