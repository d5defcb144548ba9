"""Double clicks, two tabs, two devices, two people: it happens once, and nobody is locked out."""

import pytest
from playwright.sync_api import Locator, Page, expect

from provisioning import links
from records.database import db
from records.tables import Mapping, Session
from tests.browser import walking
from tests.browser.walking import (
    at,
    choose,
    confirm,
    continue_to,
    heading,
    landed,
    press,
    type_company,
)
from tests.support.cast import ALICE, BOB, CAROL, MALLORY, acme, full_admins, now, requests_of, told


def another_link(stage, order) -> str:
    """A second launch link for the same contact, as for another device."""
    with db.atomic():
        link = links.issue("launch", order.contact_email, stage.settings, order=order)
    return links.url_of(link, stage.settings) or ""


def slow(page: Page, milliseconds: int) -> None:
    """From now on every answer takes that much longer, while requests leave at once."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    conditions = {"offline": False, "latency": milliseconds}
    devtools.send(
        "Network.emulateNetworkConditions",
        {**conditions, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def click_twice(page: Page, button: Locator, pause: int) -> None:
    """With the mouse itself: a locator's click would wait for the answer to the first."""
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    for _ in range(2):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(pause)


# --- clicked twice -------------------------------------------------------------------------------


@pytest.mark.parametrize("pause", [0, 150])
def test_a_double_click_on_start_opens_the_order(page, stage, pause):
    order = stage.place()
    page.goto(stage.path("launch"))
    slow(page, 400)
    click_twice(page, page.get_by_role("button", name="Start"), pause)
    at(page, "company")
    if pause:  # the first answer, with its cookie, was lost on the way
        assert Session.select().count() == 2
    assert told(order) == ["placed", "link opened", "launched"]
    page.reload()
    at(page, "company")


@pytest.mark.parametrize("pause", [0, 150])
def test_a_double_click_on_confirm_has_one_effect(page, stage, pause):
    order = stage.place()
    walking.to_review(page, stage)
    page.get_by_label("I have checked this").check()
    slow(page, 400)
    click_twice(page, page.get_by_role("button", name="Confirm and activate"), pause)
    landed(page, "done")
    assert Mapping.select().count() == 1
    assert told(order).count("provisioned") == 1
    assert len(stage.mails("receipt")) == 1
    page.reload()
    at(page, "done")


# --- two tabs, two people ------------------------------------------------------------------------


def test_two_tabs_on_one_order_finish_it_once(page, stage):
    acme()
    order = stage.place()
    walking.start(page, stage)
    other = page.context.new_page()
    other.goto(page.url)
    page.bring_to_front()
    type_company(page, "Acme GmbH")
    choose(page, "None of these: create a new organization")
    continue_to(page, "review")
    # The other tab still shows the step before, and repeats it.
    other.bring_to_front()
    at(other, "company")
    type_company(other, "Acme GmbH")
    choose(other, "None of these: create a new organization")
    continue_to(other, "review")
    confirm(other)
    page.bring_to_front()
    page.get_by_label("I have checked this").check()
    press(page, "Confirm and activate")
    landed(page, "done")
    assert told(order).count("company") == 1
    assert told(order).count("mapped") == 1


def test_a_tab_with_an_old_choice_does_not_undo_the_newer_answer(page, stage):
    acme()
    order = stage.place(company_name="Acme")
    walking.start(page, stage)
    continue_to(page, "organization")
    other = page.context.new_page()
    other.goto("/orders/70012345/company")
    type_company(other, "Nordlicht Werke", "chief@nordlicht.example")
    continue_to(other, "review")
    page.bring_to_front()
    choose(page, "Acme GmbH")
    press(page, "Continue")
    landed(page, "review")
    assert now(order).create_new


def test_two_devices_of_one_contact_share_the_order(page, stage, new_context):
    acme()
    order = stage.place(CAROL, company_name="Acme")
    walking.start(page, stage)
    phone = new_context().new_page()
    phone.goto(another_link(stage, order))
    press(phone, "Start")
    at(phone, "company")
    continue_to(page, "organization")
    choose(page, "Acme GmbH")
    continue_to(page, "administrator")
    phone.goto("/orders/70012345")
    at(phone, "administrator")
    press(phone, "Ask them and wait")
    landed(phone, "waiting")
    press(page, "Ask them and wait")
    landed(page, "waiting")
    assert len(requests_of(order)) == 1


def test_of_two_administrators_at_once_one_counts_and_the_other_sees_who(page, stage, new_context):
    found = acme()
    stage.place(CAROL, company_name="Acme")
    stage.opened().form().submit().form().choose("Acme GmbH").submit().form().submit()
    other = new_context().new_page()
    other.goto(stage.path("access_notice", ALICE))
    walking.answer(page, stage, BOB, "Decline")
    expect(heading(page)).to_have_text("Thank you, your answer counts")
    other.get_by_role("radio", name="Add them as full administrator").check()
    press(other, "Send my answer")
    expect(heading(other)).to_have_text("This has been answered")
    expect(other.get_by_text(f"{BOB} answered on")).to_be_visible()
    assert full_admins(found) == {ALICE, BOB}


def test_somebody_else_s_browser_sees_nothing_of_an_order(page, stage, new_context):
    stage.place()
    walking.to_review(page, stage)
    stage.place(MALLORY, number="70012346")
    stranger = new_context().new_page()
    walking.start(stranger, stage, to=MALLORY)
    at(stranger, "company")
    stranger.goto(page.url)
    expect(heading(stranger)).to_have_text("There is nothing here for you")
    assert "Nordlicht" not in stranger.content()


def test_who_is_signed_out_meanwhile_is_shown_why(page, stage, new_context):
    order = stage.place()
    walking.start(page, stage)
    other = new_context().new_page()
    other.goto(another_link(stage, order))
    press(other, "Start")
    other.get_by_text("Someone else will set this up").click()
    other.get_by_label("Their email address").fill(BOB)
    other.get_by_role("radio", name="The customer").check()
    press(other, "Send them the link")
    expect(heading(other)).to_have_text("Order 70012345 is handed over")
    expect(heading(other)).to_be_focused()
    type_company(page, "Acme GmbH")
    expect(heading(page)).to_have_text("There is nothing here for you")
    walking.start(page, stage, "hand_over_new")
    at(page, "company")
    expect(page.get_by_label("Administrator's email address")).to_have_value(BOB)
