"""A link for who has lost theirs: asked for by anybody, sent to whom it belongs to.

Asking stores a wish, right or wrong, and no more. The delivery loop looks at it, so that neither
the answer nor the time it takes says whether there is such an order or address.
"""

import logging
from datetime import timedelta

from config import Settings
from mail.outbox import enqueue
from provisioning import limits, links
from provisioning.facts import is_closed
from records import clock, lookup, operators, orders, outbox
from records import links as rows
from records.database import Unavailable, db
from records.tables import LinkWish, Order

ONE_A = timedelta(minutes=1)
PER_DAY = 10
CONSOLE_LIVES = timedelta(minutes=10)
LONGEST_NUMBER = 100
BATCH = 50

log = logging.getLogger(__name__)


def ask(number: str, email: str, settings: Settings, network: str) -> bool:
    """Wish for a fresh launch link to an order; False where a network asks too often."""
    # PostgreSQL takes no NUL.
    number = number[:LONGEST_NUMBER].replace("\0", "?")
    return _wish("launch", email, settings, network, number)


def ask_partner(email: str, settings: Settings, network: str) -> bool:
    """Wish for a link that signs a partner in; False where a network asks too often."""
    return _wish("partner", email, settings, network)


def ask_console(email: str, settings: Settings, network: str) -> bool:
    """Wish for a link that signs in to the console; False where a network asks too often."""
    return _wish("console", email, settings, network)


def answer(settings: Settings) -> int:
    """Look at the oldest wishes, and send links where they are due; how many there were.

    One that cannot be answered is dropped, and does not keep the others waiting.
    """
    found = rows.wishes(BATCH)
    for wish in found:
        try:
            _answer(wish, settings)
        except Unavailable:
            raise
        except Exception:
            log.exception("a wish for a link is dropped")
            rows.take_wish(wish)
    return len(found)


def _answer(wish: LinkWish, settings: Settings) -> None:
    with db.atomic():
        order = orders.by_number(wish.number) if wish.purpose == "launch" else None
        held = orders.locked(order.id) if order else None
        if not rows.take_wish(wish):
            return
        if wish.purpose == "console":
            _send_to_operator(wish.email, settings)
        elif wish.purpose == "partner":
            _send_to_partner(wish.email, settings)
        else:
            _send(held, wish.email, settings)


def _wish(purpose: str, email: str, settings: Settings, network: str, number: str = "") -> bool:
    with db.atomic():
        if not limits.allowed("link", settings, network=network):
            return False
        rows.wish(purpose, email, number)
        return True


def _send(order: Order | None, email: str, settings: Settings) -> None:
    if order is not None and order.contact_email == email:
        send(order, email, settings)


def send(held: Order, by: str, settings: Settings) -> bool:
    """Inside a transaction: a fresh link to the order's contact; False where none is due.

    Whoever asks for it, it goes to nobody else.
    """
    email = held.contact_email
    if is_closed(held) or _too_many("fresh_link", email, held):
        return False
    link = links.issue("launch", email, settings, order=held)
    enqueue("fresh_link", email, order=held, link=link)
    orders.note(held, by, "fresh link sent")
    return True


def _send_to_partner(email: str, settings: Settings) -> None:
    known = orders.is_partner(email) or lookup.partners_administered(email)
    if known and not _too_many("partner_sign_in", email, None):
        link = links.issue("partner", email, settings)
        enqueue("partner_sign_in", email, link=link)


def _send_to_operator(email: str, settings: Settings) -> None:
    """One while no other lives: a stranger's clicks neither fill a mailbox nor keep anybody out."""
    since = clock.now() - CONSOLE_LIVES
    if operators.living(email) and not outbox.has_living_link("console_sign_in", email, since):
        link = links.issue("console", email, settings, lives=CONSOLE_LIVES)
        enqueue("console_sign_in", email, link=link)


def _too_many(letter: str, email: str, order: Order | None) -> bool:
    """Nobody's mailbox is filled by somebody else's clicks: one a minute, ten a day."""
    now = clock.now()
    minute = outbox.queued_since(now - ONE_A, letter, email, order)
    day = outbox.queued_since(now - timedelta(days=1), letter, email, order)
    return minute >= 1 or day >= PER_DAY
