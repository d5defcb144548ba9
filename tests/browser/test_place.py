"""Back, reload and a refused answer keep the place and the input; the focus says where to look."""

import pytest
from playwright.sync_api import expect

from tests.browser import walking
from tests.browser.walking import (
    at,
    choose,
    confirm,
    continue_to,
    heading,
    name_field,
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
    organization,
)

SUMMARY = ".notice[role=alert]"


# --- Back and reload -----------------------------------------------------------------------------


def test_back_forward_and_reload_keep_the_place_and_the_input(page, stage):
    acme()
    organization("tools", "Acme Tools", users=("t@acme.com",))
    stage.place(CAROL)
    walking.start(page, stage)
    type_company(page, "Acme Tool Works", "nora@acme.com")
    expect(walking.candidates(page)).to_have_count(2)
    continue_to(page, "organization")
    page.reload()
    at(page, "organization")
    choose(page, "Acme Tools")
    continue_to(page, "administrator")
    page.reload()
    at(page, "administrator")
    page.go_back()
    at(page, "organization")
    expect(page.get_by_role("radio", name="Acme Tools", exact=True)).to_be_checked()
    page.go_back()
    at(page, "company")
    expect(name_field(page)).to_have_value("Acme Tool Works")
    expect(page.get_by_label("Administrator's email address")).to_have_value("nora@acme.com")
    page.go_forward()
    at(page, "organization")
    page.go_forward()
    at(page, "administrator")


def test_a_step_that_has_closed_leads_back_to_where_the_order_is(page, stage):
    stage.place()
    walking.to_review(page, stage)
    confirm(page)
    page.go_back()
    at(page, "done")
    page.go_back()
    at(page, "done")
    page.goto("/orders/70012345/company")
    at(page, "done")
    page.reload()
    at(page, "done")


def test_the_steps_passed_are_links_back(page, stage):
    acme()
    stage.place()
    walking.start(page, stage)
    type_company(page, "Acme GmbH")
    choose(page, "Acme GmbH")
    continue_to(page, "administrator")
    page.get_by_role("navigation", name="Steps").get_by_role("link", name="Company").click()
    at(page, "company")
    expect(name_field(page)).to_have_value("Acme GmbH")


# --- a refused answer ----------------------------------------------------------------------------


def test_a_refused_company_focuses_a_summary_that_leads_to_the_fields(page, stage):
    stage.place()
    walking.start(page, stage)
    type_company(page, "", "nobody at all")
    press(page, "Continue")
    expect(page.locator(SUMMARY)).to_be_focused()
    expect(page).to_have_title(walking_title(page))
    at(page, "company")
    for label, name in (
        ("Administrator's email address", "admin_email"),
        ("Company name", "company_name"),
    ):
        field = page.get_by_label(label)
        expect(field).to_have_attribute("aria-invalid", "true")
        sentence = page.locator(f"#{name}-error").inner_text()
        page.locator(SUMMARY).get_by_role("link", name=sentence).click()
        expect(field).to_be_focused()
    expect(page.get_by_label("Administrator's email address")).to_have_value("nobody at all")


def walking_title(page) -> str:
    return f"{heading(page).inner_text()} - Order 70012345 - Northwind Cloud"


def test_a_refused_list_focuses_a_summary_that_leads_to_it(page, stage):
    acme()
    stage.place(company_name="Acme")
    walking.start(page, stage)
    continue_to(page, "organization")
    press(page, "Continue")
    expect(page.locator(SUMMARY)).to_be_focused()
    page.locator(SUMMARY).get_by_role("link").click()
    expect(page.locator("#matches")).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio").first).to_be_focused()


@pytest.mark.parametrize("step", ["purpose", "review"])
def test_a_refused_choice_focuses_a_summary_that_leads_to_it(page, stage, step):
    stage.place(
        PIA if step == "purpose" else NEWCOMER, role="partner" if step == "purpose" else "customer"
    )
    if step == "purpose":
        walking.start(page, stage)
        press(page, "Continue")
    else:
        walking.to_review(page, stage)
        press(page, "Confirm and activate")
    expect(page.locator(SUMMARY)).to_be_focused()
    at(page, step)
    page.locator(SUMMARY).get_by_role("link").click()
    box = page.get_by_role("radio" if step == "purpose" else "checkbox").first
    expect(box).to_be_focused()


def test_a_refused_decision_focuses_its_summary(page, stage):
    found = acme()
    stage.place(CAROL, company_name="Acme")
    asked = stage.opened().form().submit().form().choose("Acme GmbH").submit()
    asked.form().submit()
    page.goto(stage.path("access_notice", BOB))
    press(page, "Send my answer")
    expect(page.locator(SUMMARY)).to_be_focused()
    page.locator(SUMMARY).get_by_role("link").click()
    expect(page.get_by_role("radio").first).to_be_focused()
    assert full_admins(found) == {ALICE, BOB}
