"""`flask tokens create`, `list`, `revoke`."""

import click
from flask.cli import AppGroup

from commands.context import ready
from provisioning import tokens as events
from records import api


@click.group(cls=AppGroup)
def tokens() -> None:
    """What the seller's systems show to use the API."""


@tokens.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=events.SCOPES,
    show_default=True,
    type=click.Choice(events.SCOPES),
    help="What it is for; can be given several times.",
)
def create(name: str, scopes: tuple[str, ...]) -> None:
    """Print a new token for NAME, once."""
    with ready():
        click.echo(events.make(name, scopes))


@tokens.command("list")
def list_() -> None:
    """Every token: its name, its scopes, when it was made, last used and revoked."""
    with ready():
        for token in api.tokens():
            used = (
                f"last used {token.used_at:%Y-%m-%d %H:%M} UTC" if token.used_at else "never used"
            )
            revoked = f", revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else ""
            made = f"made {token.created_at:%Y-%m-%d}"
            click.echo(f"{token.name}  [{token.scopes}]  {made}, {used}{revoked}")


@tokens.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Make the token of NAME worth nothing, from now on."""
    with ready():
        events.revoke(name)
    click.echo(f"The token {name} is revoked.")
