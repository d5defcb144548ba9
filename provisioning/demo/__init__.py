"""An example to look at: a directory around 500 real companies, and orders for every outcome."""

from typing import NamedTuple

from config import Settings
from matching.sentences import Refused, sentence
from provisioning import links, operators
from provisioning.demo import companies, orders
from provisioning.demo.cast import OPERATOR
from provisioning.directory import BATCH, RULES
from records import clock, directory, subscriptions
from records import operators as operator_rows
from records import orders as order_rows
from records.database import db
from records.directory import UserRow
from records.subscriptions import SubscriptionRow
from records.tables import MagicLink, Order, Organization


class Shown(NamedTuple):
    """An order of the demo, as the table says it; the link only while mails stay here."""

    number: str
    contact: str
    shows: str
    link: str | None


def is_wanted() -> bool:
    """Whether the database is empty, so that an example does no harm."""
    return not Organization.select().exists() and not Order.select().exists()


def build(settings: Settings) -> None:
    """Fill an empty database. Refused where mail leaves the machine."""
    if settings.mailbox_dir is None:
        raise Refused(
            sentence(
                "The demo's people are invented, but their addresses are at real companies: it is "
                "only built without MAIL_SERVER, while all mails stay in the local mailbox."
            )
        )
    with db.atomic():
        _fill_directory()
    operators.add(OPERATOR, "operator", "demo")
    orders.place_all(settings)


def orders_to_show(settings: Settings) -> list[Shown]:
    """The demo's orders that are in the database, with the links that still open."""
    shown = []
    for example in orders.EXAMPLES:
        order = order_rows.by_number(example.number)
        if order:
            link = _link(order, settings) if settings.mailbox_dir else None
            shown.append(Shown(order.number, order.contact_email, example.shows, link))
    return shown


def operator() -> str | None:
    """The address that signs in to the console, if the demo is what is in the database."""
    return OPERATOR if operator_rows.living(OPERATOR) else None


def _fill_directory() -> None:
    people: list[UserRow] = []
    sold: list[SubscriptionRow] = []
    made = companies.organizations(clock.today())
    rows = [one.row for one in made]
    directory.save_organizations(rows, RULES)
    ids = directory.ids_of(row.ref for row in rows)
    for one in made:
        number = ids[one.row.ref]
        people += [UserRow(number, *person) for person in one.people]
        sold += [SubscriptionRow(number, *subscription) for subscription in one.subscriptions]
    for start in range(0, len(people), BATCH):
        directory.save_users(people[start : start + BATCH], RULES, keep_approved=True)
    for start in range(0, len(sold), BATCH):
        subscriptions.save_subscriptions(sold[start : start + BATCH])


def _link(order: Order, settings: Settings) -> str | None:
    """The contact's last launch link, while it opens."""
    link = (
        MagicLink.select()
        .where((MagicLink.order == order) & (MagicLink.purpose == "launch"))
        .order_by(MagicLink.id.desc())
        .first()
    )
    living = link and not link.claimed_at and not link.replaced_at
    return links.url_of(link, settings) if living else None
