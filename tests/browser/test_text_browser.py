"""What people do in a text browser on a terminal: the wizard, a partner's orders, the console.

Each page is walked in Lynx or in w3m; a partner's, which have no other way, in both.
"""

from datetime import timedelta

import pytest

from provisioning import operators
from records import clock
from records.tables import AccessRequest, Audit, Mapping
from tests.browser.text_browser import Lynx, TextBrowser, W3m
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    NEWCOMER,
    OLGA,
    PIA,
    acme,
    now,
    organization,
    told,
)
from tests.support.steps import journey

PAUL, QUINN = "paul@volta.example", "quinn@volta.example"


@pytest.fixture
def opened(live, tmp_path):
    """A person's text browser, on the page of a path."""
    running: list[TextBrowser] = []

    def opened(program: type[TextBrowser], path: str) -> TextBrowser:
        running.append(program(tmp_path / str(len(running)), live.url + path).__enter__())
        return running[-1]

    yield opened
    for each in running:
        each.__exit__()


def signed_in(page: TextBrowser, who: str, live, stage) -> TextBrowser:
    """The page that asks for an address, and the link that is mailed there."""
    page.fill("Your email address", who)
    page.follow("Send me the link")
    page.go(live.url + stage.path("", who))
    page.follow("Sign in")
    return page


@pytest.fixture
def console(opened, live, stage) -> TextBrowser:
    """An operator's, at the overview."""
    operators.add(OLGA, "operator", "test")
    return signed_in(opened(Lynx, "/console"), OLGA, live, stage)


def test_a_customer_sets_its_order_up_and_an_administrator_approves(opened, live, stage):
    found = acme()
    order = stage.place()
    page = opened(W3m, stage.path("launch"))
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
    page.follow("Ask them and wait")
    assert AccessRequest.get().person_email == NEWCOMER

    admin = opened(Lynx, stage.path("access_notice", BOB))
    admin.check("Add them as full administrator")
    admin.follow("Send")
    admin.says("your answer counts")
    page.follow("Check again")
    page.check("I have checked this")
    page.follow("Confirm and activate")
    page.says("It belongs to Acme GmbH.")
    assert Mapping.get(Mapping.order == order).organization == found


@pytest.mark.parametrize("program", [Lynx, W3m])
def test_a_partner_s_administrator_sees_and_moves_its_orders(program, opened, live, stage):
    acme()
    organization("volta", "Volta", admins=(PIA,), users=(PAUL, QUINN), kind="partner")
    order = stage.place(PAUL, role="partner", company_name="Acme")
    asked = waiting_for_acme(stage)
    page = signed_in(opened(program, "/partner"), PIA, live, stage)
    page.says(f"Waits for {PAUL} to open it", "Waits for an administrator's answer")

    page.follow("Order 5")
    page.follow("Ask the administrators once more")
    page.says("The administrators are asked once more.")
    assert told(asked)[-1] == "asked again"
    page.follow("All of your orders")

    page.follow("Order 70012345")
    page.follow("Send a fresh link")
    page.says(f"A fresh link is on its way to {PAUL}.")
    page.follow("Someone else will set this up")
    page.fill("Their email address", QUINN)
    page.follow("Send them the link")
    page.says("Say whether they are the customer or a partner.")
    page.check("A partner")
    page.follow("Send them the link")
    assert now(order).contact_email == QUINN

    page.go(f"{live.url}/partner/orders/70012345")
    page.follow("Take it over and continue")
    page.says("Who is this order for?")
    assert now(order).contact_email == PIA


def waiting_for_acme(stage):
    """An order for Volta's own use, which Acme's administrators were asked about days ago."""
    order = stage.place(PAUL, role="partner", number="5", company_name="Acme")
    page = stage.opened("launch", PAUL).form().fill(purpose="partner_own_use").submit()
    page = page.form().fill(admin_email="zoe@acme.com", company_name="Acme").submit()
    page.form().choose("Acme GmbH").submit().form().submit()
    AccessRequest.update(asked_at=clock.now() - timedelta(days=4)).execute()
    return order


def test_an_operator_moves_an_order(console, live, stage):
    zenith = organization("zenith", "Zenith", admins=("zoe@zenith.example",))
    order, _receipt = journey(stage, "done")
    console.go(f"{live.url}/console/orders/{order.number}")
    console.follow("Move to another organization")
    console.fill("The organization's ref", "zenith")
    console.fill("Reason", "They are a part of Zenith.")
    console.follow("Move to another organization")
    console.says(f"Order {order.number}", "They are a part of Zenith.")
    assert now(order).organization == zenith


def test_an_operator_s_day(console, live, stage):
    """Find, explain, fix, answer."""
    order, _page = journey(stage, "waiting")
    console.says("What needs a person now")

    console.follow("Orders")
    console.choose("Look for", 1)
    console.fill("that begins with", "carol")
    console.follow("Show")
    console.follow(order.number)
    console.says(f"Order {order.number}")
    console.says(CAROL)
    console.follow("See what the contact is offered")
    console.says("Acme GmbH")
    console.follow("Back to the order")

    console.follow("Close the request")
    console.follow("Close the request")
    console.says("Say why")
    console.fill("Reason", "They left the company.")
    console.follow("Close the request")
    assert now(order).status == "launched"
    console.follow("Send a fresh link")
    console.fill("Reason", "She lost hers.")
    console.follow("Send a fresh link")
    assert len(stage.mails(to=CAROL)) > 1

    console.follow("Audit")
    console.says("They left the company.")
    console.follow("Matcher")
    console.fill("Company name", "Acme")
    console.fill("Administrator's address", ALICE)
    console.follow("Try")
    console.says("is a full admin of this organization")
    console.follow("Sign out")
    console.go(f"{live.url}/console")
    console.says("Sign in to the console")
    assert Audit.select().where(Audit.why == "She lost hers.").count() == 1
