"""What partners see and do beyond the wizard, for all orders that name their organization.

The contact, and whoever the directory says at that moment is a full admin of the partner that the
order names. Seeing an order makes nobody its contact: only handing it over does.
"""

from collections.abc import Callable

from config import Settings
from matching.sentences import Refused, TooLate, sentence
from provisioning import fresh_links, orders, requests
from provisioning.facts import is_over
from records import counts, lookup
from records import orders as rows
from records.database import db
from records.tables import STATUSES as STATUSES
from records.tables import Order

SUGGESTED = 20


def administered(email: str) -> list[int]:
    """The partner organizations that an address is full admin of, right now."""
    return lookup.partners_administered(email)


def is_contact(order: Order, email: str) -> bool:
    """Whether an order is this partner's own."""
    return bool(order.contact_email == email and order.contact_role == "partner")


def sees(order: Order, email: str) -> bool:
    """Whether an order is this partner's own, or one of a partner that they administer."""
    if is_contact(order, email):
        return True
    named = order.partner_organization_id
    return named is not None and named in administered(email)


def find(number: str, email: str) -> Order | None:
    """An order that they see, by its number."""
    order = rows.by_number(number)
    return order if order and sees(order, email) else None


def orders_of(email: str, status: str, before: str, limit: int) -> list[Order]:
    """What they see, newest first: in one state, or in each; older than the order `before`."""
    # One that is not theirs says nothing about when it was placed, nor that it exists.
    last = find(before, email) if before else None
    statuses = [status] if status in STATUSES else STATUSES
    return rows.of_partner(email, administered(email), statuses, last.id if last else None, limit)


def hand_over(
    order: Order, email: str, role: str, by: str, settings: Settings, *, seen: str, network: str
) -> bool:
    """Make somebody the contact, also oneself in a colleague's place; False where it is not theirs.

    `seen`: who the contact was on the page. Refused when it is somebody else by now.
    """

    def act(held: Order) -> bool:
        if is_over(held):
            raise TooLate(sentence("This order can be handed over no more: it is over."))
        if held.contact_email == email:
            if email == by != seen:
                return True  # pressed twice
            raise Refused(sentence("This is the contact already; type somebody else's address."))
        if held.contact_email != seen:
            raise TooLate(
                sentence("This order has changed since you saw the page. Look at it once more.")
            )
        orders.hand_over_within_limits(held, email, role, by, settings, network=network)
        return True

    return _act(order, by, act)


def send_link(order: Order, by: str, settings: Settings) -> bool:
    """A fresh link to the order's contact, whoever asks for it."""

    def act(held: Order) -> bool:
        if not fresh_links.send(held, by, settings):
            reason = "No link was sent: the order is closed, or its contact has just been sent one."
            raise Refused(sentence(reason))
        return True

    return _act(order, by, act)


def ask_again(order: Order, by: str, settings: Settings) -> bool:
    """Once more to the administrators who were asked; nothing is asked that was not before."""

    def act(held: Order) -> bool:
        if is_over(held) or not requests.remind(held, by, settings):
            raise Refused(sentence("The administrators cannot be asked again now."))
        return True

    return _act(order, by, act)


def _act(order: Order, by: str, act: Callable[[Order], bool]) -> bool:
    """In one transaction: look once more whether it is theirs, then do it; False where not."""
    with db.atomic():
        held = rows.locked(order.id)
        if held.partner_organization_id:
            # A change of its people that is under way ends first, and is seen.
            counts.locked([held.partner_organization_id])
        return sees(held, by) and act(held)


def answered(number: str, by: str) -> Order | None:
    """An order that they see whose answers another one may take: they are known."""
    order = find(number, by)
    return order if order and order.admin_email and order.company_name else None


def suggested(order: Order, by: str) -> list[Order]:
    """Their own latest orders whose answers this one may take."""
    known = rows.answered_of_partner(by, SUGGESTED + 1)
    return [other for other in known if other.id != order.id][:SUGGESTED]


def note_same_answers(order: Order, other: Order, by: str) -> None:
    """The order's history says where its answers are from."""
    with db.atomic():
        rows.note(rows.locked(order.id), by, "same answers", f"as order {other.number}")
