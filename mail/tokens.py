"""Tokens that rest nowhere: a link row holds a nonce and a hash, the mail alone holds the token."""

import hashlib
import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable

_PATHS = {
    "launch": "start", "portal": "start", "partner": "partner", "console": "console/sign-in",
}  # fmt: skip


def token_for(nonce: str, key: str) -> str:
    """The token of a link: 43 URL-safe characters that follow from its nonce and the secret key."""
    mac = hmac.new(key.encode(), b"magic-link|" + nonce.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(mac).decode().rstrip("=")


def webhook_secret(nonce: str, key: str) -> str:
    """What a webhook's events are signed with, as Standard Webhooks writes it: 32 bytes."""
    mac = hmac.new(key.encode(), b"webhook|" + nonce.encode(), hashlib.sha256).digest()
    return "whsec_" + b64encode(mac).decode()


def path_of(purpose: str, token: str) -> str:
    """Where a link of this purpose leads, below the public address."""
    return f"{_PATHS.get(purpose, 'requests')}/{token}"


def hash_of(token: str) -> str:
    """What a link row keeps of its token."""
    return hashlib.sha256(token.encode()).hexdigest()


def recovered(
    nonce: str,
    token_hash: str,
    keys: Iterable[str],
    made: Callable[[str, str], str] = token_for,
) -> str | None:
    """The token again, under whichever key it was issued; None when that key is no longer known."""
    return next((t for t in (made(nonce, k) for k in keys) if hash_of(t) == token_hash), None)
