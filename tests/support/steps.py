"""An order at each step of the wizard."""

from records.tables import Order
from tests.support.cast import CAROL, Stage, acme
from tests.support.page_client import Page

STEPS = ("purpose", "company", "organization", "administrator", "waiting", "review", "done")


def csrf_token(page: Page) -> str:
    """A token that is good in this browser's session."""
    page = page.client.visit("GET", "/", status=200, headers={})
    return str(page.one("main [name=csrf_token]")["value"])


def journey(stage: Stage, until: str, contact: str = CAROL) -> tuple[Order, Page]:
    """An order brought to a step, and the page it shows there."""
    acme()
    role = "partner" if until == "purpose" else "customer"
    order = stage.place(contact, role=role, company_name="Acme")
    page = stage.opened()
    if until in ("purpose", "company"):
        return order, page
    page = page.form().submit()
    if until == "organization":
        return order, page
    if until in ("review", "done"):
        page = page.form().fill(organization="new").submit()
        return order, page.form().fill(confirm=True).submit() if until == "done" else page
    page = page.form().choose("Acme GmbH").submit()
    return order, page if until == "administrator" else page.form().submit()
