"""The whole journey with JavaScript: once per purpose and outcome, each person with a browser."""

import pytest
from playwright.sync_api import Page, expect

from records.tables import Mapping, Organization
from tests.browser import walking
from tests.browser.walking import at, choose, confirm, continue_to, landed, press, type_company
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    NEWCOMER,
    PIA,
    acme,
    full_admins,
    now,
    organization,
    volta,
)


@pytest.fixture
def admin_page(new_context) -> Page:
    """The browser of an administrator who answers by mail."""
    return new_context().new_page()


def mapped_to(order) -> str:
    return Mapping.get(Mapping.order == order).organization.ref


def ask_and_wait(page) -> None:
    """From a list with Acme GmbH on it to the wait for its administrators."""
    choose(page, "Acme GmbH")
    continue_to(page, "administrator")
    page.get_by_label("Your message").fill("I took over from Dave.")
    press(page, "Ask them and wait")
    landed(page, "waiting")


def test_the_full_admin_of_exactly_one_organization_goes_straight_to_review(page, stage):
    acme()
    order = stage.place(ALICE, company_name="Something else entirely")
    walking.start(page, stage)
    at(page, "company")
    continue_to(page, "review")
    expect(page.get_by_text("It exists already.")).to_be_visible()
    confirm(page)
    expect(page.get_by_text("It belongs to Acme GmbH.")).to_be_visible()
    assert mapped_to(order) == "acme"


def test_the_full_admin_of_several_chooses_among_them(page, stage):
    acme()
    organization("zenith", "Zenith Labs", admins=(ALICE,))
    order = stage.place(ALICE)
    walking.start(page, stage)
    type_company(page, "Acme Holding")
    expect(walking.candidates(page)).to_have_count(2)
    continue_to(page, "organization")
    expect(walking.heading(page)).to_have_text("Which of your organizations is this order for?")
    expect(page.get_by_label("None of these")).to_have_count(0)
    choose(page, "Zenith Labs")
    continue_to(page, "review")
    confirm(page)
    assert mapped_to(order) == "zenith"


def test_a_brand_new_company_gets_an_organization(page, stage):
    order = stage.place(company_name="Nordlicht Werke")
    walking.start(page, stage)
    expect(page.get_by_text("No organization matches yet.")).to_be_visible()
    continue_to(page, "review")
    expect(page.get_by_text("You become its administrator")).to_be_visible()
    confirm(page)
    assert mapped_to(order) == "hp-70012345"
    assert full_admins(Organization.get(Organization.ref == "hp-70012345")) == {NEWCOMER}


def test_a_new_organization_s_administrator_confirms_from_their_own_mailbox(
    page, stage, admin_page
):
    stage.place(company_name="Nordlicht Werke")
    walking.start(page, stage)
    type_company(page, "Nordlicht Werke", "chief@nordlicht.example")
    continue_to(page, "review")
    confirm(page)
    expect(page.get_by_text("becomes administrator by confirming")).to_be_visible()
    admin_page.goto(stage.path("first_admin"))
    admin_page.get_by_role("radio", name="Yes, I will administer it").check()
    press(admin_page, "Send my answer")
    expect(admin_page.get_by_text("The administrator has confirmed.")).to_be_visible()
    made = Organization.get(Organization.ref == "hp-70012345")
    assert full_admins(made) == {"chief@nordlicht.example"}


def test_a_held_order_resumes_when_an_admin_adds_the_person(page, stage, admin_page, new_context):
    found = acme()
    order = stage.place(CAROL)
    walking.start(page, stage)
    type_company(page, "Acme GmbH")
    ask_and_wait(page)
    assert now(order).status == "waiting"
    walking.answer(admin_page, stage, BOB, "Add them as full administrator", note="Welcome")
    expect(admin_page.get_by_text("added as full administrator")).to_be_visible()
    assert full_admins(found) == {ALICE, BOB, CAROL}
    # The tab that was left open goes on ...
    press(page, "Check again")
    landed(page, "review")
    # ... and so does whoever opens the mail's link, on another device.
    elsewhere = new_context().new_page()
    walking.start(elsewhere, stage, "resumed")
    confirm(elsewhere)
    assert mapped_to(order) == "acme"


def test_a_held_order_that_is_accepted_goes_on_under_the_answering_admin(page, stage, admin_page):
    found = acme()
    order = stage.place(CAROL)
    walking.start(page, stage)
    type_company(page, "Acme GmbH")
    ask_and_wait(page)
    walking.answer(admin_page, stage, ALICE, "Accept the subscription")
    expect(admin_page.get_by_text("nobody was added")).to_be_visible()
    press(page, "Check again")
    landed(page, "review")
    expect(page.locator("dl.summary")).to_contain_text(ALICE)
    confirm(page)
    assert full_admins(found) == {ALICE, BOB}
    assert mapped_to(order) == "acme"


def test_a_declined_order_tells_why_and_becomes_a_new_organization(page, stage, admin_page):
    acme()
    order = stage.place(CAROL)
    walking.start(page, stage)
    type_company(page, "Acme GmbH")
    ask_and_wait(page)
    walking.answer(admin_page, stage, BOB, "Decline", note="Ask Eve first.")
    walking.start(page, stage, "declined")
    at(page, "waiting")
    expect(page.get_by_text("Ask Eve first.")).to_be_visible()
    walking.follow(page, "Choose another organization, or create a new one")
    at(page, "organization")
    choose(page, "None of these: create a new organization")
    continue_to(page, "review")
    confirm(page)
    assert mapped_to(order) == "hp-70012345"


def test_a_reported_order_stops(page, stage, admin_page):
    found = acme()
    order = stage.place(CAROL)
    walking.start(page, stage)
    type_company(page, "Acme GmbH")
    ask_and_wait(page)
    walking.answer(admin_page, stage, BOB, "Report as suspicious")
    expect(admin_page.get_by_text("the seller looks into it")).to_be_visible()
    press(page, "Check again")
    expect(walking.heading(page)).to_have_text("This order has been stopped")
    expect(walking.heading(page)).to_be_focused()
    assert now(order).status == "stopped"
    assert full_admins(found) == {ALICE, BOB}


def test_a_partner_for_a_customer_goes_on_while_the_admins_are_asked(page, stage, admin_page):
    found = acme()
    volta()
    order = stage.place(PIA, role="partner")
    walking.start(page, stage)
    at(page, "purpose")
    page.get_by_role("radio", name="For a customer of ours").check()
    continue_to(page, "company")
    type_company(page, "Acme", "nora@acme.com")
    continue_to_list(page)
    choose(page, "Acme GmbH")
    continue_to(page, "administrator")
    press(page, "Ask them and go on")
    landed(page, "review")
    confirm(page)
    expect(page.get_by_text("Reach out to them: only they can do it.")).to_be_visible()
    assert mapped_to(order) == "acme"
    assert full_admins(found) == {ALICE, BOB}
    walking.answer(admin_page, stage, ALICE, "Add them as full administrator")
    expect(walking.heading(admin_page)).to_have_text("Thank you, your answer counts")
    assert full_admins(found) == {ALICE, BOB, "nora@acme.com"}


def continue_to_list(page) -> None:
    """A name under five characters has no live list: it comes as the next step."""
    expect(walking.candidates(page)).to_have_count(0)
    continue_to(page, "organization")


def test_a_partner_s_own_order_is_held(page, stage, admin_page):
    found = volta()
    order = stage.place("new@volta.example", role="partner")
    walking.start(page, stage)
    page.get_by_role("radio", name="For our own company").check()
    continue_to(page, "company")
    page.get_by_label("I am the administrator").check()
    type_company(page, "Volta Partners")
    choose(page, "Volta Partners")
    continue_to(page, "administrator")
    press(page, "Ask them and wait")
    landed(page, "waiting")
    walking.answer(admin_page, stage, PIA, "Add them as full administrator")
    walking.start(page, stage, "resumed")
    confirm(page)
    assert full_admins(found) == {PIA, "new@volta.example"}
    assert mapped_to(order) == "volta"


def test_a_contact_who_is_full_admin_there_decides_on_the_spot(page, stage):
    found = acme()
    stage.place(ALICE)
    walking.start(page, stage)
    type_company(page, "Acme GmbH", "nora@acme.com")
    choose(page, "Acme GmbH")
    continue_to(page, "administrator")
    page.get_by_role("radio", name="Add them as full administrator").check()
    continue_to(page, "review")
    confirm(page)
    assert full_admins(found) == {ALICE, BOB, "nora@acme.com"}
