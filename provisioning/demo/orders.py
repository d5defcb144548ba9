"""The demo's orders: between them they lead to every outcome that an order can have."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from config import Settings
from mail.outbox import enqueue
from provisioning import links, organizations, requests
from provisioning import orders as events
from provisioning.intake import NewLine, NewOrder
from records import clock, directory, orders
from records.database import db
from records.tables import MagicLink, Order

BY = "demo"


class Example(NamedTuple):
    """An order, what it shows, and what has happened to it already."""

    number: str
    contact: str
    company: str
    shows: str
    role: str = "customer"
    then: Callable[[Order, Settings], None] | None = None


def place_all(settings: Settings) -> None:
    """Place the orders, and let happen to them what has happened."""
    for place, example in enumerate(EXAMPLES):
        line = NewLine(f"MEET-{place + 1:02}", "Meetings", 10 + 5 * place, None, None)
        new = NewOrder(
            number=example.number,
            contact_email=example.contact,
            contact_role=example.role,
            lines=(line,),
            company_name=example.company,
            partner_name="Northgate Cloud Partners" if example.role == "partner" else "",
        )
        with db.atomic():
            order = events.place(new, settings, BY)
            if example.then:
                example.then(order, settings)


def _waits(order: Order, settings: Settings) -> None:
    """Its contact has come as far as asking the administrators."""
    contact = order.contact_email
    link = MagicLink.get(MagicLink.order == order)
    token = (links.url_of(link, settings) or "").rpartition("/")[2]
    links.claim(token, "", settings, "launch")
    wish = directory.ids_of(["nike-retail"])["nike-retail"]
    organizations.answer_company(
        order, order.company_name, contact, wish, contact, settings, proven=order.contact_email
    )
    requests.ask(order, "I look after meetings in our shops now.", contact, settings, proven=True)
    fresh = links.issue("launch", contact, settings, order=order)
    enqueue("fresh_link", contact, order=order, link=fresh)


def _expired(order: Order, _settings: Settings) -> None:
    now = clock.now()
    order.placed_at, order.expires_at = now - timedelta(days=31), now - timedelta(days=1)
    order.status = "expired"
    orders.save(order, ["placed_at", "expires_at", "status"])
    orders.note(order, BY, "expired")


def _handed_over(order: Order, settings: Settings) -> None:
    successor = "new.contact@levistrauss.com"
    events.hand_over(order, successor, "customer", order.contact_email, settings)


EXAMPLES = [
    Example(
        "70010001",
        "mara.lind@lindqvist.test",
        "Lindqvist Textil AB",
        "a company that nobody knows yet: a new organization",
    ),
    Example(
        "70010002",
        "dana.whitfield@boeing.com",
        "Boeing",
        "its contact is full admin of exactly one organization: no list",
    ),
    Example(
        "70010003",
        "lena.brandt@johndeere.com",
        "Deere",
        "its contact is full admin of two organizations: choose among those",
    ),
    Example(
        "70010004",
        "sam.ortega@fedex.com",
        "FedEx",
        "its contact is a user but no admin: that organization first, then a hold",
    ),
    Example(
        "70010005",
        "kim.hollis@starbucks.com",
        "Starbucks",
        "name and domain match, in use: a customer waits for the admins",
    ),
    Example(
        "70010006",
        "anna.lindgren@northgate.test",
        "Intel",
        "a partner for a customer (try boss@intel.com): goes on, admins are asked",
        "partner",
    ),
    Example(
        "70010007",
        "anna.lindgren@northgate.test",
        "Northgate Cloud Partners",
        "a partner for its own use: the admins of its own organization decide",
        "partner",
    ),
    Example(
        "70010008",
        "erin.blake@thehersheycompany.com",
        "Hershey",
        "a possibly abandoned trial beside an organization in use",
    ),
    Example(
        "70010009",
        "bluebird.orders@gmail.com",
        "Bluebird Bakery",
        "a shared mail provider: only the whole name matches, others are weak",
    ),
    Example(
        "70010010",
        "nora.simms@ibm.com",
        "IBM",
        "a name under 5 characters: matched as a whole; and a namesake by domain",
    ),
    Example(
        "70010011",
        "ted.marsh@generalmills.com",
        "General Mills Ventures",
        "similar names, none of them right: a new organization all the same",
    ),
    Example(
        "70010012",
        "jo.winter@nike.com",
        "Nike Retail",
        "waits: its admins' notices lie in the mailbox",
        then=_waits,
    ),
    Example(
        "70010013",
        "pat.stone@visa.com",
        "Visa",
        "expired before anybody opened it",
        then=_expired,
    ),
    Example(
        "70010014",
        "first.contact@levistrauss.com",
        "Levi Strauss",
        "handed over to somebody else",
        then=_handed_over,
    ),
    Example(
        "70010015",
        "max.arnold@netflix.com",
        "Netflix",
        "a relative's domain (netflix.de) below the exact matches",
    ),
    Example(
        "70010016",
        "chef@whirlpoolcorp.com",
        "Whirlpool Test Kitchen",
        "an organization without administrators: nobody to ask, the operator is called",
    ),
]
