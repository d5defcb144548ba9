"""The page of an order that waits looks again by itself, and disturbs nobody who reads it."""

import re

from playwright.sync_api import expect

from records import clock
from records.tables import OutboxRow
from tests.browser.places import take_over
from tests.browser.places_after import waiting_page
from tests.browser.places_requests import asked_to_confirm
from tests.browser.walking import heading
from tests.support.cast import ALICE, BOB, acme


def look_now(page) -> None:
    """What the clock does every half minute."""
    page.evaluate("htmx.ajax('GET', document.querySelector('#answer').dataset.hxGet, "
                  "{target: '#answer', swap: 'outerHTML'})")  # fmt: skip


def test_a_change_is_said_once_and_the_focus_stays(page, stage):
    acme()
    take_over(page, waiting_page(stage))
    button = page.get_by_role("button", name="Check again")
    button.focus()
    expect(page.get_by_role("status")).to_have_text("")
    OutboxRow.update(sent_at=clock.now()).where(OutboxRow.letter == "access_notice").execute()
    look_now(page)
    expect(page.get_by_role("status")).to_have_text("Sent to 2 administrators")
    expect(page.locator(".notices")).to_contain_text("sent")
    expect(button).to_be_focused()
    with page.expect_response("**/answer?*") as unchanged:
        look_now(page)
    assert unchanged.value.status == 204
    stage.decide(BOB, "decline")
    look_now(page)
    expect(page.get_by_role("status")).to_have_text("There is an answer.")
    page.get_by_role("link", name="See how it goes on").click()
    expect(heading(page)).to_have_text("The administrators declined")


def test_times_are_said_in_the_reader_s_own_zone(new_context, stage):
    acme()
    page = new_context(timezone_id="Asia/Tokyo", locale="en-US").new_page()
    take_over(page, waiting_page(stage))
    time = page.locator("time").first
    # As the server writes them, whatever the browser's own habit is.
    expect(time).to_have_text(re.compile(r"^\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d GMT\+9$"))
    assert "UTC" in str(time.get_attribute("title"))


def test_without_javascript_it_refreshes_until_that_is_stopped(plain_page, stage):
    acme()
    take_over(plain_page, waiting_page(stage))
    expect(plain_page.locator("noscript")).not_to_have_count(0)
    plain_page.get_by_role("link", name="Stop that").click()
    plain_page.wait_for_url("**/waiting?still=1")
    assert "This page stays as it is." in plain_page.content()
    plain_page.get_by_role("link", name="Someone else will set this up").click()
    expect(plain_page).to_have_url(re.compile("/orders/70012345/hand-over$"))
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Who will set this up?")


def test_enter_on_a_card_never_asks_and_a_click_does(page, stage):
    take_over(page, asked_to_confirm(stage))
    assert [m.recipient for m in stage.mails("confirm_question")] == [ALICE, BOB]
    expect(page.get_by_role("heading", name="You have asked")).to_be_visible()
