"""The calendar: what falls due and needs nobody's click, found in the rows whenever one looks.

A night that was slept through is caught up with, once; several may look at the same time.
Each piece is one transaction that holds its order and looks again whether it is still due.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from config import Settings
from provisioning import closing, idempotency, limits, mapping, unanswered, uploads
from records import clock, due
from records.database import Unavailable

BATCH = 100
MOST = 1_000  # of a kind at a time: mail that is due goes out in between

log = logging.getLogger(__name__)


class Job(NamedTuple):
    """`find(after, limit)`: the next ids, in their order; `act(id, settings)`: whether it did."""

    name: str
    find: Callable[[int, int], list[int]]
    act: Callable[[int, Settings], bool]


def jobs(settings: Settings) -> tuple[Job, ...]:
    """In this order: a request ends before its order does, and what ended is not chased."""
    asked_before = clock.now() - timedelta(days=settings.nudge_days)
    chased = partial(due.orders_unchased, settings.chased_on, settings.last_reminder_days)
    unreminded = partial(due.requests_unreminded, asked_before)
    return (
        Job("a request expires", due.requests_overdue, unanswered.expire),
        Job("an order expires", due.orders_overdue, closing.expire),
        Job("nobody is left to ask", due.requests_unanswerable, unanswered.call_operator),
        Job("administrators are reminded", unreminded, unanswered.remind),
        Job("a contact is reminded", chased, closing.chase),
    )


def work(settings: Settings) -> int:
    """Do what is due; how many things were done. What is beyond MOST of a kind waits a minute."""
    _safely("subscriptions start", mapping.start_due)
    _safely("counts are dropped", limits.forget)
    _safely("answers are dropped", partial(idempotency.forget, settings))
    _safely("uploads are dropped", partial(uploads.forget, settings))
    return sum(_some_of(job, settings) for job in jobs(settings))


def _some_of(job: Job, settings: Settings) -> int:
    after = done = seen = 0
    while seen < MOST and (found := job.find(after, BATCH)):
        done += sum(_act(job, number, settings) for number in found)
        after, seen = found[-1], seen + len(found)
    return done


def _act(job: Job, number: int, settings: Settings) -> bool:
    return bool(_safely(f"{job.name}, row {number}", partial(job.act, number, settings)))


def _safely(what: str, act: Callable[[], object]) -> object:
    """What cannot be done keeps neither the others waiting nor the mail; it is tried again."""
    try:
        return act()
    except Unavailable:
        raise
    except Exception:
        log.exception("left out: %s", what)
        return None
