"""Whom a letter may go to; and what its link gives to whoever reads that mailbox."""

from collections.abc import Callable

from tests.trust.allowing import Allowed
from tests.trust.ledger import DAY, LIFE, Ledger, Link
from tests.trust.snapshot import MailRow, Snapshot

TO_CONTACT = (
    "launch", "fresh_link", "hand_over_new", "answered", "declined", "resumed", "receipt",
    "reminder", "expired", "reopened", "unanswered", "confirmed",
)  # fmt: skip
REPLACING = ("launch", "fresh_link", "hand_over_new", "answered", "declined", "resumed")


def check(
    ledger: Ledger, allowed: Allowed, before: Snapshot, after: Snapshot, support: str
) -> list[MailRow]:
    """Hold the recipients of what was queued in one step; returns those letters.

    The ledger knows this step's directory already, and its hand-over.
    """
    length = len(before.mails)
    assert after.mails[:length] == before.mails, "a queued letter changed"
    new = after.mails[length:]
    for mail in new:
        to = _recipients(ledger, allowed, after, mail, support)
        assert mail.recipient in to, f"{allowed}: {mail} is for {to}"
    if allowed.what == "decision" and allowed.ending == "approved" and allowed.added:
        told = sorted(mail.recipient for mail in new if mail.letter == "added")
        ((organization, _person),) = allowed.added
        everybody = sorted(email for there, email in ledger.admins if there == organization)
        assert told == everybody, f"{allowed}: told {told}, administered by {everybody}"
    return new


def _recipients(
    ledger: Ledger, allowed: Allowed, after: Snapshot, mail: MailRow, support: str
) -> set[str]:
    request = after.requests.get(mail.request_id or 0)
    order = after.orders.get(mail.order_id or 0)
    if mail.letter == "alert":
        return {support}
    if mail.letter == "partner_sign_in":
        return {allowed.by}
    if mail.letter in ("hand_over_old", "dispute"):
        return {allowed.by}
    if mail.letter in TO_CONTACT and order:
        return {ledger.contacts[order.id].email}
    if mail.letter in ("named", "first_admin") and request:
        return {request.person_email}
    there = request.organization_id if request else order.organization_id if order else None
    admins = {email for organization, email in ledger.admins if organization == there}
    if mail.letter in ("access_notice", "confirm_question", "added", "mapped"):
        return admins
    raise AssertionError(f"{mail} is a letter that nobody knows")


def deliver(ledger: Ledger, mail: MailRow, path_of: Callable[[int], str], now: float) -> None:
    """Put a letter into its mailbox; a launch link makes the order's earlier ones useless."""
    if mail.link_id is None:
        return
    path = path_of(mail.link_id)
    if path.startswith("/start/"):
        for link in ledger.links.values():
            if link.order == mail.order_id and link.purpose == "launch" and not link.claimed_at:
                link.replaced = True
    asks = mail.letter in ("access_notice", "confirm_question")
    days = LIFE.get(mail.letter, LIFE["decision" if asks else "launch"])
    expires = now + days * DAY
    ledger.links[path] = Link(
        path, mail.letter, mail.recipient, mail.order_id, mail.request_id, expires
    )
