"""Reading the directory for a match: every read is bounded, whatever the directory's size."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from records.database import db, is_postgresql
from records.tables import User

_COLUMNS = (
    "o.id, o.ref, o.name, o.kind, o.origin, o.created_on, o.last_active_on,"
    " o.users, o.admins, o.active_subscriptions"
)
_FACTS = (
    "JOIN organization o ON o.id = k.organization_id"
    " JOIN organization_domain d ON d.domain = k.domain AND d.organization_id = k.organization_id"
)


class OrganizationRow(NamedTuple):
    """What a candidate says of an organization."""

    id: int
    ref: str
    name: str
    kind: str
    origin: str
    created_on: date
    last_active_on: date | None
    users: int
    admins: int
    active_subscriptions: int


class FoundRow(NamedTuple):
    """An organization, the domain it was found by, and how many of its users are there."""

    organization: OrganizationRow
    domain: str
    users_there: int


def nearest(
    label: str, cuts: Collection[str], domain: str, core: str, limit: int
) -> list[FoundRow]:
    """Organizations with one of the cut keys and a user at exactly `domain`.

    At most `limit` on either side of `core`, in the index's order, for each cut key.
    """
    arms: list[str] = []
    values: list[Any] = []
    for cut in sorted(cuts):
        for side, order in (
            (">=", "core, organization_id"),
            ("<", "core DESC, organization_id DESC"),
        ):
            arms.append(_bounded(f"domain = ? AND core {side} ?", order, len(arms)))
            values += [label, cut, domain, core, limit]
    return _found(arms, values)


def relatives(label: str, cuts: Collection[str], domain: str, limit: int) -> list[FoundRow]:
    """The same for every other domain with this label; exact ones cannot push these out."""
    arms: list[str] = []
    values: list[Any] = []
    for cut in sorted(cuts):
        for side, order in (("<", "DESC"), (">", "ASC")):
            arms.append(_bounded(f"domain {side} ?", f"domain {order}", len(arms)))
            values += [label, cut, domain, limit]
    return _found(arms, values)


def following(
    label: str, cut: str, domain: str, after: tuple[str, int], limit: int
) -> list[FoundRow]:
    """Organizations with this cut key at `domain`, in the index's order after (core, id)."""
    arm = (
        "SELECT domain, organization_id, core FROM lookup"
        " WHERE label = ? AND cut = ? AND domain = ?"
        " AND (core, organization_id) > (?, ?) ORDER BY core, organization_id LIMIT ?"
    )
    order = " ORDER BY k.core, k.organization_id"
    return _found([arm], [label, cut, domain, *after, limit], order)


def at_domain(domain: str, limit: int) -> list[FoundRow]:
    """Listed organizations with users at `domain`, whatever their name."""
    arm = (
        "SELECT d.domain, d.organization_id FROM organization_domain d"
        " JOIN organization u ON u.id = d.organization_id"
        " WHERE d.domain = ? AND NOT u.unlisted ORDER BY d.organization_id LIMIT ?"
    )
    return _found([arm], [domain, limit])


def organizations_of(
    email: str, limit: int, *, own: bool = True
) -> list[tuple[OrganizationRow, bool]]:
    """(organization, is full admin there) for an address; where it is admin first.

    Unlisted ones only to who is the address (`own`), and only where it is admin: elsewhere they
    must not take the place of a listed one either.
    """
    visible = "(u.full_admin OR NOT o.unlisted)" if own else "NOT o.unlisted"
    sql = (
        f"SELECT {_COLUMNS}, u.full_admin FROM user_account u"
        " JOIN organization o ON o.id = u.organization_id"
        f" WHERE u.email = ? AND {visible} ORDER BY u.full_admin DESC, o.id DESC LIMIT ?"
    )
    return [(_organization(row), bool(row[10])) for row in _rows(sql, [email, limit])]


def by_id(organization_id: int) -> OrganizationRow | None:
    """One organization's facts."""
    rows = _rows(f"SELECT {_COLUMNS} FROM organization o WHERE o.id = ?", [organization_id])
    return next((_organization(row) for row in rows), None)


def listed_at(organization_id: int, domain: str) -> FoundRow | None:
    """One organization, if it is listed and has users at a domain."""
    arm = (
        "SELECT d.domain, d.organization_id FROM organization_domain d"
        " JOIN organization u ON u.id = d.organization_id"
        " WHERE d.domain = ? AND d.organization_id = ? AND NOT u.unlisted"
    )
    return next(iter(_found([arm], [domain, organization_id])), None)


def domains_of(organization_id: int, limit: int) -> list[str]:
    """The domains of an organization's users, those with most of them first."""
    sql = (
        "SELECT domain FROM organization_domain WHERE organization_id = ?"
        " ORDER BY users DESC, domain LIMIT ?"
    )
    return [row[0] for row in _rows(sql, [organization_id, limit])]


def has_users_at(organization_id: int, domain: str) -> bool:
    """Whether anybody of an organization has an address at a domain."""
    sql = "SELECT 1 FROM organization_domain WHERE domain = ? AND organization_id = ?"
    return bool(_rows(sql, [domain, organization_id]))


def any_unlisted(ids: Collection[int]) -> bool:
    """Whether any of these organizations is unlisted."""
    if not ids:
        return False
    marks = ", ".join("?" * len(ids))
    return bool(_rows(f"SELECT 1 FROM organization WHERE unlisted AND id IN ({marks})", [*ids]))


def full_admins_of(organization_id: int) -> list[str]:
    """Addresses of an organization's full admins, in alphabetical order."""
    # The bare column in the condition is what the partial index is made for.
    sql = "SELECT email FROM user_account WHERE organization_id = ? AND full_admin ORDER BY email"
    return [row[0] for row in _rows(sql, [organization_id])]


def is_user(organization_id: int, email: str) -> bool:
    """Whether an address has an account in an organization at this moment."""
    mine = (User.organization == organization_id) & (User.email == email)
    return bool(User.select().where(mine).exists())


def is_full_admin(organization_id: int, email: str) -> bool:
    """Whether the directory says so at this moment."""
    found = User.select(User.full_admin).where(
        (User.organization == organization_id) & (User.email == email)
    )
    return any(user.full_admin for user in found)


def _bounded(condition: str, order: str, number: int) -> str:
    """One arm of a union; only inside a subquery may an arm have its own order and limit."""
    rows = f"SELECT domain, organization_id FROM lookup WHERE label = ? AND cut = ? AND {condition}"
    return f"SELECT * FROM ({rows} ORDER BY {order} LIMIT ?) AS arm{number}"


def _found(arms: Iterable[str], values: list[Any], order: str = "") -> list[FoundRow]:
    union = " UNION ALL ".join(arms)
    sql = f"SELECT {_COLUMNS}, k.domain, d.users FROM ({union}) AS k {_FACTS}{order}"
    rows = _rows(sql, values)
    return [FoundRow(_organization(row), row[10], row[11]) for row in rows]


def _rows(sql: str, values: list[Any]) -> list[Any]:
    statement = sql.replace("?", "%s") if is_postgresql() else sql
    return list(db.execute_sql(statement, values))


def _organization(row: Any) -> OrganizationRow:
    days = _day(row[5]), row[6] and _day(row[6])
    return OrganizationRow._make((*row[:5], *days, *row[7:10]))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
