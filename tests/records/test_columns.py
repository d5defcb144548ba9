"""A whole row is read by columns that were spelled before, as it would be by those that are not."""

import pytest

from records.columns import Table
from records.tables import TABLES, Order, Organization
from tests.support.cast import ALICE, acme

pytestmark = pytest.mark.usefixtures("empty_database")


@pytest.fixture
def order() -> Order:
    given = {"number": "1", "contact_email": ALICE, "contact_role": "customer", "expires_at": 0}
    return Order.create(**given, organization=acme())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.table_name)
def test_every_table_is_read_whole(table: type[Table]):
    assert list(table.select()) == []
    assert table.select().count() == 0
    assert not table.select().exists()


def test_a_row_is_the_same_however_its_columns_are_spelled(order):
    whole = Order.get(Order.id == order.id)
    assert whole.__data__ == Order.select(*Order._meta.sorted_fields).get().__data__
    assert (whole.contact_email, whole.organization.ref) == (ALICE, "acme")


def test_a_row_is_read_whole_beside_and_within_other_queries(order):
    beside = Order.select().join(Organization).where(Organization.ref == "acme")
    assert [found.number for found in beside] == ["1"]
    within = Order.select().where(Order.organization.in_(Organization.select()))
    assert [found.number for found in within] == ["1"]
