"""The books after the last kill: what was acknowledged is there, and every mail was sent."""

from collections import Counter, defaultdict

from mail.worker import MARKED_TOGETHER
from records import orders
from records.tables import Order, OutboxRow
from tests.chaos.claiming import link_in
from tests.chaos.sink import Sink


def mistakes(acknowledged: set[str], claimed: set[str], sink: Sink) -> list[str]:
    """What should not be, a sentence each; empty when all is well. Needs an open database."""
    found = [f"order {number} is lost" for number in acknowledged - _numbers()]
    letters = Counter(row.order_id for row in OutboxRow if row.letter == "launch")
    found += [f"order {order.number} has {letters[order.id]} launch mails" for order in Order
              if letters[order.id] != 1]  # fmt: skip
    rows = {f"<{row.message_id}@127.0.0.1>": row for row in OutboxRow}
    sent = {str(message["Message-ID"]) for message in sink.messages()}
    unsent = {name: row for name, row in rows.items() if row.sent_at is None or row.failed_at}
    found += [f"mail {row.id} is not sent: {row.last_error}" for name, row in unsent.items()
              if not _is_used(row, name in sent)]  # fmt: skip
    found += [f"mail {rows[gone].id} never arrived" for gone in rows.keys() - sent]
    found += [f"{stray} was sent for nothing that is stored" for stray in sent - rows.keys()]
    return found + _wrong_repeats(sink) + _wrong_claims(claimed)


def _is_used(row: OutboxRow, arrived: bool) -> bool:
    """Whether a mail arrived, its sender died before its mark, and its link was used meanwhile."""
    return arrived and row.last_error == "its link was used"


def repeats(sink: Sink) -> int:
    """How many mails more than once, counted without their first."""
    counted = Counter(str(message["Message-ID"]) for message in sink.messages())
    return sum(number - 1 for number in counted.values())


def _numbers() -> set[str]:
    return {order.number for order in Order.select(Order.number)}


def _wrong_repeats(sink: Sink) -> list[str]:
    """A mail comes again only where its sender died right after it, and with the same link."""
    copies = defaultdict(list)
    for connection in sink.connections:
        for left, message in enumerate(reversed(connection.messages)):
            unmarked = not connection.ended_well and left < MARKED_TOGETHER
            copies[str(message["Message-ID"])].append((unmarked, link_in(message)))
    found = []
    for name, several in copies.items():
        if sum(not unmarked for unmarked, _link in several) > 1:
            found.append(f"{name} came again without need")
        if len({link for _unmarked, link in several}) > 1:
            found.append(f"{name} came again with another link")
    return found


def _wrong_claims(claimed: set[str]) -> list[str]:
    found = []
    for order in Order.select().where(Order.number.in_(claimed)):
        steps = Counter(event.what for event in orders.history(order))
        if order.status != "launched" or steps["launched"] != 1 or steps["link opened"] != 1:
            found.append(f"order {order.number} was claimed and is {order.status}: {steps}")
    return found
