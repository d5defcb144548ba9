"""`flask mail`: deliver, bounces, fence, resume, revive."""

import signal
from threading import Event, Thread

import click
from flask.cli import AppGroup

from commands import uploads
from commands.context import Wrong, first_line, ready, settings
from mail import bounces as reports
from mail import delivery, webhook_worker
from mail.bounce_box import box_of
from mail.worker import Worker
from provisioning import due, fresh_links, links, undelivered
from records import addresses, fence, outbox
from records.database import db
from records.tables import MagicLink


def reissue(link: MagicLink) -> MagicLink:
    """A link anew, when the key that made it is gone."""
    return links.reissue(link, settings())


def between() -> int:
    """What may add to the outbox: wishes for links, letters that failed; how many there were."""
    return fresh_links.answer(settings()) + undelivered.tell(settings())


def due_work() -> None:
    """What falls due by the calendar."""
    due.work(settings())


def read_bounces() -> dict[str, int]:
    """Read what came back, where it is said where that arrives; how many of each kind."""
    where = settings().mail_bounces_from
    if not where:
        return {}
    box = box_of(where, settings().mail_cafile)
    return reports.take_in(box, settings().keys)


def deliver_all() -> int:
    """Deliver what is due now; how many letters were settled."""
    if fence.standing():
        return 0
    total = 0
    with Worker(settings(), reissue) as worker:
        while between() + (settled := worker.deliver()):
            total += settled
    while webhook_worker.deliver_due(settings()):
        pass
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
            if why := fence.standing():
                raise Wrong(f"No mail is sent: {why} `flask mail resume` lifts the fence.")
            due_work()
            click.echo(f"{deliver_all()} letters are done with.")
            return
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    # Beside the letters, which wait for nobody's slow server.
    webhooks = Thread(target=webhook_worker.run, args=(settings(), stop))
    # And nobody's import: it is a program of its own.
    imports = Thread(target=uploads.run, args=(settings(), stop))
    for each in (webhooks, imports):
        each.start()
    try:
        delivery.run(
            settings(), reissue, stop, between=between, due_work=due_work, bounces=read_bounces
        )
    finally:
        stop.set()  # should it have broken down, whoever started us is to see it
        for each in (webhooks, imports):
            each.join()


@mail.command()
def bounces() -> None:
    """Read the reports of mail that came back, in the mailbox that MAIL_BOUNCES_FROM names."""
    if not settings().mail_bounces_from:
        raise Wrong("MAIL_BOUNCES_FROM does not say where bounces arrive.")
    with ready():
        try:
            counts = read_bounces()
        except Exception as error:  # whatever the network, the server or the folder does
            raise Wrong(f"The mailbox of bounces cannot be read: {first_line(error)}") from None
        undelivered.tell(settings())
    click.echo(
        "{hard} came back for good, {soft} for now, {unknown} are not ours.".format(**counts)
    )


@mail.command("fence")
@click.option("--why", default="The operator has put up a fence.", help="Said by /readyz.")
def fence_(why: str) -> None:
    """Send nothing from now on, until `flask mail resume`."""
    with ready():
        fence.put_up(why)
        click.echo(f"No mail is sent. {outbox.waiting():,} letters wait.")


@mail.command()
@click.option("--discard", is_flag=True, help="Give up what waits: it was sent before.")
def resume(discard: bool) -> None:
    """Lift the fence: mail is sent again, what waits first."""
    with ready(), db.atomic():
        if not fence.standing():
            raise Wrong("There is no fence: mail is sent.")
        if discard:
            click.echo(f"{outbox.discard('discarded by the operator'):,} letters are given up.")
        fence.lift()
        click.echo(f"Mail is sent again. {outbox.waiting():,} letters wait.")


@mail.command()
@click.argument("address", required=False)
def revive(address: str | None) -> None:
    """Send to ADDRESS again, whose mail came back; without one, list such addresses."""
    with ready():
        if address is None:
            for dead in addresses.dead():
                click.echo(f"{dead.since:%Y-%m-%d}  {dead.email}  {dead.why}")
        elif addresses.revive(address):
            click.echo(f"Mail is sent to {address} again.")
        else:
            raise Wrong(f"Nothing has come back from {address}.")
