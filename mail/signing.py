"""DKIM: mails signed with the operator's key, and what is published of it."""

from base64 import b64encode
from pathlib import Path

from config import Settings

# dkim is loaded where it is needed: with it comes all of DNS, which takes every program a while.

# Headers that nobody may change or add to on the way without breaking the signature.
_SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type",
    "auto-submitted", "feedback-id",
)  # fmt: skip
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")  # rsaEncryption, without parameters
_SEQUENCE, _INTEGER, _BIT_STRING = 0x30, 0x02, 0x03


class CannotSign(Exception):
    """The key cannot be read; says why."""


def signed(message: bytes, settings: Settings) -> bytes:
    """The message with a signature of the sender's domain, where a key is set.

    Raises CannotSign.
    """
    if not settings.mail_dkim_key:
        return message
    import dkim

    try:
        signature = dkim.sign(
            message,
            settings.mail_dkim_selector.encode(),
            domain_of(settings.sender).encode(),
            Path(settings.mail_dkim_key).read_bytes(),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.encode() for name in _SIGNED],
        )
    except (OSError, ValueError, dkim.DKIMException) as error:
        raise CannotSign(f"{settings.mail_dkim_key} cannot sign: {error}") from error
    return bytes(signature) + message


def published(settings: Settings) -> str:
    """The record that lets everybody check the signatures; raises CannotSign."""
    import dkim
    from dkim.crypto import parse_pem_private_key

    try:
        key = parse_pem_private_key(Path(settings.mail_dkim_key).read_bytes())
    except (OSError, ValueError, dkim.DKIMException) as error:
        raise CannotSign(f"{settings.mail_dkim_key} is no RSA key in PEM: {error}") from error
    numbers = _der(_INTEGER, _bytes(key["modulus"])) + _der(_INTEGER, _bytes(key["publicExponent"]))
    public = _der(_SEQUENCE, _RSA + _der(_BIT_STRING, b"\0" + _der(_SEQUENCE, numbers)))
    return f"v=DKIM1; k=rsa; p={b64encode(public).decode()}"


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _bytes(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _der(tag: int, content: bytes) -> bytes:
    """One value as ASN.1's DER writes it."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    said = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(said)]) + said + content
