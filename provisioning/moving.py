"""The operator moves a mapping to another organization, and both sides are told."""

from config import Settings
from mail.outbox import enqueue
from matching.sentences import Refused, sentence
from provisioning import closing, directory, links, requests
from records import lookup, orders
from records.database import db, one_at_a_time
from records.tables import Order


def move(order: Order, ref: str, by: str, why: str, settings: Settings) -> None:
    """An order that was provisioned belongs to another organization, and lives again if stopped.

    Nobody becomes administrator by it. Refused where nothing is mapped, or there is no such `ref`.
    """
    with db.atomic():
        one_at_a_time("give rights")
        held = orders.locked(order.id)
        mapped, there = orders.mapping(held), directory.id_of(ref)
        if mapped is None:
            raise Refused(sentence("This order is not mapped yet: there is nothing to move."))
        if there is None:
            raise Refused(sentence("There is no organization %(ref)s.", ref=ref))
        before = mapped.organization
        if before.id == there:
            raise Refused(sentence("The order belongs to that organization already."))
        requests.withdraw_all(held, by)
        orders.map_to(held, there, by, why)
        directory.move_subscriptions(held.id, there)
        held.organization = there
        orders.save(held, ["organization"])
        orders.note(held, by, "moved", f"{before.ref} -> {ref}: {why}")
        if held.status == "stopped":
            closing.restart(held, by)
        closing.end_disputes(held, "approved", "moved", by, why)
        _tell(held, before.id, why, settings)


def _tell(held: Order, before: int, why: str, settings: Settings) -> None:
    """The side that it left is not told where it went."""
    contact, name = held.contact_email, lookup.by_id(before)
    enqueue("moved", contact, order=held, before=name.name if name else "", why=why)
    for admin in lookup.full_admins_of(before):
        enqueue("moved_away", admin, order=held, before=name.name if name else "")
    for admin in lookup.full_admins_of(held.organization_id):
        link = links.issue("dispute", admin, settings, order=held, days=settings.request_days)
        enqueue("mapped", admin, order=held, link=link)
