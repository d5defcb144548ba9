"""Mail that comes back: what a delivery status report (RFC 3464) says of one of our messages."""

import email
import email.policy
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message

from mail import leases, refusals, status, verp
from mail.bounce_box import BounceBox
from records import addresses, outbox
from records.database import Unavailable, db

# Where hosts write the address that a message came in for, the surest first.
_ARRIVED_FOR = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})")
_PERMANENT, _UNKNOWN = "5", "5.0.0"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """One report: the addresses it arrived for, what became of the message, why."""

    arrived_for: tuple[str, ...]
    action: str  # failed | delayed | delivered | relayed | expanded
    status: str
    why: str

    @property
    def is_hard(self) -> bool:
        """The message will not arrive."""
        return self.action == "failed"

    @property
    def condemns(self) -> bool:
        """No other message to the address will."""
        return self.is_hard and status.condemns(self.status)


def read(raw: bytes) -> Report | None:
    """What a message reports; None when it is no report, whatever else it is."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    if message.get_content_type() != "multipart/report":
        return None
    about = next(_recipients(message), None)
    if about is None:
        return None
    found = _STATUS.match(_field(about, "Status"))
    arrived_for = [value for name in _ARRIVED_FOR for value in message.get_all(name, [])]
    return Report(
        arrived_for=tuple(str(value) for value in arrived_for),
        action=_field(about, "Action").strip().lower(),
        status=found[1] if found else _UNKNOWN,
        why=refusals.plainly(_field(about, "Diagnostic-Code")),
    )


def _recipients(message: Message) -> Iterator[Message]:
    """The fields about each recipient; ours have one, and the first block is about the host."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                if isinstance(block, Message) and "Action" in block:
                    yield block


def _field(block: Message, name: str) -> str:
    return str(block.get(name, ""))


def take_in(box: BounceBox, keys: Iterable[str]) -> dict[str, int]:
    """Read what is new in the mailbox; how many of each kind there were.

    A message that cannot be read changes nothing and is not looked at again.
    """
    counts = {"hard": 0, "soft": 0, "unknown": 0}
    known = tuple(keys)
    with box:
        for raw, seen in box.unseen():
            try:
                kind = _note(read(raw), known)
            except Unavailable:
                raise  # it stays new
            except Exception as error:
                log.warning("a message for bounces cannot be read: %s", type(error).__name__)
                kind = "unknown"
            counts[kind] += 1
            seen()
    return counts


def _note(report: Report | None, keys: tuple[str, ...]) -> str:
    """Write down what a report says: once, however often it comes."""
    if report is None:
        return "unknown"
    for address in report.arrived_for:
        row_id = verp.claimed_row(address)
        row = outbox.by_id(row_id) if row_id else None
        if row and verp.is_genuine(address, row.id, row.message_id, keys):
            break
    else:
        return "unknown"
    said = f"{report.status} {report.why}".strip()
    if not report.is_hard:
        log.info("letter %s is %s, row %d: %s", row.letter, report.action, row.id, said)
        outbox.remark(row, f"{report.action}: {said}")
        return "soft"
    with db.atomic():
        if report.condemns:
            addresses.mark_dead(row.recipient, said)
        if leases.came_back(row, f"came back: {said}"):
            log.error("letter %s came back, row %d: %s", row.letter, row.id, said)
    return "hard"
