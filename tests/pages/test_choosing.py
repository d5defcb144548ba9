"""Choosing from a list: nothing is preselected, and nothing that a browser sends is trusted."""

import pytest

from records.tables import Mapping
from tests.support.cast import ALICE, MALLORY, NEWCOMER, PIA, acme, now, organization
from tests.support.lists import AT, cards, elsewhere, listed, names, suggested, value_of
from tests.support.page_client import PageClient
from views.opaque import seal


def test_nothing_is_preselected_and_creating_a_new_one_is_always_offered(stage):
    acme()
    page = listed(stage)
    assert names(page) == ["Acme GmbH"]
    assert not [i for i in page.select("input[checked]") if i["value"]]
    assert page.one("input[value=new]")


@pytest.mark.parametrize("admins", [1, 2])
def test_a_full_admin_is_not_offered_a_new_organization(stage, admins):
    acme()
    if admins == 2:
        organization("other", "Zenith Labs", admins=(ALICE,))
    stage.place(ALICE, company_name="Acme GmbH")
    live = suggested(stage.opened())
    assert len(cards(live)) == admins
    assert not live.select("input[value=new]")


@pytest.mark.parametrize(
    "value", ["x", "ä", "0", "1", "A" * 32, "=" * 32, "new ", "NEW", "\x00", "-1"]
)
def test_a_made_up_value_shows_the_list_again(stage, value):
    acme()
    order = stage.place(company_name="Acme")
    page = stage.opened().form().submit()
    page = page.form().forge(organization=value).submit(status=422)
    assert page.one("[role=alert] a")["href"] == "#matches"
    assert names(page) == ["Acme GmbH"]
    assert (now(order).organization_id, now(order).create_new) == (None, False)


def test_the_id_or_ref_of_an_organization_is_no_value(stage):
    found = acme()
    page = listed(stage)
    for value in (str(found.id), found.ref):
        page = page.form().forge(organization=value).submit(status=422)


def test_a_value_of_another_session_order_name_or_address_is_worthless(stage):
    acme()
    organization("secret", "Secret Labs", users=("s@secret.example",))
    mine = listed(stage)
    values = set()
    for number, company, address in [
        ("70012345", "Acme", NEWCOMER),
        ("2", "Acme", NEWCOMER),
        ("3", "Acme GmbH", NEWCOMER),
        ("4", "Acme", "other@acme.com"),
        ("5", "Secret", "a@secret.example"),
    ]:
        if number != "70012345":
            stage.place(MALLORY, number=number)
            page = stage.opened("launch", MALLORY).form()
            page = page.fill(company_name=company, admin_email=address).submit()
        else:
            page = elsewhere(stage)
        values |= {value_of(card) for card in cards(page)}
    assert len(values) == 5
    assert not values & {value_of(card) for card in cards(mine)}
    for value in values:
        mine = mine.form().forge(organization=value).submit(status=422)
        assert mine.path == AT + "organization"
    assert not Mapping.select().count()


def test_an_organization_that_does_not_match_is_not_chosen_even_with_a_good_value(stage):
    acme()
    hidden = organization("hidden", "Acme Hidden", users=("x@acme.com",), unlisted=True)
    stranger = organization("stranger", "Stranger", users=("x@stranger.example",))
    page = listed(stage)
    with page.client.http.session_transaction(base_url=page.client.base_url) as session:
        secret = session["orders"]["70012345"]
    for one in (hidden, stranger):
        value = seal(one.id, secret, f"70012345\0Acme\0{NEWCOMER}")
        page = page.form().forge(organization=value).submit(status=422)
        assert "changed since you saw it" in page


def test_a_live_choice_goes_with_the_company_s_form(stage):
    found = acme()
    order = stage.place(company_name="Acme GmbH")
    page = stage.opened()
    live = suggested(page)
    value = value_of(cards(live)[0])
    page = page.form().forge(organization=value).submit()
    assert page.path == AT + "administrator"
    assert now(order).organization_id == found.id


def test_a_live_choice_that_no_longer_fits_shows_the_list(stage):
    acme()
    order = stage.place(company_name="Acme GmbH")
    page = stage.opened()
    value = value_of(cards(suggested(page))[0])
    page = page.form().fill(company_name="Acme").forge(organization=value).submit()
    assert page.path == AT + "organization"
    assert now(order).organization_id is None


def test_new_is_taken_from_the_live_list_only_with_what_was_seen_there(stage):
    acme()
    order = stage.place(company_name="Acme GmbH")
    page = stage.opened()
    seen = suggested(page).one("input[name=seen]").attrs["value"]
    without = page.form().forge(organization="new", seen="").submit()
    assert without.path == AT + "organization"
    organization("later", "Acme Later", users=("x@acme.com",))
    back = page.client.get(AT + "company")
    assert back.form().forge(organization="new", seen=seen).submit().path == AT + "organization"
    assert not now(order).create_new
    seen = suggested(back).one("input[name=seen]").attrs["value"]
    assert back.form().forge(organization="new", seen=seen).submit().path == AT + "review"


def test_a_value_is_worthless_in_another_order_of_the_very_same_session(stage):
    acme()
    for number in ("1", "2"):
        stage.place(PIA, role="partner", number=number, company_name="Acme")
    client = PageClient(stage.app)
    client.get("/partner").form().fill(contact_email=PIA).submit()
    client.get(stage.path("partner_sign_in")).form().submit()
    pages = []
    for number in ("1", "2"):
        page = client.get("/partner").form(f"[action='/partner/orders/{number}']").submit()
        page = page.form().fill(purpose="partner_for_customer").submit()
        pages.append(page.form().fill(admin_email=NEWCOMER).submit())
    first, second = (value_of(cards(page)[0]) for page in pages)
    assert first != second
    refused = pages[1].form().forge(organization=first).submit(status=422)
    assert refused.path == "/orders/2/organization"
    assert pages[1].form().forge(organization=second).submit().path == "/orders/2/administrator"


def test_a_value_is_worthless_once_the_answers_it_was_shown_for_have_changed(stage):
    acme()
    order = stage.place(company_name="Acme")
    page = stage.opened().form().submit()
    old = value_of(cards(page)[0])
    page = page.client.get(AT + "company").form().fill(company_name="Acme AG").submit()
    page.form().forge(organization=old).submit(status=422)
    assert now(order).organization_id is None
