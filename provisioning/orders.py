"""Orders: place, say the purpose, hand over, and what clears which answer."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from config import Settings
from mail.outbox import enqueue
from matching.sentences import Refused, TooLate, sentence
from provisioning import intake, limits, requests
from provisioning.facts import is_closed, is_over, mine
from provisioning.intake import Fields, NewOrder
from provisioning.journey import partner_named
from provisioning.telling import invite
from records import clock, lookup, orders
from records import links as link_rows
from records.database import Duplicate, db
from records.tables import Order, OrderLine

CONTACT = ("contact_email", "contact_role", "contact_name", "language")


def place(new: NewOrder, settings: Settings, by: str) -> Order:
    """Store an order and queue its launch mail, in one transaction; Refused when it exists."""
    now = clock.now()
    with db.atomic():
        try:
            with db.atomic():
                order = Order.create(
                    number=new.number,
                    contact_email=new.contact_email,
                    contact_role=new.contact_role,
                    placed_role=new.contact_role,
                    contact_name=new.contact_name,
                    language=new.language,
                    partner_name=new.partner_name,
                    company_name=new.company_name,
                    placed_at=now,
                    expires_at=new.expires_at or now + timedelta(days=settings.order_days),
                    partner_organization=partner_organization(new.contact_role, new.contact_email),
                )
        except Duplicate:
            reason = sentence("There is an order %(number)s already.", number=new.number)
            raise TooLate(reason, "number") from None
        _write_lines(order, new)
        orders.note(order, by, "placed")
        invite("launch", order, settings)
    return order


def _write_lines(order: Order, new: NewOrder) -> None:
    for position, line in enumerate(new.lines, start=1):
        OrderLine.create(
            order=order,
            position=position,
            sku=line.sku,
            product=line.product,
            quantity=line.quantity,
            starts_on=line.starts_on,
            ends_on=line.ends_on,
        )


def amend(
    order: Order, changes: Fields, lines: Sequence[Fields] | None, settings: Settings, by: str
) -> Order:
    """Change the contact or the lines of an order that nobody has opened yet.

    Another address gets a link of its own, and the earlier one is useless. Refused once it is
    claimed, and for what no order could be placed with.
    """
    with db.atomic():
        held = orders.locked(order.id)
        if held.status != "placed" or is_closed(held):
            raise TooLate(sentence("This order has been opened or closed, and stays as it is."))
        contact = {name: str(getattr(held, name)) for name in CONTACT}
        kept = [_fields(line) for line in orders.lines(held)]
        given = {"number": held.number, **contact, **changes}
        new = intake.read_order(given, kept if lines is None else lines)
        changed = [name for name in CONTACT if getattr(new, name) != getattr(held, name)]
        for name in changed:
            setattr(held, name, getattr(new, name))
        held.placed_role = held.contact_role
        held.partner_organization = partner_organization(held.contact_role, held.contact_email)
        orders.save(held, [*CONTACT, "placed_role", "partner_organization"])
        if lines is not None:
            orders.drop_lines(held)
            _write_lines(held, new)
        orders.note(held, by, "amended", ", ".join(changed + ["lines"] * (lines is not None)))
        if "contact_email" in changed:
            invite("launch", held, settings)
    return held


def _fields(line: OrderLine) -> Fields:
    """The text fields of a stored line."""
    names = ("sku", "product", "quantity", "starts_on", "ends_on")
    return {name: "" if (value := getattr(line, name)) is None else str(value) for name in names}


def partner_organization(role: str, email: str, before: int | None = None) -> int | None:
    """The partner organization that an order names by its contact, at this moment."""
    return partner_named(role, lookup.partners_of(email), before) if role == "partner" else None


def name_partners(emails: Collection[str]) -> int:
    """What the directory has just said of these people counts for their unfinished orders too.

    Those that name a partner go on naming it; how many name one now. Each is a transaction of its
    own: who holds people of the directory must not wait for orders.
    """
    named = 0
    for order_id in orders.unnamed_of(emails):
        with db.atomic():
            held = orders.locked(order_id)
            partner = partner_organization(held.contact_role, held.contact_email)
            if partner and held.partner_organization_id is None:
                held.partner_organization = partner
                orders.save(held, ["partner_organization"])
                named += 1
    return named


def say_purpose(order: Order, purpose: str, by: str) -> None:
    """A partner's answer; another one than before clears what was answered after it."""
    with db.atomic():
        held = mine(order, by)
        if held is None or held.purpose == purpose:
            return
        held.purpose = purpose
        clear_company(held, by)
        orders.save(held, ["purpose"])
        orders.note(held, by, "purpose", purpose)


def clear_company(order: Order, by: str) -> None:
    """Forget what was answered from *company* on; the name stays, to be offered again."""
    clear_choice(order, by)
    requests.withdraw_questions(order, by)
    order.admin_email = None
    orders.save(order, ["admin_email"])


def clear_choice(order: Order, by: str) -> None:
    """Forget the chosen organization and withdraw what was asked of its administrators."""
    requests.withdraw_all(order, by)
    order.organization, order.create_new, order.offered, order.found_by = None, False, "", ""
    orders.save(order, ["organization", "create_new", "offered", "found_by"])


def hand_over(
    order: Order, email: str, role: str, by: str, settings: Settings, *, network: str = ""
) -> bool:
    """Make somebody else the contact: new link, old ones useless, sessions ended, both told.

    False when the order is not `by`'s to hand over; Refused for their own address, and when it
    goes from hand to hand too often.
    """
    if email == by:
        raise Refused(sentence("This is your own address; type that of somebody else."))
    with db.atomic():
        held = mine(order, by)
        if held is None:
            return False
        hand_over_within_limits(held, email, role, by, settings, network=network)
    return True


def hand_over_within_limits(
    held: Order, email: str, role: str, by: str, settings: Settings, *, network: str
) -> None:
    """Inside a transaction; Refused when it goes from hand to hand too often."""
    who = {"order": held.number, "address": email, "network": network}
    if not limits.allowed("hand over", settings, **who):
        raise Refused(limits.too_often("hand over"))
    _hand_over(held, email, role, by, settings)


def hand_over_for(
    order: Order, email: str, role: str, by: str, settings: Settings, *, why: str
) -> None:
    """The operator does the same for a contact who cannot; Refused once it is over."""
    with db.atomic():
        held = orders.locked(order.id)
        if is_over(held):
            raise Refused(sentence("This order can be handed over no more: it is over."))
        if held.contact_email == email:
            raise Refused(sentence("This is the contact already; type somebody else's address."))
        _hand_over(held, email, role, by, settings, why=why)


def _hand_over(
    held: Order, email: str, role: str, by: str, settings: Settings, *, why: str = ""
) -> None:
    before, changed_role = held.contact_email, held.contact_role != role
    requests.withdraw_all(held, by)
    requests.withdraw_questions(held, by)
    listed = {int(number) for number in held.offered.split()}
    if lookup.any_unlisted(listed | {held.organization_id} - {None}):
        clear_company(held, by)  # its own administrator alone may know of it
    held.contact_email, held.contact_role, held.contact_name = email, role, ""
    held.partner_organization = partner_organization(role, email, held.partner_organization_id)
    orders.save(held, ["contact_email", "contact_role", "contact_name", "partner_organization"])
    if changed_role:
        held.purpose = None
        orders.save(held, ["purpose"])
        clear_company(held, by)
    link_rows.end_sessions(held)
    invite("hand_over_new", held, settings, by=by)
    enqueue("hand_over_old", before, order=held, to=email, by=by)
    orders.note(held, by, "handed over", f"{before} -> {email} ({role}) {why}".rstrip())
