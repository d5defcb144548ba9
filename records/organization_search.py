"""Organizations as people look for them, and the lists of one of them.

Each page is read along one index from a place on, so that it costs the same however many there are.
"""

from typing import Any

from records.columns import LAST, Table, along
from records.database import first_row, rows
from records.tables import (
    AccessRequest,
    Order,
    Organization,
    OutboxRow,
    Subscription,
    User,
)

NAME = "lower(o.name)"  # that there is an index over


def by_id(organization_id: int) -> Organization | None:
    return Organization.get_or_none(Organization.id == organization_id)


def newest(before: int | None, limit: int) -> list[Organization]:
    """All of them, the newest first, from before one on."""
    if before is None:
        found = _read("ORDER BY o.id DESC LIMIT ?", limit)
    else:
        found = _read("WHERE o.id < ? ORDER BY o.id DESC LIMIT ?", before, limit)
    return [organization for _place, organization in found]


def found(
    by: str, text: str, after: int | None, limit: int
) -> tuple[list[Organization], int | None]:
    """Those whose name begins so, or of this very ref, domain or user's address.

    And the place to go on from; None where there are no more.
    """
    if by == "name":
        listed = _beginning(text, after, limit + 1)
    else:
        rest = f"JOIN ({WHOLE[by]}) AS f ON f.which = o.id ORDER BY f.id"
        listed = _read(rest, text, after or 0, limit + 1, place="f.id")
    more = listed[limit - 1][0] if len(listed) > limit else None
    return [organization for _place, organization in listed[:limit]], more


# What is searched for as a whole -> what finds (place to go on from, organization). A join that is
# not told to read this first may begin with the first organization of all.
WHOLE = {
    "ref": "SELECT id, id AS which FROM organization WHERE ref = ? AND id > ? ORDER BY id LIMIT ?",
    "domain": (
        "SELECT organization_id AS id, organization_id AS which FROM organization_domain"
        " WHERE domain = ? AND organization_id > ? ORDER BY organization_id LIMIT ?"
    ),
    "address": (
        "SELECT id, organization_id AS which FROM user_account"
        " WHERE email = ? AND id > ? ORDER BY id LIMIT ?"
    ),
}


def _beginning(text: str, after: int | None, limit: int) -> list[tuple[int, Organization]]:
    """First those with the very same name, then the next ones: no index is read in vain."""
    # Capitals count for nothing; each database has its own idea of those beyond ASCII.
    begin = value = first_row("SELECT lower(?)", text)[0]
    if after is not None:
        last = first_row("SELECT lower(name) FROM organization WHERE id = ?", after)
        value = last[0] if last else ""
    if not value.startswith(begin):
        return []  # the place is none of this list
    same, further = along(NAME)
    listed = _read(same, value, after or 0, limit)
    if len(listed) < limit:
        listed += _read(further, value, begin + LAST, limit - len(listed))
    return listed


def _read(rest: str, *values: object, place: str = "o.id") -> list[tuple[int, Organization]]:
    table: type[Table] = Organization
    found = rows(f"SELECT {place}, {table.columns('o')} FROM organization o {rest}", *values)
    return [(row[0], Organization.read(row[1:])) for row in found]


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


def notices(organization_id: int, before: int | None, limit: int) -> list[OutboxRow]:
    """Letters about what was asked of its administrators: those of the newest request first."""
    return _letters(organization_id, AccessRequest, before, limit)


def letters(organization_id: int, before: int | None, limit: int) -> list[OutboxRow]:
    """All other letters about its orders: those of the newest order first."""
    return _letters(organization_id, Order, before, limit)


def _letters(organization_id: int, of: Any, before: int | None, limit: int) -> list[OutboxRow]:
    """First what they are about, then their letters: as one question it may begin with any."""
    place = None if before is None else _about(of, before)
    found: list[OutboxRow] = []
    while len(found) < limit:
        about = _newest(of.select(of.id), of, organization_id, place and place + 1, limit)
        ids = [number for (number,) in about.tuples()]
        if not ids:
            break
        found += list(letters_about(of, ids, place, before, limit - len(found)))
        place, before = ids[-1] - 1, None
    return found


def _about(of: Any, letter: int) -> int:
    """What a letter is about; 0 for one of nothing."""
    column = OutboxRow.request if of is AccessRequest else OutboxRow.order
    row = OutboxRow.select(column).where(OutboxRow.id == letter).tuples().first()
    return (row and row[0]) or 0


def letters_about(
    of: Any, ids: list[int], place: int | None, before: int | None, limit: int
) -> Any:
    """The letters about some requests, or about some orders and no request.

    After the letter `before` about `place`, where these are given.
    """
    query = OutboxRow.select(OutboxRow, Order).left_outer_join(Order)
    about = OutboxRow.request if of is AccessRequest else OutboxRow.order
    query = query.where(about.in_(ids) & OutboxRow.endpoint.is_null())
    query = query.where(OutboxRow.request.is_null()) if of is Order else query
    if before is not None:
        query = query.where((about < place) | (OutboxRow.id < before))
    return query.order_by(about.desc(), OutboxRow.id.desc()).limit(limit)
