"""Which partner organization an order names, and whose move it is, as tables."""

import pytest

from provisioning.journey import Awaited, OrderFacts, awaited, partner_named

VOLTA, RIVALS = 1, 2
SAID, HERE = True, False  # by the directory or themselves, or only by somebody's order or decision


@pytest.mark.parametrize(
    ("role", "belongs_to", "before", "named"),
    [
        ("partner", [], None, None),
        ("partner", [(VOLTA, SAID)], None, VOLTA),
        ("partner", [(VOLTA, SAID), (RIVALS, SAID)], None, None),
        ("partner", [(VOLTA, SAID), (RIVALS, SAID)], VOLTA, VOLTA),
        ("partner", [(VOLTA, SAID), (RIVALS, SAID)], 3, None),
        ("partner", [(VOLTA, SAID)], RIVALS, VOLTA),
        ("partner", [], VOLTA, None),
        # A rival's admin who names somebody administrator neither gains nor hides their orders.
        ("partner", [(RIVALS, HERE)], None, None),
        ("partner", [(RIVALS, HERE)], RIVALS, None),
        ("partner", [(VOLTA, SAID), (RIVALS, HERE)], None, VOLTA),
        # An order in a customer's hands is no partner's to see.
        ("customer", [(VOLTA, SAID)], None, None),
        ("customer", [(VOLTA, SAID)], VOLTA, None),
    ],
)
def test_an_order_names_the_one_partner_that_its_contact_belongs_to(
    role, belongs_to, before, named
):
    assert partner_named(role, belongs_to, before) == named


def facts(status, purpose=None, choice=None, request=None):
    return OrderFacts(status, "partner", purpose, bool(choice), False, choice, False, request)


@pytest.mark.parametrize(
    ("order", "closed", "whose"),
    [
        (facts("placed"), False, Awaited.OPENING),
        (facts("placed"), True, Awaited.NOBODY),
        (facts("launched"), False, Awaited.CONTACT),
        (facts("launched", "partner_own_use", "new"), False, Awaited.CONTACT),
        (facts("waiting", "partner_own_use", "existing", "open"), False, Awaited.ADMINISTRATORS),
        (facts("waiting", "partner_own_use", "existing", "declined"), False, Awaited.CONTACT),
        (facts("waiting", "partner_own_use", "existing", "expired"), False, Awaited.CONTACT),
        # The partner is told to reach out, and the order can go on meanwhile.
        (facts("launched", "partner_for_customer", "existing", "open"), False, Awaited.CONTACT),
        (facts("provisioned"), False, Awaited.NOBODY),
        (facts("stopped"), True, Awaited.SELLER),
        (facts("cancelled"), True, Awaited.NOBODY),
        (facts("expired"), True, Awaited.NOBODY),
    ],
)
def test_whose_move_it_is(order, closed, whose):
    assert awaited(order, closed) is whose
