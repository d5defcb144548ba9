"""The messages of a batch, each written while the server takes the one before it in."""

import logging
import traceback
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from config import Settings
from mail import leases, matter, sendable
from mail.matter import Lines, Matter
from mail.post import Post, addressed
from mail.rendering import Link, write
from mail.sendable import Reissue
from records import addresses, outbox
from records.database import Unavailable
from records.tables import OutboxRow

# What a letter says is read for a few at once, and so a moment before it is sent: never for more.
READ_TOGETHER = 10
# Never reached by an ordinary letter in 72 hours: each worker that took this one has ended.
MOST_ATTEMPTS = 60

log = logging.getLogger("mail.worker")


class Draft:
    """A message that is written when there is time for it, or else when it is needed."""

    def __init__(self, about: Matter, link: Link | None, settings: Settings) -> None:
        self._write = partial(_written, about, link, settings)
        self._outcome: Post | Exception | None = None

    def prepare(self) -> None:
        """Write it; what goes wrong is kept."""
        if self._outcome is None:
            try:
                self._outcome = self._write()
            except Exception as error:
                self._outcome = error

    def result(self) -> Post:
        """The message; raises what went wrong when it was written."""
        if self._outcome is None:
            self._outcome = self._write()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


class Drafts:
    """The message of each row of a batch in turn; None where there is none, and it is settled."""

    def __init__(self, rows: Sequence[OutboxRow], settings: Settings, reissue: Reissue) -> None:
        self._coming = _drafts(tuple(rows), settings, reissue)
        self._ahead: list[Draft | Exception | None] = []

    def take(self) -> Draft | None:
        """The next one."""
        self.look_ahead(write=False)
        found = self._ahead.pop()
        if isinstance(found, Exception):
            raise found
        return found

    def look_ahead(self, *, write: bool = True) -> None:
        """Have the next one ready; never raises."""
        if not self._ahead:
            try:
                self._ahead.append(next(self._coming, None))
            except Exception as error:
                self._ahead.append(error)
        if write and isinstance(self._ahead[0], Draft):
            self._ahead[0].prepare()


def _drafts(
    rows: Sequence[OutboxRow], settings: Settings, reissue: Reissue
) -> Iterator[Draft | None]:
    for start in range(0, len(rows), READ_TOGETHER):
        group = rows[start : start + READ_TOGETHER]
        lines = outbox.put_together(group)
        dead = addresses.dead_among(row.recipient for row in group)
        for row in group:
            yield _begin(row, lines, settings, reissue, is_dead=row.recipient in dead)


def _begin(
    row: OutboxRow, lines: Lines, settings: Settings, reissue: Reissue, *, is_dead: bool
) -> Draft | None:
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
            return Draft(about, link, settings)
    except Unavailable:
        raise  # the database's trouble, not this letter's
    except Exception as error:
        unwritable(row, error)
    return None


def _written(about: Matter, link: Link | None, settings: Settings) -> Post:
    post = addressed(write(about, link, settings), settings)
    if not post.has_bad_headers():  # which is for the carrier to refuse
        post.as_bytes()
    return post


def unwritable(row: OutboxRow, error: Exception) -> None:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    give_up(row, f"it could not be written: {type(error).__name__} at {where}")


def give_up(row: OutboxRow, reason: str) -> None:
    leases.give_up(row, reason)
    log.error("letter %s failed, row %d: %s", row.letter, row.id, reason)
