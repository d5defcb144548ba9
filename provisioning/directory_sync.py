"""The directory, told one by one or line by line by the seller's own system.

What it says of one person counts against what was decided here; a long list of lines is taken like
a file, which never takes an administrator back.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, TypeVar

from config import Settings
from matching.sentences import Refused, Sentence, sentence
from provisioning import decisions, orders
from provisioning.directory import RULES
from provisioning.directory_files import Fields, Line, json_lines, short
from provisioning.directory_rows import ORGANIZATIONS, SUBSCRIPTIONS, USERS, Kind
from records import directory, subscriptions
from records.database import db
from records.directory import OrganizationRow, UserRow
from records.subscriptions import SubscriptionRow

BATCH = 500
Row = TypeVar("Row")


class Unknown(Refused):
    """What the address names does not exist."""


class LineResult(NamedTuple):
    """What became of one line; `refused` is None for one that is stored."""

    line: int
    refused: Refused | None = None


def put_organization(fields: Fields) -> tuple[OrganizationRow, bool]:
    """Store an organization; what was stored, and whether it is new."""
    _ref, row = ORGANIZATIONS.row(fields)
    with db.atomic():
        saved, unmanaged = directory.save_organizations([row], RULES)
        if unmanaged:
            raise Refused(_no_manager(row), "managed_by")
    return row, saved.added > 0


def put_user(fields: Fields, settings: Settings) -> tuple[UserRow, bool]:
    """Store what somebody is in an organization, whoever decided otherwise before."""
    ref, row = USERS.row(fields)
    with db.atomic():
        row = row._replace(organization=_id_of(ref))
        saved = directory.save_users([row], RULES, keep_approved=False)
    orders.name_partners([row.email])
    decisions.resume_granted(settings)
    return row, saved.added > 0


def remove_user(ref: str, email: str) -> None:
    """Take somebody out of an organization; Unknown when nobody of that address is there."""
    with db.atomic():
        if not directory.remove_users([(_id_of(ref), email)], RULES):
            raise Unknown(sentence("There is no such user in this organization."))


def put_subscription(fields: Fields) -> tuple[SubscriptionRow, bool]:
    """Store a subscription by its number, whichever organization had it."""
    ref, row = SUBSCRIPTIONS.row(fields)
    with db.atomic():
        row = row._replace(organization=_id_of(ref))
        saved = subscriptions.save_subscriptions([row])
    return row, saved.added > 0


def bring_organizations(file: BinaryIO) -> Iterator[list[LineResult]]:
    """Store organizations from JSON lines as they arrive, batch by batch."""
    for results, rows in _batches(file, ORGANIZATIONS):
        with db.atomic():
            _saved, unmanaged = directory.save_organizations([row for *_, row in rows], RULES)
        for line, ref, row in rows:
            refused = Refused(_no_manager(row), "managed_by") if ref in unmanaged else None
            results.append(LineResult(line, refused))
        yield sorted(results, key=lambda result: result.line)


def bring_users(file: BinaryIO, settings: Settings) -> Iterator[list[LineResult]]:
    """The same for users; whoever waits for one of them to be an administrator goes on then."""
    for results, rows in _batches(file, USERS):
        with db.atomic():
            ids = directory.ids_of(ref for _line, ref, _row in rows)
            known = [row._replace(organization=ids[ref]) for _l, ref, row in rows if ref in ids]
            directory.save_users(known, RULES, keep_approved=True)
        orders.name_partners([row.email for row in known])
        for line, ref, _row in rows:
            results.append(LineResult(line, None if ref in ids else _unknown(ref)))
        yield sorted(results, key=lambda result: result.line)
    decisions.resume_granted(settings)


def _batches(
    file: BinaryIO, kind: Kind[Row]
) -> Iterator[tuple[list[LineResult], list[tuple[int, str, Row]]]]:
    """(refused lines, good lines with their organization's ref and row), some at a time."""
    lines = json_lines(file)
    while batch := list(islice(lines, BATCH)):
        refused: list[LineResult] = []
        rows: list[tuple[int, str, Row]] = []
        for line in batch:
            try:
                rows.append((line.number, *kind.row(_fields(line))))
            except Refused as reason:
                refused.append(LineResult(line.number, reason))
        yield refused, rows


def _fields(line: Line) -> Fields:
    if isinstance(line.fields, Refused):
        raise line.fields
    return line.fields


def _id_of(ref: str) -> int:
    found = directory.ids_of([ref]).get(ref)
    if found is None:
        raise _unknown(ref)
    return found


def _unknown(ref: str) -> Unknown:
    reason = "There is no organization with the ref “%(ref)s”."
    return Unknown(sentence(reason, ref=short(ref)), "organization_ref")


def _no_manager(row: OrganizationRow) -> Sentence:
    reason = "There is no organization %(ref)s to manage this one, which has none now."
    return sentence(reason, ref=short(row.managed_by or ""))


def as_text(given: dict[str, Any]) -> Fields:
    """Values of JSON as the text fields of a directory file say them; what is null says nothing."""
    return {
        name: str(int(value)) if isinstance(value, bool) else str(value)
        for name, value in given.items()
        if value is not None
    }
