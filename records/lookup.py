"""Reading the directory for a match: every read is bounded, whatever the directory's size."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from records.database import first_row, rows
from records.tables import User

_COLUMNS = (
    "o.id, o.ref, o.name, o.kind, o.origin, o.created_on, o.last_active_on,"
    " o.users, o.admins, o.active_subscriptions"
)
_DOMAINS = 1_000
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


class Near(NamedTuple):
    """An entry of the index near a name: no more than it says by itself."""

    domain: str
    organization_id: int
    core: str


Sides = tuple[list[Near], list[Near]]


class Around(NamedTuple):
    """What one cut key finds, nearest first on either side: of the core key, and of the domain."""

    exact: Sides
    relatives: Sides


def around(
    label: str, cuts: Collection[str], domain: str, core: str, limit: int, *, relatives: bool
) -> list[Around]:
    """Entries with each of the cut keys: at exactly `domain`, and at others with this label.

    At most `limit` on each side, so that neither exact ones nor relatives push out the other.
    """
    ordered = sorted(cuts)
    bounds = [(domain, core), (domain, core), *([(domain,), (domain,)] if relatives else [])]
    values = [v for cut in ordered for bound in bounds for v in (label, cut, *bound, limit)]
    sides: list[list[Near]] = [[] for _cut in ordered for _side in range(4)]
    for place, *entry in rows(around_sql(len(ordered), relatives=relatives), *values):
        sides[place].append(Near._make(entry))
    return [
        Around((sides[n], sides[n + 1]), (sides[n + 2], sides[n + 3]))
        for n in range(0, len(sides), 4)
    ]


@cache
def around_sql(cuts: int, *, relatives: bool) -> str:
    """The statement for so many cut keys: each arm walks the index no further than its limit."""
    arms = [
        ("domain = ? AND core >= ?", "core, organization_id"),
        ("domain = ? AND core < ?", "core DESC, organization_id DESC"),
        *([("domain < ?", "domain DESC"), ("domain > ?", "domain")] if relatives else []),
    ]
    # Only inside a subquery may an arm of a union have its own order and limit.
    return " UNION ALL ".join(
        f"SELECT * FROM (SELECT {4 * cut + side}, domain, organization_id, core FROM lookup"
        f" WHERE label = ? AND cut = ? AND {condition} ORDER BY {order} LIMIT ?) AS arm{cut}{side}"
        for cut in range(cuts)
        for side, (condition, order) in enumerate(arms)
    )


def facts(places: Sequence[tuple[str, int]]) -> list[FoundRow]:
    """What a candidate says of each (domain, organization id), in their order."""
    if not places:
        return []
    given = (
        f"WITH given(domain, organization_id) AS (VALUES {', '.join(['(?, ?)'] * len(places))})"
        " SELECT domain, organization_id FROM given"
    )
    found = {
        (row.domain, row.organization.id): row
        for row in _found(given, [value for place in places for value in place])
    }
    return [found[place] for place in places if place in found]


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
    return _found(arm, [label, cut, domain, *after, limit], order)


def at_domain(domain: str, limit: int) -> list[FoundRow]:
    """Listed organizations with users at `domain`, whatever their name."""
    arm = (
        "SELECT d.domain, d.organization_id FROM organization_domain d"
        " JOIN organization u ON u.id = d.organization_id"
        " WHERE d.domain = ? AND NOT u.unlisted ORDER BY d.organization_id LIMIT ?"
    )
    return _found(arm, [domain, limit])


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
    return [(_organization(row), bool(row[10])) for row in rows(sql, email, limit)]


def partners_of(email: str) -> list[tuple[int, bool]]:
    """(partner organization, whether the directory or they themselves say so) for an address."""
    sql = (
        "SELECT o.id, u.added_here FROM user_account u JOIN organization o"
        " ON o.id = u.organization_id WHERE u.email = ? AND o.kind = 'partner' LIMIT 50"
    )
    return [(number, not added_here) for number, added_here in rows(sql, email)]


def partners_administered(email: str) -> list[int]:
    """The partner organizations that an address is full admin of, at this moment."""
    sql = (
        "SELECT o.id FROM user_account u JOIN organization o ON o.id = u.organization_id"
        " WHERE u.email = ? AND u.full_admin AND o.kind = 'partner' ORDER BY o.id LIMIT 20"
    )
    return [row[0] for row in rows(sql, email)]


def by_id(organization_id: int) -> OrganizationRow | None:
    """One organization's facts."""
    row = first_row(f"SELECT {_COLUMNS} FROM organization o WHERE o.id = ?", organization_id)
    return row and _organization(row)


def listed_at(organization_id: int, domain: str) -> FoundRow | None:
    """One organization, if it is listed and has users at a domain."""
    arm = (
        "SELECT d.domain, d.organization_id FROM organization_domain d"
        " JOIN organization u ON u.id = d.organization_id"
        " WHERE d.domain = ? AND d.organization_id = ? AND NOT u.unlisted"
    )
    return next(iter(_found(arm, [domain, organization_id])), None)


def domains_of(organization_id: int, limit: int) -> list[str]:
    """The domains of an organization's users, those with most of them first.

    Of one that has very many, so many are looked at.
    """
    sql = (
        "SELECT domain FROM (SELECT domain, users FROM organization_domain"
        " WHERE organization_id = ? LIMIT ?) AS d ORDER BY users DESC, domain LIMIT ?"
    )
    return [row[0] for row in rows(sql, organization_id, _DOMAINS, limit)]


def has_users_at(organization_id: int, domain: str) -> bool:
    """Whether anybody of an organization has an address at a domain."""
    sql = "SELECT 1 FROM organization_domain WHERE domain = ? AND organization_id = ?"
    return first_row(sql, domain, organization_id) is not None


def any_unlisted(ids: Collection[int]) -> bool:
    """Whether any of these organizations is unlisted."""
    if not ids:
        return False
    marks = ", ".join("?" * len(ids))
    return bool(rows(f"SELECT 1 FROM organization WHERE unlisted AND id IN ({marks})", *ids))


def full_admins_of(organization_id: int, limit: int | None = None) -> list[str]:
    """Addresses of an organization's full admins, in alphabetical order: all, or the first."""
    # The bare column in the condition is what the partial index is made for.
    sql = "SELECT email FROM user_account WHERE organization_id = ? AND full_admin ORDER BY email"
    if limit is not None:
        sql += f" LIMIT {int(limit)}"
    return [row[0] for row in rows(sql, organization_id)]


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


def _found(places: str, values: list[Any], order: str = "") -> list[FoundRow]:
    sql = f"SELECT {_COLUMNS}, k.domain, d.users FROM ({places}) AS k {_FACTS}{order}"
    return [FoundRow(_organization(row), row[10], row[11]) for row in rows(sql, *values)]


def _organization(row: Any) -> OrganizationRow:
    days = _day(row[5]), row[6] and _day(row[6])
    return OrganizationRow._make((*row[:5], *days, *row[7:10]))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
