"""A worker: takes what is due in the outbox, writes it, sends it, and settles each row."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Self

from flask_mail import BadHeaderError

from config import Settings
from mail import leases, refusals
from mail.mailbox import LocalMailbox
from mail.post import Post
from mail.retries import next_try
from mail.sendable import Reissue
from mail.smtp import SafeConnection, ServerError
from mail.writing import Posts, give_up
from records import addresses, clock, fence
from records.database import db
from records.tables import OutboxRow

BATCH = 50
PATIENCE = 2  # connections lost in a row before the rest of a batch waits for another time
# What was accepted is marked together: marking costs as much as sending. Whoever is killed in
# between leaves mails that are sent once more, so it is never for long.
MARKED_TOGETHER = 20
MARKED_WITHIN = 0.1  # seconds
# A batch ends before long, because other work waits for its end.
LONGEST_BATCH = 10  # seconds
# On top of two attempts: for what else a batch does, on a machine that is busy.
MARGIN = timedelta(seconds=30)

log = logging.getLogger(__name__)


class Worker:
    """One connection, and the rows that it has carried and that are not marked yet."""

    def __init__(self, settings: Settings, reissue: Reissue) -> None:
        """`reissue(link)` gives a new link for one whose key is gone."""
        self.settings, self.reissue = settings, reissue
        self.carrier = _carrier(settings)
        self.accepted: list[OutboxRow] = []
        self.first_accepted = 0.0

    def __enter__(self) -> Self:
        self.carrier.__enter__()
        return self

    def __exit__(self, *_error: object) -> None:
        self.carrier.close()

    def deliver(self, limit: int = BATCH, stop: Event | None = None) -> int:
        """Deliver up to `limit` due letters; how many were settled."""
        self.mark()
        longest = timedelta(seconds=self.settings.mail_timeout)
        if fence.standing():
            return 0
        waiting = leases.take(limit, 2 * longest + MARGIN)
        taken, losses, until = len(waiting), 0, time.monotonic() + LONGEST_BATCH
        try:
            posts = Posts(waiting, self.settings, self.reissue)
            while waiting and clock.now() + longest <= waiting[0].leased_until:
                if (stop and stop.is_set()) or time.monotonic() > until:
                    break
                post = posts.take()
                lost = self._deliver(waiting.pop(0), post, posts.look_ahead)
                losses = losses + 1 if lost else 0
                if losses == PATIENCE or isinstance(lost, ServerError):
                    self._postpone_all(waiting, lost)
            return taken - len(waiting)
        finally:
            self.mark()
            leases.release(waiting)

    def mark(self) -> None:
        """What was accepted is sent; where the database does not take it, it will the next time."""
        if self.accepted:
            leases.mark_sent(self.accepted)
            for row in self.accepted:
                log.info("letter %s sent, row %d", row.letter, row.id)
            self.accepted = []

    def _deliver(
        self, row: OutboxRow, post: Post | None, meanwhile: Callable[[], None]
    ) -> Exception | None:
        """Send one row's message; returns the error when the server was lost on the way."""
        if post is None:
            return None
        try:
            self.carrier.send(post, post.return_address, meanwhile)
        except (OSError, ServerError, BadHeaderError, ValueError) as error:
            return self._refused(row, error)
        self.first_accepted = self.first_accepted if self.accepted else time.monotonic()
        self.accepted.append(row)
        is_time = time.monotonic() > self.first_accepted + MARKED_WITHIN
        if is_time or len(self.accepted) >= MARKED_TOGETHER:
            self.mark()
        return None

    def _refused(self, row: OutboxRow, error: Exception) -> Exception | None:
        """A mail that was not accepted: over for good, or tried again."""
        reason = refusals.reason(error)
        if not refusals.is_final(error):
            _try_again(row, reason)
            return error if refusals.is_loss(error) else None
        with db.atomic():
            if refusals.is_about_the_address(error):
                addresses.mark_dead(row.recipient, reason)
            give_up(row, reason)
        return None

    def _postpone_all(self, rows: list[OutboxRow], error: Exception | None) -> None:
        while error and rows:
            _try_again(rows.pop(0), refusals.reason(error))


def _carrier(settings: Settings) -> SafeConnection | LocalMailbox:
    return LocalMailbox(settings.mailbox_dir) if settings.mailbox_dir else SafeConnection(settings)


def _try_again(row: OutboxRow, reason: str) -> None:
    due = next_try(row.queued_at, row.attempts, clock.now())
    if due is None:
        give_up(row, f"given up after 72 hours: {reason}")
    else:
        leases.postpone(row, due, reason)
        log.warning("letter %s put off, row %d: %s", row.letter, row.id, reason)
