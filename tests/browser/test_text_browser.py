"""What people do in a text browser on a terminal: the wizard, a partner's orders, the console."""

import pytest

from provisioning import operators
from records.tables import AccessRequest, Audit, Mapping
from tests.browser.text_browser import Lynx
from tests.support.cast import ALICE, BOB, CAROL, NEWCOMER, OLGA, PIA, acme, now, organization
from tests.support.steps import journey

PAUL = "paul@volta.example"


@pytest.fixture
def lynx(live, tmp_path):
    """A person's text browser, on the page of a path."""
    running: list[Lynx] = []

    def opened(path: str) -> Lynx:
        running.append(Lynx(tmp_path / str(len(running)), live.url + path).__enter__())
        return running[-1]

    yield opened
    for each in running:
        each.__exit__()


def test_a_customer_sets_its_order_up_and_an_administrator_approves(lynx, live, stage):
    found = acme()
    order = stage.place()
    page = lynx(stage.path("launch"))
    page.follow("Start")
    page.follow("Continue")
    page.says("The company name is missing.")
    page.fill("Administrator's email address", NEWCOMER)
    page.fill("Company name", "Acme")
    page.follow("Continue")
    page.follow("Continue")
    page.says("Choose an organization from the list.")
    page.check("Acme GmbH")
    page.follow("Continue")
    page.fill("Your message", "I am new here.")
    page.follow("Ask them and wait")
    assert AccessRequest.get().person_email == NEWCOMER

    admin = lynx(stage.path("access_notice", BOB))
    admin.check("Add them as full administrator")
    admin.follow("Send")
    admin.says("your answer counts")
    page.follow("Check again")
    page.check("I have checked this")
    page.follow("Confirm and activate")
    page.says("It belongs to Acme GmbH.")
    assert Mapping.get(Mapping.order == order).organization == found


def test_a_partner_s_administrator_sees_and_moves_its_orders(lynx, live, stage):
    acme()
    organization("volta", "Volta", admins=(PIA,), users=(PAUL,), kind="partner", origin="partner")
    order = stage.place(PAUL, role="partner", company_name="Acme")
    page = lynx("/partner")
    page.fill("Your email address", PIA)
    page.follow("Send me the link")
    page.go(live.url + stage.path("partner_sign_in"))
    page.follow("Sign in")
    page.says(f"Waits for {PAUL} to open it")
    page.follow("Order 70012345")
    page.follow("Send a fresh link")
    assert len(stage.mails("launch")) + len(stage.mails("fresh_link")) == 2
    page.go(f"{live.url}/partner/orders/70012345")
    page.follow("Take it over and continue")
    assert now(order).contact_email == PIA
    page.says("Who is this order for?")


def test_an_operator_moves_an_order(lynx, live, stage):
    zenith = organization("zenith", "Zenith", admins=("zoe@zenith.example",))
    order, _receipt = journey(stage, "done")
    operators.add(OLGA, "operator", "test")
    page = lynx("/console")
    page.fill("Your email address", OLGA)
    page.follow("Send me the link")
    page.go(live.url + stage.path("console_sign_in"))
    page.follow("Sign in")
    page.go(f"{live.url}/console/orders/{order.number}")
    page.follow("Move to another organization")
    page.fill("The organization's ref", "zenith")
    page.fill("Reason", "They are a part of Zenith.")
    page.follow("Move to another organization")
    page.says(f"Order {order.number}", "They are a part of Zenith.")
    assert now(order).organization == zenith


def test_an_operator_s_day(lynx, live, stage):
    """Find, explain, fix, answer."""
    order, _page = journey(stage, "waiting")
    operators.add(OLGA, "operator", "test")
    page = lynx("/console")
    page.fill("Your email address", OLGA)
    page.follow("Send me the link")
    page.go(live.url + stage.path("console_sign_in"))
    page.follow("Sign in")
    page.says("What needs a person now")

    page.follow("Orders")
    page.choose("Look for", 1)
    page.fill("that begins with", "carol")
    page.follow("Show")
    page.follow(order.number)
    page.says(f"Order {order.number}")
    page.says(CAROL)
    page.follow("See what the contact is offered")
    page.says("Acme GmbH")
    page.follow("Back to the order")

    page.follow("Close the request")
    page.follow("Close the request")
    page.says("Say why")
    page.fill("Reason", "They left the company.")
    page.follow("Close the request")
    assert now(order).status == "launched"
    page.follow("Send a fresh link")
    page.fill("Reason", "She lost hers.")
    page.follow("Send a fresh link")
    assert len(stage.mails(to=CAROL)) > 1

    page.follow("Audit")
    page.says("They left the company.")
    page.follow("Matcher")
    page.fill("Company name", "Acme")
    page.fill("Administrator's address", ALICE)
    page.follow("Try")
    page.says("is a full admin of this organization")
    page.follow("Sign out")
    page.go(f"{live.url}/console")
    page.says("Sign in to the console")
    assert Audit.select().where(Audit.why == "She lost hers.").count() == 1
