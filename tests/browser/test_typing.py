"""Live suggestions under the company name, as somebody types."""

import pytest
from playwright.sync_api import Page, expect

from records.tables import Order
from tests.browser import walking
from tests.browser.walking import candidates, landed, name_field, names, press, type_company
from tests.support.cast import NEWCOMER, organization

MATCHES = "**/matches*"
ADDRESS_WANTED = "Add the administrator's address to see organizations."


@pytest.fixture
def asked(page) -> list[str]:
    """The company names that the page has asked about."""
    found: list[str] = []

    def note(request) -> None:
        if request.url.endswith("/matches"):
            found.append(str(request.post_data_json["company_name"]))

    page.on("request", note)
    return found


@pytest.fixture
def form(page, stage, asked) -> Page:
    walking.come_to_company(page, stage)
    return page


def test_four_characters_show_nothing_and_the_fifth_shows_candidates(form, asked):
    expect(form.locator("#matches")).to_have_text("5 more characters, and suggestions appear here.")
    name_field(form).press_sequentially("Acm")
    assert walking.list_says(form) == "2 more characters, and suggestions appear here."
    name_field(form).press_sequentially("e")
    assert walking.list_says(form) == "One more character, and suggestions appear here."
    form.wait_for_timeout(400)
    assert asked == []
    # White space around a name is none of its characters.
    name_field(form).press_sequentially("  ")
    form.wait_for_timeout(400)
    assert asked == []
    name_field(form).press_sequentially("G")
    expect(candidates(form)).to_have_count(2)
    assert names(form) == ["Acme GmbH", "Acme Tools"]
    assert asked == ["Acme  G"]


def test_the_list_follows_the_typing_and_goes_below_five(form, asked):
    name_field(form).press_sequentially("Zenith", delay=20)
    expect(candidates(form)).to_have_count(1)
    assert names(form) == ["Zenith Labs"]
    assert len(asked) == 1  # quick typing asks once
    name_field(form).fill("Acme Tools")
    expect(candidates(form)).to_have_count(2)
    assert names(form)[0] == "Acme Tools"
    name_field(form).fill("Nobody by that name")
    expect(form.locator("#matches")).to_contain_text("No organization matches yet.")
    name_field(form).fill("Acme ")
    assert walking.list_says(form) == "One more character, and suggestions appear here."
    expect(candidates(form)).to_have_count(0)


def test_without_a_right_address_the_list_asks_for_one(form):
    address = form.get_by_label("Administrator's email address")
    expect(address).to_have_value(NEWCOMER)
    type_company(form, "Acme GmbH", "")
    expect(form.locator("#matches")).to_have_text(ADDRESS_WANTED)
    for wrong in ("nora", "nora@", "nora@acme", "a@acme.com, b@acme.com"):
        address.fill("")
        address.fill(wrong)
        form.wait_for_timeout(300)
        assert walking.list_says(form) == ADDRESS_WANTED, wrong
    address.fill("nora@acme.com")
    expect(candidates(form)).to_have_count(2)


def test_changing_the_address_or_its_box_asks_again(form, asked):
    box = form.get_by_label("I am the administrator")
    expect(box).to_be_checked()
    name_field(form).fill("Acme GmbH")
    expect(candidates(form)).to_have_count(2)
    form.get_by_label("Administrator's email address").fill("z@zenith.example")
    expect(candidates(form).locator("h3")).to_have_text(["Zenith Labs"])
    expect(box).not_to_be_checked()
    box.check()
    expect(form.get_by_label("Administrator's email address")).to_have_value(NEWCOMER)
    expect(candidates(form)).to_have_count(2)
    box.uncheck()
    expect(form.get_by_label("Administrator's email address")).to_have_value("")
    expect(form.locator("#matches")).to_have_text(ADDRESS_WANTED)
    assert len(asked) == 4


def test_nothing_is_preselected_and_enter_in_the_name_picks_nothing(form):
    name_field(form).fill("Zenith Labs")
    expect(candidates(form)).to_have_count(1)
    expect(form.locator("input[type=radio]:checked")).to_have_count(0)
    name_field(form).press("Enter")
    landed(form, "organization")
    expect(form.locator("input[type=radio]:checked")).to_have_count(0)
    order = Order.get()
    assert (order.organization_id, order.create_new) == (None, False)


def test_a_choice_from_the_live_list_goes_straight_on(form):
    name_field(form).fill("Acme Tools")
    walking.choose(form, "Acme Tools")
    press(form, "Continue")
    landed(form, "administrator")
    assert Order.get().organization.ref == "tools"


def test_more_candidates_come_in_fives_and_the_choice_stays(form):
    for number in range(10):
        organization(f"branch-{number}", f"Zenith Branch {number}", users=(f"b{number}@acme.com",))
    name_field(form).fill("Zenith")
    expect(candidates(form)).to_have_count(5)
    first = names(form)
    walking.choose(form, first[1])
    walking.follow(form, "Show more organizations")
    expect(candidates(form)).to_have_count(10)
    # Whoever works with the keyboard goes on at the first new one.
    expect(candidates(form).nth(5).get_by_role("radio")).to_be_focused()
    walking.follow(form, "Show more organizations")
    expect(candidates(form)).to_have_count(11)
    expect(form.get_by_role("link", name="Show more organizations")).to_have_count(0)
    assert names(form)[:5] == first
    assert len(set(names(form))) == 11
    expect(form.get_by_role("radio", name=first[1], exact=True)).to_be_checked()


def test_a_screen_reader_hears_the_count_once_typing_pauses_and_only_then(form):
    form.evaluate(
        """() => {
          window.heard = [];
          const said = document.getElementById("status");
          new MutationObserver(() => said.textContent && heard.push(said.textContent))
            .observe(said, {childList: true, characterData: true, subtree: true});
        }"""
    )
    # Slow enough for a list to come between any two characters.
    name_field(form).press_sequentially("Acme Tools", delay=350)
    expect(candidates(form)).to_have_count(2)
    assert form.evaluate("heard") == []
    expect(walking.status(form)).to_have_text("2 organizations may be yours.")
    name_field(form).fill("Zenith Labs")
    expect(walking.status(form)).to_have_text("")
    expect(walking.status(form)).to_have_text("1 organization may be yours.")
    name_field(form).fill("Zen")
    form.wait_for_timeout(1300)
    assert form.evaluate("heard") == [
        "2 organizations may be yours.",
        "1 organization may be yours.",
    ]
    expect(walking.status(form)).to_have_attribute("role", "status")


def test_going_back_brings_back_what_was_typed_with_its_list(form):
    name_field(form).fill("Acme Tools")
    expect(candidates(form)).to_have_count(2)
    form.goto("/")
    form.go_back()
    expect(name_field(form)).to_have_value("Acme Tools")
    expect(candidates(form)).to_have_count(2)
