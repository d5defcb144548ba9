"""`flask mail deliver`."""

import signal
from threading import Event

import click
from flask.cli import AppGroup

from commands.context import ready, settings
from mail import delivery
from provisioning import fresh_links, limits, links, mapping
from records.tables import MagicLink

BATCH = 50


def reissue(link: MagicLink) -> MagicLink:
    """A link anew, when the key that made it is gone."""
    return links.reissue(link, settings())


def answer_wishes() -> int:
    """Send links to who asked for one and may have it; how many were looked at."""
    return fresh_links.answer(settings())


def due_work() -> None:
    """What falls due by the calendar."""
    mapping.start_due()
    limits.forget()


def deliver_all() -> int:
    """Deliver what is due now; how many letters were settled."""
    while answer_wishes():
        pass
    total = 0
    while settled := delivery.deliver_due(settings(), reissue, BATCH):
        total += settled
    return total


@click.group(cls=AppGroup)
def mail() -> None:
    """Mail that waits in the outbox."""


@mail.command()
@click.option("--once", is_flag=True, help="Send what is due and exit.")
def deliver(once: bool) -> None:
    """Deliver mail until stopped."""
    with ready():
        if once:
            due_work()
            click.echo(f"{deliver_all()} letters are done with.")
            return
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    delivery.run(settings(), reissue, stop, between=answer_wishes, due_work=due_work)
