"""What needs a person now, and how things went of late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from records import clock, overview
from records.due import UNFINISHED
from records.overview import Alert

DAYS = 30
SOON = timedelta(days=3)
LISTED = 20  # of each kind
LATEST = 2_000  # mapped orders that are looked at one by one
# What an operator is called for -> what it needs.
NEEDS = {
    "nobody_to_ask": "nobody_to_ask",
    "unreachable": "nobody_to_ask",
    "undelivered": "undelivered",
    "budget_spent": "over_budget",
    "first_admin_refused": "first_admin",
    "first_admin_unconfirmed": "first_admin",
}
STOPPED = ("reported", "disputed", "number_taken")
# Up to how many seconds; the last class has no end.
SPANS = (600, 3_600, 86_400, 3 * 86_400, 7 * 86_400)


@dataclass(frozen=True, slots=True)
class Matter:
    """One order that somebody has to look at, since when, and what for."""

    number: str
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """How many of each state a day has."""

    day: date
    counts: dict[str, int]


def matters() -> dict[str, list[Matter]]:
    """What needs a person, by what it needs; each list is the newest of it."""
    now = clock.now()
    found: dict[str, list[Matter]] = {}
    for each in overview.stopped(LISTED * 5):
        reason = each.reason if each.reason in STOPPED else "stopped"
        found.setdefault(reason, []).append(Matter(each.number, _moment(each.at), each.reason))
    found |= standing(overview.alerts(now - timedelta(days=DAYS)))
    expiring = overview.expiring(now + SOON, LISTED)
    found["expiring"] = [Matter(number, _moment(at)) for number, at in expiring]
    return {need: listed[:LISTED] for need, listed in found.items() if listed}


def standing(alerts: Iterable[Alert]) -> dict[str, list[Matter]]:
    """The calls that still stand, each order once for what it needs."""
    found: dict[str, dict[str, Matter]] = {}
    for alert in alerts:
        need = NEEDS.get(alert.reason)
        if need and _stands(need, alert):
            matter = Matter(alert.number, _moment(alert.at), alert.reason)
            found.setdefault(need, {}).setdefault(alert.number, matter)
    return {need: list(by_order.values()) for need, by_order in found.items()}


def _stands(need: str, alert: Alert) -> bool:
    if need == "nobody_to_ask":
        return alert.is_asking
    if need == "first_admin":
        return alert.status == "provisioned" and not alert.acted
    return alert.status in UNFINISHED and not alert.acted


def days(counted: Iterable[tuple[int, str, int]]) -> list[Day]:
    """Days in UTC, one after the other, those without anything too, of (day, state, how many)."""
    by_day: dict[int, dict[str, int]] = {}
    for day, said, count in counted:
        by_day.setdefault(day, {})[said] = count
    return [Day(_moment(day * 86_400).date(), by_day[day]) for day in sorted(by_day)]


def since() -> datetime:
    """The midnight, in UTC, that the first of the days begins with."""
    today = int(clock.now().timestamp()) // 86_400
    return _moment((today - DAYS + 1) * 86_400)


def spans(seconds: Iterable[int]) -> list[int]:
    """How many lie in each of SPANS, and how many beyond the last."""
    counts = [0] * (len(SPANS) + 1)
    for each in seconds:
        counts[sum(each >= limit for limit in SPANS)] += 1
    return counts


def middle(seconds: list[int]) -> int | None:
    """The median; None of nothing."""
    return int(median(seconds)) if seconds else None


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
