"""A letter once more, because an operator says so."""

import json

from config import Settings
from mail.outbox import enqueue
from matching.sentences import TooLate, sentence
from provisioning import links
from provisioning.facts import is_closed, standing_of
from records import addresses, orders, outbox
from records.database import db
from records.tables import OutboxRow

SIGN_INS = ("partner_sign_in", "console_sign_in")  # whoever wants one asks for it


def send_again(row_id: int, by: str, why: str, settings: Settings) -> None:
    """The same letter to the same address, with a new link where it had one.

    Refused while the first is on its way, and where its link would open nothing by now.
    """
    with db.atomic():
        row = outbox.by_id(row_id)
        order = orders.locked(row.order_id) if row and row.order_id else None
        if row is None or row.endpoint_id or row.letter in SIGN_INS:
            raise TooLate(sentence("This letter cannot be sent again."))
        if row.sent_at is None and row.failed_at is None:
            raise TooLate(sentence("This letter is still on its way."))
        if addresses.dead_among([row.recipient]):
            raise TooLate(
                sentence("Mail to this address comes back for good; let it be revived first.")
            )
        if row.link_id:
            _refuse_without_use(row)
        link = (
            links.issue(
                row.link.purpose,
                row.recipient,
                settings,
                order=row.link.order,
                request=row.request,
                days=None if row.link.purpose == "launch" else settings.request_days,
            )
            if row.link_id
            else None
        )
        facts = json.loads(row.facts)
        enqueue(row.letter, row.recipient, order=order, request=row.request, link=link, **facts)
        if order:
            orders.note(order, by, "mail sent again", f"{row.letter} to {row.recipient}: {why}")


def _refuse_without_use(row: OutboxRow) -> None:
    """A link that would open nothing is not mailed."""
    order = row.order
    if row.link.purpose == "launch":
        if is_closed(order):
            raise TooLate(sentence("This order is closed, and no link opens it."))
        if order.contact_email != row.recipient:
            raise TooLate(sentence("The order was handed over since; send a fresh link instead."))
    elif row.link.purpose in ("decision", "first_admin") and standing_of(row.request) != "open":
        raise TooLate(sentence("This request waits for no answer any more."))
