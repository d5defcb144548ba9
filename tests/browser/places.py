"""How to come to each page: up to the choice here, the others in places_after.py, _around.py ....

What leads there is walked without a browser, which is quicker; the browser then takes over.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from playwright.sync_api import Page

from tests.browser import walking
from tests.browser.walking import press
from tests.support import page_client
from tests.support.cast import (
    ALICE,
    PIA,
    Stage,
    acme,
    organization,
    volta,
)

Way = Callable[[Page, Stage], None]


class Place(NamedTuple):
    """A page, or a variant of one: its heading, and how a browser comes to it."""

    name: str
    heading: str
    come: Way


PLACES: list[Place] = []


def place(heading: str) -> Callable[[Way], Way]:
    """Registers the function under it as a way to the page of that heading."""

    def register(way: Way) -> Way:
        PLACES.append(Place(way.__name__, heading, way))
        return way

    return register


def take_over(page: Page, before: page_client.Page) -> None:
    """Go on in the browser where a page client has come to."""
    client = before.client
    cookie = client.http.get_cookie("homeport", domain="127.0.0.1")
    assert cookie
    page.context.add_cookies([{"name": "homeport", "value": cookie.value, "url": client.base_url}])
    page.goto(before.path)


def neighbours() -> None:
    """Organizations of every tier, kind and reading that a list from nora@acme.com shows."""
    acme()
    volta()
    old = date(2012, 3, 1)
    crowd = tuple(f"u{number}@acme.com" for number in range(12))
    organization("big", "Acme Holding", users=crowd, created_on=old, origin="trial")
    organization("left", "Acme Tools", users=("t@acme.com",), created_on=old, origin="direct")
    organization("dealer", "Acme Trading", users=("d@acme.com",), kind="partner", origin="partner")
    organization("france", "ACME France SAS", users=("f@acme.fr",))
    organization("other", "Zenith Labs", users=("z@acme.com",))


# --- the wizard up to the choice -----------------------------------------------------------------


@place("Who is this order for?")
def purpose(page, stage):
    stage.place(PIA, role="partner")
    take_over(page, stage.opened())


@place("Who is this order for?")
def purpose_refused(page, stage):
    purpose(page, stage)
    press(page, "Continue")
    page.get_by_role("alert").wait_for()


@place("Who is this order for?")
def purpose_with_hand_over_open(page, stage):
    purpose(page, stage)
    page.get_by_text("Someone else will set this up").click()


@place("Which company is this order for?")
def company_empty(page, stage):
    stage.place()
    take_over(page, stage.opened())


@place("Which company is this order for?")
def company_with_a_list(page, stage):
    neighbours()
    company_empty(page, stage)
    walking.type_company(page, "Acme GmbH")
    walking.choose(page, "Acme Tools")


@place("Which company is this order for?")
def company_for_strangers(page, stage):
    """Facts in bands only."""
    neighbours()
    company_empty(page, stage)
    walking.type_company(page, "Acme GmbH", "f@acme.fr")
    walking.candidates(page).first.wait_for()


@place("Which company is this order for?")
def company_on_a_shared_provider(page, stage):
    organization("acme", "Acme Gardens", users=("x@gmail.com",))
    stage.place("nora@gmail.com", company_name="Acme Garages")
    take_over(page, stage.opened())
    page.locator("details.tier > summary").click()


@place("Which company is this order for?")
def company_without_a_match(page, stage):
    stage.place(company_name="Nordlicht Werke")
    take_over(page, stage.opened())


@place("Which company is this order for?")
def company_refused(page, stage):
    company_empty(page, stage)
    walking.type_company(page, "", "nobody at all")
    press(page, "Continue")
    page.get_by_role("alert").wait_for()


@place("Which company is this order for?")
def company_after_a_failure(page, stage):
    company_empty(page, stage)
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:sendError', {detail: {}}))")
    page.get_by_text("That did not work").wait_for()


@place("Is your organization one of these?")
def organizations(page, stage):
    neighbours()
    stage.place(company_name="Acme GmbH")
    take_over(page, stage.opened().form().submit())
    if page.get_by_role("link", name="Show more organizations").is_visible():
        walking.follow(page, "Show more organizations")
    page.locator("details.tier > summary").click()


@place("Is your organization one of these?")
def organizations_refused(page, stage):
    neighbours()
    stage.place(company_name="Acme GmbH")
    take_over(page, stage.opened().form().submit())
    press(page, "Continue")
    page.get_by_role("alert").wait_for()


@place("Which of your organizations is this order for?")
def organizations_of_an_administrator(page, stage):
    acme()
    organization("zenith", "Zenith Labs", admins=(ALICE,))
    stage.place(ALICE, company_name="Acme")
    take_over(page, stage.opened().form().submit())
