"""Organizations as people look for them, and the lists of one of them.

Each page is read along one index from a place on, so that it costs the same however many there are.
"""

from typing import Any

from records.columns import Table
from records.database import is_postgresql, rows
from records.tables import (
    AccessRequest,
    Order,
    Organization,
    OutboxRow,
    Subscription,
    User,
)

SEARCHED = ("name", "ref", "domain", "address")
LAST = "\U0010ffff"  # after whatever a name goes on with
_letters = OutboxRow.endpoint.is_null()


def by_id(organization_id: int) -> Organization | None:
    return Organization.get_or_none(Organization.id == organization_id)


def newest(before: int | None, limit: int) -> list[Organization]:
    """All of them, the newest first, from before one on."""
    if before is None:
        return _read("o.id, ", "ORDER BY o.id DESC LIMIT ?", limit)[0]
    return _read("o.id, ", "WHERE o.id < ? ORDER BY o.id DESC LIMIT ?", before, limit)[0]


def found(
    by: str, text: str, after: int | None, limit: int
) -> tuple[list[Organization], int | None]:
    """Those whose name begins so, or of this very ref, domain or user's address.

    And from which place on to go on; None where there are no more.
    """
    listed, places = (
        _beginning(text, after, limit + 1) if by == "name" else _of(by, text, after, limit + 1)
    )
    return listed[:limit], places[limit - 1] if len(listed) > limit else None


# A search for something whole -> its statement, whose first column is the place to go on from.
WHOLE = {
    "ref": ("o.id, ", "WHERE o.ref = ? AND o.id > ? ORDER BY o.id LIMIT ?"),
    "domain": (
        "o.id, ",
        "JOIN organization_domain d ON d.organization_id = o.id"
        " WHERE d.domain = ? AND d.organization_id > ? ORDER BY d.organization_id LIMIT ?",
    ),
    "address": (
        "u.id, ",
        "JOIN user_account u ON u.organization_id = o.id"
        " WHERE u.email = ? AND u.id > ? ORDER BY u.id LIMIT ?",
    ),
}


def _of(by: str, text: str, after: int | None, limit: int) -> tuple[list[Organization], list[int]]:
    place, rest = WHOLE[by]
    return _read(place, rest, text, after or 0, limit)


def _beginning(text: str, after: int | None, limit: int) -> tuple[list[Organization], list[int]]:
    """First those with the very same name, then the next ones: no index is read in vain."""
    # Capitals count for nothing; each database has its own idea of those beyond ASCII.
    begin = _lower("SELECT lower(?)", text)
    value, last = begin, 0
    if after is not None:
        value, last = _lower("SELECT lower(name) FROM organization WHERE id = ?", after), after
    if value is None:
        return [], []
    same, further = name_queries()
    listed, places = _read("o.id, ", same, value, last, limit)
    if len(listed) < limit:
        more = _read("o.id, ", further, value, begin + LAST, limit - len(listed))
        listed, places = listed + more[0], places + more[1]
    return listed, places


def name_queries() -> tuple[str, str]:
    """What is read along an index: the rest of what says the same, and what follows it."""
    column = 'lower(o.name) COLLATE "C"' if is_postgresql() else "lower(o.name)"
    return (
        f"WHERE {column} = ? AND o.id > ? ORDER BY o.id LIMIT ?",
        f"WHERE {column} > ? AND {column} < ? ORDER BY {column}, o.id LIMIT ?",
    )


def _lower(sql: str, value: object) -> Any:
    answer = rows(sql, value)
    return answer[0][0] if answer else None


def _read(place: str, rest: str, *values: object) -> tuple[list[Organization], list[int]]:
    table: type[Table] = Organization
    answer = rows(f"SELECT {place}{table.columns('o')} FROM organization o {rest}", *values)
    return [Organization.read(row[1:]) for row in answer], [row[0] for row in answer]


# --- one organization ----------------------------------------------------------------------------


def users(organization_id: int, after: str, limit: int, *, admins: bool = False) -> Any:
    """Its users by their addresses, from after one on; the full admins alone where asked for."""
    mine = User.select().where((User.organization == organization_id) & (User.email > after))
    # The bare column is what the partial index is made for.
    mine = mine.where(User.full_admin) if admins else mine
    return mine.order_by(User.email).limit(limit)


def subscriptions(organization_id: int, before: int | None, limit: int) -> Any:
    """The newest first, each with the order it came from."""
    mine = Subscription.select(Subscription, Order).left_outer_join(Order)
    return _newest(mine, Subscription, organization_id, before, limit)


def orders(organization_id: int, before: int | None, limit: int) -> Any:
    """Orders that have chosen it or are mapped to it, the newest first."""
    return _newest(Order.select(), Order, organization_id, before, limit)


def requests(organization_id: int, before: int | None, limit: int) -> Any:
    """What was ever asked of its administrators, the newest first, with the orders."""
    asked = AccessRequest.select(AccessRequest, Order).join(Order)
    return _newest(asked, AccessRequest, organization_id, before, limit)


def _newest(query: Any, table: Any, organization_id: int, before: int | None, limit: int) -> Any:
    query = query.where(table.organization == organization_id)
    query = query.where(table.id < before) if before is not None else query
    return query.order_by(table.id.desc()).limit(limit)


def notices(organization_id: int, before: int | None, limit: int) -> Any:
    """Letters about what was asked of its administrators: those of the newest request first."""
    query = (
        OutboxRow.select(OutboxRow, Order)
        .join(AccessRequest)
        .switch(OutboxRow)
        .left_outer_join(Order, on=(OutboxRow.order == Order.id))
    )
    return _letters_of(query, AccessRequest, OutboxRow.request, organization_id, before, limit)


def letters(organization_id: int, before: int | None, limit: int) -> Any:
    """All other letters about its orders: those of the newest order first."""
    query = OutboxRow.select(OutboxRow, Order).join(Order).where(OutboxRow.request.is_null())
    return _letters_of(query, Order, OutboxRow.order, organization_id, before, limit)


def _letters_of(
    query: Any, table: Any, about: Any, organization_id: int, before: int | None, limit: int
) -> Any:
    query = query.where((table.organization == organization_id) & _letters)
    if before is not None:
        last = OutboxRow.select(about).where(OutboxRow.id == before).tuples().first()
        place = (last and last[0]) or 0
        query = query.where((table.id <= place) & ((table.id < place) | (OutboxRow.id < before)))
    return query.order_by(table.id.desc(), OutboxRow.id.desc()).limit(limit)
