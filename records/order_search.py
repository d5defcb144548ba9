"""Orders found by status, or by the beginning of a number, an address or a name.

Each page costs the same however many orders there are: it is read along one index from a place on.
"""

from collections.abc import Iterator
from typing import Any

from records.columns import LAST, Table, along
from records.database import rows
from records.tables import Order

# What can be searched -> the expression that there is an index over, see migration 0008.
SEARCHED = {
    "number": "o.number",
    "contact": "o.contact_email",
    "company": "lower(o.company_name)",
}
READ = 200  # rows at a time where a status is looked for among what was found
MOST = 1_000  # of them for one page


def newest(status: str, before: int | None, limit: int) -> list[Order]:
    """Orders of a status, or all where it is empty, the newest first."""
    conditions, values = ["1 = 1"], list[object]()
    if status:
        conditions.append("o.status = ?")
        values.append(status)
    if before is not None:
        conditions.append("o.id < ?")
        values.append(before)
    where = " AND ".join(conditions)
    return _read(f"WHERE {where} ORDER BY o.id DESC LIMIT ?", *values, limit)


def beginning(
    by: str, text: str, status: str, after: int | None, limit: int
) -> tuple[list[Order], int | None]:
    """Orders whose number, contact or company begins so, in its order, and from which one to go on.

    Of a status, if one is given: where few have it a page may be short, and others follow.
    """
    found: list[Order] = []
    looked_at = 0
    for order in _along(by, text, after, READ if status else limit + 1):
        if len(found) == limit or looked_at == MOST:
            return found, after
        after, looked_at = order.id, looked_at + 1
        if status in ("", order.status):
            found.append(order)
    return found, None


def _along(by: str, text: str, after: int | None, step: int) -> Iterator[Order]:
    """All of them, read along the index a few at a time."""
    same, further = along(SEARCHED[by])
    # Capitals count for no company; each database has its own idea of those beyond ASCII.
    begin = _value("lower(?)", text) if by == "company" else text
    value, last = begin, 0
    if after is not None:
        value, last = _value(SEARCHED[by], id_=after), after
    while value is not None:
        # First those with the very same text, then the next ones: no index is read in vain.
        read = _read(same, value, last, step)
        read += _read(further, value, begin + LAST, step - len(read)) if len(read) < step else []
        yield from read
        if len(read) < step:
            return
        value, last = _value(SEARCHED[by], id_=read[-1].id), read[-1].id


def _value(expression: str, *values: object, id_: int | None = None) -> Any:
    """What an expression says, of an order where one is named; None where there is no such."""
    if id_ is None:
        return rows(f"SELECT {expression}", *values)[0][0]
    found = rows(f"SELECT {expression} FROM orders o WHERE o.id = ?", id_)
    return found[0][0] if found else None


def _read(rest: str, *values: object) -> list[Order]:
    table: type[Table] = Order
    sql = f"SELECT {table.columns('o')} FROM orders o {rest}"
    return [Order.read(row) for row in rows(sql, *values)]
