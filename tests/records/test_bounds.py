"""However many organizations share a name, a domain or a user: bounded work, bounded answers."""

from datetime import date

import pytest

from config import Settings
from provisioning import matches
from provisioning.directory import RULES
from provisioning.matches import KNOWN, NEAREST, match
from records import directory, lookup
from records.database import db, is_postgresql
from records.directory import OrganizationRow, UserRow, ids_of, save_organizations
from tests.support.plans import plan

pytestmark = pytest.mark.usefixtures("empty_database")
MANY = 260
DAY = date(2020, 3, 1)
EVERYWHERE = "adviser@elsewhere.example"


@pytest.fixture
def crowd():
    """Many organizations of one name at one domain, and one user of all of them."""
    refs = [f"o{n:04}" for n in range(MANY)]
    rows = [OrganizationRow(ref, "Holiday Rentals", "customer", "direct", DAY) for ref in refs]
    with db.atomic():
        save_organizations(rows, RULES)
        ids = ids_of(refs)
        people = [UserRow(number, f"{ref}@acme.com") for ref, number in ids.items()]
        people += [UserRow(number, EVERYWHERE) for number in ids.values()]
        directory.save_users(people, RULES, keep_approved=True)


@pytest.mark.parametrize("typed", ["Holiday", "Holiday Rentals", "HOLIDAY RENTALS GMBH"])
def test_of_a_crowd_of_one_name_the_nearest_are_ranked_and_the_rest_follows(crowd, typed):
    found = match(typed, "new@acme.com", Settings())
    assert len(found.candidates) == NEAREST
    assert found.continues
    seen: set[int] = set()
    after: int | None = None
    while True:
        cards, after = matches.page(found, Settings(), after, size=50)
        assert 0 < len(cards) <= 50
        assert not seen & {card.organization.id for card in cards}
        seen |= {card.organization.id for card in cards}
        if after is None:
            break
    assert len(seen) == MANY


def test_of_a_user_s_many_organizations_a_bounded_number_is_looked_at(crowd):
    found = match("Nothing alike", EVERYWHERE, Settings())
    assert len(found.candidates) <= KNOWN


def test_every_read_ends_at_its_limit_and_none_sorts_or_scans_an_index(crowd):
    sides = lookup.around("acme", ["holid", "holi"], "acme.com", "holiday", 7, relatives=True)
    assert [len(side) for each in sides for side in (*each.exact, *each.relatives)] == [
        *(0, 0, 0, 0),
        *(7, 0, 0, 0),
    ]
    if is_postgresql():
        return  # with so few rows it would read the whole table, and rightly so
    sql = lookup.around_sql(2, relatives=True)
    values = [value for _cut in range(2) for n in (5, 5, 4, 4) for value in ["x"] * (n - 1) + [7]]
    steps = plan(sql, values).splitlines()
    reads = [step for step in steps if "lookup" in step]
    assert len(reads) == 8
    assert all(
        step.startswith("SEARCH lookup USING PRIMARY KEY (label=? AND cut=?") for step in reads
    )
    assert not [step for step in steps if "TEMP B-TREE" in step]
