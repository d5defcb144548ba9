"""How to come to the wizard's pages once an organization is chosen."""

from datetime import timedelta
from typing import Any

from provisioning import closing
from records import clock
from records.tables import AccessRequest, Order, OutboxRow
from tests.browser import walking
from tests.browser.places import place, take_over
from tests.browser.walking import press
from tests.support import page_client
from tests.support.cast import ALICE, BOB, CAROL, PIA, Stage, acme

# --- its administrator ---------------------------------------------------------------------------


def chosen(stage: Stage, contact: str = CAROL, **fields: str) -> page_client.Page:
    """An order whose contact has chosen Acme GmbH."""
    stage.place(contact, **fields)
    page = stage.opened()
    if page.path.endswith("/purpose"):
        page = page.form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(company_name="Acme", admin_email=CAROL).submit()
    return page.form().choose("Acme GmbH").submit()


def waiting_page(stage: Stage) -> page_client.Page:
    return chosen(stage).form().fill(message="I took over\nfrom Dave.").submit()


@place("Ask the administrators first?")
def administrator_holds(page, stage):
    acme()
    take_over(page, chosen(stage))


@place("The administrators will be asked")
def administrator_goes_on(page, stage):
    acme()
    take_over(page, chosen(stage, PIA, role="partner"))


@place("The administrators will be asked")
def administrator_asked_already(page, stage):
    administrator_goes_on(page, stage)
    press(page, "Ask them and go on")
    walking.landed(page, "review")
    walking.follow(page, "Administrator")


@place("What should happen with the administrator?")
def administrator_decides(page, stage):
    acme()
    take_over(page, chosen(stage, ALICE))


@place("Ask the administrators first?")
def administrator_nobody_there(page, stage):
    acme(admins=())
    take_over(page, chosen(stage))


def unconfirmed(stage: Stage) -> page_client.Page:
    """An order for an organization whose first administrator has yet to confirm."""
    for number in ("70012344", "70012345"):
        stage.place(f"{number}@nordlicht.example", number=number, company_name="Nordlicht Werke")
        page = stage.opened("launch", f"{number}@nordlicht.example")
        page = page.form().fill(admin_email="chief@nordlicht.example").submit()
        if number == "70012344":
            page.form().fill(confirm=True).submit()
    return page.form().choose("Nordlicht Werke").submit()


@place("Ask the administrators first?")
def administrator_unconfirmed(page, stage):
    take_over(page, unconfirmed(stage))


# --- waiting -------------------------------------------------------------------------------------


@place("Waiting for an administrator's answer")
def waiting(page, stage):
    acme(admins=(ALICE, BOB, "dave@acme.com"))
    before = waiting_page(stage)
    notices = [row.id for row in stage.mails("access_notice")]
    OutboxRow.update(sent_at=clock.now()).where(OutboxRow.id == notices[0]).execute()
    OutboxRow.update(failed_at=clock.now()).where(OutboxRow.id == notices[1]).execute()
    asked_at = clock.now() - timedelta(days=4)
    AccessRequest.update(asked_at=asked_at).execute()
    take_over(page, before)


@place("No administrator can be reached")
def waiting_for_nobody_who_can_be_reached(page, stage):
    acme()
    before = waiting_page(stage)
    OutboxRow.update(failed_at=clock.now()).execute()
    take_over(page, before)


@place("An administrator did not know this request")
def waiting_after_a_report(page, stage):
    acme()
    before = waiting_page(stage)
    stage.decide(BOB, "report")
    closing.restore(stage.order(), "operator", "a misunderstanding", stage.settings)
    take_over(page, before)


@place("The administrators declined")
def waiting_declined(page, stage):
    acme()
    before = waiting_page(stage)
    stage.decide(BOB, "decline", note="Ask Eve first.")
    take_over(page, before)


@place("Nobody has answered")
def waiting_expired(page, stage):
    acme()
    before = waiting_page(stage)
    AccessRequest.update(expires_at=clock.now() - timedelta(days=1)).execute()
    take_over(page, before)


@place("There is nobody to ask")
def waiting_for_nobody(page, stage):
    acme(admins=())
    take_over(page, waiting_page(stage))


@place("Waiting for a confirmation")
def waiting_for_a_confirmation(page, stage):
    take_over(page, unconfirmed(stage).form().submit())


# --- the end -------------------------------------------------------------------------------------


def reviewed(stage: Stage, **fields: Any) -> page_client.Page:
    stage.place(company_name="Nordlicht Werke", **fields)
    return stage.opened().form().submit()


@place("Is everything right?")
def review_of_a_new_organization(page, stage):
    line = {"sku": "MTG", "product": "Meetings", "quantity": "25", "starts_on": "2031-01-01"}
    take_over(page, reviewed(stage, lines=[line, {**line, "ends_on": "2031-12-31"}]))
    page.get_by_text("Someone else will set this up").click()


@place("Is everything right?")
def review_that_asks(page, stage):
    administrator_goes_on(page, stage)
    press(page, "Ask them and go on")
    walking.landed(page, "review")


@place("Is everything right?")
def review_of_another_kind(page, stage):
    acme(kind="partner")
    stage.place(ALICE, company_name="Acme")
    take_over(page, stage.opened().form().submit())


@place("Is everything right?")
def review_refused(page, stage):
    take_over(page, reviewed(stage))
    press(page, "Confirm and activate")
    page.get_by_role("alert").wait_for()


@place("Your order is set up")
def done(page, stage):
    take_over(page, reviewed(stage).form().fill(confirm=True).submit())


@place("Your order is set up")
def done_while_admins_are_asked(page, stage):
    review_that_asks(page, stage)
    walking.confirm(page)


def _closed(page, stage, status: str) -> None:
    before = reviewed(stage)
    Order.update(status=status).execute()
    take_over(page, before)


@place("This order has been stopped")
def closed_stopped(page, stage):
    _closed(page, stage, "stopped")


@place("This order has been cancelled")
def closed_cancelled(page, stage):
    _closed(page, stage, "cancelled")


@place("This order has expired")
def closed_expired(page, stage):
    _closed(page, stage, "expired")
