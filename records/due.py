"""What falls due by the calendar, as rows: ids only, in their order, since each is held anew."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from peewee import fn

from records import clock
from records.outbox import NOTICES
from records.tables import AccessRequest, Order, Organization, OutboxRow

UNFINISHED = ("placed", "launched", "waiting")
CHASED = ("placed", "launched")
ASKED = ("access", "confirm")
_open = AccessRequest.status == "open"


def requests_overdue(after: int, limit: int) -> list[int]:
    """Open requests whose time is over; a dispute has no end but the operator's."""
    over = (AccessRequest.expires_at <= clock.now()) & (AccessRequest.kind != "dispute")
    return _ids(AccessRequest, _open & over, after, limit)


def requests_unreminded(asked_before: datetime, after: int, limit: int) -> list[int]:
    """Open requests of administrators that were asked so long ago, and not chased since."""
    waits = AccessRequest.reminded_at.is_null() & (AccessRequest.asked_at <= asked_before)
    asked = AccessRequest.kind.in_(ASKED) & (AccessRequest.expires_at > clock.now())
    return _ids(AccessRequest, _open & waits & asked, after, limit)


def requests_unanswerable(after: int, limit: int) -> list[int]:
    """Open requests with a notice that was given up, or where nobody administers any more."""
    same, given_up = AccessRequest.alias(), OutboxRow.failed_at.is_null(False)
    own = OutboxRow.select().where(
        (OutboxRow.request == AccessRequest.id) & OutboxRow.letter.in_(NOTICES) & given_up
    )
    digest = (
        OutboxRow.select()
        .join(same)
        .where(
            (same.organization == AccessRequest.organization)
            & (OutboxRow.letter == "digest")
            & given_up
        )
    )
    empty = Organization.select().where(
        (Organization.id == AccessRequest.organization) & (Organization.admins == 0)
    )
    nobody = fn.EXISTS(own) | fn.EXISTS(digest) | fn.EXISTS(empty)
    return _ids(AccessRequest, _open & AccessRequest.kind.in_(ASKED) & nobody, after, limit)


def orders_overdue(after: int, limit: int) -> list[int]:
    """Unfinished orders whose time is over."""
    over = Order.status.in_(UNFINISHED) & (Order.expires_at <= clock.now())
    return _ids(Order, over, after, limit)


def orders_unchased(days: Sequence[int], last_days: int, after: int, limit: int) -> list[int]:
    """Unfinished orders with a moment for a reminder in the past and no word to the contact since.

    `days` after the invitation, and `last_days` before the expiry.
    """
    now = clock.now()
    moments: list[Any] = [Order.invited_at + _seconds(n) for n in days]
    moments.append(Order.expires_at - _seconds(last_days))
    passed = [(moment <= int(now.timestamp())) & (moment > Order.nudged_at) for moment in moments]
    living = Order.status.in_(CHASED) & (Order.expires_at > now)
    return _ids(Order, living & reduce(or_, passed), after, limit)


def _seconds(days: int) -> int:
    return int(timedelta(days=days).total_seconds())


def _ids(table: Any, condition: Any, after: int, limit: int) -> list[int]:
    rows = table.select(table.id).where(condition & (table.id > after))
    return [row.id for row in rows.order_by(table.id).limit(limit)]
