"""Days as the calendar has them, and the moments at which an order is chased: pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the day of a moment begins and ends in a zone; one of 23 or 25 hours is one day."""
    today = moment.astimezone(zone).date()
    begins, ends = (
        datetime.combine(day, time(), zone).astimezone(UTC)
        for day in (today, today + timedelta(days=1))
    )
    return begins, ends


def is_chased(
    invited_at: datetime,
    nudged_at: datetime,
    expires_at: datetime,
    now: datetime,
    days: Iterable[int],
    last_days: int,
) -> bool:
    """Whether a reminder has fallen due since the contact last heard of an order.

    Of several that have, one is sent: `days` after the invitation, `last_days` before the expiry.
    """
    moments = [invited_at + timedelta(days=n) for n in days]
    moments.append(expires_at - timedelta(days=last_days))
    return now < expires_at and any(nudged_at < moment <= now for moment in moments)
