"""The messages of a batch, each written while the server takes the one before it in."""

import logging
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from config import Settings
from mail import leases, matter, sendable
from mail.matter import Lines
from mail.post import Post, addressed
from mail.rendering import write
from mail.sendable import Reissue
from records import addresses, outbox
from records.database import Unavailable
from records.tables import OutboxRow

# What a letter says is read for a few at once, and so a moment before it is sent: never for more.
READ_TOGETHER = 10
# Never reached by an ordinary letter in 72 hours: each worker that took this one has ended.
MOST_ATTEMPTS = 60

log = logging.getLogger("mail.worker")


class Posts:
    """The message of each row of a batch in turn; None where there is none, and it is settled."""

    def __init__(self, rows: Sequence[OutboxRow], settings: Settings, reissue: Reissue) -> None:
        self._coming = _posts(tuple(rows), settings, reissue)
        self._ahead: list[Post | Exception | None] = []

    def take(self) -> Post | None:
        """The next one."""
        self.look_ahead()
        found = self._ahead.pop()
        if isinstance(found, Exception):
            raise found
        return found

    def look_ahead(self) -> None:
        """Have the next one ready; never raises."""
        if not self._ahead:
            try:
                self._ahead.append(next(self._coming, None))
            except Exception as error:
                self._ahead.append(error)


def _posts(
    rows: Sequence[OutboxRow], settings: Settings, reissue: Reissue
) -> Iterator[Post | None]:
    for start in range(0, len(rows), READ_TOGETHER):
        group = rows[start : start + READ_TOGETHER]
        lines = outbox.put_together(group)
        dead = addresses.dead_among(row.recipient for row in group)
        for row in group:
            yield _written(row, lines, settings, reissue, is_dead=row.recipient in dead)


def _written(
    row: OutboxRow, lines: Lines, settings: Settings, reissue: Reissue, *, is_dead: bool
) -> Post | None:
    """A row's message, unless nobody needs it any more."""
    try:
        about = matter.of(row, lines)
        link = sendable.link_of(row, settings, reissue)
        if reason := sendable.pointless(about, row, link):
            leases.drop(row, reason)
        elif is_dead:
            leases.give_up(row, "its address takes no mail")
        elif row.attempts >= MOST_ATTEMPTS:
            give_up(row, "each worker that tried it came to an end")
        else:
            post = addressed(write(about, link, settings), settings)
            if not post.has_bad_headers():  # which is for the carrier to refuse
                post.as_bytes()
            return post
    except Unavailable:
        raise  # the database's trouble, not this letter's
    except Exception as error:
        _unwritable(row, error)
    return None


def _unwritable(row: OutboxRow, error: Exception) -> None:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    give_up(row, f"it could not be written: {type(error).__name__} at {where}")


def give_up(row: OutboxRow, reason: str) -> None:
    leases.give_up(row, reason)
    log.error("letter %s failed, row %d: %s", row.letter, row.id, reason)
