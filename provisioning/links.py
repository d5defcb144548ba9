"""Magic links: issue, look at, claim; sessions: start and end."""

import secrets
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum

from config import Settings
from mail.tokens import hash_of, path_of, recovered, token_for
from matching.sentences import TooLate, sentence
from provisioning.facts import is_closed
from records import clock, links, operators, orders
from records.database import Unavailable, db, digest
from records.tables import AccessRequest, MagicLink, Operator, Order, Session

DOUBLE_CLICK = timedelta(minutes=1)
# Opens an order: one from its mail, or one that a portal redirects to, which proves no mailbox.
OPENING = ("launch", "portal")
PORTAL_LIVES = timedelta(minutes=5)


class Standing(StrEnum):
    """What a link is worth at this moment; each but `living` has a page that says so."""

    LIVING = "living"
    USED = "used"
    EXPIRED = "expired"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


def issue(
    purpose: str,
    email: str,
    settings: Settings,
    *,
    order: Order | None = None,
    request: AccessRequest | None = None,
    days: int | None = None,
    lives: timedelta | None = None,
) -> MagicLink:
    """A new link for one address; a launch link makes the order's earlier ones useless."""
    if purpose == "launch" and order:
        for earlier in OPENING:
            links.replace_unclaimed(order, earlier)
    nonce = secrets.token_urlsafe(16)
    now = clock.now()
    return MagicLink.create(
        purpose=purpose,
        email=email,
        order=order,
        request=request,
        nonce=nonce,
        token_hash=hash_of(token_for(nonce, settings.secret_key)),
        issued_at=now,
        expires_at=now + (lives or timedelta(days=days or settings.link_days)),
    )


def reissue(link: MagicLink, settings: Settings) -> MagicLink:
    """The same link anew, when the key that made its token is gone; the old one is replaced."""
    with db.atomic():
        links.mark_replaced(link)
        new = issue(link.purpose, link.email, settings, order=link.order, request=link.request)
        new.expires_at = link.expires_at
        new.save(only=["expires_at"])
    return new


def url_of(link: MagicLink, settings: Settings) -> str | None:
    """The link as the mail says it; None when its key is no longer known."""
    token = recovered(link.nonce, link.token_hash, settings.keys)
    return token and f"{settings.link_base}/{path_of(link.purpose, token)}"


def look(token: str, *purposes: str) -> tuple[Standing, MagicLink | None]:
    """What a token is worth for one of these purposes; changes nothing."""
    link = links.by_hash(hash_of(token))
    if link is None or link.purpose not in purposes:
        return Standing.UNKNOWN, None
    if link.claimed_at:
        return Standing.USED, link
    if link.replaced_at:
        return Standing.REPLACED, link
    return (Standing.LIVING if link.expires_at > clock.now() else Standing.EXPIRED), link


def note_opened(link: MagicLink) -> None:
    """Somebody looked at a notice: its asker sees that, and nothing follows from it."""
    if link.opened_at is None and link.expires_at > clock.now():
        with suppress(Unavailable), db.atomic():  # a page can be read when nothing can be written
            links.note_opened(link)


def claim(token: str, browser: str, settings: Settings, *purposes: str) -> tuple[Standing, str]:
    """Start a session with a link: (living, the session's new secret), or why it cannot be.

    `browser` is the random value that the link's page left with the browser: within a minute the
    same browser may repeat its claim, because a double click loses the first answer.
    """
    with db.atomic():
        standing, link = look(token, *purposes)
        if link is None:
            return standing, ""
        # The order first, as everywhere: two that want both must not wait for each other.
        order = orders.locked(link.order_id) if link.order_id else None
        if standing is Standing.LIVING and links.claim(link, browser):
            if order:
                _first_claim(order, link.email)
            return _opened_by(link, settings)
        standing, link = look(token, *purposes)
        if link and standing is Standing.USED and _repeats(link, browser):
            return _opened_by(link, settings)
        return standing, ""


def _repeats(link: MagicLink, browser: str) -> bool:
    recent = clock.now() - link.claimed_at < DOUBLE_CLICK
    return bool(recent and browser and link.claimed_by == digest(browser))


def _first_claim(order: Order, by: str) -> None:
    orders.note(order, by, "link opened")
    if order.status == "placed":
        _launch(order, by)


def _launch(order: Order, by: str) -> None:
    order.status = "launched"
    orders.save(order, ["status"])
    orders.note(order, by, "launched")


def for_portal(order: Order, by: str, settings: Settings) -> MagicLink:
    """A link for another company's portal to redirect the contact to, at once.

    Its mails' links stay good. Refused for an order that nobody can open.
    """
    with db.atomic():
        held = orders.locked(order.id)
        if is_closed(held):
            raise TooLate(sentence("This order is closed, and no link opens it."))
        orders.note(held, by, "portal link")
        return issue("portal", held.contact_email, settings, order=held, lives=PORTAL_LIVES)


def _opened_by(link: MagicLink, settings: Settings) -> tuple[Standing, str]:
    """The session that a link starts, by its secret; none in the console for who is removed."""
    console, proves = link.purpose == "console", link.purpose != "portal"
    operator = operators.living(link.email) if console else None
    if console and operator is None:
        return Standing.REPLACED, ""
    secret = start_session(link.email, link.order, settings, from_mailbox=proves, operator=operator)
    return Standing.LIVING, secret


def start_session(
    email: str,
    order: Order | None,
    settings: Settings,
    *,
    from_mailbox: bool = True,
    operator: Operator | None = None,
) -> str:
    """A session for an address, on one order, on all of a partner's or in the console.

    Returns its secret.
    """
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    Session.create(
        secret_hash=digest(secret),
        email=email,
        order=order,
        operator=operator,
        from_mailbox=from_mailbox,
        started_at=now,
        expires_at=now + timedelta(hours=settings.session_hours),
    )
    return secret


def open_by_partner(order: Order, by: str) -> None:
    """A partner who proved its mailbox opens an order without its own link."""
    with db.atomic():
        order = orders.locked(order.id)
        if order.status == "placed" and not is_closed(order):
            _launch(order, by)
