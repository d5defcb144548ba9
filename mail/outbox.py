"""Letters that wait to be sent. Enqueue inside the transaction that causes the letter."""

import json
import secrets
from datetime import datetime
from typing import Any

from records import clock
from records.tables import AccessRequest, MagicLink, Order, OutboxRow

LETTERS = (
    "launch",
    "fresh_link",
    "hand_over_new",
    "hand_over_old",
    "partner_sign_in",
    "access_notice",
    "named",
    "added",
    "answered",
    "declined",
    "resumed",
    "receipt",
    "mapped",
    "first_admin",
    "alert",
    "reminder",
    "expired",
    "reopened",
    "cancelled",
    "unanswered",
    "confirm_question",
    "confirmed",
    "digest",
    "dispute",
    "moved",
    "moved_away",
    "webhook_paused",
    "console_sign_in",
)


def enqueue(
    letter: str,
    to: str,
    /,
    *,
    order: Order | None = None,
    request: AccessRequest | None = None,
    link: MagicLink | None = None,
    due_at: datetime | None = None,
    **facts: Any,
) -> OutboxRow:
    """Store the intent to send `letter` to one address; `facts` are JSON values that it says.

    `due_at`: not before then; None: now. What makes its Message-ID unique is fixed here, so that
    every attempt carries the same.
    """
    if letter not in LETTERS:
        raise ValueError(f"there is no letter {letter!r}")
    return OutboxRow.create(
        letter=letter,
        recipient=to,
        order=order,
        request=request,
        link=link,
        facts=json.dumps(facts),
        due_at=due_at or clock.now(),
        message_id=secrets.token_hex(16),
    )
