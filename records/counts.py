"""What follows from the directory's rows and is kept as they change: counts and lookup rows."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, TypeAlias, TypeVar

from records import bulk

Place: TypeAlias = tuple[str, int]  # a domain, and an organization with users there
Person: TypeAlias = tuple[int, str]  # an organization, and an address
LookupRow: TypeAlias = tuple[str, str, str, str, int]
Key = TypeVar("Key")


class Rules(NamedTuple):
    """What lookup rows follow from, handed in by the caller: the label of a domain, and (core, cut
    keys) of a name at a label."""

    keys: Callable[[str, str], tuple[str, Collection[str]]]
    label: Callable[[str], str]


class Listing(NamedTuple):
    """How an organization stands in the index. `is_empty`: it is known that nobody is a user."""

    name: str
    unlisted: bool
    is_empty: bool = False


def locked(organizations: Iterable[int]) -> dict[int, Listing]:
    """These organizations, each held until the transaction ends, in the order of their ids."""
    found = bulk.read(
        "SELECT id, name, unlisted, users FROM organization WHERE id IN (VALUES {rows})"
        " ORDER BY id {held}",
        [(number,) for number in sorted(set(organizations))],
    )
    return {
        number: Listing(name, bool(unlisted), users == 0) for number, name, unlisted, users in found
    }


def count_users(
    before: Mapping[Person, bool],
    after: Mapping[Person, bool | None],
    listings: Mapping[int, Listing],
    rules: Rules,
) -> None:
    """Follow users that came, left (None) or changed; the values say who is a full admin."""
    users: Counter[int] = Counter()
    admins: Counter[int] = Counter()
    places: Counter[Place] = Counter()
    for person, is_admin in after.items():
        was_admin = before.get(person)
        number, email = person
        if is_admin is not was_admin:
            admins[number] += bool(is_admin) - bool(was_admin)
        come = (is_admin is not None) - (was_admin is not None)
        if come:
            users[number] += come
            places[email.rpartition("@")[2], number] += come
    bulk.write(
        "WITH change(id, users, admins) AS (VALUES {rows}) UPDATE organization"
        " SET users = organization.users + change.users,"
        " admins = organization.admins + change.admins FROM change"
        " WHERE organization.id = change.id",
        [(number, users[number], admins[number]) for number in sorted(_moved(users, admins))],
    )
    _count_places(places, listings, rules)


def count_active(changes: Counter[int]) -> None:
    """Add to the active subscriptions of organizations."""
    bulk.write(
        "WITH change(id, active) AS (VALUES {rows}) UPDATE organization"
        " SET active_subscriptions = active_subscriptions + change.active FROM change"
        " WHERE organization.id = change.id",
        [(number, changes[number]) for number in sorted(_moved(changes))],
    )


def relist(before: Mapping[int, Listing], after: Mapping[int, Listing], rules: Rules) -> None:
    """Follow organizations that were renamed, listed or unlisted."""
    changed = sorted(number for number, listing in after.items() if listing != before[number])
    places: list[Place] = [
        (domain, number)
        for domain, number in bulk.read(
            "SELECT domain, organization_id FROM organization_domain"
            " WHERE organization_id IN (VALUES {rows})",
            [(number,) for number in changed],
        )
    ]
    replace_lookup_rows(lookup_rows(places, before, rules), lookup_rows(places, after, rules))


def _count_places(places: Counter[Place], listings: Mapping[int, Listing], rules: Rules) -> None:
    moved = sorted(_moved(places))
    new = [place for place in moved if listings[place[1]].is_empty]
    bulk.insert(
        "organization_domain",
        "domain, organization_id, users",
        [(*place, places[place]) for place in new],
    )
    found = bulk.read(
        "INSERT INTO organization_domain (domain, organization_id, users) VALUES {rows}"
        " ON CONFLICT (domain, organization_id) DO UPDATE"
        " SET users = organization_domain.users + excluded.users"
        " RETURNING domain, organization_id, users",
        [(*place, places[place]) for place in moved if not listings[place[1]].is_empty],
    )
    new += [(domain, number) for domain, number, users in found if users == places[domain, number]]
    gone = [(domain, number) for domain, number, users in found if users == 0]
    bulk.write(
        "DELETE FROM organization_domain WHERE (domain, organization_id) IN (VALUES {rows})", gone
    )
    replace_lookup_rows(lookup_rows(gone, listings, rules), lookup_rows(new, listings, rules))


def lookup_rows(
    places: Iterable[Place], listings: Mapping[int, Listing], rules: Rules
) -> set[LookupRow]:
    """What these places are found by."""
    rows: set[LookupRow] = set()
    for domain, number in places:
        if not listings[number].unlisted:
            label = rules.label(domain)
            core, cuts = rules.keys(listings[number].name, label)
            rows.update((label, cut, domain, core, number) for cut in cuts)
    return rows


def replace_lookup_rows(old: set[LookupRow], new: set[LookupRow]) -> None:
    """Write what differs between the two."""
    bulk.write(
        "DELETE FROM lookup WHERE (label, cut, domain, core, organization_id) IN (VALUES {rows})",
        sorted(old - new),
    )
    bulk.write(
        "INSERT INTO lookup (label, cut, domain, core, organization_id) VALUES {rows}"
        " ON CONFLICT DO NOTHING",  # an index of older rules may hold some of them
        sorted(new - old),
    )


def _moved(*counters: Counter[Key]) -> set[Key]:
    return {key for counter in counters for key, change in counter.items() if change}
