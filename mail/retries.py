"""When a letter that could not be sent is tried again: later and later, for 72 hours."""

import random
from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(hours=72)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=4)


def next_try(queued_at: datetime, attempts: int, now: datetime) -> datetime | None:
    """The moment of the next attempt after `attempts` earlier ones and this; None: it is over."""
    last = queued_at + GIVE_UP_AFTER
    delay = min(FIRST_DELAY * 2 ** min(attempts, 10), LONGEST_DELAY)
    # Jitter, so that what failed together does not come back together.
    return min(now + delay * random.uniform(0.75, 1.25), last) if now < last else None  # noqa: S311
