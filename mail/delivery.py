"""Delivery: a loop that never ends of itself, around a worker."""

import logging
import time
from collections.abc import Callable
from threading import Event

from flask import Flask
from flask_mail import Mail

from config import Settings
from mail.sendable import Reissue
from mail.worker import BATCH, Worker
from records import fence
from records.database import Unavailable, forget_connection, open_connection

DUE_WORK_EVERY = 60  # seconds
BOUNCES_EVERY = 20  # seconds: what came back is to be seen within a minute

log = logging.getLogger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Configure Flask-Mail from the settings."""
    app.config.update(
        MAIL_SERVER=settings.mail_server,
        MAIL_PORT=settings.mail_port,
        MAIL_USE_TLS=settings.mail_use_tls,
        MAIL_USE_SSL=settings.mail_use_ssl,
        MAIL_USERNAME=settings.mail_username,
        MAIL_PASSWORD=settings.mail_password,
        MAIL_DEFAULT_SENDER=settings.sender,
        MAIL_SUPPRESS_SEND=False,  # tests have servers of their own
    )
    Mail(app)


def run(
    settings: Settings,
    reissue: Reissue,
    stop: Event,
    idle_seconds: float = 0.5,
    *,
    between: Callable[[], object] = lambda: None,
    due_work: Callable[[], object] = lambda: None,
    bounces: Callable[[], object] = lambda: None,
) -> None:
    """Deliver until told to stop; whatever goes wrong with the database or the network passes.

    `between` is done between two looks at the outbox: what may add to it. `due_work` once a minute:
    what falls due by the calendar and needs nobody's click. `bounces` looks for what came back.
    Behind a fence nothing of all this is done.
    """
    trouble, said = 0, ""
    rounds = [_Round(DUE_WORK_EVERY, due_work), _Round(BOUNCES_EVERY, bounces)]
    with Worker(settings, reissue) as worker:
        while not stop.is_set():
            delivered = 0
            try:
                open_connection()
                if (why := fence.standing()) != said:
                    log.warning("no mail is sent: %s", why) if why else log.info("mail is sent")
                    said = why
                if not why:
                    for each in rounds:
                        each.go()
                    delivered = worker.deliver(stop=stop)
                    between()
                trouble = 0
            except Exception as error:
                log.warning("mail delivery pauses: %s", type(error).__name__)
                forget_connection()
                trouble = min(trouble + 1, 5)
            if not delivered:
                worker.carrier.close()
                stop.wait(idle_seconds * 2**trouble)
    forget_connection()


class _Round:
    """Something that is done again and again, at least some seconds apart."""

    def __init__(self, seconds: float, work: Callable[[], object]) -> None:
        self.seconds, self.work, self.next = seconds, work, 0.0

    def go(self) -> None:
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + self.seconds
        try:
            self.work()
        except Unavailable:
            raise
        except Exception:
            log.exception("%s is left for another time", getattr(self.work, "__name__", "work"))


def deliver_due(
    settings: Settings, reissue: Reissue, limit: int = BATCH, *, stop: Event | None = None
) -> int:
    """Deliver up to `limit` due letters, over one connection; returns how many were settled."""
    with Worker(settings, reissue) as worker:
        return worker.deliver(limit, stop)
