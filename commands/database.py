"""`flask migrate`, `flask demo`."""

import click
from flask.cli import with_appcontext

from commands.context import Wrong, connected, ready, settings
from commands.table import print_orders
from provisioning import demo as example
from records.migrate import migrate as bring_up_to_date


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database up to date."""
    with connected():
        applied = bring_up_to_date()
    click.echo(f"Applied {', '.join(applied)}." if applied else "The database is up to date.")


@click.command()
@with_appcontext
def demo() -> None:
    """Fill an empty database with an example: 500 companies and a dozen orders."""
    with ready():
        if not example.is_wanted():
            raise Wrong("The database is not empty; the demo is only for an empty one.")
        example.build(settings())
        print_orders(settings())
