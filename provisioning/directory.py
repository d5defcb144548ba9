"""What orders and decisions do to the directory. Each runs inside its caller's transaction."""

from collections.abc import Callable, Collection
from datetime import date
from itertools import chain, count

from matching import addresses, labels, names
from matching.sentences import TooLate, sentence
from provisioning.matches import CORE
from records import clock, directory, lookup, reindex, subscriptions
from records.counts import Rules
from records.database import db
from records.directory import OrganizationRow, UserRow
from records.subscriptions import SubscriptionRow

BATCH = 500
SAMPLE = 200  # organizations that are looked at to see whether the index follows today's rules

_IS_UNLISTED = sentence("It is unlisted already.")
_IS_LISTED = sentence("It is listed already.")


def _index_keys(name: str, label: str) -> tuple[str, Collection[str]]:
    return names.keys(name).core[:CORE], labels.cuts(name, label)


RULES = Rules(keys=_index_keys, label=addresses.label)


def is_indexed() -> bool:
    """Whether organizations are found by today's rules; they are not after the rules changed."""
    return reindex.is_current(RULES, SAMPLE)


index_size = reindex.size


def rebuild_index(progress: Callable[[int], object] = lambda _rows: None) -> tuple[int, int]:
    """Bring the index to today's rules; how many lookup rows were added and removed.

    Safe to run again, also after an interruption, and while the directory is used. `progress` is
    told how many more rows have been read, of about `index_size()`.
    """
    changed = []
    for one_pass in (reindex.add_missing, reindex.remove_obsolete):
        changed.append(0)
        for read, written in one_pass(RULES, BATCH):
            changed[-1] += written
            progress(read)
    return changed[0], changed[1]


def create_organization(
    ref: str, name: str, kind: str, origin: str, managed_by: int | None = None
) -> int:
    """A new organization, created today; its id. A ref that exists is never taken over.

    The caller has made sure that no other transaction creates organizations meanwhile.
    """
    manager = lookup.by_id(managed_by) if managed_by else None
    free = next(
        r for r in chain([ref], (f"{ref}-{n}" for n in count(2))) if not directory.ids_of([r])
    )
    row = OrganizationRow(
        free, name, kind, origin, clock.today(), managed_by=manager.ref if manager else None
    )
    directory.save_organizations([row], RULES)
    return directory.ids_of([free])[free]


def add_user(organization: int, email: str, name: str = "") -> None:
    """Somebody becomes a user; who is one already, or more, stays that."""
    row = UserRow(organization, email, name, added_here=True)
    directory.save_users([row], RULES, keep_approved=True)


def make_full_admin(organization: int, email: str, *, by_themselves: bool = False) -> None:
    """Somebody becomes a full admin by a decision made here: no file import takes that back.

    `by_themselves`: it is their own, from their own mailbox.
    """
    row = UserRow(organization, email, approved_here=True, added_here=not by_themselves)
    directory.save_users([row], RULES, keep_approved=True)


def taken(numbers: Collection[str]) -> bool:
    """Whether any of these subscription numbers belongs to somebody already."""
    return subscriptions.any_of(numbers)


def add_subscription(
    organization: int,
    *,
    number: str,
    product: str,
    quantity: int,
    status: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    order: int | None = None,
) -> None:
    """A subscription of an organization, by its number; `order`: which order it came from."""
    row = SubscriptionRow(organization, number, product, quantity, status, starts_on, ends_on)
    subscriptions.save_subscriptions([row])
    if order is not None:
        subscriptions.came_from(number, order)


def id_of(ref: str) -> int | None:
    """The organization with this ref; None when there is none."""
    return directory.ids_of([ref]).get(ref)


def set_unlisted(ref: str, unlisted: bool) -> None:
    """Unlist an organization, or list it again, as a sync that says so would; Refused if it is."""
    if not directory.set_unlisted(ref, unlisted, RULES):
        raise TooLate(_IS_UNLISTED if unlisted else _IS_LISTED)


def move_subscriptions(order: int, organization: int) -> None:
    """What came from an order belongs to another organization."""
    subscriptions.move(order, organization)


def start_due(today: date) -> int:
    """Make pending subscriptions active whose first day has come; how many. In batches."""
    started = 0
    while True:
        with db.atomic():
            batch = subscriptions.start_due(today, BATCH)
        started += batch
        if batch < BATCH:
            return started
