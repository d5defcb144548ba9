"""A related domain is not one's own: whoever has a domain beside a company's is no colleague."""

import json
from datetime import date
from typing import Any

import pytest

from tests.support.cast import CAROL, MALLORY, NEWCOMER, PIA, acme, organization
from tests.support.lists import cards, names, suggested


@pytest.fixture
def relative():
    """A company at another suffix, with facts that would be seen."""
    return organization(
        "de", "Acme AG", admins=("boss@acme.de", "vice@acme.de"), subscriptions=2,
        created_on=date(2019, 3, 14),
    )  # fmt: skip


def test_relatives_are_seen_in_bands(stage, relative):
    organization("com", "Acme Inc", users=(CAROL,), created_on=date(2018, 2, 13))
    stage.place(NEWCOMER)
    own, related = cards(suggested(stage.opened(), company_name="Acme Works"))
    assert (own["data-tier"], related["data-tier"]) == ("name-and-domain", "related-domain")
    assert "2018" in own.text
    assert "13" in own.text
    assert "2019" in related.text
    assert "14" not in related.text
    assert "1 to 9" in related.text


def test_their_administrators_are_nobodys_business(stage, relative):
    stage.place(NEWCOMER, company_name="Acme Works")
    page = stage.opened().form().submit().form().choose("Acme AG").submit()
    assert page.path.endswith("/administrator")
    assert "•••" not in page.text
    assert "•••" not in page.form().submit().text


@pytest.mark.parametrize(("contact", "told"), [(NEWCOMER, True), (MALLORY, False)])
def test_who_is_named_sees_no_more_of_the_administrators_than_who_asks(stage, contact, told):
    acme()
    stage.place(contact, company_name="Acme GmbH")
    page = stage.opened().form().fill(admin_email="second@acme.com").submit()
    page = page.form().choose("Acme GmbH").submit()
    page.form().submit()
    (letter,) = stage.mails("named", "second@acme.com")
    assert bool(json.loads(letter.facts)["asked"]) is told


@pytest.mark.parametrize("swapped", [False, True])
def test_the_order_of_a_list_says_no_more_than_its_bands(stage, swapped):
    facts: list[dict[str, Any]] = [
        {"users": 1, "on": date(2020, 2, 1)},
        {"users": 9, "on": date(2020, 11, 1)},
    ]
    for name, fact in zip(("GmbH", "AG"), reversed(facts) if swapped else facts, strict=True):
        people = tuple(f"{name}{n}@acme.com".lower() for n in range(fact["users"]))
        ref = "a" if name == "GmbH" else "b"
        organization(ref, f"Acme {name}", users=people, subscriptions=1, created_on=fact["on"])
    stage.place(MALLORY)
    page = stage.opened().form().fill(company_name="Acme", admin_email="x@acme.com").submit()
    assert names(page) == ["Acme GmbH", "Acme AG"]
    assert [card["data-activity"] for card in cards(page)] == ["in-use", "in-use"]


@pytest.mark.parametrize(
    ("contact", "role", "address", "seen"),
    [
        (PIA, "partner", "nora@lab.acme.com", ["Zenith"]),
        ("nora@lab.acme.com", "customer", "nora@lab.acme.com", []),  # it is not their own
        (NEWCOMER, "customer", NEWCOMER, ["Zenith"]),  # it is
        (MALLORY, "customer", "x@lab.acme.com", []),
    ],
)
def test_of_a_domain_that_theirs_is_part_of_partners_alone_see_who_is_there(
    stage, contact, role, address, seen
):
    made = date(2019, 3, 14)
    organization("zenith", "Zenith", users=("z@acme.com",), created_on=made)
    organization("hidden", "Basement", users=("b@acme.com",), created_on=made, unlisted=True)
    organization("side", "Sidecar", users=("s@other.acme.com",), created_on=made)
    organization("below", "Undercroft", users=("u@cellar.lab.acme.com",), created_on=made)
    stage.place(contact, role=role, company_name="Quorum")
    page = stage.opened("launch", contact)
    if role == "partner":
        page = page.form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email=address).submit()
    assert names(page) == seen
    assert {card["data-tier"] for card in cards(page)} == ({"domain"} if seen else set())
