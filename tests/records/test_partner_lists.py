"""A partner's list reads a few rows of an index, however many orders there are."""

import re

import pytest

from records import orders
from records.database import db, is_postgresql
from records.tables import STATUSES, Order
from tests.support.cast import organization
from tests.support.plans import plan

pytestmark = pytest.mark.usefixtures("empty_database")
MANY = 3_000


@pytest.fixture
def volta():
    """One with most of the orders, and one mailbox that is the contact of many of them."""
    found = organization("volta", "Volta", kind="partner")
    other = organization("other", "Other", kind="partner")
    new = [
        {
            "number": str(number),
            "status": STATUSES[number % 7],
            "contact_email": f"p{number % 3}@volta.example",
            "contact_role": "partner",
            "expires_at": 0,
            "partner_organization": other if number % 10 == 0 else found,
        }
        for number in range(MANY)
    ]
    with db.atomic():
        for beginning in range(0, MANY, 500):
            Order.insert_many(new[beginning : beginning + 500]).execute()
    db.execute_sql("ANALYZE")
    return found


@pytest.mark.parametrize("statuses", [STATUSES, ("stopped",)])
def test_each_part_walks_an_index_and_none_reads_all_or_sorts_it(volta, statuses):
    said = plan(*orders.of_partner_sql("p1@volta.example", [volta.id], statuses, None, 21))
    assert "order_of_partner" in said, said
    assert "order_of_contact" in said, said
    assert "Seq Scan" not in said, said
    assert "SCAN orders" not in said, said
    if is_postgresql():
        assert said.count("Index Only Scan") == 2 * len(statuses), said
    else:
        walks = [line for line in said.splitlines() if line.startswith("SEARCH orders")]
        assert len(walks) == 2 * len(statuses), said
        assert all(line.endswith("=? AND status=? AND id<?)") for line in walks), said
        # What is sorted is the few rows that a part has found.
        assert not re.search("SEARCH orders.*\n.*TEMP B-TREE", said), said


def test_the_pages_are_all_there_is_once_and_newest_first(volta):
    seen, before = [], None
    while True:
        found = orders.of_partner("p0@volta.example", [volta.id], STATUSES, before, 250)
        if not found:
            break
        seen += [order.id for order in found]
        before = seen[-1]
    # Also those of the other partner's whose contact it is.
    mine = [n for n in range(MANY) if n % 10 != 0 or n % 3 == 0]
    assert len(seen) == len(set(seen)) == len(mine)
    assert seen == sorted(seen, reverse=True)
