"""How to come to what administrators answer: requests, their endings, "this is not ours"."""

from datetime import timedelta

from provisioning import links
from records import clock
from records.tables import AccessRequest, MagicLink, Organization
from tests.browser import walking
from tests.browser.places import neighbours, place, take_over
from tests.browser.places_after import chosen, waiting_page
from tests.browser.walking import press
from tests.support.cast import ALICE, BOB, CAROL, PIA, acme, sync_admin
from tests.support.page_client import PageClient


@place("Add an administrator?")
def decision(page, stage):
    acme()
    waiting_page(stage)
    page.goto(stage.path("access_notice", BOB))


@place("Add an administrator?")
def decision_of_an_order_that_went_on(page, stage):
    acme()
    chosen(stage, PIA, role="partner").form().submit()
    page.goto(stage.path("access_notice", BOB))


@place("Add an administrator?")
def decision_refused(page, stage):
    decision(page, stage)
    press(page, "Send my answer")


def asked_to_confirm(stage):
    """A contact in doubt has asked Acme's administrators whether the order is theirs."""
    neighbours()
    stage.place(company_name="Acme GmbH", partner_name="Аcme Reseller")
    page = stage.opened().form().submit()
    return page.form("#ask-to-confirm").submit("Ask its full admins to confirm (Acme GmbH)")


@place("Is your organization one of these?")
def organizations_with_a_question_asked(page, stage):
    take_over(page, asked_to_confirm(stage))


@place("Is your organization one of these?")
def organizations_with_one_confirmed(page, stage):
    before = asked_to_confirm(stage)
    answer_a_question(stage, "yes", note="It is for our new office.")
    take_over(page, before)


@place("Is your organization one of these?")
def organizations_with_one_denied(page, stage):
    before = asked_to_confirm(stage)
    answer_a_question(stage, "no")
    take_over(page, before)


def answer_a_question(stage, decision, **fields):
    page = PageClient(stage.app, stage.settings.link_base).get(stage.path("confirm_question", BOB))
    page.form().fill(decision=decision, **fields).submit()


@place("Is this order yours?")
def question(page, stage):
    asked_to_confirm(stage)
    page.goto(stage.path("confirm_question", BOB))


@place("Thank you, your answer counts")
def question_answered(page, stage):
    question(page, stage)
    page.get_by_role("radio", name="Yes, this order is ours").check()
    press(page, "Send my answer")


@place("What waits for your answer")
def digest(page, stage):
    asked_to_confirm(stage)
    asked = AccessRequest.get()
    order = stage.place(CAROL, number="70012346")
    AccessRequest.create(
        kind="access", order=order, organization=asked.organization, person_email=CAROL,
        requester_email=CAROL, expires_at=asked.expires_at,
    )  # fmt: skip
    link = links.issue("digest", BOB, stage.settings, request=asked)
    page.goto(str(links.url_of(link, stage.settings)))


@place("Thank you, your answer counts")
def request_counted(page, stage):
    acme()
    waiting_page(stage)
    walking.answer(page, stage, BOB, "Report as suspicious")


@place("This has been answered")
def request_decided(page, stage):
    acme()
    waiting_page(stage)
    stage.decide(ALICE, "add")
    page.goto(stage.path("access_notice", BOB))


@place("This request has expired")
def request_expired(page, stage):
    acme()
    waiting_page(stage)
    AccessRequest.update(expires_at=clock.now() - timedelta(days=1)).execute()
    page.goto(stage.path("access_notice", BOB))


@place("This request was withdrawn")
def request_withdrawn(page, stage):
    acme()
    waiting_page(stage).client.get("/orders/70012345/company").form().fill(
        company_name="Nordlicht Werke"
    ).submit()
    page.goto(stage.path("access_notice", BOB))


@place("You cannot answer this")
def request_of_somebody_not_entitled(page, stage):
    found = acme()
    waiting_page(stage)
    sync_admin(found.id, BOB, is_admin=False)
    page.goto(stage.path("access_notice", BOB))


@place("Will you administer this organization?")
def first_administrator(page, stage):
    stage.place(company_name="Nordlicht Werke")
    before = stage.opened().form().fill(admin_email="chief@nordlicht.example").submit()
    take_over(page, before)
    walking.confirm(page)  # the receipt says that it is still open: done in its other variant
    page.goto(stage.path("first_admin"))


@place("Your order is set up")
def done_before_the_administrator_confirmed(page, stage):
    first_administrator(page, stage)
    page.goto("/orders/70012345/done")


@place("Will you administer this organization?")
def first_administrator_refused(page, stage):
    first_administrator(page, stage)
    press(page, "Send my answer")


@place("Thank you, your answer counts")
def first_administrator_answered(page, stage):
    first_administrator(page, stage)
    page.get_by_role("radio", name="No, this is not for me").check()
    press(page, "Send my answer")


@place("Is this not yours?")
def dispute(page, stage):
    acme()
    stage.place(ALICE, company_name="Acme")
    stage.opened().form().submit().form().fill(confirm=True).submit()
    page.goto(stage.path("mapped", BOB))


@place("Is this not yours?")
def dispute_refused(page, stage):
    dispute(page, stage)
    press(page, "Stop the order")


@place("The order has been stopped")
def dispute_done(page, stage):
    dispute(page, stage)
    page.get_by_label("This is not ours").check()
    press(page, "Stop the order")


@place("This link has expired")
def dispute_too_late(page, stage):
    dispute(page, stage)
    MagicLink.update(expires_at=clock.now() - timedelta(days=1)).execute()
    page.reload()


@place("You cannot answer this")
def dispute_of_somebody_not_entitled(page, stage):
    dispute(page, stage)
    sync_admin(Organization.get(Organization.ref == "acme").id, BOB, is_admin=False)
    page.reload()
