"""Orders as rows, with their lines, history and mapping."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from peewee import fn

from records import bulk, clock, events
from records.database import is_postgresql, rows
from records.tables import (
    UNFINISHED,
    AccessRequest,
    History,
    Mapping,
    Order,
    OrderLine,
    Organization,
    Subscription,
)

BEYOND = 2**62  # no id is that high


def by_number(number: str) -> Order | None:
    """The order with that number, whatever was typed for it: PostgreSQL takes no NUL."""
    return (
        None
        if "\0" in number or not number.isascii()
        else Order.get_or_none(Order.number == number)
    )


def by_id(order_id: int) -> Order:
    return Order.get_by_id(order_id)


def locked(order_id: int) -> Order:
    """The order as it is now, held until the transaction ends (SQLite's transactions hold all).

    Its key is not what is held, so that rows which refer to it can be written meanwhile.
    """
    query = Order.select().where(Order.id == order_id)
    if is_postgresql():
        query = query.for_update("FOR NO KEY UPDATE")  # type: ignore[arg-type]
    return query.get()


def of_partner(
    email: str, partners: Sequence[int], statuses: Sequence[str], before: int | None, limit: int
) -> list[Order]:
    """Orders of this contact in the role of a partner, or that name one of these organizations.

    In one of these states, newest first, from before one on.
    """
    sql, values = of_partner_sql(email, partners, statuses, before, limit)
    ids = [row[0] for row in rows(sql, *values)]
    return list(Order.select().where(Order.id.in_(ids)).order_by(Order.id.desc()))


def of_partner_sql(
    email: str, partners: Sequence[int], statuses: Sequence[str], before: int | None, limit: int
) -> tuple[str, list[Any]]:
    """The statement: each arm walks an index no further than the limit."""
    whose: list[tuple[str, Any]] = [("contact_role = 'partner' AND contact_email", email)]
    whose += [("partner_organization_id", partner) for partner in partners]
    # PostgreSQL would read the order of ids alone, all of it for a rare state; SQLite is served by
    # the plain words.
    place = "status >= ? AND (status, id) < (?, ?)" if is_postgresql() else "status = ? AND id < ?"
    arms: list[str] = []
    values: list[Any] = []
    for (owner, value), status in product(whose, statuses):
        arms.append(
            f"SELECT id FROM (SELECT id FROM orders WHERE {owner} = ? AND {place}"
            f" ORDER BY status DESC, id DESC LIMIT ?) AS arm{len(arms)}"
        )
        here = [status, before or BEYOND]
        values += [value, *([status] if is_postgresql() else []), *here, limit]
    return f"{' UNION '.join(arms)} ORDER BY id DESC LIMIT ?", [*values, limit]


def answered_of_partner(email: str, limit: int) -> list[Order]:
    """The contact's own orders, newest first, of which company and administrator are known."""
    mine = (Order.contact_email == email) & (Order.contact_role == "partner")
    known = Order.select().where(mine & Order.admin_email.is_null(False))
    return list(known.order_by(Order.id.desc()).limit(limit))


def unnamed_of(emails: Collection[str]) -> list[int]:
    """Unfinished orders that the seller placed for these partner contacts, and name no partner."""
    sql = (
        "SELECT id FROM orders WHERE contact_email IN (VALUES {rows}) AND contact_role = 'partner'"
        f" AND placed_role = 'partner' AND partner_organization_id IS NULL AND {UNFINISHED}"
    )
    return sorted(row[0] for row in bulk.read(sql, [(email,) for email in sorted(set(emails))]))


def last_moved(order: Order, but: Collection[str]) -> datetime:
    """When the history last said anything else than these."""
    mine = (History.order == order) & History.what.not_in(list(but))
    row = History.select(History.at).where(mine).order_by(History.id.desc()).first()
    return row.at if row else order.placed_at  # type: ignore[no-any-return]


def is_partner(email: str) -> bool:
    """Whether any order has this address as its contact in the role of a partner."""
    mine = (Order.contact_email == email) & (Order.contact_role == "partner")
    return bool(Order.select().where(mine).exists())


def lines(order: Order) -> list[OrderLine]:
    return list(OrderLine.select().where(OrderLine.order == order).order_by(OrderLine.position))


def drop_lines(order: Order) -> None:
    OrderLine.delete().where(OrderLine.order == order).execute()  # type: ignore[misc]


def listed(status: str, after: int, limit: int) -> list[Order]:
    """Orders in the order of their ids from after one on, with their organizations.

    `status` empty: in whichever.
    """
    query = Order.select(Order, Organization).left_outer_join(
        Organization, on=(Order.organization == Organization.id)
    )
    query = query.where(Order.id > after)
    query = query.where(Order.status == status) if status else query
    return list(query.order_by(Order.id).limit(limit))


def history(order: Order) -> list[History]:
    return list(History.select().where(History.order == order).order_by(History.id))


def note(order: Order, who: str, what: str, why: str = "") -> None:
    """One row of history, in the transaction of what it tells; webhooks hear of some of them."""
    History.create(order=order, at=clock.now(), who=who, what=what, why=why)
    events.tell(order, what)


def was_launched(order: Order) -> bool:
    """Whether any contact has ever opened the order."""
    mine = (History.order == order) & (History.what == "launched")
    return bool(History.select().where(mine).exists())


def noted_since(order: Order, what: str, whys: Collection[str], since: datetime) -> bool:
    """Whether the history says something, for one of these reasons, since a moment."""
    said = (History.what == what) & History.why.in_(list(whys)) & (History.at >= since)
    return bool(History.select().where((History.order == order) & said).exists())


def map_to(order: Order, organization_id: int, by: str, why: str) -> None:
    """The order's one mapping leads elsewhere from now on."""
    Mapping.update(
        organization=organization_id, decided_by=by, decided_at=clock.now(), why=why
    ).where(Mapping.order == order).execute()


def mapping(order: Order) -> Mapping | None:
    """Where the order belongs, with the organization."""
    return (  # type: ignore[no-any-return]
        Mapping.select(Mapping, Organization)
        .join(Organization)
        .where(Mapping.order == order)
        .first()
    )


def save(order: Order, fields: Iterable[str]) -> None:
    """Write these fields of the order and no others."""
    order.save(only=list(fields))


def subscriptions(order: Order) -> list[Subscription]:
    """What an order became, in the order of its lines."""
    return list(Subscription.select().where(Subscription.order == order).order_by(Subscription.id))


def first_admin_request(order: Order) -> AccessRequest | None:
    """The confirmation asked of the administrator of the organization that this order made."""
    return (  # type: ignore[no-any-return]
        AccessRequest.select()
        .where((AccessRequest.order == order) & (AccessRequest.kind == "first_admin"))
        .first()
    )


def by_status() -> dict[str, int]:
    """How many orders there are in each status that occurs."""
    counted = Order.select(Order.status, fn.COUNT(Order.id)).group_by(Order.status)
    return dict(counted.order_by(Order.status).tuples())  # type: ignore[arg-type]
