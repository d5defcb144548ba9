"""Which step is open, who may go on: every row of the wizard's table and of the administrators'."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from provisioning.journey import (
    OrderFacts,
    Step,
    Verdict,
    current_step,
    is_open,
    kind_for,
    may_go_on,
    path,
    verdict,
)

NOTHING = OrderFacts(
    status="launched",
    role="customer",
    purpose="customer",
    answered=False,
    listed=False,
    choice=None,
    is_full_admin=False,
    request=None,
)
LISTED = replace(NOTHING, answered=True, listed=True)
NEW = replace(LISTED, choice="new")
CHOSEN = replace(LISTED, choice="existing")
ADMINISTERED = replace(CHOSEN, is_full_admin=True)
BOUND = replace(ADMINISTERED, listed=False)  # a full admin of exactly one: no list
PARTNER: dict[str, Any] = {"role": "partner", "purpose": "partner_for_customer"}
OWN_USE: dict[str, Any] = {"role": "partner", "purpose": "partner_own_use"}
DONE: dict[str, Any] = {"status": "provisioned"}
STATUSES = (None, "open", "approved", "accepted", "declined", "expired", "withdrawn")


@pytest.mark.parametrize(
    ("purpose", "is_full_admin", "outcome"),
    [
        ("partner_for_customer", True, Verdict.GO_ON),
        ("partner_for_customer", False, Verdict.GO_ON_ASKING),
        ("customer", True, Verdict.GO_ON),
        ("customer", False, Verdict.HOLD),
        ("partner_own_use", True, Verdict.GO_ON),
        ("partner_own_use", False, Verdict.HOLD),
    ],
)
def test_who_may_go_on_with_an_existing_organization(purpose, is_full_admin, outcome):
    assert may_go_on(purpose, is_full_admin) is outcome
    facts = replace(CHOSEN, purpose=purpose, is_full_admin=is_full_admin)
    assert verdict(facts) is outcome


@pytest.mark.parametrize("request_status", STATUSES)
def test_whom_a_customer_alone_made_a_partner_holds_as_a_customer_does(request_status):
    customer = replace(CHOSEN, request=request_status)
    unvouched = replace(customer, **PARTNER, vouched=False)
    assert verdict(unvouched) is Verdict.HOLD
    assert verdict(replace(unvouched, is_full_admin=True)) is Verdict.GO_ON
    assert current_step(unvouched) is current_step(customer)


def test_a_new_organization_needs_nobody_s_permission():
    for purpose in ("customer", "partner_for_customer", "partner_own_use"):
        assert verdict(replace(NEW, purpose=purpose)) is Verdict.GO_ON


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        (replace(NOTHING, **PARTNER), Step.COMPANY),
        (replace(NOTHING, role="partner", purpose=None), Step.PURPOSE),
        (NOTHING, Step.COMPANY),
        (LISTED, Step.ORGANIZATION),
        (NEW, Step.REVIEW),
        (replace(NEW, listed=False), Step.REVIEW),
        (BOUND, Step.REVIEW),
        (ADMINISTERED, Step.REVIEW),
        (replace(ADMINISTERED, status="waiting", request="open"), Step.REVIEW),
        (replace(NEW, **DONE), Step.DONE),
        (replace(CHOSEN, **DONE), Step.DONE),
        (replace(CHOSEN, **DONE, request="open"), Step.DONE),
        # hold: nothing is final before an administrator has added the person
        (CHOSEN, Step.ADMINISTRATOR),
        (replace(CHOSEN, request="withdrawn"), Step.ADMINISTRATOR),
        (replace(CHOSEN, status="waiting", request="open"), Step.WAITING),
        (replace(CHOSEN, request="declined"), Step.WAITING),
        (replace(CHOSEN, request="expired"), Step.WAITING),
        # approved, or accepted, and the administrator was taken away again
        (replace(CHOSEN, request="approved"), Step.ADMINISTRATOR),
        (replace(CHOSEN, request="accepted"), Step.ADMINISTRATOR),
        # go on: asked, and whatever comes of it does not keep the order
        (replace(CHOSEN, **PARTNER), Step.ADMINISTRATOR),
        (replace(CHOSEN, **PARTNER, request="open"), Step.REVIEW),
        (replace(CHOSEN, **PARTNER, request="accepted"), Step.REVIEW),
        (replace(CHOSEN, **PARTNER, request="expired"), Step.REVIEW),
        (replace(CHOSEN, **PARTNER, request="withdrawn"), Step.ADMINISTRATOR),
        (replace(CHOSEN, **PARTNER, request="declined"), Step.REVIEW),
        # whom a customer's hand-over alone made a partner holds as a customer does
        (replace(CHOSEN, **PARTNER, vouched=False, request="open"), Step.WAITING),
        (replace(CHOSEN, **PARTNER, vouched=False, request="declined"), Step.WAITING),
    ],
)
def test_the_current_step_follows_from_the_facts(facts, step):
    assert current_step(facts) is step
    assert is_open(step, facts)


@pytest.mark.parametrize("request_status", STATUSES)
def test_a_partner_s_own_use_holds_exactly_as_a_customer_s_order(request_status):
    customer = replace(CHOSEN, request=request_status)
    assert current_step(replace(customer, **OWN_USE)) is current_step(customer)
    assert current_step(customer) is not Step.REVIEW


@pytest.mark.parametrize(
    ("facts", "steps"),
    [
        (NOTHING, "company organization review done"),
        (replace(NOTHING, **PARTNER), "purpose company organization review done"),
        (LISTED, "company organization review done"),
        (replace(NEW, listed=False), "company review done"),
        (BOUND, "company review done"),
        (CHOSEN, "company organization administrator review done"),
        (
            replace(CHOSEN, status="waiting", request="open"),
            "company organization administrator waiting review done",
        ),
        (
            replace(CHOSEN, **PARTNER, request="open"),
            "purpose company organization administrator review done",
        ),
        (
            replace(CHOSEN, **PARTNER, **DONE, request="open"),
            "purpose company organization review done",
        ),
        (ADMINISTERED, "company organization review done"),
    ],
)
def test_the_path_shows_the_steps_of_this_order_only(facts, steps):
    assert [str(step) for step in path(facts)] == steps.split()


@pytest.mark.parametrize(
    ("facts", "opened"),
    [
        (NOTHING, "company"),
        (replace(NOTHING, role="partner", purpose=None), "purpose"),
        (replace(NOTHING, **PARTNER), "purpose company"),
        (LISTED, "company organization"),
        (BOUND, "company review"),
        (NEW, "company organization review"),
        (CHOSEN, "company organization administrator"),
        (
            replace(CHOSEN, status="waiting", request="open"),
            "company organization administrator waiting",
        ),
        (
            replace(CHOSEN, **PARTNER, request="open"),
            "purpose company organization administrator review",
        ),
        (replace(NEW, **DONE), "done"),
        (replace(CHOSEN, **PARTNER, **DONE), "done"),
    ],
)
def test_the_current_and_the_earlier_steps_are_open_and_no_other(facts, opened):
    assert [str(step) for step in Step if is_open(step, facts)] == opened.split()


def every_order():
    """All facts that an order can show, and more: each combination of the plain values."""
    purposes = [
        ("customer", "customer"),
        ("partner", None),
        ("partner", "partner_for_customer"),
        ("partner", "partner_own_use"),
    ]
    statuses = ("launched", "waiting", "provisioned")
    rest = list(product((False, True), (False, True), (None, "new", "existing"), (False, True)))
    ends = list(product(STATUSES, (False, True)))
    for (role, purpose), status, values, end in product(purposes, statuses, rest, ends):
        yield OrderFacts(status, role, purpose, *values, *end)


def test_only_an_administrator_or_a_new_organization_lets_a_held_order_reach_review():
    for facts in every_order():
        if current_step(facts) is Step.REVIEW and facts.choice == "existing":
            goes_on = facts.purpose == "partner_for_customer" and facts.vouched
            assert facts.is_full_admin or goes_on, facts


def test_one_step_is_current_it_is_open_and_nothing_after_it_is():
    for facts in every_order():
        current = current_step(facts)
        opened = [step for step in Step if is_open(step, facts)]
        assert opened[-1] is current, facts
        assert (current is Step.DONE) == (facts.status == "provisioned"), facts


@pytest.mark.parametrize(
    ("purpose", "kind"),
    [
        (None, None),
        ("customer", "customer"),
        ("partner_for_customer", "customer"),
        ("partner_own_use", "partner"),
    ],
)
def test_the_purpose_asks_for_a_kind_of_organization(purpose, kind):
    assert kind_for(purpose) == kind
