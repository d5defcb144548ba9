"""After signing out nothing of an order comes back: not by Back, not from a copied cookie."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from records import clock
from records.tables import Session
from tests.browser import places_around
from tests.browser.troubles import watch
from tests.browser.walking import (
    at,
    continue_to,
    follow,
    heading,
    landed,
    press,
    start,
    type_company,
)
from tests.support.cast import CAROL, NEWCOMER, Stage, acme

# What only somebody with the order open may see: who, for which company, what was ordered.
THEIRS = re.compile(rf"{re.escape(NEWCOMER)}|Acme|Meetings")
NOBODY = "There is nothing here for you"


def company(page: Page, stage: Stage) -> None:
    acme()
    stage.place(company_name="Acme GmbH")
    start(page, stage)
    at(page, "company")


def after_a_refusal(page: Page, stage: Stage) -> None:
    company(page, stage)
    type_company(page, "Acme GmbH", "nobody at all")
    press(page, "Continue")
    page.get_by_role("alert").wait_for()


def after_two_swaps(page: Page, stage: Stage) -> None:
    company(page, stage)
    continue_to(page, "organization")
    press(page, "Continue")
    page.get_by_role("alert").wait_for()
    follow(page, "Company")
    at(page, "company")


WAYS = [company, after_a_refusal, after_two_swaps]


def sign_out(page: Page) -> None:
    press(page, "Sign out")
    expect(page).to_have_url(re.compile("/signed-out$"))
    expect(heading(page)).to_have_text("You are signed out")


def content_of(page: Page) -> str:
    """The page once it has come to rest."""
    for _try in range(40):
        with suppress(Error):
            return page.content()
        page.wait_for_timeout(50)
    raise AssertionError(f"{page.url} does not come to rest")


def assert_nothing_comes_back(page: Page, steps: int = 4) -> None:
    """Back and forward over all that this tab has seen, each page reloaded too."""
    seen = 0
    for move in [page.go_back] * steps + [page.go_forward] * steps:
        with suppress(Error):  # the browser's own page, where it may not send a form again
            move(timeout=4_000)
        for look in range(2):
            content = content_of(page)
            assert not THEIRS.search(content), page.url
            seen += NOBODY in content
            if look == 0 and page.url.startswith("http"):
                with suppress(Error):
                    page.reload(timeout=4_000)
    assert seen


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_back_forward_and_reload_show_nothing(page, stage, way):
    way(page, stage)
    sign_out(page)
    assert page.context.cookies() == []
    assert_nothing_comes_back(page)


@pytest.mark.parametrize("refused", [False, True], ids=["a page", "a refused form"])
def test_without_scripts_too(plain_page, stage, refused):
    company(plain_page, stage)
    if refused:
        type_company(plain_page, "Acme GmbH", "nobody at all")
        press(plain_page, "Continue")
        plain_page.get_by_role("alert").wait_for()
    sign_out(plain_page)
    assert_nothing_comes_back(plain_page)


def test_the_browser_is_asked_to_forget_what_it_kept(page, stage):
    """Also where the pages alone would not make it: they differ by cookie, and are not stored."""
    company(page, stage)
    with page.expect_response("**/sign-out") as answered:
        sign_out(page)
    assert answered.value.all_headers()["clear-site-data"] == '"cache", "storage"'


@pytest.fixture
def keeping(browser_type, browser_type_launch_args, live, troubles) -> Iterator[BrowserContext]:
    """A browser that keeps whole pages for Back, as people's browsers do and tests' do not."""
    off = ["--disable-back-forward-cache"]
    browser: Browser = browser_type.launch(**browser_type_launch_args, ignore_default_args=off)
    context = browser.new_context(base_url=live.url)
    context.set_default_timeout(10_000)
    watch(context, live.url, troubles)
    yield context
    browser.close()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_browser_that_keeps_whole_pages_shows_nothing_either(keeping, stage, way):
    page = keeping.new_page()
    way(page, stage)
    sign_out(page)
    assert_nothing_comes_back(page)


def test_a_page_that_was_kept_whole_is_loaded_again(page, stage):
    company(page, stage)
    Session.update(ended_at=clock.now()).execute()
    expect(heading(page)).to_have_text("Which company is this order for?")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(heading(page)).to_have_text(NOBODY)


def test_another_tab_can_go_nowhere_and_may_sign_out_as_well(page, stage):
    company(page, stage)
    other, third = page.context.new_page(), page.context.new_page()
    for tab in (other, third):
        tab.goto(page.url)
    sign_out(page)
    type_company(other, "Nordlicht Werke", NEWCOMER)  # typing is enough: the list is asked for
    expect(heading(other)).to_have_text(NOBODY)
    sign_out(third)


def by_signing_out(page: Page, _stage: Stage) -> None:
    sign_out(page)


def by_handing_over(page: Page, _stage: Stage) -> None:
    page.get_by_text("Someone else will set this up").click()
    page.get_by_label("Their email address").fill(CAROL)
    page.get_by_role("radio", name="The customer").check()
    press(page, "Send them the link")
    page.get_by_text("There is nothing left for you to do").wait_for()


def by_its_time(_page: Page, _stage: Stage) -> None:
    Session.update(expires_at=clock.now() - timedelta(seconds=1)).execute()


@pytest.mark.parametrize("end", [by_signing_out, by_handing_over, by_its_time])
def test_a_copied_cookie_dies_with_its_session(page, stage, new_context, end):
    thief, stranger = new_context().new_page(), new_context().new_page()
    company(page, stage)
    path = page.url
    thief.context.add_cookies(page.context.cookies())
    thief.goto(path)
    at(thief, "company")
    end(page, stage)
    told = []
    for browser in (thief, stranger):
        answer = browser.goto(path)
        assert answer
        assert answer.status == 404
        expect(browser.get_by_role("button", name="Sign out")).to_have_count(0)
        told.append(browser.locator("body").inner_text())
    assert told[0] == told[1]


def test_all_that_the_browser_holds_ends_at_once(page, stage):
    """Two orders of different people, and a partner's session, from a page of neither."""
    places_around.partner_overview(page, stage)
    for number in ("1", "2"):
        stage.place(f"erin{number}@acme.com", number=number)
        start(page, stage, "launch", f"erin{number}@acme.com")
        at(page, "company")
    page.goto("/")
    sign_out(page)
    assert Session.select().where(Session.ended_at.is_null()).count() == 0
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    page.goto("/partner")
    expect(heading(page)).to_have_text("See your orders")


def test_who_holds_nothing_sees_no_button_and_who_does_sees_it_everywhere(page, stage):
    button = page.get_by_role("button", name="Sign out")
    for path in ("/", "/partner", "/orders/1/review", "/signed-out"):
        page.goto(path)
        expect(button).to_have_count(0)
    company(page, stage)
    continue_to(page, "organization")
    expect(button).to_have_count(1)
    for path in ("/", "/partner", "/orders/1/review", stage.path("launch"), "/orders/1/matches"):
        page.goto(path)
        expect(button).to_have_count(1)
    page.goto("/signed-out")
    expect(page).to_have_url(re.compile("/$"))


def test_coming_back_takes_a_fresh_link(page, stage):
    company(page, stage)
    sign_out(page)
    follow(page, "Get a fresh link")
    page.get_by_label("Order number").fill("70012345")
    page.get_by_label("Your email address").fill(NEWCOMER)
    press(page, "Send me a fresh link")
    page.get_by_text("Look into your mailbox").wait_for()
    start(page, stage, "fresh_link")
    at(page, "company")
    continue_to(page, "organization")
    landed(page, "organization")


def test_the_last_page_is_for_everybody(page, stage, axe: Callable[[Page], None]):
    company(page, stage)
    axe(page)
    sign_out(page)
    axe(page)
