"""How to come to the pages around the wizard: links, partners, errors, the mailbox."""

from datetime import timedelta

from peewee import OperationalError

from mail import delivery
from provisioning import fresh_links, links
from records import clock
from records.tables import MagicLink, Order
from tests.browser.places import place, purpose_with_hand_over_open
from tests.browser.places_after import reviewed
from tests.browser.walking import press
from tests.support.cast import CAROL, PIA, organization, volta
from views.errors import unavailable

# --- links ---------------------------------------------------------------------------------------


@place("Set up order 70012345")
def start(page, stage):
    stage.place()
    page.goto(stage.path("launch"))


@place("This link has been used")
def link_used(page, stage):
    stage.place()
    stage.opened()
    page.goto(stage.path("launch"))


@place("This link has expired")
def link_expired(page, stage):
    stage.place()
    MagicLink.update(expires_at=clock.now() - timedelta(days=1)).execute()
    page.goto(stage.path("launch"))


@place("A newer link replaces this one")
def link_replaced(page, stage):
    stage.place()
    MagicLink.update(replaced_at=clock.now()).execute()
    page.goto(stage.path("launch"))


@place("We do not know this link")
def link_unknown(page, stage):
    page.goto("/start/nothing-of-ours")


@place("Get your link again")
def home(page, stage):
    page.goto("/")


@place("Get your link again")
def home_refused(page, stage):
    home(page, stage)
    press(page, "Send me a fresh link")


@place("Look into your mailbox")
def fresh_link_sent(page, stage):
    home(page, stage)
    page.get_by_label("Order number").fill("70012345")
    page.get_by_label("Your email address").fill(CAROL)
    press(page, "Send me a fresh link")


# --- handing over --------------------------------------------------------------------------------


@place("Who will set this up?")
def hand_over_refused(page, stage):
    purpose_with_hand_over_open(page, stage)
    press(page, "Send them the link")
    page.get_by_role("alert").wait_for()


@place("Order 70012345 is handed over")
def handed_over(page, stage):
    purpose_with_hand_over_open(page, stage)
    page.get_by_label("Their email address").fill(CAROL)
    page.get_by_role("radio", name="The customer").check()
    press(page, "Send them the link")
    page.get_by_text("There is nothing left for you to do").wait_for()


# --- the API's own pages -------------------------------------------------------------------------


@place("The API")
def api_docs(page, stage):
    page.goto("/api/v1/docs")


@place("The API in commands")
def api_examples(page, stage):
    page.goto("/api/v1/examples")


# --- partners ------------------------------------------------------------------------------------


@place("See your orders")
def partner_sign_in(page, stage):
    page.goto("/partner")


@place("See your orders")
def partner_sign_in_refused(page, stage):
    page.goto("/partner")
    press(page, "Send me the link")


@place("Look into your mailbox")
def partner_link_sent(page, stage):
    page.goto("/partner")
    page.get_by_label("Your email address").fill(PIA)
    press(page, "Send me the link")


@place("See your orders")
def partner_start(page, stage):
    volta()
    for number in ("70012345", "70012346", "70012347"):
        stage.place(PIA, role="partner", number=number, company_name="Acme")
    fresh_links.ask_partner(PIA, stage.settings, "")
    page.goto(stage.path("partner_sign_in"))


@place("Your orders")
def partner_overview(page, stage):
    partner_start(page, stage)
    Order.update(status="provisioned").where(Order.number == "70012346").execute()
    Order.update(status="expired").where(Order.number == "70012347").execute()
    press(page, "Sign in")


@place("Where it stands")
def partner_own_order(page, stage):
    partner_overview(page, stage)
    page.get_by_role("link", name="Order 70012345").click()
    page.get_by_role("button", name="Take its answers").wait_for()


@place("Where it stands")
def partner_colleague_s_order(page, stage):
    paul = "paul@volta.example"
    organization("volta", "Volta Partners", users=(paul,), kind="partner", origin="partner")
    stage.place(paul, role="partner", number="70012348", company_name="Acme")
    partner_overview(page, stage)
    page.get_by_role("link", name="Order 70012348").click()
    press(page, "Send a fresh link")
    page.get_by_text("A fresh link is on its way").wait_for()


@place("Who will set this up?")
def partner_hand_over_refused(page, stage):
    partner_colleague_s_order(page, stage)
    page.get_by_role("link", name="Someone else will set this up").click()
    press(page, "Send them the link")


@place("Order 70012348 is handed over")
def partner_handed_over(page, stage):
    partner_hand_over_refused(page, stage)
    page.get_by_label("Their email address").fill(CAROL)
    page.get_by_role("radio", name="The customer").check()
    press(page, "Send them the link")


@place("This link has been used")
def partner_link_used(page, stage):
    partner_overview(page, stage)
    page.context.clear_cookies()  # where it signed somebody in, it leads to the orders
    page.goto(stage.path("partner_sign_in"))


# --- errors and the mailbox ----------------------------------------------------------------------


@place("There is nothing here for you")
def not_found(page, stage):
    page.goto("/orders/70012345/review")


@place("That did not work")
def error_of_theirs(page, stage):
    page.goto("/orders/70012345/matches")


@place("We are in trouble")
def error_of_ours(page, stage):
    with stage.app.test_request_context("/"):
        body = unavailable(OperationalError()).get_data(as_text=True)
    page.route("**/trouble", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto("/trouble")


@place("Local mailbox")
def mailbox_empty(page, stage):
    page.goto("/mailbox")


@place("Local mailbox")
def mailbox(page, stage):
    reviewed(stage).form().fill(confirm=True).submit()
    with stage.app.app_context():
        delivery.deliver_due(stage.settings, lambda link: links.reissue(link, stage.settings))
    page.goto("/mailbox")
    page.get_by_role("link", name="70012345").first.wait_for()


@place("Order 70012345 is set up")
def message(page, stage):
    mailbox(page, stage)
    page.locator("ul.orders a").first.click()
    page.frame_locator("iframe").get_by_text("Keep this mail as your receipt.").wait_for()
