"""One person with an order in every step, each open in the same browser."""

from tests.support.cast import Stage
from tests.support.page_client import Page, PageClient
from tests.support.steps import STEPS


def orders_in_every_step(
    stage: Stage, contact: str, client: PageClient, first: int = 70012345, company: str = "Acme"
) -> dict[str, str]:
    """step -> number of an order that stands there. `company` finds one that the contact is not
    a full admin of; the contact is on its domain.
    """
    numbers = {}
    for place, step in enumerate(STEPS):
        numbers[step] = str(first + place)
        role = "partner" if step == "purpose" else "customer"
        stage.place(contact, number=numbers[step], role=role, company_name=company)
        _advance(stage.opened("launch", contact, client), step)
    return numbers


def _advance(page: Page, step: str) -> None:
    if step in ("purpose", "company"):
        return
    page = page.form().submit()
    if step in ("review", "done"):
        page = page.form().fill(organization="new").submit()
        if step == "done":
            page.form().fill(confirm=True).submit()
    elif step != "organization":
        page = page.form().choose("Acme GmbH").submit()
        if step == "waiting":
            page.form().submit()
