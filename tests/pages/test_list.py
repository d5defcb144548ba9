"""What is on the list: all of the plain rule's, the tiers, what is never suggested."""

import json
from datetime import date

import pytest

from records.tables import Mapping
from tests.support.cast import ALICE, CAROL, MALLORY, NEWCOMER, PIA, now, organization, volta
from tests.support.lists import AT, BY_HTMX, cards, listed, name_of, names, suggested, value_of


def sixty():
    """Organizations of one name's beginning and one domain."""
    return [
        organization(f"o{n}", f"Acmeworks {n % 7} Part {n:02}", users=(f"u{n}@acme.com",))
        for n in range(60)
    ]


@pytest.mark.parametrize("others", [0, 1])
def test_show_more_reaches_every_organization_of_the_plain_rule_exactly_once(stage, others):
    if others:
        organization("related", "Acmeworks Europe", users=("x@acme.de",))
        organization("domain", "Zenith", users=("z@acme.com",))
    made = sixty()
    page = listed(stage, company_name="Acmeworks")
    seen, sizes = [], []
    while True:
        seen += names(page)
        sizes.append(len(cards(page)))
        if not page.select(".more a"):
            break
        page = page.follow("Show more organizations")
    assert len(seen) == len(set(seen))
    assert {one.name for one in made} <= set(seen)
    assert len(seen) == 60 + 2 * others
    assert set(sizes[:-1]) == {5}


def test_the_same_pages_load_as_fragments_and_their_last_one_can_be_chosen(stage):
    sixty()
    order = stage.place(company_name="Acmeworks")
    page = stage.opened()
    part, seen = suggested(page), []
    entries = list(page.form().values.items())
    while True:
        seen += names(part)
        more = part.select(".more a")
        if not more:
            break
        values = json.loads(str(more[0]["data-hx-vals"]))
        last = page.client.visit(
            "POST", AT + "matches", [*entries, *values.items()],
            status=200, headers=BY_HTMX, from_page=page,
        )  # fmt: skip
        assert not last.select("#matches")
        part = last
    assert len(seen) == len(set(seen)) == 60
    page.form().forge(organization=value_of(cards(part)[-1])).submit()
    assert now(order).organization.name == seen[-1]


@pytest.mark.parametrize(
    ("contact", "role", "admin", "found"),
    [
        (NEWCOMER, "customer", NEWCOMER, ["Acme GmbH", "Zenith"]),  # own proven domain
        (MALLORY, "customer", NEWCOMER, ["Acme GmbH"]),
        (PIA, "partner", NEWCOMER, ["Acme GmbH", "Zenith"]),
        ("x@gmail.com", "customer", "x@gmail.com", ["Acme GmbH"]),
        (PIA, "partner", "x@gmail.com", ["Acme GmbH"]),
    ],
)
def test_the_whole_domain_is_shown_to_partners_and_its_own_people_and_never_on_a_shared_one(
    stage, contact, role, admin, found
):
    domain = admin.partition("@")[2]
    organization("acme", "Acme GmbH", users=(f"a@{domain}",), subscriptions=1)
    organization("zenith", "Zenith", users=(f"z@{domain}",))
    stage.place(contact, role=role)
    page = stage.opened()
    if role == "partner":
        page = page.form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(company_name="Acme", admin_email=admin)
    live = suggested(page.page, company_name="Acme GmbH", admin_email=admin)
    assert names(live) == ["Acme GmbH"]
    page = page.fill(company_name="Acme", admin_email=admin).submit()
    assert names(page) == found
    for tier in page.select("[data-tier=domain]"):
        closed = tier.find_parent("details")
        assert closed is not None
        assert not closed.has_attr("open")


def test_the_weak_tier_of_a_shared_provider_is_closed(stage):
    organization("same", "Acme GmbH", users=("a@gmail.com",))
    organization("weak", "Acme Tools", users=("b@gmail.com",))
    page = listed(stage, "x@gmail.com", company_name="ACME AG")
    tiers = {name_of(card): card for card in cards(page)}
    assert tiers["Acme GmbH"]["data-tier"] == "name-and-domain"
    assert tiers["Acme GmbH"].find_parent("details") is None
    assert tiers["Acme Tools"]["data-tier"] == "weak"
    closed = tiers["Acme Tools"].find_parent("details")
    assert closed is not None
    assert not closed.has_attr("open")


@pytest.mark.settings(SHARED_DOMAIN_RULE="plain")
def test_the_plain_rule_can_be_set_for_shared_providers(stage):
    organization("weak", "Acme Tools", users=("b@gmail.com",))
    page = listed(stage, "x@gmail.com", company_name="ACME AG")
    assert cards(page)[0]["data-tier"] == "name-and-domain"


@pytest.mark.parametrize("role", ["customer", "partner"])
def test_an_unlisted_organization_is_never_suggested_not_even_to_its_users(stage, role):
    organization("hidden", "Acme GmbH", users=(CAROL,), admins=(ALICE,), unlisted=True)
    contact = CAROL if role == "customer" else PIA
    stage.place(contact, role=role, company_name="Acme")
    page = stage.opened()
    if role == "partner":
        page = page.form().fill(purpose="partner_for_customer").submit()
    live = suggested(page, company_name="Acme GmbH", admin_email=CAROL)
    assert not cards(live)
    page = page.form().fill(admin_email=CAROL).submit()
    assert page.path == AT + "review"
    assert "A new organization is made" in page


def test_an_unlisted_organization_still_maps_for_its_own_full_admin(stage):
    organization("hidden", "Acme GmbH", admins=(ALICE,), unlisted=True)
    stage.place(ALICE, company_name="Whatever")
    stage.opened().form().submit().form().fill(confirm=True).submit()
    assert Mapping.get().organization.ref == "hidden"


def test_review_warns_when_the_kind_does_not_fit_the_purpose(stage):
    volta()
    stage.place(PIA, role="partner")
    page = stage.opened().form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(company_name="Volta", i_am_admin=True).submit()
    assert page.path == AT + "review"
    assert "this is a partner's organization" in page
    assert page.follow("Name another administrator").path == AT + "company"


def test_organizations_of_the_purpose_s_kind_come_first(stage):
    organization(
        "p", "Acme Works", users=("p@acme.com",), kind="partner", created_on=date(2024, 1, 1)
    )
    organization("c", "Acme Tools", users=("c@acme.com",), created_on=date(2015, 1, 1))
    page = listed(stage, company_name="Acme Group")
    assert names(page) == ["Acme Tools", "Acme Works"]
