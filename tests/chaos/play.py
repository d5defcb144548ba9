"""One run: web, two workers and two sellers under load, killed at random moments."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from app import create_app
from records import outbox
from records.database import connection
from records.migrate import migrate
from records.tables import Order, OutboxRow
from tests.chaos import books
from tests.chaos.claiming import Claimer
from tests.chaos.sink import Sink
from tests.commands.programs import ROOT, command, descendants, free_port

WORKERS, SELLERS = 2, 2
DRAINS_WITHIN = 240  # seconds; a lease of a killed worker has to end first
# The web takes a second of computing to start again, the others a hundredth.
SHARES = {"deliver": 45, "place": 45, "web": 10}


@dataclass
class Outcome:
    """What happened, in numbers, and what should not have."""

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SHARES, 0))
    seconds: float = 0
    orders: int = 0
    mails: int = 0
    claims: int = 0
    repeats: int = 0
    mistakes: list[str] = field(default_factory=list)


class Play:
    """The processes of one run; `url` is a new database, `folder` for everything else.

    `margin`: seconds that the lease of a worker is longer than it needs.
    """

    def __init__(self, url: str, folder: Path, sink: Sink, seed: int, margin: int) -> None:
        self.random = random.Random(seed)
        self.acknowledged = folder / "acknowledged"
        self.log = (folder / "log").open("wb")
        self.env = os.environ | {
            "DATABASE_URL": url, "INSTANCE_DIR": str(folder / "instance"),
            "PORT": str(free_port()), "SECRET_KEY": "a secret for chaos only",
            "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(sink.port), "MAIL_TIMEOUT": "2",
            "CHAOS_ACKNOWLEDGED": str(self.acknowledged), "CHAOS_MARGIN": str(margin),
        }  # fmt: skip
        self.living: dict[str, list[int]] = {"deliver": [], "place": []}
        self.born = 0

    def __enter__(self) -> "Play":
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            cwd=ROOT, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, text=True,
        )  # fmt: skip
        self._serve()
        for what, number in (("deliver", WORKERS), ("place", SELLERS)):
            for _n in range(number):
                self._bear(what)
        return self

    def __exit__(self, *_error: object) -> None:
        for pids in self.living.values():
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        self.nursery.kill()
        self.nursery.communicate()
        self.web.terminate()
        self.web.wait(30)
        self.log.close()

    def kill(self) -> str:
        """End one of them, wherever it is, and start another in its place."""
        what = self.random.choices(list(SHARES), list(SHARES.values()))[0]
        if what == "web":
            self._kill_web()
        else:
            pids = self.living[what]
            os.kill(pids.pop(self.random.randrange(len(pids))), signal.SIGKILL)
            self._bear(what)
        return what

    def stop_selling(self) -> None:
        for pid in self.living.pop("place"):
            os.kill(pid, signal.SIGKILL)

    def _bear(self, what: str) -> None:
        self.born += 1
        assert self.nursery.stdin
        assert self.nursery.stdout
        self.nursery.stdin.write(f"{what} {self.born}\n")
        self.nursery.stdin.flush()
        self.living[what].append(int(self.nursery.stdout.readline()))

    def _serve(self) -> None:
        self.web = subprocess.Popen(
            command("serve"), cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log
        )

    def _kill_web(self) -> None:
        """One of the web's workers, which it replaces; now and then all of the web."""
        workers = sorted(descendants(self.web.pid))
        if workers and self.random.random() < 0.8:
            os.kill(self.random.choice(workers), signal.SIGKILL)
            return
        for pid in (self.web.pid, *workers):
            os.kill(pid, signal.SIGKILL)
        self.web.wait()
        self._serve()


def play(
    url: str, folder: Path, kills: int, most_seconds: float, seed: int, margin: int = 30
) -> Outcome:
    """Kill so often, or for so long; then let what is left drain, and check the books."""
    outcome, stop, started = Outcome(), threading.Event(), time.monotonic()
    create_app({"DATABASE_URL": url, "INSTANCE_DIR": str(folder / "instance")})
    with connection():
        migrate()
    with Sink() as sink, Play(url, folder, sink, seed, margin) as running:
        claimer = Claimer(sink, stop)
        claimer.start()
        while sum(outcome.kills.values()) < kills and time.monotonic() < started + most_seconds:
            time.sleep(running.random.uniform(0, 0.15))
            outcome.kills[running.kill()] += 1
        running.stop_selling()
        with connection():
            until = time.monotonic() + DRAINS_WITHIN
            while outbox.waiting() and time.monotonic() < until:
                time.sleep(0.2)
            stop.set()
            claimer.join(30)
            acknowledged = set(running.acknowledged.read_text().split())
            outcome.mistakes = books.mistakes(acknowledged, claimer.claimed, sink)
            outcome.orders, outcome.mails = Order.select().count(), OutboxRow.select().count()
        outcome.claims, outcome.repeats = len(claimer.claimed), books.repeats(sink)
    outcome.seconds = time.monotonic() - started
    return outcome
