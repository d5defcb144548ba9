"""Events on their way to webhooks: taken from the outbox, called, settled."""

import http.client
import logging
import time
from datetime import timedelta
from threading import Event

from config import Settings
from mail import leases
from mail.outbox import enqueue
from mail.refusals import plainly
from mail.retries import GIVE_UP_AFTER, next_try
from mail.tokens import recovered, webhook_secret
from mail.webhook_call import LIMIT, Forbidden, call, signatures
from matching.destinations import checked
from matching.sentences import Refused
from records import clock, fence, webhooks
from records.database import db, forget_connection, open_connection
from records.tables import OutboxRow, WebhookEndpoint

BATCH = 20
LEASE = timedelta(seconds=60)
REST = timedelta(seconds=15)  # after a failure nothing else is sent there
OVERLAP = timedelta(days=1)  # in which a rotated secret signs too
GONE = 410

log = logging.getLogger(__name__)


def run(settings: Settings, stop: Event, idle_seconds: float = 0.5) -> None:
    """Deliver events until told to stop, beside the letters: neither waits for the other."""
    trouble = 0
    while not stop.is_set():
        delivered = 0
        try:
            open_connection()
            delivered = deliver_due(settings, stop)
            trouble = 0
        except Exception as error:
            log.warning("webhooks pause: %s", type(error).__name__)
            forget_connection()
            trouble = min(trouble + 1, 5)
        if not delivered:
            stop.wait(idle_seconds * 2**trouble)
    forget_connection()


def deliver_due(settings: Settings, stop: Event | None = None) -> int:
    """Send what is due; how many events were tried. None behind a fence."""
    if fence.standing():
        return 0
    rows, tried = webhooks.take(BATCH, LEASE), 0
    resting: set[int] = set()
    try:
        while rows and clock.now() + timedelta(seconds=LIMIT) <= rows[0].leased_until:
            if stop and stop.is_set():
                break
            row = rows.pop(0)
            if row.endpoint_id in resting:
                leases.release([row])
                continue
            tried += 1
            if not _deliver(row, row.endpoint, settings):
                resting.add(row.endpoint_id)
    finally:
        leases.release(rows)
    return tried


def _deliver(row: OutboxRow, endpoint: WebhookEndpoint, settings: Settings) -> bool:
    """Try one event; False when the endpoint is to be left alone for a while."""
    secrets = _secrets(endpoint, settings)
    if not secrets:
        leases.release([row])
        _pause(endpoint, "its secret's key is gone: rotate it", settings)
        return False
    try:
        url = checked(endpoint.url, loopback=settings.webhook_loopback)
        body, now = row.facts.encode(), int(time.time())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Homeport",
            "webhook-id": row.message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": signatures(secrets, row.message_id, now, body),
        }
        status = call(url, headers, body, loopback=settings.webhook_loopback)
    except (Forbidden, Refused):
        return _failed(row, endpoint, "its address leads into a private network", settings)
    except (OSError, http.client.HTTPException) as error:
        return _failed(row, endpoint, plainly(f"{type(error).__name__}: {error}"), settings)
    if 200 <= status < 300:
        leases.mark_sent([row])
        webhooks.answered(endpoint)
        return True
    if status == GONE:
        leases.release([row])
        _pause(endpoint, "it answers 410: gone", settings)
        return False
    return _failed(row, endpoint, f"it answers {status}", settings)


def _secrets(endpoint: WebhookEndpoint, settings: Settings) -> list[str]:
    """What signs: the secret, and for a while after a rotation the former one."""
    made = [(endpoint.nonce, endpoint.secret_hash)]
    if endpoint.rotated_at and clock.now() < endpoint.rotated_at + OVERLAP:
        made.append((endpoint.former_nonce, endpoint.former_hash))
    found = [recovered(*each, settings.keys, webhook_secret) for each in made]
    return [secret for secret in found if secret]


def _failed(row: OutboxRow, endpoint: WebhookEndpoint, reason: str, settings: Settings) -> bool:
    """Later again, for 72 hours. An endpoint that took nothing in all this time is paused."""
    webhooks.failed(endpoint, reason, REST)
    due = next_try(row.queued_at, row.attempts, clock.now())
    if due:
        leases.postpone(row, due, reason)
        log.warning("event %s put off, row %d: %s", row.letter, row.id, reason)
    elif endpoint.failing_since <= clock.now() - GIVE_UP_AFTER:
        leases.release([row])
        _pause(endpoint, reason, settings)
    else:
        leases.drop(row, f"given up after 72 hours: {reason}")
        log.error("event %s failed, row %d: %s", row.letter, row.id, reason)
    return False


def _pause(endpoint: WebhookEndpoint, reason: str, settings: Settings) -> None:
    with db.atomic():
        if webhooks.pause(endpoint, reason):
            to = settings.support_address
            enqueue("webhook_paused", to, number=endpoint.id, url=endpoint.url, why=reason)
            log.error("webhook %d is paused: %s", endpoint.id, reason)
