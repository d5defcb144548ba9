"""`flask webhooks add`, `list`, `rotate`, `resume`, `remove`."""

import click
from flask.cli import AppGroup

from commands.context import ready, settings
from provisioning import webhooks as events
from records import webhooks as rows


@click.group(cls=AppGroup)
def webhooks() -> None:
    """Addresses of the seller's that hear of events."""


@webhooks.command()
@click.argument("url")
def add(url: str) -> None:
    """Send every event to URL from now on; prints the secret that signs them, once."""
    with ready():
        click.echo(events.add(url, settings()))


@webhooks.command("list")
def list_() -> None:
    """Every address, with its number, what waits for it and how it is doing."""
    with ready():
        for endpoint in rows.endpoints():
            state = "working"
            if endpoint.paused_at:
                state = f"paused since {endpoint.paused_at:%Y-%m-%d %H:%M} UTC"
            elif endpoint.failing_since:
                state = f"failing since {endpoint.failing_since:%Y-%m-%d %H:%M} UTC"
            why = f": {endpoint.last_error}" if endpoint.last_error else ""
            click.echo(
                f"{endpoint.id}  {endpoint.url}  {rows.waiting(endpoint):,} waiting, {state}{why}"
            )


@webhooks.command()
@click.argument("number", type=int)
def rotate(number: int) -> None:
    """Print a new secret for NUMBER; the former one signs too for a day."""
    with ready():
        click.echo(events.rotate(number, settings()))


@webhooks.command()
@click.argument("number", type=int)
def resume(number: int) -> None:
    """Send to NUMBER again, after it was paused, what it missed first."""
    with ready():
        click.echo(f"{events.resume(number):,} events wait to be sent.")


@webhooks.command()
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Send nothing to NUMBER any more."""
    with ready():
        events.remove(number)
    click.echo("Nothing is sent there any more.")
