"""What orders have used of their budgets, and how often something was done of late, as rows."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from records import bulk, clock
from records.database import db, is_postgresql
from records.tables import Spent


def known(order_id: int, whats: Collection[str]) -> set[str]:
    """Which of these an order has paid for already."""
    if not whats:
        return set()
    marks = ", ".join([_mark()] * len(whats))
    sql = f"SELECT what FROM spent WHERE order_id = {_mark()} AND what IN ({marks})"
    return {row[0] for row in db.execute_sql(sql, (order_id, *whats))}


def used(order_id: int, kind: str) -> int:
    """How much of one budget an order has used."""
    return Spent.select().where((Spent.order == order_id) & (Spent.kind == kind)).count()


def spend(order_id: int, kind: str, whats: Iterable[str]) -> None:
    """Note what an order pays for; the caller holds the order's row, and what is new is known."""
    at = clock.now()
    rows = [{"order": order_id, "kind": kind, "what": what, "at": at} for what in whats]
    if rows:
        Spent.insert_many(rows).execute()


def count(what: str, windows: Mapping[str, datetime]) -> dict[str, int]:
    """One more of `what` for each (who -> since when) of `windows`; the new counts by who.

    Two that count the same take turns; all take their rows in one order.
    """
    rows = [(what, who, int(since.timestamp()), 1) for who, since in sorted(windows.items())]
    sql = (
        "INSERT INTO tally (what, who, since, count) VALUES {rows}"
        " ON CONFLICT (what, who, since) DO UPDATE SET count = tally.count + 1"
        " RETURNING who, count"
    )
    return dict(bulk.read(sql, rows))


def forget_tallies(before: datetime) -> None:
    """Counts of windows that are long over."""
    db.execute_sql(f"DELETE FROM tally WHERE since < {_mark()}", (int(before.timestamp()),))


def _mark() -> str:
    return "%s" if is_postgresql() else "?"
