"""Endpoints of webhooks, and what waits for them, as rows."""

from datetime import datetime, timedelta
from typing import Any

from peewee import fn

from records import clock
from records.database import db, is_postgresql
from records.tables import OutboxRow, WebhookEndpoint

_waits = (
    OutboxRow.sent_at.is_null() & OutboxRow.failed_at.is_null() & OutboxRow.endpoint.is_null(False)
)
_SKIPPING: Any = "FOR UPDATE SKIP LOCKED"


def take(limit: int, lease: timedelta) -> list[OutboxRow]:
    """Events that are due, ours until the lease ends: of each order at an endpoint the oldest only.

    The next one follows once that has arrived or was given up, so that an order's events arrive in
    their order.
    """
    now = clock.now()
    if not OutboxRow.select().where(_waits).exists():
        return []
    until = (now + lease).replace(microsecond=0)
    with db.atomic():
        query = _due(now).limit(limit)
        rows = list(query.for_update(_SKIPPING) if is_postgresql() else query)
        ours = OutboxRow.id.in_([row.id for row in rows])
        if rows:
            OutboxRow.update(leased_until=until).where(ours).execute()
    for row in rows:
        row.leased_until = until
    return rows


def _due(now: datetime) -> Any:
    before = OutboxRow.alias()
    earlier = before.select(before.id).where(
        (before.endpoint == OutboxRow.endpoint)
        & (before.order == OutboxRow.order)
        & (before.id < OutboxRow.id)
        & before.sent_at.is_null()
        & before.failed_at.is_null()
        & before.endpoint.is_null(False)
    )
    awake = WebhookEndpoint.select(WebhookEndpoint.id).where(
        WebhookEndpoint.paused_at.is_null()
        & (WebhookEndpoint.rests_until.is_null() | (WebhookEndpoint.rests_until <= now))
    )
    free = OutboxRow.leased_until.is_null() | (OutboxRow.leased_until <= now)
    due = _waits & (OutboxRow.due_at <= now) & free & OutboxRow.endpoint.in_(awake)
    return OutboxRow.select().where(due & ~fn.EXISTS(earlier)).order_by(OutboxRow.id)


def endpoints() -> list[WebhookEndpoint]:
    return list(WebhookEndpoint.select().order_by(WebhookEndpoint.id))


def by_id(endpoint_id: int) -> WebhookEndpoint | None:
    return WebhookEndpoint.get_or_none(WebhookEndpoint.id == endpoint_id)


def waiting(endpoint: WebhookEndpoint) -> int:
    """How many events wait for an endpoint."""
    return OutboxRow.select().where(_waits & (OutboxRow.endpoint == endpoint)).count()


def counts() -> dict[str, int]:
    """How many events wait, arrived and were given up, and how many endpoints are paused."""
    failed = OutboxRow.failed_at.is_null(False)
    every = OutboxRow.select().where(OutboxRow.endpoint.is_null(False))
    return {
        "waiting": OutboxRow.select().where(_waits).count(),
        "delivered": every.where(OutboxRow.sent_at.is_null(False) & ~failed).count(),
        "failed": every.where(failed).count(),
        "paused": WebhookEndpoint.select().where(WebhookEndpoint.paused_at.is_null(False)).count(),
    }


def answered(endpoint: WebhookEndpoint) -> None:
    """Something has arrived."""
    if endpoint.failing_since or endpoint.rests_until:
        _set(endpoint, failing_since=None, rests_until=None, last_error="")


def failed(endpoint: WebhookEndpoint, reason: str, rest: timedelta) -> None:
    """Nothing is sent there for a while."""
    now = clock.now()
    since = endpoint.failing_since or now
    _set(endpoint, failing_since=since, rests_until=now + rest, last_error=reason)
    endpoint.failing_since = since


def pause(endpoint: WebhookEndpoint, reason: str) -> bool:
    """Send nothing there until the operator says so; False when that is so already."""
    it = (WebhookEndpoint.id == endpoint.id) & WebhookEndpoint.paused_at.is_null()
    paused = WebhookEndpoint.update(paused_at=clock.now(), last_error=reason)
    return bool(paused.where(it).execute())


def resume(endpoint: WebhookEndpoint) -> int:
    """Send there again, all that has waited too, whose 72 hours begin now; how much that is."""
    now = clock.now()
    _set(endpoint, paused_at=None, failing_since=None, rests_until=None, last_error="")
    anew = OutboxRow.update(queued_at=now, due_at=now, attempts=0)
    return anew.where(_waits & (OutboxRow.endpoint == endpoint)).execute()  # type: ignore[no-any-return]


def again(endpoint: WebhookEndpoint, event_id: int) -> bool:
    """Try an event again that was given up, as if it was new; False where there is no such."""
    now = clock.now()
    given_up = (OutboxRow.id == event_id) & (OutboxRow.endpoint == endpoint)
    given_up &= OutboxRow.failed_at.is_null(False) & OutboxRow.sent_at.is_null()
    anew = OutboxRow.update(failed_at=None, last_error="", queued_at=now, due_at=now, attempts=0)
    return bool(anew.where(given_up).execute())


def remove(endpoint: WebhookEndpoint) -> None:
    """The endpoint and all that was sent there, or waits to be."""
    OutboxRow.delete().where(OutboxRow.endpoint == endpoint).execute()  # type: ignore[misc]
    endpoint.delete_instance()


def _set(endpoint: WebhookEndpoint, **values: object) -> None:
    WebhookEndpoint.update(**values).where(WebhookEndpoint.id == endpoint.id).execute()
