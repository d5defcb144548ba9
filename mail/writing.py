"""The messages of a batch, each written while another one is being sent."""

import contextvars
import logging
import traceback
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
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
AHEAD = 2
# Never reached by an ordinary letter in 72 hours: each worker that took this one has ended.
MOST_ATTEMPTS = 60

log = logging.getLogger("mail.worker")


def messages(
    rows: Sequence[OutboxRow], settings: Settings, reissue: Reissue
) -> Generator[Future[Post] | None, None, None]:
    """The message of each row in turn; None where there is none, and the row is settled."""
    rows, ahead = tuple(rows), deque[Future[Post] | None]()
    with ThreadPoolExecutor(1) as desk:
        for start in range(0, len(rows), READ_TOGETHER):
            group = rows[start : start + READ_TOGETHER]
            lines = outbox.put_together(group)
            dead = addresses.dead_among(row.recipient for row in group)
            for row in group:
                is_dead = row.recipient in dead
                ahead.append(_begin(row, lines, settings, reissue, desk, is_dead=is_dead))
                if len(ahead) > AHEAD:
                    yield ahead.popleft()
        yield from ahead


def _begin(
    row: OutboxRow,
    lines: Lines,
    settings: Settings,
    reissue: Reissue,
    desk: Executor,
    *,
    is_dead: bool,
) -> Future[Post] | None:
    """Have a row's message written, unless nobody needs it any more."""
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
            context = contextvars.copy_context()  # which application it is for
            return desk.submit(context.run, _written, about, link, settings)
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
