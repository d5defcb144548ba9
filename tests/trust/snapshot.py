"""Everything that is stored, as plain rows: read in a millisecond, compared as a whole."""

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from records.database import db
from records.tables import (
    Lookup,
    MagicLink,
    OrderLine,
    Organization,
    OrganizationDomain,
    Session,
)

Pair = tuple[int, str]  # an organization and an address
Row = TypeVar("Row")


class OrderRow(NamedTuple):
    id: int
    number: str
    status: str
    stopped_from: str | None
    contact_email: str
    contact_role: str
    placed_role: str
    expires_at: int
    purpose: str | None
    company_name: str
    admin_email: str | None
    organization_id: int | None
    create_new: bool
    partner_organization_id: int | None
    offered: str


class RequestRow(NamedTuple):
    id: int
    kind: str
    order_id: int
    organization_id: int
    person_email: str
    requester_email: str
    requester_proven: bool
    message: str
    status: str
    asked_at: int
    expires_at: int
    decided_at: int | None
    decided_by: str | None
    note: str


class MappingRow(NamedTuple):
    id: int
    order_id: int
    organization_id: int
    decided_by: str
    decided_at: int
    why: str


class SubscriptionRow(NamedTuple):
    id: int
    organization_id: int
    number: str
    product: str
    quantity: int
    status: str
    order_id: int | None


class HistoryRow(NamedTuple):
    id: int
    order_id: int
    at: int
    who: str
    what: str
    why: str


class MailRow(NamedTuple):
    id: int
    letter: str
    recipient: str
    order_id: int | None
    request_id: int | None
    link_id: int | None
    facts: str


class UserRow(NamedTuple):
    organization_id: int
    email: str
    full_admin: bool
    approved_here: bool


@dataclass(frozen=True)
class Snapshot:
    """Two are equal when nothing changed but pure bookkeeping."""

    orders: dict[int, OrderRow]
    requests: dict[int, RequestRow]
    mappings: list[MappingRow]
    subscriptions: list[SubscriptionRow]
    history: list[HistoryRow]
    mails: list[MailRow]
    users: list[UserRow]
    rest: list[list[Any]]

    @property
    def admins(self) -> set[Pair]:
        return {(u.organization_id, u.email) for u in self.users if u.full_admin}

    def number(self, number: str) -> OrderRow:
        return next(o for o in self.orders.values() if o.number == number)


# Each with the number of columns that tell its rows apart.
_REST = (
    (Organization, 1),
    (OrganizationDomain, 2),
    (Lookup, 5),
    (OrderLine, 1),
    (MagicLink, 1),
    (Session, 1),
)


def taken() -> Snapshot:
    """What is stored at this moment."""
    return Snapshot(
        orders={row.id: row for row in _rows("orders", OrderRow)},
        requests={row.id: row for row in _rows("access_request", RequestRow)},
        mappings=_rows("mapping", MappingRow),
        subscriptions=_rows("subscription", SubscriptionRow),
        history=_rows("history", HistoryRow),
        mails=_rows("outbox_row", MailRow),
        users=sorted(_rows("user_account", UserRow, "organization_id, email")),
        rest=[_raw(_columns(table), _name(table), _by_first(columns)) for table, columns in _REST],
    )


def _rows(table: str, row: type[Row], order: str = "id") -> list[Row]:
    names: Any = row
    found = _raw(", ".join(names._fields), table, f" ORDER BY {order}")
    return [names._make(one) for one in found]


def _raw(columns: str, table: str, tail: str = "") -> list[Any]:
    return list(db.execute_sql(f'SELECT {columns} FROM "{table}"{tail}'))


def _columns(table: Any) -> str:
    """All but for when a notice was looked at, from which nothing follows."""
    names = [field.column_name for field in table._meta.sorted_fields]
    return ", ".join(f'"{name}"' for name in names if name != "opened_at")


def _by_first(columns: int) -> str:
    return f" ORDER BY {', '.join(str(column + 1) for column in range(columns))}"


def _name(table: Any) -> str:
    return str(table._meta.table_name)
