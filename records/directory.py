"""The directory's write side: each function takes many rows and keeps counts and lookup rows exact.

All of them run inside the caller's transaction. What they lock, they lock in one order
(subscriptions by number, then organizations by id), so that no two wait for each other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from records import bulk, counts
from records.counts import Listing, Person, Rules
from records.database import one_at_a_time


class Saved(NamedTuple):
    """How many rows were new, differed, and were as stored already."""

    added: int
    changed: int
    unchanged: int


class OrganizationRow(NamedTuple):
    """None says nothing: what is stored stays. `managed_by` is a ref, empty for nobody."""

    ref: str
    name: str
    kind: str
    origin: str
    created_on: date
    last_active_on: date | None = None
    unlisted: bool | None = None
    managed_by: str | None = None


class UserRow(NamedTuple):
    """An empty name and None say nothing. `approved_here`: made full admin by a decision here.

    `added_here`: named here, by neither the directory nor themselves.
    """

    organization: int
    email: str
    name: str = ""
    full_admin: bool | None = None
    approved_here: bool = False
    added_here: bool = False


_ORGANIZATION = (
    "ref, name, kind, origin, created_on, last_active_on, unlisted,"
    " users, admins, active_subscriptions"
)
_USER = "organization_id, email, name, full_admin, approved_here, added_here"


def ids_of(refs: Iterable[str]) -> dict[str, int]:
    """The ids of the organizations that have these refs."""
    sql = "SELECT ref, id FROM organization WHERE ref IN (VALUES {rows})"
    return dict(bulk.read(sql, [(ref,) for ref in sorted(set(refs))]))


def save_organizations(
    rows: Sequence[OrganizationRow], rules: Rules
) -> tuple[Saved, frozenset[str]]:
    """Insert or update by ref, and answer the refs whose `managed_by` is nobody's ref.

    Users, admins and active subscriptions stay as they are. Of rows with one ref the last wins.
    """
    wanted = {row.ref: row for row in rows}
    if len(ids_of(wanted)) < len(wanted):
        one_at_a_time("create organization")
    ids, before = _organizations(wanted)
    after = {ref: _said(row, before.get(ref)) for ref, row in wanted.items()}
    differing = sorted(ref for ref, row in after.items() if row != before.get(ref))
    bulk.insert(
        "organization",
        _ORGANIZATION,
        [(*after[ref][:7], 0, 0, 0) for ref in differing if ref not in before],
    )
    bulk.write(
        f"INSERT INTO organization ({_ORGANIZATION}) VALUES {{rows}} ON CONFLICT (ref) DO UPDATE"
        " SET name = excluded.name, kind = excluded.kind, origin = excluded.origin,"
        " created_on = excluded.created_on, last_active_on = excluded.last_active_on,"
        " unlisted = excluded.unlisted",
        [(*after[ref][:7], 0, 0, 0) for ref in differing if ref in before],
    )
    unknown = _save_managers(
        {
            ref: after[ref].managed_by or ""
            for ref in differing
            if after[ref].managed_by != (before[ref].managed_by if ref in before else "")
        }
    )
    counts.relist(
        {ids[ref]: _listing(row) for ref, row in before.items()},
        {ids[ref]: _listing(after[ref]) for ref in before},
        rules,
    )
    added = len(wanted) - len(before)
    return Saved(added, len(differing) - added, len(rows) - len(differing)), unknown


def set_unlisted(ref: str, unlisted: bool, rules: Rules) -> bool:
    """Unlist an organization, or list it again; False when it is so already, or is not there.

    All else that is stored of it stays: it is held from here on until the transaction ends.
    """
    row = _organizations([ref])[1].get(ref)
    if row is None or row.unlisted is unlisted:
        return False
    save_organizations([row._replace(unlisted=unlisted)], rules)
    return True


def _organizations(
    refs: Collection[str],
) -> tuple[dict[str, int], dict[str, OrganizationRow]]:
    """Ids and rows of the organizations that have these refs, held until the transaction ends."""
    found = bulk.read(
        "SELECT o.id, o.ref, o.name, o.kind, o.origin, o.created_on, o.last_active_on, o.unlisted,"
        " (SELECT m.ref FROM organization m WHERE m.id = o.managed_by_id) FROM organization o"
        " WHERE o.ref IN (VALUES {rows}) ORDER BY o.id {held}",
        [(ref,) for ref in sorted(refs)],
    )
    ids, rows = {}, {}
    for number, ref, *plain, created_on, active_on, unlisted, manager in found:
        days = bulk.day(created_on), bulk.day(active_on)
        ids[ref] = number
        rows[ref] = OrganizationRow._make((ref, *plain, *days, bool(unlisted), manager or ""))
    return ids, rows


def _said(row: OrganizationRow, before: OrganizationRow | None) -> OrganizationRow:
    """The row, with what is stored where it says nothing."""
    stored = before or row._replace(unlisted=False, managed_by="")
    return row._replace(
        last_active_on=row.last_active_on or stored.last_active_on,
        unlisted=stored.unlisted if row.unlisted is None else row.unlisted,
        managed_by=stored.managed_by if row.managed_by is None else row.managed_by,
    )


def _save_managers(managers: Mapping[str, str]) -> frozenset[str]:
    known = ids_of(manager for manager in managers.values() if manager)
    bulk.write(
        "WITH change(ref, manager) AS (VALUES {rows}) UPDATE organization"
        " SET managed_by_id = CAST(change.manager AS INTEGER) FROM change"
        " WHERE organization.ref = change.ref",
        [(ref, known.get(managers[ref])) for ref in sorted(managers)],
    )
    return frozenset(ref for ref, manager in managers.items() if manager and manager not in known)


def _listing(row: OrganizationRow) -> Listing:
    return Listing(row.name, bool(row.unlisted))


def save_users(rows: Sequence[UserRow], rules: Rules, *, keep_approved: bool) -> Saved:
    """Insert or update by organization and address. Of rows with one key the last wins.

    `keep_approved`: who was approved here stays a full admin, whatever the row says.
    """
    wanted: dict[Person, UserRow] = {(row[0], row[1]): row for row in rows}
    listings = counts.locked(organization for organization, _email in wanted)
    before = _users(person for person in wanted if not listings[person[0]].is_empty)
    after: dict[Person, UserRow] = {}
    for person in sorted(wanted):
        stored = before.get(person)
        row = _merged(wanted[person], stored, keep_approved)
        if row != stored:
            after[person] = row
    bulk.insert(
        "user_account", _USER, [row for person, row in after.items() if person not in before]
    )
    bulk.write(
        f"INSERT INTO user_account ({_USER}) VALUES {{rows}}"
        " ON CONFLICT (organization_id, email) DO UPDATE SET name = excluded.name,"
        " full_admin = excluded.full_admin, approved_here = excluded.approved_here,"
        " added_here = excluded.added_here",
        [row for person, row in after.items() if person in before],
    )
    counts.count_users(
        {person: bool(row.full_admin) for person, row in before.items()},
        {person: bool(row.full_admin) for person, row in after.items()},
        listings,
        rules,
    )
    added = len(wanted) - len(before)
    return Saved(added, len(after) - added, len(rows) - len(after))


def remove_users(people: Collection[Person], rules: Rules) -> int:
    """Take users out of their organizations, approved here or not; how many there were."""
    listings = counts.locked(organization for organization, _email in people)
    before = _users(people)
    bulk.write(
        "DELETE FROM user_account WHERE (organization_id, email) IN (VALUES {rows})",
        sorted(before),
    )
    were_admins = {person: bool(row.full_admin) for person, row in before.items()}
    counts.count_users(were_admins, dict.fromkeys(before), listings, rules)
    return len(before)


def _users(people: Iterable[Person]) -> dict[Person, UserRow]:
    found = bulk.read(
        f"SELECT {_USER} FROM user_account WHERE (organization_id, email) IN (VALUES {{rows}})",
        sorted(people),
    )
    return {
        (row[0], row[1]): UserRow(row[0], row[1], row[2], *map(bool, row[3:6])) for row in found
    }


def _merged(row: UserRow, before: UserRow | None, keep_approved: bool) -> UserRow:
    if before is None:
        if not row.approved_here and row.full_admin is not None:
            return row
        is_admin = row.approved_here or bool(row.full_admin)
        return row._replace(full_admin=is_admin)
    approved = row.approved_here or (keep_approved and before.approved_here)
    full_admin = approved or bool(before.full_admin if row.full_admin is None else row.full_admin)
    return UserRow(
        row.organization,
        row.email,
        row.name or before.name,
        full_admin,
        approved or (before.approved_here and full_admin),
        before.added_here and row.added_here,
    )
