"""The directory's write side: upserts, and counts that stay exact whatever changes."""

import random
from datetime import date

import hypothesis
import pytest
from hypothesis import strategies

from provisioning.directory import RULES
from records import clock, directory
from records.database import db
from records.directory import OrganizationRow, UserRow, ids_of, remove_users, save_organizations
from records.subscriptions import SubscriptionRow, came_from, save_subscriptions, start_due
from records.tables import Lookup, Order, Organization, Subscription, User
from tests.records.recount import assert_exact

pytestmark = pytest.mark.usefixtures("empty_database")
DAY = date(2020, 3, 1)


def save_organization(ref="acme", name="The Acme Corporation", **values) -> int:
    save_organizations([OrganizationRow(ref, name, "customer", "direct", DAY, **values)], RULES)
    return ids_of([ref])[ref]


def save_users(*rows, keep_approved=True):
    with db.atomic():
        return directory.save_users(rows, RULES, keep_approved=keep_approved)


def the_organization(ref="acme") -> Organization:
    return Organization.get(Organization.ref == ref)


def test_an_organization_is_inserted_once_and_updated_by_ref():
    row = OrganizationRow("acme", "Acme", "customer", "trial", DAY)
    assert save_organizations([row], RULES) == ((1, 0, 0), frozenset())
    assert save_organizations([row], RULES) == ((0, 0, 1), frozenset())
    later = row._replace(name="Acme GmbH", origin="online", last_active_on=date(2026, 1, 2))
    assert save_organizations([later], RULES) == ((0, 1, 0), frozenset())
    stored = the_organization()
    assert (stored.name, stored.origin, stored.last_active_on) == (
        "Acme GmbH",
        "online",
        date(2026, 1, 2),
    )
    assert stored.created_on == DAY


def test_of_rows_with_one_key_the_last_wins():
    rows = [OrganizationRow("a", name, "customer", "direct", DAY) for name in ("One", "Two")]
    assert save_organizations(rows, RULES)[0] == (1, 0, 1)
    assert the_organization("a").name == "Two"


def test_what_a_row_does_not_say_stays_as_it_is():
    save_organization("boss")
    save_organization(last_active_on=DAY, unlisted=True, managed_by="boss")
    save_organization(name="Acme Inc")
    stored = the_organization()
    assert (stored.name, stored.last_active_on, stored.unlisted) == ("Acme Inc", DAY, True)
    assert stored.managed_by.ref == "boss"
    save_organization(managed_by="", unlisted=False)
    assert (the_organization().managed_by, the_organization().unlisted) == (None, False)


def test_a_manager_may_stand_later_in_the_same_batch_and_an_unknown_one_is_told():
    rows = [
        OrganizationRow("a", "A", "customer", "direct", DAY, managed_by="b"),
        OrganizationRow("b", "B", "partner", "direct", DAY),
        OrganizationRow("c", "C", "customer", "direct", DAY, managed_by="nobody"),
    ]
    assert save_organizations(rows, RULES)[1] == {"c"}
    assert the_organization("a").managed_by == the_organization("b")
    assert the_organization("c").managed_by is None


def test_the_first_user_of_a_domain_brings_lookup_rows_and_the_last_one_takes_them_away():
    number = save_organization()
    assert Lookup.select().count() == 0
    save_users(UserRow(number, "a@acme.com"), UserRow(number, "b@acme.com"))
    rows = {(row.label, row.cut, row.domain, row.core) for row in Lookup}
    assert rows == {("acme", cut, "acme.com", "acme") for cut in ("the a", "acme")}
    remove_users([(number, "a@acme.com")], RULES)
    assert Lookup.select().count() == 2
    remove_users([(number, "b@acme.com"), (number, "nobody@acme.com")], RULES)
    assert Lookup.select().count() == 0
    assert_exact()


def test_a_renamed_or_unlisted_organization_is_found_as_it_is_now():
    number = save_organization()
    save_users(UserRow(number, "a@acme.com"), UserRow(number, "a@eu.acme.de"))
    save_organization(name="Zenith")
    assert {row.cut for row in Lookup} == {"zenit"}
    assert_exact()
    save_organization(name="Zenith", unlisted=True)
    assert Lookup.select().count() == 0
    save_users(UserRow(number, "a@third.com"))
    assert Lookup.select().count() == 0
    save_organization(name="Zenith", unlisted=False)
    assert {row.domain for row in Lookup} == {"acme.com", "eu.acme.de", "third.com"}
    assert_exact()


def test_a_core_key_is_cut_for_the_index():
    number = save_organization(name="x" * 300)
    save_users(UserRow(number, "a@acme.com"))
    assert {len(row.core) for row in Lookup} == {80}


def test_an_import_never_takes_back_an_administrator_approved_here():
    number = save_organization()
    person = UserRow(number, "a@acme.com")
    save_users(person._replace(approved_here=True))
    save_users(person._replace(full_admin=False), keep_approved=True)
    assert User.get().full_admin
    save_users(person._replace(full_admin=False), keep_approved=False)
    assert (User.get().full_admin, User.get().approved_here) == (False, False)
    assert_exact()


def test_an_empty_name_and_an_unsaid_role_leave_what_is_stored():
    number = save_organization()
    save_users(UserRow(number, "a@acme.com", "Ann", True))
    assert save_users(UserRow(number, "a@acme.com")) == (0, 0, 1)
    assert (User.get().name, User.get().full_admin) == ("Ann", True)


def test_a_subscription_moves_between_organizations_and_statuses():
    one, two = save_organization("one"), save_organization("two")
    row = SubscriptionRow(one, "S-1", "Meetings", 5, "active", DAY)
    assert save_subscriptions([row]) == (1, 0, 0)
    assert save_subscriptions([row]) == (0, 0, 1)
    assert save_subscriptions([row._replace(organization=two)]) == (0, 1, 0)
    assert_exact()
    assert the_organization("two").active_subscriptions == 1
    save_subscriptions([row._replace(organization=one, status="expired")])
    assert_exact()
    assert the_organization("two").active_subscriptions == 0


def test_a_pending_subscription_of_an_order_becomes_active_on_its_first_day():
    number, first = save_organization(), date(2026, 5, 2)
    order = Order.create(
        number="1", status="provisioned", contact_email="a@b.c", contact_role="customer",
        expires_at=clock.now(),
    )  # fmt: skip
    row = SubscriptionRow(number, "1-1", "Meetings", 1, "pending", first)
    save_subscriptions([row, row._replace(number="S")])
    came_from("1-1", order.id)
    assert start_due(date(2026, 5, 1), 10) == 0
    Order.update(status="stopped").execute()
    assert start_due(first, 10) == 0
    Order.update(status="provisioned").execute()
    assert start_due(first, 10) == 1
    assert_exact()
    # What the seller's directory brought is the directory's to start.
    assert {s.number: s.status for s in Subscription.select()} == {"1-1": "active", "S": "pending"}


@hypothesis.settings(max_examples=15, suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(
    chance=strategies.randoms(use_true_random=False), steps=strategies.integers(1, 20)
)
def test_counts_and_lookup_rows_stay_exact_whatever_changes(chance, steps):
    # Each example goes on where the one before it ended.
    for _step in range(steps):
        with db.atomic():
            random_change(chance)
    assert_exact()


def test_a_change_that_is_undone_leaves_no_trace():
    number = save_organization()
    save_users(UserRow(number, "a@acme.com"))
    with db.atomic() as transaction:
        random_change(random.Random(1))
        remove_users([(number, "a@acme.com")], RULES)
        transaction.rollback()
    assert_exact()
    assert the_organization().users == 1


REFS = [f"ref-{n}" for n in range(6)]
NAMES = [
    "The Acme Corporation",
    "ACME GmbH",
    "acme",
    "IBM",
    "株式会社トヨタ",
    "Łódź & Söhne AG",
    "!!",
]
DOMAINS = ["acme.com", "eu.acme.com", "acme.de", "gmail.com", "müller.de".encode("idna").decode()]


def random_change(chance: random.Random) -> None:
    """One call with a few rows: any kind, new or known, equal keys included."""
    several = range(chance.randint(1, 8))
    ids = list(ids_of(REFS).values())
    kinds = ("organizations", "users", "users", "remove", "subscriptions", "unlist")
    kind = chance.choice(kinds)
    if kind == "organizations" or not ids:
        rows = [random_organization(chance) for _ in several]
        save_organizations(rows, RULES)
    elif kind == "users":
        people = [random_user(chance, ids) for _ in several]
        directory.save_users(people, RULES, keep_approved=chance.random() < 0.5)
    elif kind == "unlist":
        directory.set_unlisted(chance.choice(REFS), chance.random() < 0.5, RULES)
    elif kind == "remove":
        remove_users({random_user(chance, ids)[:2] for _ in several}, RULES)
    else:
        save_subscriptions([random_subscription(chance, ids) for _ in several])


def random_organization(chance: random.Random) -> OrganizationRow:
    return OrganizationRow(
        chance.choice(REFS),
        chance.choice(NAMES),
        "customer",
        "trial",
        DAY,
        unlisted=chance.choice([None, False, True]),
        managed_by=chance.choice([None, "", *REFS]),
    )


def random_user(chance: random.Random, ids: list[int]) -> UserRow:
    email = f"{chance.choice('abc')}@{chance.choice(DOMAINS)}"
    admin = chance.choice([None, False, True])
    return UserRow(
        chance.choice(ids), email, chance.choice(["", "Ann"]), admin, not chance.randrange(5)
    )


def random_subscription(chance: random.Random, ids: list[int]) -> SubscriptionRow:
    status = chance.choice(["active", "pending", "expired"])
    return SubscriptionRow(chance.choice(ids), f"S-{chance.randrange(9)}", "Meetings", 1, status)
