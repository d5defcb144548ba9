"""How a person walks through the wizard with a browser, whether or not it runs scripts."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.cast import NEWCOMER, Stage, acme, organization

LABELS = {
    "purpose": "Purpose",
    "company": "Company",
    "organization": "Organization",
    "administrator": "Administrator",
    "waiting": "Answer",
    "review": "Review",
    "done": "Done",
}


def start(page: Page, stage: Stage, letter: str = "launch", to: str = "") -> None:
    """Open the link of the newest such letter and press its button."""
    page.goto(stage.path(letter, to))
    press(page, "Start")


def at(page: Page, step: str) -> None:
    """The step is shown, under its own address and title."""
    expect(page).to_have_url(re.compile(rf"/orders/\d+/{step}$"))
    expect(page.locator(".steps [aria-current]")).to_have_text(LABELS[step])
    expect(page).to_have_title(re.compile("^" + re.escape(heading(page).inner_text())))


def landed(page: Page, step: str) -> None:
    """htmx has brought the step: all of the above, and the focus is on its heading."""
    at(page, step)
    expect(heading(page)).to_be_focused()


def to_review(page: Page, stage: Stage) -> None:
    """From the mail of an order that nobody's organization matches to its review."""
    start(page, stage)
    type_company(page, "Nordlicht Werke")
    continue_to(page, "review")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


def follow(page: Page, label: str) -> None:
    page.get_by_role("link", name=label).first.click()


def come_to_company(page: Page, stage: Stage) -> None:
    """A newcomer with nothing typed; Acme GmbH and Acme Tools on one domain, Zenith on another."""
    acme()
    organization("tools", "Acme Tools", users=("t@acme.com",))
    organization("zenith", "Zenith Labs", users=("z@acme.com", "z@zenith.example"))
    stage.place(NEWCOMER)
    start(page, stage)
    at(page, "company")


def type_company(page: Page, name: str, address: str | None = None) -> None:
    if address is not None:
        page.get_by_label("Administrator's email address").fill(address)
    name_field(page).fill(name)


def name_field(page: Page) -> Locator:
    return page.get_by_label("Company name")


def candidates(page: Page) -> Locator:
    return page.locator("#matches [data-organization]")


def names(page: Page) -> list[str]:
    """What the organizations on the list are called, in its order."""
    return candidates(page).locator("h3").all_inner_texts()


def list_says(page: Page) -> str:
    return page.locator("#matches").inner_text()


def status(page: Page) -> Locator:
    """What is said to a screen reader, and to everybody when a request has failed."""
    return page.locator("#status")


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).check()


def continue_to(page: Page, step: str) -> None:
    """Press the one primary button of the steps that only ask."""
    press(page, "Continue")
    landed(page, step)


def confirm(page: Page) -> None:
    """Tick the box of the review, and go on to the receipt."""
    at(page, "review")
    page.get_by_label("I have checked this").check()
    press(page, "Confirm and activate")
    landed(page, "done")


def answer(page: Page, stage: Stage, to: str, label: str, note: str = "") -> None:
    """An administrator opens the notice and answers it."""
    page.goto(stage.path("access_notice", to))
    page.get_by_role("radio", name=label).check()
    page.get_by_label("A note to them").fill(note)
    press(page, "Send my answer")
