"""Subscriptions of the directory, and how many of an organization's are active."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from records import bulk, counts
from records.directory import Saved
from records.tables import Order, Subscription


class SubscriptionRow(NamedTuple):
    """`status`: active, pending, expired or cancelled."""

    organization: int
    number: str
    product: str
    quantity: int
    status: str
    starts_on: date | None = None
    ends_on: date | None = None


def save_subscriptions(rows: Sequence[SubscriptionRow]) -> Saved:
    """Insert or update by number, whichever organization had it. Of one number the last wins."""
    wanted = {row.number: row for row in rows}
    added = changed = 0
    while wanted:
        before = _stored(wanted)
        counts.locked(row.organization for row in (*wanted.values(), *before.values()))
        new = _insert([row for row in wanted.values() if row.number not in before])
        differing = [row for row in wanted.values() if before.get(row.number, row) != row]
        _update(differing)
        active = _active(differing) + _active(wanted[number] for number in new)
        active.subtract(_active(before[row.number] for row in differing))
        counts.count_active(active)
        added, changed = added + len(new), changed + len(differing)
        # What another transaction inserted meanwhile is stored by now: once more, to update it.
        wanted = {n: row for n, row in wanted.items() if n not in before and n not in new}
    return Saved(added, changed, len(rows) - added - changed)


def any_of(numbers: Collection[str]) -> bool:
    """Whether a subscription has one of these numbers."""
    return bool(Subscription.select().where(Subscription.number.in_(list(numbers))).exists())


def came_from(number: str, order_id: int) -> None:
    """Say which order a subscription came from."""
    Subscription.update(order=order_id).where(Subscription.number == number).execute()


def move(order_id: int, organization_id: int) -> None:
    """Give what came from an order to another organization."""
    mine = Subscription.select(Subscription.number).where(Subscription.order == order_id)
    rows = _stored([subscription.number for subscription in mine]).values()
    save_subscriptions([row._replace(organization=organization_id) for row in rows])


def start_due(today: date, limit: int) -> int:
    """Make pending subscriptions of provisioned orders active whose first day has come; how many.

    `limit` at most. Those that the seller's directory brought are the directory's to start.
    """
    due = (
        Subscription.select(Subscription.number)
        .join(Order)
        .where(
            (Subscription.status == "pending")
            & (Subscription.starts_on <= today)
            & (Order.status == "provisioned")
        )
        .order_by(Subscription.number)
        .limit(limit)
    )
    rows = _stored([subscription.number for subscription in due]).values()
    pending = [row._replace(status="active") for row in rows if row.status == "pending"]
    return save_subscriptions(pending).changed


def _active(rows: Iterable[SubscriptionRow]) -> Counter[int]:
    return Counter(row.organization for row in rows if row.status == "active")


def _stored(numbers: Collection[str]) -> dict[str, SubscriptionRow]:
    found = bulk.read(
        "SELECT organization_id, number, product, quantity, status, starts_on, ends_on"
        " FROM subscription WHERE number IN (VALUES {rows}) ORDER BY number {held}",
        [(number,) for number in sorted(numbers)],
    )
    rows = {}
    for *plain, starts_on, ends_on in found:
        days = bulk.day(starts_on), bulk.day(ends_on)
        rows[plain[1]] = SubscriptionRow._make((*plain, *days))
    return rows


_INSERT = (
    "INSERT INTO subscription"
    " (organization_id, number, product, quantity, status, starts_on, ends_on)"
    " VALUES {rows} ON CONFLICT (number) DO "
)


def _insert(rows: Sequence[SubscriptionRow]) -> set[str]:
    """Insert what no other transaction has inserted meanwhile; the numbers that were."""
    return {row[0] for row in bulk.read(f"{_INSERT}NOTHING RETURNING number", _by_number(rows))}


def _update(rows: Sequence[SubscriptionRow]) -> None:
    bulk.write(
        f"{_INSERT}UPDATE SET organization_id = excluded.organization_id,"
        " product = excluded.product, quantity = excluded.quantity, status = excluded.status,"
        " starts_on = excluded.starts_on, ends_on = excluded.ends_on",
        _by_number(rows),
    )


def _by_number(rows: Sequence[SubscriptionRow]) -> list[SubscriptionRow]:
    return sorted(rows, key=lambda row: row.number)
