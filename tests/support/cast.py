"""The people and organizations that tests play with, and ways to bring them on.

Acme: Alice and Bob are its full admins, Carol is a user. Volta is a partner: Pia administers it.
Mallory belongs nowhere and must learn and get nothing.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask

from config import Settings
from provisioning import directory, fresh_links, intake, links, orders
from records import directory as rows
from records.database import db
from records.tables import AccessRequest, History, MagicLink, Order, Organization, OutboxRow, User
from tests.support.page_client import Page, PageClient

ALICE, BOB, CAROL = "alice@acme.com", "bob@acme.com", "carol@acme.com"
NEWCOMER, PIA, MALLORY = "nora@acme.com", "pia@volta.example", "mallory@elsewhere.example"

OLGA, VERA = "olga@seller.example", "vera@seller.example"  # the seller's: operator and viewer


def organization(
    ref: str,
    name: str,
    *,
    admins: tuple[str, ...] = (),
    users: tuple[str, ...] = (),
    subscriptions: int = 0,
    kind: str = "customer",
    origin: str = "online",
    created_on: date = date(2020, 3, 1),
    unlisted: bool = False,
) -> Organization:
    """An organization of the directory, with its people and active subscriptions."""
    with db.atomic():
        row = rows.OrganizationRow(ref, name, kind, origin, created_on, unlisted=unlisted)
        rows.save_organizations([row], directory.RULES)
        found = Organization.get(Organization.ref == ref)
        for email in users:
            sync_admin(found.id, email, is_admin=False)
        for email in admins:
            sync_admin(found.id, email, is_admin=True)
        for number in range(subscriptions):
            directory.add_subscription(
                found.id, number=f"{ref}-s{number}", product="Meetings", quantity=5, status="active"
            )
    return Organization.get_by_id(found.id)


def sync_admin(organization_id: int, email: str, *, is_admin: bool) -> None:
    """What the seller's directory says of somebody."""
    row = rows.UserRow(organization_id, email, full_admin=is_admin)
    with db.atomic():
        rows.save_users([row], directory.RULES, keep_approved=False)


def acme(**changed: Any) -> Organization:
    """Acme GmbH, in use."""
    usual: dict[str, Any] = {"admins": (ALICE, BOB), "users": (CAROL,), "subscriptions": 2}
    return organization("acme", "Acme GmbH", **{**usual, **changed})


def volta() -> Organization:
    """Volta Partners, whose full admin is Pia."""
    return organization("volta", "Volta Partners", admins=(PIA,), kind="partner", origin="partner")


def place(
    settings: Settings,
    contact: str = NEWCOMER,
    *,
    role: str = "customer",
    number: str = "70012345",
    lines: list[dict[str, str]] | None = None,
    **fields: str,
) -> Order:
    """An order of 25 Meetings, as the seller places it."""
    given = {"number": number, "contact_email": contact, "contact_role": role, **fields}
    line = {"sku": "MTG", "product": "Meetings", "quantity": "25"}
    new = intake.read_order(given, lines or [line])
    return orders.place(new, settings, by="test")


@dataclass
class Stage:
    """One application: who comes on, with which mail."""

    app: Flask

    @property
    def settings(self) -> Settings:
        found: Settings = self.app.config["SETTINGS"]
        return found

    def place(self, contact: str = NEWCOMER, **given: Any) -> Order:
        return place(self.settings, contact, **given)

    def order(self, number: str = "70012345") -> Order:
        """An order as it is stored at this moment."""
        return Order.get(Order.number == number)

    def mails(self, letter: str = "", to: str = "") -> list[OutboxRow]:
        """Letters queued, oldest first, as soon as the delivery loop has looked."""
        while fresh_links.answer(self.settings):
            pass
        rows = OutboxRow.select().order_by(OutboxRow.id)
        return [r for r in rows if letter in ("", r.letter) and to in ("", r.recipient)]

    def path(self, letter: str, to: str = "") -> str:
        """The path of the link in the newest such letter."""
        link = MagicLink.get_by_id(self.mails(letter, to)[-1].link_id)
        url = links.url_of(link, self.settings)
        assert url is not None
        return url.removeprefix(self.settings.link_base)

    def opened(
        self, letter: str = "launch", to: str = "", client: PageClient | None = None
    ) -> Page:
        """Open the newest such letter's link and press its button."""
        client = client or PageClient(self.app)
        return client.get(self.path(letter, to)).form().submit()

    def signed_in(self, email: str, client: PageClient | None = None) -> PageClient:
        """An operator asks for the link to the console and opens it."""
        client = client or PageClient(self.app)
        client.get("/console/sign-in").form().fill(contact_email=email).submit()
        assert self.opened("console_sign_in", email, client).path == "/console"
        return client

    def decide(self, to: str, decision: str, status: int = 200, **fields: str) -> Page:
        """An administrator opens the notice and answers."""
        page = PageClient(self.app).get(self.path("access_notice", to))
        return page.form().fill(decision=decision, **fields).submit(status=status)


def now(order: Order) -> Order:
    """The order as it is stored at this moment."""
    return Order.get_by_id(order.id)


def told(order: Order) -> list[str]:
    """What the history of an order says, oldest first."""
    rows = History.select().where(History.order == order).order_by(History.id)
    return [row.what for row in rows]


def requests_of(order: Order, kind: str = "access") -> list[AccessRequest]:
    """An order's requests of a kind, oldest first."""
    found = AccessRequest.select().where(
        (AccessRequest.order == order) & (AccessRequest.kind == kind)
    )
    return list(found.order_by(AccessRequest.id))


def full_admins(organization_row: Organization) -> set[str]:
    """Who administers an organization at this moment."""
    found = User.select().where((User.organization == organization_row) & User.full_admin)
    return {user.email for user in found}
