"""What a queued letter is worth when its turn comes: its link, and whether it is sent at all."""

from collections.abc import Callable

from config import Settings
from mail import leases
from mail.matter import Matter
from mail.rendering import Link
from mail.tokens import path_of, recovered
from records import clock
from records.database import db
from records.tables import MagicLink, OutboxRow

Reissue = Callable[[MagicLink], MagicLink]

# Without its link such a letter says nothing; any other still has something to tell.
ONLY_A_LINK = {
    "launch", "fresh_link", "hand_over_new", "partner_sign_in", "access_notice", "first_admin",
    "reminder", "reopened", "confirm_question", "digest", "console_sign_in",
}  # fmt: skip
TO_THE_CONTACT = {"answered", "declined", "resumed", "unanswered", "confirmed", "expired"}
TO_ANSWER = {"access_notice", "first_admin", "confirm_question"}
UNFINISHED = {"placed", "launched"}


def link_of(row: OutboxRow, settings: Settings, reissue: Reissue) -> Link | None:
    """The link of a letter; None when it has none that still opens anything."""
    link = row.link
    if link is None or _is_over(link):
        return None
    token = recovered(link.nonce, link.token_hash, settings.keys)
    if token is None:
        with db.atomic():
            link = reissue(link)
            leases.point_to(row, link)
        token = recovered(link.nonce, link.token_hash, settings.keys)
    if token is None:
        return None
    return Link(f"{settings.link_base}/{path_of(link.purpose, token)}", link.expires_at)


def _is_over(link: MagicLink) -> str:
    if link.replaced_at:
        return "its link was replaced"
    if link.claimed_at:
        return "its link was used"
    return "" if link.expires_at > clock.now() else "its link has expired"


def pointless(about: Matter, row: OutboxRow, link: Link | None) -> str:
    """Why a letter that was queued is not to be sent any more; empty when it is."""
    if row.letter in ONLY_A_LINK and row.link and not link:
        return _is_over(row.link) or "its link could not be made"
    if row.letter in TO_ANSWER and about.request and about.request.status != "open":
        return "its request is no longer open"
    if row.letter == "digest" and not about.waiting:
        return "nothing waits for an answer any more"
    if row.letter == "reminder" and about.order and about.order.status not in UNFINISHED:
        return "its order waits for nobody any more"
    if row.letter == "expired" and about.order and about.order.status != "expired":
        return "its order was opened again"
    if row.letter in TO_THE_CONTACT and about.order and about.order.contact != about.to:
        return "its order was handed over"
    return ""
