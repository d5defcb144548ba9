"""How fast mail goes out, and how long a new one waits: `python -m bench.mail`.

The rate is that of workers as `flask mail deliver` runs them, a process and a connection each, next
to as many processes in which smtplib sends one ready message again and again to the same server: a
program that takes everything at once or after a while, and a Postfix, which writes it to its queue.
"""

import os
import random
import smtplib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from app import create_app
from mail.worker import Worker
from mail.writing import Posts
from provisioning import links
from records import clock, outbox
from records.database import connect_to, connection, db
from records.migrate import migrate
from records.tables import MagicLink, OutboxRow
from tests.chaos.sink import Sink
from tests.support.cast import place
from tests.support.postfix import Postfix, certificate

CONNECTIONS = 2
SINK = "sink.test"  # whose mail Postfix throws away
# Seconds before each answer: none, as no real server does; one in the same house; one far away.
ANSWERS = {"at once": (0.0, 400), "after 2 ms": (0.002, 400), "after 5 ms": (0.005, 200)}
LEFT, NEW, ALONE = 10_000, 40, 100


def main() -> None:
    """Print the tables, as Markdown."""
    print(f"{CONNECTIONS} connections. Load of the machine: {os.getloadavg()[0]:.1f}.\n")
    print("| a server that answers | smtplib, mails/s | Homeport, mails/s | part |")
    print("|---|---:|---:|---:|")
    for name, (seconds, mails) in ANSWERS.items():
        with Sink(seconds) as sink:
            told(name, *rates(sink.port, mails))
            assert len(sink.times()) == mails, "every mail arrives"
    with a_postfix() as port:
        told("Postfix on this machine", *rates(port, 400))
    print("\n| from commit to acceptance, s | median | 99th percentile | longest |")
    print("|---|---:|---:|---:|")
    for name, waits in (("nothing else to do", idle()), (f"{LEFT:,} left by an outage", busy())):
        ninety_nine = statistics.quantiles(waits, n=100, method="inclusive")[98]
        print(f"| {name} | {statistics.median(waits):.2f} | {ninety_nine:.2f} | {max(waits):.2f} |")


def told(name: str, bare: float, ours: float) -> None:
    print(f"| {name} | {bare:.0f} | {ours:.0f} | {ours / bare:.0%} |", flush=True)


def rates(port: int, mails: int) -> tuple[float, float]:
    """Mails a second: by smtplib alone, and by workers."""
    with tempfile.TemporaryDirectory() as folder:
        app = an_app(folder, port)
        with connection():
            for number in range(mails):
                place(app.config["SETTINGS"], f"n{number}@{SINK}", number=f"R{number}")
            ready = message(app)
        ours = together([lambda: drain(app)] * CONNECTIONS)
        with connection():
            sent = OutboxRow.select().where(OutboxRow.sent_at.is_null(False)).count()
        assert sent == mails, "every mail is accepted"
        bare = together([lambda: send(port, ready, mails // CONNECTIONS)] * CONNECTIONS)
    return mails / bare, mails / ours


def message(app) -> bytes:
    """The first letter that waits, as it goes out."""
    settings = app.config["SETTINGS"]
    with app.app_context():
        post = Posts(list(OutboxRow.select().limit(1)), settings, no_reissue).take()
        assert post
        return post.as_bytes()


def no_reissue(link: MagicLink) -> MagicLink:
    return link


@contextmanager
def a_postfix() -> Iterator[int]:
    """Its port; it throws away what it has queued for SINK."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # Postfix's own users have to come in
        server = Postfix(*certificate(Path(folder)))
        try:
            yield server.start().port
        finally:
            server.stop()


def an_app(folder: str, port: int):
    app = create_app(
        {
            "DATABASE_URL": f"sqlite:///{folder}/homeport.db",
            "INSTANCE_DIR": folder,
            "SECRET_KEY": "a secret for measuring only",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(port),
        }
    )
    with connection():
        migrate()
    return app


def drain(app) -> None:
    """A worker until nothing is due; what its start costs is paid before the clock runs."""
    settings = app.config["SETTINGS"]

    def reissue(link: MagicLink) -> MagicLink:
        return links.reissue(link, settings)

    with app.app_context(), connection(), Worker(settings, reissue) as worker:
        while worker.deliver() or outbox.waiting():
            pass


def send(port: int, message: bytes, times: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench", timeout=30) as host:
        for number in range(times):
            host.sendmail("us@seller.test", [f"n{number}@{SINK}"], message)


def together(work: list[Callable[[], None]]) -> float:
    """Seconds until processes that begin at once are all done."""
    url = db.obj.homeport_url[0]
    begin, started = os.pipe(), []
    for each in work:
        if pid := os.fork():
            started.append(pid)
            continue
        os.close(begin[1])
        connect_to(url)
        os.read(begin[0], 1)  # ends when every writer has closed
        code = 1
        try:
            each()
            code = 0
        finally:
            os._exit(code)
    os.close(begin[0])
    time.sleep(0.2)
    os.close(begin[1])
    start = time.monotonic()
    for pid in started:
        _pid, code = os.waitpid(pid, 0)
        assert code == 0, "a process failed"
    return time.monotonic() - start


def idle() -> list[float]:
    """What each of some orders waited that came one at a time, now and then."""
    with Sink() as sink, tempfile.TemporaryDirectory() as folder:
        app = an_app(folder, sink.port)
        return waits_of(app, sink, ALONE, lambda: random.uniform(0.1, 0.7))


def busy() -> list[float]:
    """The same, while what an outage has left goes out."""
    with Sink() as sink, tempfile.TemporaryDirectory() as folder:
        app = an_app(folder, sink.port)
        with connection(), db.atomic():
            order = place(app.config["SETTINGS"], "first@acme.com", number="first")
            row = dict(
                OutboxRow.get().__data__, letter="hand_over_old", facts='{"to": "x@acme.com"}'
            )
            hour = clock.now() - timedelta(hours=1)
            row |= {"due_at": hour, "queued_at": hour, "order": order, "link": None}
            del row["id"]
            for n in range(0, LEFT, 500):
                OutboxRow.insert_many(
                    [row | {"recipient": f"old{n + m}@acme.com", "message_id": f"old{n + m}"}
                     for m in range(500)]
                ).execute()  # fmt: skip
        waits = waits_of(app, sink, NEW, lambda: random.uniform(0.1, 0.5))
        old = sum(address.startswith("old") for address in sink.times())
        assert old < LEFT, "the outage was still being worked off"
        return waits


def waits_of(app, sink: Sink, orders: int, pause: Callable[[], float]) -> list[float]:
    """Seconds from commit to acceptance of orders placed beside two running workers."""
    workers = [started(app) for _n in range(CONNECTIONS)]
    committed = {}
    try:
        time.sleep(2)
        with connection():
            for number in range(orders):
                address = f"new{number}@acme.com"
                place(app.config["SETTINGS"], address, number=f"N{number}")
                committed[address] = time.monotonic()
                time.sleep(pause())
            until = time.monotonic() + 60
            while not committed.keys() <= sink.times().keys() and time.monotonic() < until:
                time.sleep(0.1)
    finally:
        for pid in workers:
            os.kill(pid, 15)
        for pid in workers:
            os.waitpid(pid, 0)
    accepted = sink.times()
    return [max(0.0, accepted[address] - at) for address, at in committed.items()]


def started(app) -> int:
    """A process that delivers mail until it is told to stop."""
    if pid := os.fork():
        return pid
    connect_to(app.config["SETTINGS"].database_url)
    app.test_cli_runner().invoke(args=["mail", "deliver"])
    os._exit(0)


if __name__ == "__main__":
    main()
