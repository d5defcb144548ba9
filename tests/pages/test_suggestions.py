"""The live list under the company name: POST /orders/<number>/matches."""

from datetime import date

import pytest

from provisioning import links
from records.tables import Order, Session
from tests.support import stored
from tests.support.cast import ALICE, BOB, CAROL, MALLORY, NEWCOMER, PIA, acme, now, organization
from tests.support.lists import AT, cards, listed, name_of, names, suggested, value_of
from tests.support.page_client import PageClient

ASK_FOR_ADDRESS = "Add the administrator's address to see organizations."


@pytest.fixture
def company(stage):
    """The company step of an order of Nora's."""
    stage.place()
    return stage.opened()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("", "5 more characters, and suggestions appear here."),
        ("    ", "5 more characters, and suggestions appear here."),
        ("A", "4 more characters, and suggestions appear here."),
        (" Acm ", "2 more characters, and suggestions appear here."),
        ("Acme", "One more character, and suggestions appear here."),
    ],
)
def test_below_five_characters_a_hint_says_how_many_are_missing(company, name, hint):
    acme()
    part = suggested(company, company_name=name)
    assert part.text == hint
    assert not cards(part)


def test_candidates_come_with_the_fifth_character(company):
    organization("acme", "Acmeworks", users=("a@acme.com",))
    assert not cards(suggested(company, company_name="Acmew"[:4]))
    part = suggested(company, company_name="Acmew")
    assert names(part) == ["Acmeworks"]
    assert part.one("#matches")["data-status"] == "1 organization may be yours."


@pytest.mark.parametrize("address", ["", "nora", "nora@", "nora@acme", "a@b.com, c@d.com", "\x00"])
def test_without_a_good_address_the_list_asks_for_it(company, address):
    acme()
    part = suggested(company, company_name="Acme GmbH", admin_email=address)
    assert part.text == ASK_FOR_ADDRESS
    assert part.one("#matches")["data-status"] == ASK_FOR_ADDRESS


def test_changing_either_field_asks_again(company):
    acme()
    organization("zenith", "Zenith Labs", users=("z@zenith.example",))
    assert names(suggested(company, company_name="Acme GmbH")) == ["Acme GmbH"]
    assert not cards(suggested(company, company_name="Zenith Labs"))
    other = suggested(company, company_name="Zenith Labs", admin_email="a@zenith.example")
    assert names(other) == ["Zenith Labs"]


@pytest.mark.parametrize("name", ["\x00" * 5, "x" * 100_000, "\u202e" * 6, "a\nb\nc\nd"])
def test_a_name_that_cannot_be_one_finds_nothing(company, name):
    acme()
    assert not cards(suggested(company, company_name=name))


def test_a_live_request_stores_nothing_but_what_was_asked(company):
    for n in range(9):
        organization(f"o{n}", f"Acmeworks {n}", users=(f"u{n}@acme.com",))
    before = stored.but_for(stored.dump(), "Spent", "Tally")
    for typed in ("Ac", "Acmew", "Acmeworks", "Nothing alike"):
        for address in (NEWCOMER, "", ALICE):
            suggested(company, company_name=typed, admin_email=address)
    company.client.visit(
        "POST", AT + "matches",
        [("csrf_token", company.form().values["csrf_token"]), ("company_name", "Acmeworks"),
         ("admin_email", NEWCOMER), ("more", "forged")],
        status=200, headers={"HX-Request": "true"}, from_page=company,
    )  # fmt: skip
    assert stored.but_for(stored.dump(), "Spent", "Tally") == before


def test_the_list_is_part_of_the_page_without_a_script_too(stage):
    acme()
    stage.place(company_name="Acme GmbH")
    assert names(stage.opened()) == ["Acme GmbH"]


@pytest.mark.parametrize("short", ["IBM", "3M", "SAP", "HP"])
def test_a_short_name_is_matched_as_a_whole_when_it_is_submitted(stage, short):
    organization("short", short, users=("a@acme.com",))
    organization("long", f"{short}orama", users=("b@acme.com",))
    stage.place("x@acme.com")
    page = stage.opened()
    assert not cards(suggested(page, company_name=short))
    page = page.form().fill(company_name=short).submit()
    found = {name_of(c) for c in cards(page) if c["data-tier"] == "name-and-domain"}
    assert found == {short}


def test_each_candidate_carries_its_value_tier_and_activity(company):
    acme()
    organization("old", "Acme Old", users=("o@acme.com",), created_on=date(2012, 3, 1))
    organization("mid", "Acme Mid", users=("m@acme.com",), subscriptions=1)
    organization("kin", "Acme Kin", users=("k@acme.de",))
    organization("mine", "Unlike", users=(NEWCOMER,))
    found = {
        name_of(card): (card["data-tier"], card["data-activity"])
        for card in cards(suggested(company, company_name="Acme GmbH"))
    }
    assert found == {
        "Unlike": ("belongs", "possibly-abandoned"),
        "Acme GmbH": ("name-and-domain", "in-use"),
        "Acme Old": ("name-and-domain", "possibly-abandoned"),
        "Acme Mid": ("name-and-domain", "unclear"),
        "Acme Kin": ("related-domain", "possibly-abandoned"),
    }


def opened_without_a_mailbox(stage):
    """A session that a portal started: its address is not proved."""
    page = stage.opened()
    Session.update(from_mailbox=False).execute()
    return page


def facts_shown(part):
    card = cards(part)[0]
    return [dd.get_text(" ", strip=True) for dd in card.select(".facts dd")], card.get_text(" ")


@pytest.mark.parametrize(
    ("contact", "role", "address", "proven", "exact"),
    [
        (NEWCOMER, "customer", NEWCOMER, True, True),
        (PIA, "partner", NEWCOMER, True, True),
        (NEWCOMER, "customer", NEWCOMER, False, False),
        (MALLORY, "customer", NEWCOMER, True, False),
        ("x@gmail.com", "customer", "x@gmail.com", True, False),
    ],
)
def test_facts_are_exact_for_partners_and_the_domain_s_own_people_and_in_bands_else(
    stage, contact, role, address, proven, exact
):
    domain = address.partition("@")[2]
    people = tuple(f"u{n}@{domain}" for n in range(12))
    organization("acme", "Acme GmbH", admins=(f"boss@{domain}",), users=people, subscriptions=3)
    stage.place(contact, role=role)
    page = stage.opened() if proven else opened_without_a_mailbox(stage)
    if role == "partner":
        page = page.form().fill(purpose="partner_for_customer").submit()
    part = suggested(page, company_name="Acme GmbH", admin_email=address)
    facts, said = facts_shown(part)
    if exact:
        assert facts == ["1 March 2020", "13", "3"]
        assert "3 active subscriptions" in said
    else:
        assert facts == ["2020", "10\u201349", "1\u20134"]
        assert "March" not in said
        assert "13" not in said
        assert not part.select("progress")
    assert "boss@" not in part.response.text


@pytest.mark.settings(DISCLOSURE="exact")
def test_bands_can_be_turned_off(stage):
    acme()
    stage.place(MALLORY)
    part = suggested(stage.opened(), company_name="Acme GmbH", admin_email=NEWCOMER)
    assert facts_shown(part)[0] == ["1 March 2020", "3", "2"]


@pytest.mark.parametrize(("contact", "shown"), [(CAROL, True), (MALLORY, False)])
def test_administrators_are_masked_for_who_may_know_and_absent_else(stage, contact, shown):
    acme()
    stage.place(contact, company_name="Acme")
    page = stage.opened().form().fill(admin_email=CAROL).submit()
    pages = [page, page.form().choose("Acme GmbH").submit()]
    pages.append(pages[-1].form().submit())
    assert pages[-1].path == AT + "waiting"
    for one in pages:
        assert ALICE not in one.response.text
        assert BOB not in one.response.text
        assert ("a•••@acme.com" in one) == (shown and one is not page)


def test_neither_id_nor_ref_of_an_organization_is_in_any_page(stage):
    for n in range(3):
        organization(
            f"ref-{n}", f"Acmeworks {n}", users=(f"u{n}@acme.com",), admins=("q@acme.com",)
        )
    page = listed(stage, company_name="Acmeworks")
    choice = value_of(cards(page)[0])
    # A value is longer than any number, and another one for each order, name and session.
    assert all(len(card["data-organization"]) == 32 for card in cards(page))
    for one in (page, page.form().fill(organization=choice).submit()):
        assert "ref-" not in one.response.text
        assert not [i for i in one.select("input") if str(i.get("value", "")).isdigit()]


def test_a_closed_order_or_a_stranger_gets_no_list(stage, company):
    acme()
    order = Order.get()
    form = company.form().fill(company_name="Acme GmbH")
    entries = [(name, value) for name, value in form.values.items() if name != "csrf_token"]
    mine = ("csrf_token", form.values["csrf_token"])
    headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
    for status in ("stopped", "provisioned"):
        Order.update(status=status).where(Order.id == order.id).execute()
        company.client.visit("POST", AT + "matches", [*entries, mine], status=404, headers=headers)
    Order.update(status="launched").where(Order.id == order.id).execute()
    links.issue("launch", MALLORY, stage.settings, order=order)
    stranger = PageClient(stage.app)
    token = stranger.get("/").form().values["csrf_token"]
    stranger.visit(
        "POST", AT + "matches", [*entries, ("csrf_token", token)], status=404, headers=headers
    )
    assert now(order).admin_email is None
