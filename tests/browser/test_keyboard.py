"""The whole wizard with Tab, Space, Enter and arrow keys; what has the focus always shows it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import walking
from tests.browser.walking import at, candidates, landed, name_field
from tests.support.cast import BOB, CAROL, PIA, acme, organization, volta

# A card draws the outline for the radio button inside it.
OUTLINE = """() => {
  const focused = document.activeElement;
  const drawn = focused.closest(".candidate, .choice") || focused;
  const {outlineStyle, outlineWidth} = getComputedStyle(drawn);
  const shown = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return [shown, focused.outerHTML.slice(0, 120)];
}"""
MOST_STOPS = 40


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there; each stop on the way shows that it is one."""
    expect(target).to_be_visible()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        shown, element = page.evaluate(OUTLINE)
        assert shown, f"nothing shows that the focus is on {element}"
        if target.evaluate("target => target === document.activeElement"):
            return
    raise AssertionError(f"Tab does not come to {target}")


def button(page: Page, label: str) -> Locator:
    return page.get_by_role("button", name=label, exact=True)


def enter(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


@pytest.fixture
def admin_page(new_context) -> Page:
    return new_context().new_page()


def test_a_held_order_is_finished_with_the_keyboard(page, stage, admin_page):
    acme()
    organization("tools", "Acme Tools", users=("t@acme.com",))
    stage.place(CAROL)
    page.goto(stage.path("launch"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    enter(page, button(page, "Start"))
    at(page, "company")
    tab_to(page, page.get_by_label("I am the administrator"))
    tab_to(page, name_field(page))
    page.keyboard.type("Acme Tools")
    expect(candidates(page)).to_have_count(2)
    tab_to(page, page.get_by_role("radio").first)
    expect(page.get_by_role("radio").first).not_to_be_checked()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="Acme GmbH")).to_be_checked()
    enter(page, button(page, "Continue"))
    landed(page, "administrator")
    tab_to(page, page.get_by_label("Your message"))
    page.keyboard.type("I took over.")
    enter(page, button(page, "Ask them and wait"))
    landed(page, "waiting")

    admin_page.goto(stage.path("access_notice", BOB))
    tab_to(admin_page, admin_page.get_by_role("radio").first)
    admin_page.keyboard.press("Space")
    expect(admin_page.get_by_role("radio", name="Add them as full")).to_be_checked()
    tab_to(admin_page, admin_page.get_by_label("A note to them"))
    enter(admin_page, button(admin_page, "Send my answer"))
    expect(walking.heading(admin_page)).to_have_text("Thank you, your answer counts")

    enter(page, button(page, "Check again"))
    landed(page, "review")
    tab_to(page, page.get_by_label("I have checked this"))
    page.keyboard.press("Space")
    enter(page, button(page, "Confirm and activate"))
    landed(page, "done")
    tab_to(page, page.get_by_role("link", name="Write to Northwind Cloud"))


def test_a_partner_chooses_asks_for_more_and_hands_over_with_the_keyboard(page, stage):
    volta()
    for number in range(8):
        organization(f"branch-{number}", f"Acme Branch {number}", users=(f"b{number}@acme.com",))
    stage.place(PIA, role="partner")
    page.goto(stage.path("launch"))
    enter(page, button(page, "Start"))
    at(page, "purpose")
    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="For a customer of ours")).to_be_checked()
    enter(page, button(page, "Continue"))
    landed(page, "company")
    tab_to(page, page.get_by_label("Administrator's email address"))
    page.keyboard.type("nora@acme.com")
    tab_to(page, name_field(page))
    page.keyboard.type("Acme Branch")
    expect(candidates(page)).to_have_count(5)
    enter(page, page.get_by_role("link", name="Show more organizations"))
    expect(candidates(page).nth(5).get_by_role("radio")).to_be_focused()
    tab_to(page, button(page, "Continue"))
    tab_to(page, page.locator("summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Their email address"))
    page.keyboard.type(CAROL)
    tab_to(page, page.locator("details").get_by_role("radio").first)
    page.keyboard.press("Space")
    enter(page, button(page, "Send them the link"))
    expect(walking.heading(page)).to_have_text("Order 70012345 is handed over")
