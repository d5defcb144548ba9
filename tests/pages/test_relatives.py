"""A related domain is not one's own: whoever has a domain beside a company's is no colleague."""

import json
from datetime import date
from typing import Any

import pytest

from tests.support.cast import CAROL, MALLORY, NEWCOMER, acme, organization
from tests.support.lists import cards, listed, names, suggested


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
    ("contact", "address", "seen"),
    [
        ("nora@lab.acme.com", "nora@lab.acme.com", ["Zenith"]),  # in bands: it is not their own
        (NEWCOMER, NEWCOMER, ["Zenith"]),  # exactly: it is
        (MALLORY, "x@lab.acme.com", []),
    ],
)
def test_whose_domain_is_part_of_another_sees_in_bands_who_is_there(stage, contact, address, seen):
    made = date(2019, 3, 14)
    organization("zenith", "Zenith", users=("z@acme.com",), created_on=made)
    organization("hidden", "Basement", users=("b@acme.com",), created_on=made, unlisted=True)
    organization("side", "Sidecar", users=("s@other.acme.com",), created_on=made)
    organization("below", "Undercroft", users=("u@cellar.lab.acme.com",), created_on=made)
    page = listed(stage, contact, company_name="Quorum", admin_email=address)
    assert names(page) == seen
    for card in cards(page):
        assert card["data-tier"] == "domain"
        assert ("14" in card.text) is (contact == NEWCOMER)
