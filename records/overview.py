"""What the console's first page counts.

Rows are numbered as they come: a day of them is a range of ids, which indexes that are there anyway
count without a look at the rows, and the newest are one end of a table.
"""

from datetime import datetime
from typing import NamedTuple

from records import clock
from records.database import first_row, is_postgresql, rows
from records.tables import STATUSES, UNFINISHED

ALERTS = 500
LETTERS = 20_000
DAY = 86_400  # seconds
LAST_ID = 2**62
ACTED = (
    "more questions granted", "fresh link sent", "handed over", "mail sent again", "moved",
    "restored", "amended",
)  # fmt: skip


# First the newest, then those of the time: the other way round a quiet time reads all there are.
NEWEST_ALERTS = (
    "SELECT id, order_id, at, why FROM history WHERE what = 'operator alerted'"
    " ORDER BY id DESC LIMIT ?"
)
NEWEST_MAPPED = "SELECT order_id, decided_at FROM mapping ORDER BY id DESC LIMIT ?"


class Alert(NamedTuple):
    """What an operator was called for, and how its order is now."""

    at: int
    reason: str
    number: str
    status: str
    is_asking: bool  # the order waits for an answer of administrators
    acted: bool  # something has been done about it since


class Stopped(NamedTuple):
    """A stopped order, and what stopped it when."""

    number: str
    reason: str
    at: int


def alerts(since: datetime) -> list[Alert]:
    """The newest calls for an operator."""
    acted = ", ".join(f"'{what}'" for what in ACTED)
    found = rows(
        "SELECT h.at, h.why, o.number, o.status,"
        " EXISTS (SELECT 1 FROM access_request r WHERE r.order_id = h.order_id"
        " AND r.status = 'open' AND r.kind IN ('access', 'confirm')),"
        " EXISTS (SELECT 1 FROM history a WHERE a.order_id = h.order_id AND a.id > h.id"
        f" AND a.what IN ({acted}))"
        f" FROM ({NEWEST_ALERTS}) AS h"
        " JOIN orders o ON o.id = h.order_id WHERE h.at >= ? ORDER BY h.id DESC",
        ALERTS,
        _seconds(since),
    )
    return [
        Alert(at, why, number, status, bool(asking), bool(done))
        for at, why, number, status, asking, done in found
    ]


def stopped(limit: int) -> list[Stopped]:
    """Stopped orders, the newest first."""
    found = rows(
        "SELECT o.number, h.why, COALESCE(h.at, o.placed_at) FROM orders o LEFT JOIN history h"
        " ON h.id = (SELECT MAX(s.id) FROM history s"
        " WHERE s.order_id = o.id AND s.what = 'stopped')"
        " WHERE o.status = 'stopped' ORDER BY o.id DESC LIMIT ?",
        limit,
    )
    return [Stopped(number, why or "", at) for number, why, at in found]


def expiring(until: datetime, limit: int) -> list[tuple[str, int]]:
    """(number, when) of unfinished orders that expire before a moment, the next first."""
    found = rows(expiring_query(), _seconds(clock.now()), _seconds(until), limit)
    return [(str(number), int(at)) for number, at in found]


def expiring_query() -> str:
    """Along the index over unfinished orders; left to itself, SQLite reads all of a status."""
    along = "" if is_postgresql() else " INDEXED BY order_unfinished"
    return (
        f"SELECT number, expires_at FROM orders{along} WHERE {UNFINISHED}"
        " AND expires_at > ? AND expires_at < ? ORDER BY expires_at LIMIT ?"
    )


def placed(since: datetime) -> list[tuple[int, str, int]]:
    """(day since 1970, status by now, how many) of the orders placed since."""
    found = rows(placed_query(_rows(_days("orders", "placed_at", since))))
    return [(int(day), str(said), int(count)) for day, said, count in found]


def placed_query(days: str) -> str:
    """Of (day, first id, first id after it), written out as rows."""
    states = ", ".join(f"('{status}')" for status in STATUSES)
    return (
        f"WITH days(day, low, high) AS ({days}), states(said) AS (VALUES {states})"
        " SELECT day, said, (SELECT COUNT(*) FROM orders WHERE status = said AND id >= low"
        " AND id < high) FROM days CROSS JOIN states"
    )


def mailed(since: datetime) -> list[tuple[int, str, int]]:
    """(day since 1970, what became of them, how many) of the letters queued since.

    Of the last whole days that have LETTERS together, where those are fewer: no index of theirs is
    counted without a look at the rows.
    """
    days = _days("outbox_row", "queued_at", since)
    last = first_row("SELECT COALESCE(MAX(id), 0) FROM outbox_row")[0]
    counted = [day for day in days if day[1] > last - LETTERS] or days[-1:]
    by_day: list[tuple[int, str, int]] = []
    for day, all_, waiting, failed in rows(mailed_query(_rows(counted))):
        states = {"sent": all_ - waiting - failed, "waiting": waiting, "failed": failed}
        by_day += [(int(day), said, int(count)) for said, count in states.items()]
    return by_day


def mailed_query(days: str) -> str:
    """Of days as above: all letters, those that wait, those that failed."""
    return (
        f"WITH days(day, low, high) AS ({days}) SELECT day, {_letters('outbox_letters')},"
        f" {_letters('outbox_waiting', 'AND sent_at IS NULL AND failed_at IS NULL')},"
        f" {_letters('outbox_failed', 'AND failed_at IS NOT NULL')} FROM days"
    )


def found_by(since: datetime, limit: int) -> dict[str, int]:
    """How the organizations of orders were found that were mapped since, for the newest ones."""
    found = rows(
        f"SELECT o.found_by, COUNT(*) FROM ({NEWEST_MAPPED}) AS m"
        " JOIN orders o ON o.id = m.order_id WHERE m.decided_at >= ? GROUP BY 1",
        limit,
        _seconds(since),
    )
    return {str(how): int(count) for how, count in found}


def seconds_to_map(since: datetime, limit: int) -> list[int]:
    """From the first opening of its link until an order was mapped, for the newest ones."""
    found = rows(
        "SELECT m.decided_at - (SELECT MIN(h.at) FROM history h"
        " WHERE h.order_id = m.order_id AND h.what = 'launched')"
        f" FROM ({NEWEST_MAPPED}) AS m WHERE m.decided_at >= ?",
        limit,
        _seconds(since),
    )
    return [row[0] for row in found if row[0] is not None]


def _letters(index: str, more: str = "") -> str:
    """How many of a day's letters there are of a kind that has an index; SQLite is told so."""
    along = "" if is_postgresql() else f" INDEXED BY {index}"
    where = f"endpoint_id IS NULL {more} AND id >= low AND id < high"
    return f"(SELECT COUNT(*) FROM outbox_row{along} WHERE {where})"


def _days(table: str, at: str, since: datetime) -> list[tuple[int, int, int]]:
    """The days from then until now: each with its first id, and the first id after it."""
    days = range(_seconds(since) // DAY, _seconds(clock.now()) // DAY + 1)
    starts = _first_ids(table, at, days)
    return list(zip(days, starts, [*starts[1:], LAST_ID], strict=True))


def _rows(days: list[tuple[int, int, int]]) -> str:
    return f"VALUES {', '.join(map(str, days))}"


def _first_ids(table: str, at: str, days: range) -> list[int]:
    """The first id of each day: halved again and again, all of them in one statement."""
    middle = "(low + high) / 2"
    earlier = f"(SELECT {at} < day * {DAY} FROM {table} WHERE id >= {middle} ORDER BY id LIMIT 1)"
    found = rows(
        f"WITH RECURSIVE days(day) AS (VALUES {', '.join(f'({day})' for day in days)}),"
        f" halved(day, low, high) AS (SELECT day, (SELECT COALESCE(MIN(id), 1) FROM {table}),"
        f" (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}) FROM days"
        f" UNION ALL SELECT day, CASE WHEN {earlier} THEN {middle} + 1 ELSE low END,"
        f" CASE WHEN {earlier} THEN high ELSE {middle} END FROM halved WHERE low < high)"
        " SELECT low FROM halved WHERE low = high ORDER BY day"
    )
    return [int(row[0]) for row in found]


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
