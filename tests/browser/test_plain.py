"""The same journey without JavaScript: the same pages, the same order of things."""

from playwright.sync_api import expect

from records.tables import Mapping
from tests.browser import walking
from tests.browser.walking import (
    at,
    candidates,
    choose,
    follow,
    heading,
    names,
    press,
    type_company,
)
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


def submit_to(page, step) -> None:
    press(page, "Continue")
    at(page, step)


def confirm(page) -> None:
    at(page, "review")
    page.get_by_label("I have checked this").check()
    press(page, "Confirm and activate")
    at(page, "done")


def test_a_customer_finds_its_organization_page_by_page_and_waits(plain_page, stage, new_context):
    found = acme()
    for number in range(6):
        organization(f"branch-{number}", f"Acme Branch {number}", users=(f"b{number}@acme.com",))
    order = stage.place()
    page = plain_page
    walking.start(page, stage)
    at(page, "company")
    expect(page.get_by_text("suggestions appear here")).to_be_hidden()
    type_company(page, "", "nobody at all")
    press(page, "Continue")
    at(page, "company")
    expect(page.get_by_role("alert")).to_be_visible()
    # Its own address, which the box under the field also says.
    type_company(page, "Acme Branch", NEWCOMER)
    submit_to(page, "organization")
    expect(candidates(page)).to_have_count(5)
    first = names(page)
    follow(page, "Show more organizations")
    expect(candidates(page)).to_have_count(2)
    assert not set(first) & set(names(page))
    page.go_back()
    expect(candidates(page)).to_have_count(5)
    page.go_forward()
    press(page, "Continue")
    expect(page.get_by_role("alert")).to_contain_text("Choose an organization from the list.")
    if "Acme GmbH" not in names(page):
        follow(page, "Show more organizations")
    choose(page, "Acme GmbH")
    submit_to(page, "administrator")
    page.reload()
    at(page, "administrator")
    page.get_by_label("Your message").fill("I am new here.")
    press(page, "Ask them and wait")
    at(page, "waiting")
    admin = new_context(java_script_enabled=False).new_page()
    walking.answer(admin, stage, BOB, "Add them as full administrator", note="Welcome")
    expect(heading(admin)).to_have_text("Thank you, your answer counts")
    assert full_admins(found) == {ALICE, BOB, NEWCOMER}
    press(page, "Check again")
    confirm(page)
    expect(page.get_by_text("It belongs to Acme GmbH.")).to_be_visible()
    assert Mapping.get(Mapping.order == order).organization.ref == "acme"


def test_a_partner_signs_in_hands_over_and_the_customer_finishes(plain_page, stage, new_context):
    volta()
    order = stage.place(PIA, role="partner")
    page = plain_page
    page.goto("/partner")
    page.get_by_label("Your email address").fill(PIA)
    press(page, "Send me the link")
    expect(heading(page)).to_have_text("Look into your mailbox")
    page.goto(stage.path("partner_sign_in"))
    press(page, "Sign in")
    press(page, "Continue Order 70012345")
    at(page, "purpose")
    page.get_by_role("radio", name="For a customer of ours").check()
    submit_to(page, "company")
    type_company(page, "Nordlicht Werke", "chief@nordlicht.example")
    submit_to(page, "review")
    page.get_by_text("Someone else will set this up").click()
    press(page, "Send them the link")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Their email address").fill("chief@nordlicht.example")
    page.get_by_role("radio", name="The customer").check()
    press(page, "Send them the link")
    expect(heading(page)).to_have_text("Order 70012345 is handed over")
    page.goto("/orders/70012345/review")
    expect(heading(page)).to_have_text("There is nothing here for you")

    chief = new_context(java_script_enabled=False).new_page()
    walking.start(chief, stage, "hand_over_new")
    at(chief, "company")
    expect(walking.name_field(chief)).to_have_value("Nordlicht Werke")
    submit_to(chief, "review")
    confirm(chief)
    assert now(order).status == "provisioned"


def test_a_choice_made_on_the_company_page_goes_straight_on(plain_page, stage):
    """A reader without JavaScript who comes back to the company step sees the list there too."""
    acme()
    stage.place(CAROL, company_name="Acme GmbH")
    page = plain_page
    walking.start(page, stage)
    expect(candidates(page)).to_have_count(1)
    choose(page, "Acme GmbH")
    submit_to(page, "administrator")
