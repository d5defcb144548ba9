"""Organizations appear in pages only as values that mean nothing in another session.

A value is made as in SIV mode: a keyed digest of what it says and what it is bound to, which also
keys the mask over the number. It neither shows the number nor can be made up or carried elsewhere.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable
from hashlib import sha256

_TAG = 16
_NUMBER = 8


def seal(number: int, secret: str, bound_to: str) -> str:
    """An organization's id as an opaque value, bound to a session's secret and to a text."""
    plain = number.to_bytes(_NUMBER, "big")
    tag = _mac(secret, b"tag", bound_to.encode() + b"\0" + plain)[:_TAG]
    return urlsafe_b64encode(tag + _masked(plain, secret, tag)).decode()


def unseal(value: str, secret: str, bound_to: str) -> int | None:
    """The id again; None for anything that was not sealed with the same secret and text."""
    try:
        raw = urlsafe_b64decode(value.encode("ascii"))
    except (Error, ValueError):
        return None
    if len(raw) != _TAG + _NUMBER:
        return None
    number = int.from_bytes(_masked(raw[_TAG:], secret, raw[:_TAG]), "big")
    return number if hmac.compare_digest(seal(number, secret, bound_to), value) else None


def digest_of(numbers: Iterable[int], secret: str, bound_to: str) -> str:
    """One value for a whole list, to tell later whether it is still the same."""
    return text_digest(f"{bound_to}\0{' '.join(map(str, sorted(numbers)))}", secret)


def text_digest(text: str, secret: str) -> str:
    """What a page was made for, as a value that can be compared and says nothing."""
    return _mac(secret, b"seen", text.encode()).hex()[:32]


def _mac(secret: str, use: bytes, text: bytes) -> bytes:
    return hmac.new(secret.encode(), use + b"|" + text, sha256).digest()


def _masked(number: bytes, secret: str, tag: bytes) -> bytes:
    mask = _mac(secret, b"mask", tag)
    return bytes(a ^ b for a, b in zip(number, mask, strict=False))
