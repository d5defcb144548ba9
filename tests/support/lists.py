"""The lists of organizations that pages show, and how a test gets to see one."""

from bs4 import Tag

from provisioning import links
from records.tables import Order
from tests.support.cast import NEWCOMER, Stage
from tests.support.page_client import Page, PageClient
from tests.support.page_rules import words

AT = "/orders/70012345/"
BY_HTMX = {"Sec-Fetch-Site": "same-origin", "HX-Request": "true"}


def cards(page: Page) -> list[Tag]:
    """The organizations on a list."""
    return page.select("[data-organization]")


def value_of(card: Tag) -> str:
    """What choosing this card sends."""
    return str(card["data-organization"])


def name_of(card: Tag) -> str:
    return words(card.h3)


def names(page: Page) -> list[str]:
    return [name_of(card) for card in cards(page)]


def suggested(page: Page, more: str = "", **typed: str) -> Page:
    """The live list for what is typed into a company step, or what follows after `more`."""
    form = page.form().fill(**typed)
    entries = [(name, value) for name, value in form.values.items() if name != "organization"]
    entries += [("more", more)] if more else []
    path = page.path.rpartition("/")[0] + "/matches"
    return page.client.visit("POST", path, entries, status=200, headers=BY_HTMX, from_page=page)


def listed(stage: Stage, contact: str = NEWCOMER, **fields: str) -> Page:
    """The organization step of a new order for Acme."""
    stage.place(contact, **{"company_name": "Acme", **fields})
    return stage.opened("launch", contact).form().submit()


def elsewhere(stage: Stage, number: str = "70012345") -> Page:
    """The same order on another device, opened by a link of its own."""
    order = Order.get(Order.number == number)
    link = links.issue("launch", order.contact_email, stage.settings, order=order)
    path = str(links.url_of(link, stage.settings)).removeprefix(stage.settings.link_base)
    return PageClient(stage.app).get(path).form().submit()
