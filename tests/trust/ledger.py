"""Who was given what: a model of its own, written from the specification.

It knows what went to which mailbox, who opened it in which browser, and what the seller's directory
said; it follows from these alone who may do what at a moment. It asks the application nothing.
"""

from dataclasses import dataclass, field

from tests.trust.browsing import Browser
from tests.trust.snapshot import OrderRow, Pair, RequestRow, Snapshot

MINUTE, HOUR, DAY = 60, 3_600, 86_400
SESSION = 12 * HOUR
ANSWERS = {"add": "approved", "accept": "accepted", "decline": "declined", "report": "reported"}
QUESTION = {"yes": "approved", "no": "declined", "report": "reported"}
CLOSED = ("stopped", "cancelled", "expired")
LIFE = {"launch": 7, "partner": 7, "added": 7, "mapped": 14, "first_admin": 14, "decision": 14}


@dataclass
class Link:
    """A link in a mailbox; the path is all that whoever has it knows."""

    path: str
    letter: str
    email: str
    order: int | None
    request: int | None
    expires: float
    claimed_at: float | None = None
    claimed_in: Browser | None = None
    replaced: bool = False

    @property
    def purpose(self) -> str:
        if self.path.startswith("/start/"):
            return "launch"
        if self.path.startswith("/partner/"):
            return "partner"
        if self.letter == "confirm_question":
            return "question"
        if self.letter in ("access_notice", "first_admin"):
            return "decision" if self.letter == "access_notice" else "first_admin"
        return "dispute"

    def lives(self, now: float) -> bool:
        return self.claimed_at is None and not self.replaced and now < self.expires


@dataclass
class Pass:
    """What a browser got for an opened link; its secret stays that browser's."""

    email: str
    until: float


@dataclass
class Contact:
    """Who an order is for, as the seller or the last contact said."""

    email: str
    role: str
    vouched: bool
    former: set[str] = field(default_factory=set)


@dataclass
class Ledger:
    kinds: dict[int, str] = field(default_factory=dict)  # organization -> customer | partner
    unlisted: set[int] = field(default_factory=set)
    admins: set[Pair] = field(default_factory=set)
    users: set[Pair] = field(default_factory=set)
    approved: set[Pair] = field(default_factory=set)  # admins by a decision made here
    contacts: dict[int, Contact] = field(default_factory=dict)
    lines: dict[int, list[tuple[str, str, int]]] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    passes: dict[tuple[int, str], Pass] = field(default_factory=dict)  # by browser and order number
    signed_in: dict[int, Pass] = field(default_factory=dict)  # by browser
    marked: dict[int, float] = field(default_factory=dict)  # browsers that saw a link's button
    declines: list[tuple[int, int, str, float]] = field(default_factory=list)
    served: dict[str, str] = field(default_factory=dict)  # opaque value -> number of its order


def is_closed(order: OrderRow, now: float) -> bool:
    overdue = order.status != "provisioned" and order.expires_at <= now
    return order.status in CLOSED or overdue


def is_over(order: OrderRow, now: float) -> bool:
    return order.status == "provisioned" or is_closed(order, now)


def entitled(ledger: Ledger, browser: Browser, order: OrderRow, now: float) -> str | None:
    """The contact that a browser is to an order at this moment; None for everybody else."""
    contact = ledger.contacts[order.id]
    own = ledger.passes.get((id(browser), order.number))
    if own and own.email == contact.email and now < own.until:
        return own.email
    partner = ledger.signed_in.get(id(browser))
    if partner is None or partner.email != contact.email or now >= partner.until:
        return None
    return partner.email if contact.role == "partner" and order.status != "placed" else None


def holds_any(ledger: Ledger, browser: Browser, now: float) -> bool:
    """Whether a browser has anything to sign out of."""
    own = [given for key, given in ledger.passes.items() if key[0] == id(browser)]
    partner = ledger.signed_in.get(id(browser))
    return any(now < given.until for given in [*own, *([partner] if partner else [])])


def sign_out(ledger: Ledger, browser: Browser) -> None:
    for key in [key for key in ledger.passes if key[0] == id(browser)]:
        del ledger.passes[key]
    ledger.signed_in.pop(id(browser), None)


def is_vouched(ledger: Ledger, order: OrderRow, role: str, email: str) -> bool:
    """A partner by the seller's word, or by the directory's about exactly one organization."""
    if role != "partner" or order.placed_role == "partner":
        return True
    known = [o for o, user in ledger.users if user == email and ledger.kinds[o] == "partner"]
    return len(known) == 1


def goes_on_asking(ledger: Ledger, order: OrderRow) -> bool:
    """Whether provisioning need not wait for the administrators' answer."""
    contact = ledger.contacts[order.id]
    partner = contact.role == "partner" and order.purpose == "partner_for_customer"
    return partner and contact.vouched


def is_administered(ledger: Ledger, order: OrderRow) -> bool:
    return (order.organization_id, order.admin_email) in ledger.admins


def may_answer(ledger: Ledger, request: RequestRow, by: str, now: float) -> bool:
    """Section 5: a full admin at this very moment, never the person, while open and in time."""
    open_now = request.status == "open" and now < request.expires_at
    admin = (request.organization_id, by) in ledger.admins
    return open_now and admin and by != request.person_email


def may_confirm(ledger: Ledger, request: RequestRow, order: OrderRow, now: float) -> bool:
    """The named person, still a user there, nobody administers it, the order is not stopped."""
    open_now = request.status == "open" and now < request.expires_at
    still_a_user = (request.organization_id, request.person_email) in ledger.users
    nobody = all(organization != request.organization_id for organization, _ in ledger.admins)
    return open_now and still_a_user and nobody and order.status != "stopped"


def barred(ledger: Ledger, organization: int, order: int, person: str, now: float) -> bool:
    """Whether a decline there, about this order or person, is less than seven days old."""
    return any(
        there == organization and (declined == order or whom == person) and now < at + 7 * DAY
        for there, declined, whom, at in ledger.declines
    )


def waiting_for(before: Snapshot, pair: Pair) -> list[RequestRow]:
    """Open access requests for just this person there."""
    return [
        request
        for request in before.requests.values()
        if request.kind == "access"
        and request.status == "open"
        and (request.organization_id, request.person_email) == pair
    ]


def make_admin(ledger: Ledger, pair: Pair, *, approved: bool) -> None:
    ledger.admins.add(pair)
    ledger.users.add(pair)
    if approved:
        ledger.approved.add(pair)


def hand_over(ledger: Ledger, order: OrderRow, email: str, role: str) -> None:
    """The old contact and everybody with a session on the order have nothing to say any more."""
    contact = ledger.contacts[order.id]
    former = contact.former | {contact.email}
    vouched = is_vouched(ledger, order, role, email)
    ledger.contacts[order.id] = Contact(email, role, vouched, former)
    for key in [key for key in ledger.passes if key[1] == order.number]:
        del ledger.passes[key]
