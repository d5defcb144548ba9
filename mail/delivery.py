"""Delivery: takes what is due in the outbox, renders it, sends it, and tries again later."""

import logging
import random
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from flask import Flask
from flask_mail import BadHeaderError, Mail

from config import Settings
from mail import leases, matter, refusals, sendable
from mail.mailbox import LocalMailbox
from mail.post import addressed
from mail.rendering import write
from mail.sendable import Reissue
from mail.smtp import SafeConnection, ServerError
from records import clock
from records.database import Unavailable, open_connection, release_connection
from records.tables import OutboxRow

BATCH = 50
GIVE_UP_AFTER = timedelta(hours=72)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=4)
# Connecting and sending take at most this many answers of the server, each within MAIL_TIMEOUT.
ANSWERS = 16
DUE_WORK_EVERY = 60  # seconds
PATIENCE = 2  # connections lost in a row before the rest of a batch waits for another time

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
) -> None:
    """Deliver until told to stop; whatever goes wrong with the database or the network passes.

    `between` is done between two looks at the outbox: what may add to it. `due_work` once a minute:
    what falls due by the calendar and needs nobody's click.
    """
    trouble, next_work = 0, 0.0
    while not stop.is_set():
        try:
            open_connection()
            if time.monotonic() >= next_work:
                due_work()
                next_work = time.monotonic() + DUE_WORK_EVERY
            delivered = deliver_due(settings, reissue, stop=stop)
            between()
            trouble = 0
        except Exception as error:
            log.warning("mail delivery pauses: %s", type(error).__name__)
            _forget_connection()
            delivered, trouble = 0, min(trouble + 1, 5)
        if not delivered:
            stop.wait(idle_seconds * 2**trouble)
    _forget_connection()


def _forget_connection() -> None:
    with suppress(Exception):  # closing a broken one may fail, and it is gone either way
        release_connection(failed=True)


def deliver_due(
    settings: Settings, reissue: Reissue, limit: int = BATCH, *, stop: Event | None = None
) -> int:
    """Deliver up to `limit` due letters, over one connection; returns how many were settled.

    `reissue(link)` gives a new link for one whose key is gone.
    """
    longest = timedelta(seconds=ANSWERS * settings.mail_timeout)
    waiting = leases.take(limit, 2 * longest)
    taken = len(waiting)
    if not waiting:
        return 0
    losses = 0
    try:
        with _carrier(settings) as carrier:
            while waiting and clock.now() + longest <= waiting[0].leased_until:
                if stop and stop.is_set():
                    break
                lost = _deliver(waiting.pop(0), carrier, settings, reissue)
                losses = losses + 1 if lost else 0
                if losses == PATIENCE or isinstance(lost, ServerError):
                    _postpone_all(waiting, lost)
        return taken - len(waiting)
    finally:
        leases.release(waiting)


def _carrier(settings: Settings) -> SafeConnection | LocalMailbox:
    return LocalMailbox(settings.mailbox_dir) if settings.mailbox_dir else SafeConnection(settings)


def _postpone_all(rows: list[OutboxRow], error: Exception | None) -> None:
    while error and rows:
        _try_again(rows.pop(0), refusals.reason(error))


def _deliver(
    row: OutboxRow, carrier: SafeConnection | LocalMailbox, settings: Settings, reissue: Reissue
) -> Exception | None:
    """Settle one row; returns the error when the server was lost on the way."""
    try:
        about = matter.of(row)
        link = sendable.link_of(row, settings, reissue)
        if reason := sendable.pointless(about, row, link):
            leases.give_up(row, reason, attempts=0)
            return None
        post = addressed(write(about, link, settings), settings)
    except Unavailable:
        raise  # the database's trouble, not this letter's
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        _give_up(row, f"it could not be written: {type(error).__name__} at {where}")
        return None
    try:
        carrier.send(post)
    except (OSError, ServerError, BadHeaderError, ValueError) as error:
        if refusals.is_final(error):
            _give_up(row, refusals.reason(error))
            return None
        _try_again(row, refusals.reason(error))
        return error if refusals.is_loss(error) else None
    leases.mark_sent(row)
    log.info("letter %s sent, row %d", row.letter, row.id)
    return None


def _give_up(row: OutboxRow, reason: str) -> None:
    leases.give_up(row, reason)
    log.error("letter %s failed, row %d: %s", row.letter, row.id, reason)


def _try_again(row: OutboxRow, reason: str) -> None:
    """Later and later, for 72 hours."""
    due = _next_try(row)
    if due is None:
        _give_up(row, f"given up after 72 hours: {reason}")
    else:
        leases.postpone(row, due, reason)
        log.warning("letter %s put off, row %d: %s", row.letter, row.id, reason)


def _next_try(row: OutboxRow) -> datetime | None:
    now, last = clock.now(), row.queued_at + GIVE_UP_AFTER
    delay = min(FIRST_DELAY * 2 ** min(row.attempts, 10), LONGEST_DELAY)
    # Jitter, so that what failed together does not come back together.
    return min(now + delay * random.uniform(0.75, 1.25), last) if now < last else None  # noqa: S311
