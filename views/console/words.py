"""What the console calls the states and kinds that rows hold."""

from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import lazy_gettext

from records.tables import OutboxRow

Word = tuple[Any, str]  # words, and their tone: good | wait | bad | plain

STATUS: dict[str, Word] = {
    "placed": (lazy_gettext("not opened yet"), "plain"),
    "launched": (lazy_gettext("in progress"), "plain"),
    "waiting": (lazy_gettext("waiting for an answer"), "wait"),
    "provisioned": (lazy_gettext("set up"), "good"),
    "stopped": (lazy_gettext("stopped"), "bad"),
    "cancelled": (lazy_gettext("cancelled"), "plain"),
    "expired": (lazy_gettext("expired"), "bad"),
}
STEP: dict[str, Any] = {
    "purpose": lazy_gettext("say who it is for"),
    "company": lazy_gettext("name the company"),
    "organization": lazy_gettext("choose the organization"),
    "administrator": lazy_gettext("ask the administrators"),
    "waiting": lazy_gettext("wait for the administrators"),
    "review": lazy_gettext("review and confirm"),
    "done": lazy_gettext("see the receipt"),
}
REQUEST: dict[str, Any] = {
    "access": lazy_gettext("To be added as full admin"),
    "confirm": lazy_gettext("Whether the order is theirs"),
    "first_admin": lazy_gettext("Whether they will administer it"),
    "dispute": lazy_gettext("Says that the order is not theirs"),
}
STANDING: dict[str, Word] = {
    "open": (lazy_gettext("waits for an answer"), "wait"),
    "approved": (lazy_gettext("yes"), "good"),
    "accepted": (lazy_gettext("accepted, nobody added"), "good"),
    "declined": (lazy_gettext("no"), "bad"),
    "reported": (lazy_gettext("reported as suspicious"), "bad"),
    "expired": (lazy_gettext("nobody answered"), "plain"),
    "withdrawn": (lazy_gettext("withdrawn"), "plain"),
}
ROLE: dict[str, Any] = {
    "customer": lazy_gettext("customer"),
    "partner": lazy_gettext("partner"),
}
PURPOSE: dict[str, Any] = {
    "customer": lazy_gettext("the customer's own"),
    "partner_for_customer": lazy_gettext("a partner for a customer"),
    "partner_own_use": lazy_gettext("a partner for itself"),
}


SUBSCRIPTION: dict[str, Word] = {
    "active": (lazy_gettext("active"), "good"),
    "pending": (lazy_gettext("not begun yet"), "wait"),
    "expired": (lazy_gettext("expired"), "plain"),
    "cancelled": (lazy_gettext("cancelled"), "plain"),
}
UNLISTED: Word = (lazy_gettext("unlisted"), "bad")


class MailState(NamedTuple):
    """What has become of a letter, since when, and what a server said of it."""

    word: Any
    tone: str
    since: datetime
    said: str


def mail_state(row: OutboxRow) -> MailState:
    """Waiting, sent, came back, failed."""
    if row.failed_at and row.sent_at:
        return MailState(lazy_gettext("came back"), "bad", row.failed_at, row.last_error)
    if row.failed_at:
        return MailState(lazy_gettext("not sent"), "bad", row.failed_at, row.last_error)
    if row.sent_at:
        return MailState(lazy_gettext("sent"), "good", row.sent_at, row.last_error)
    return MailState(lazy_gettext("waiting"), "wait", row.due_at, row.last_error)


MAILS: dict[str, Any] = {
    "waiting": lazy_gettext("waiting"),
    "sent": lazy_gettext("sent"),
    "failed": lazy_gettext("not sent"),
    "returned": lazy_gettext("came back"),
}
