"""What the console's first page counts: of a time, and of the newest rows at most.

Rows are numbered as they come, so that the newest are one end of a table and need no index.
"""

from datetime import datetime
from typing import NamedTuple

from records import clock
from records.columns import Table
from records.database import is_postgresql, rows
from records.tables import UNFINISHED, Order, OutboxRow

MOST = 50_000  # rows that a picture is drawn from
ALERTS = 500
ACTED = (
    "more questions granted", "fresh link sent", "handed over", "mail sent again", "moved",
    "restored", "amended",
)  # fmt: skip


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
        " FROM history h JOIN orders o ON o.id = h.order_id"
        " WHERE h.what = 'operator alerted' AND h.at >= ? ORDER BY h.id DESC LIMIT ?",
        _seconds(since),
        ALERTS,
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
    return _counted(Order, "placed_at", "status", since)


def mailed(since: datetime) -> list[tuple[int, str, int]]:
    """(day since 1970, what became of them, how many) of the letters queued since."""
    state = (
        "CASE WHEN failed_at IS NOT NULL THEN 'failed'"
        " WHEN sent_at IS NOT NULL THEN 'sent' ELSE 'waiting' END"
    )
    return _counted(OutboxRow, "queued_at", state, since, "AND endpoint_id IS NULL")


def found_by(since: datetime) -> dict[str, int]:
    """How the organizations of orders were found that were mapped since."""
    found = rows(
        "SELECT o.found_by, COUNT(*) FROM mapping m JOIN orders o ON o.id = m.order_id"
        f" WHERE m.id > (SELECT COALESCE(MAX(id), 0) - {MOST} FROM mapping) AND m.decided_at >= ?"
        " GROUP BY 1",
        _seconds(since),
    )
    return {str(how): int(count) for how, count in found}


def seconds_to_map(since: datetime, limit: int) -> list[int]:
    """From the first opening of its link until an order was mapped, for the newest ones."""
    found = rows(
        "SELECT m.decided_at - (SELECT MIN(h.at) FROM history h"
        " WHERE h.order_id = m.order_id AND h.what = 'launched')"
        " FROM mapping m WHERE m.decided_at >= ? ORDER BY m.id DESC LIMIT ?",
        _seconds(since),
        limit,
    )
    return [row[0] for row in found if row[0] is not None]


def _counted(
    table: type[Table], at: str, what: str, since: datetime, more: str = ""
) -> list[tuple[int, str, int]]:
    name = table._meta.table_name
    return [
        (int(day), str(said), int(count))
        for day, said, count in rows(
            f"SELECT {at} / 86400, {what}, COUNT(*) FROM {name}"
            f" WHERE id > (SELECT COALESCE(MAX(id), 0) - {MOST} FROM {name}) AND {at} >= ? {more}"
            " GROUP BY 1, 2",
            _seconds(since),
        )
    ]


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
