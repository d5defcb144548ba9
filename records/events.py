"""What webhooks hear of: rows of an order's history, told in the transaction that writes them."""

import json
import secrets
from typing import Any

from records import clock
from records.tables import Order, OutboxRow, WebhookEndpoint

# What the history says -> the event, and what it says beyond the order. Whatever is told of an
# order stands in its history, so that no event can be forgotten.
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "placed": ("order.placed", {}),
    "mapped": ("order.mapped", {}),
    "provisioned": ("order.provisioned", {}),
    "waiting": ("order.held", {}),
    "expired": ("order.expired", {}),
    "moved": ("order.mapped", {}),
    **{
        f"{word} {status}": ("request.decided", {"request": {"kind": kind, "status": status}})
        for word, kind in (("request", "access"), ("question", "confirm"))
        for status in ("approved", "accepted", "declined", "reported")
    },
    "first administrator confirmed": (
        "request.decided",
        {"request": {"kind": "first_admin", "status": "approved"}},
    ),
}
TYPES = tuple(dict.fromkeys(name for name, _more in EVENTS.values()))


def tell(order: Order, what: str) -> None:
    """Queue an event for each endpoint, if there is one for what the history says.

    Its body is written here: whatever happens later, it says what was true at this moment.
    """
    if what not in EVENTS:
        return
    name, more = EVENTS[what]
    # A paused one too: what it missed is sent once it is resumed.
    for endpoint in WebhookEndpoint.select().order_by(WebhookEndpoint.id):
        OutboxRow.create(
            endpoint=endpoint,
            letter=name,
            recipient=endpoint.url,
            order=order,
            facts=_body(order, name, more),
            message_id=f"msg_{secrets.token_hex(16)}",
        )


def _body(order: Order, name: str, more: dict[str, Any]) -> str:
    data = {
        "number": order.number,
        "status": order.status,
        "organization": order.organization.ref if order.organization_id else None,
    }
    said = {"type": name, "timestamp": clock.now().isoformat(), "data": {**data, **more}}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
