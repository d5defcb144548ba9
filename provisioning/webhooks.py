"""Where the seller's systems hear of events: add an endpoint, change its secret, remove it."""

import secrets
from collections.abc import Callable

from config import Settings
from mail.tokens import hash_of, webhook_secret
from matching.destinations import checked
from matching.sentences import Refused, sentence
from records import clock, webhooks
from records.database import Duplicate, db
from records.tables import WebhookEndpoint


def add(url: str, settings: Settings) -> str:
    """From now on events go to this address; its secret, which is in this answer alone."""
    checked(url, loopback=settings.webhook_loopback)
    nonce, secret, kept = _made(settings)
    try:
        with db.atomic():
            WebhookEndpoint.create(url=url, nonce=nonce, secret_hash=kept)
    except Duplicate:
        raise Refused(sentence("Events go to this address already.")) from None
    return secret


def rotate(endpoint_id: int, settings: Settings) -> str:
    """A new secret; for a day the former one signs as well."""
    with db.atomic():
        endpoint = _endpoint(endpoint_id)
        nonce, secret, kept = _made(settings)
        endpoint.former_nonce, endpoint.former_hash = endpoint.nonce, endpoint.secret_hash
        endpoint.nonce, endpoint.secret_hash, endpoint.rotated_at = nonce, kept, clock.now()
        endpoint.save()
    return secret


def resume(endpoint_id: int) -> int:
    """A paused endpoint hears of everything again, what it missed first; how many events wait."""
    with db.atomic():
        return webhooks.resume(_endpoint(endpoint_id))


def again(endpoint_id: int, event_id: int) -> None:
    """An event that was given up waits once more; Refused where there is no such."""
    with db.atomic():
        if not webhooks.again(_endpoint(endpoint_id), event_id):
            raise Refused(sentence("This event was not given up: it waits, or has arrived."))


def remove(endpoint_id: int) -> None:
    """Nothing goes there any more."""
    with db.atomic():
        webhooks.remove(_endpoint(endpoint_id))


ACTS: dict[str, Callable[[int, Settings], object]] = {
    "rotate": rotate,
    "resume": lambda endpoint_id, _settings: resume(endpoint_id),
    "remove": lambda endpoint_id, _settings: remove(endpoint_id),
}


def _endpoint(endpoint_id: int) -> WebhookEndpoint:
    found = webhooks.by_id(endpoint_id)
    if found is None:
        raise Refused(sentence("There is no webhook with the number %(id)s.", id=str(endpoint_id)))
    return found


def _made(settings: Settings) -> tuple[str, str, str]:
    nonce = secrets.token_urlsafe(16)
    secret = webhook_secret(nonce, settings.secret_key)
    return nonce, secret, hash_of(secret)
