"""Where to look first: the example's orders, one below the other."""

import click

from config import Settings
from provisioning.demo import orders_to_show


def print_orders(settings: Settings) -> None:
    """Number, contact, what it shows and, where mails stay on this machine, its link."""
    shown = orders_to_show(settings)
    if not shown:
        return
    width = max(len(order.contact) for order in shown)
    for order in shown:
        click.echo(f"{order.number}  {order.contact:{width}}  {order.shows}")
        if order.link:
            click.echo(f"{'':8}  {order.link}")
