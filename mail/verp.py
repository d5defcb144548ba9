"""The return address of each message: what comes back there says by itself which message it was."""

import hashlib
import hmac
import re
from collections.abc import Iterable

_LENGTH = 20
_SAID = re.compile(rf"\+(\d{{1,18}})-([0-9a-f]{{{_LENGTH}}})@")


def return_address(bounces: str, row_id: int, message_id: str, key: str) -> str:
    """bounces@x.test -> bounces+17-5f0c...@x.test; without an address for bounces, none."""
    local, at, domain = bounces.partition("@")
    return f"{local}+{row_id}-{_digest(row_id, message_id, key)}{at}{domain}" if bounces else ""


def claimed_row(address: str) -> int | None:
    """The id that an address names, genuine or not."""
    found = _SAID.search(address.lower())
    return int(found[1]) if found else None


def is_genuine(address: str, row_id: int, message_id: str, keys: Iterable[str]) -> bool:
    """Whether we made this address: nobody else can, except who got the message."""
    found = _SAID.search(address.lower())
    if not found or int(found[1]) != row_id:
        return False
    return any(hmac.compare_digest(found[2], _digest(row_id, message_id, key)) for key in keys)


def _digest(row_id: int, message_id: str, key: str) -> str:
    said = f"bounce|{row_id}|{message_id}".encode()
    return hmac.new(key.encode(), said, hashlib.sha256).hexdigest()[:_LENGTH]
