"""Email addresses in the one form in which they are compared, stored, shown and mailed."""

import re
from enum import StrEnum
from functools import cache, lru_cache

from email_validator import EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList

from matching import data, faults
from matching.sentences import Refused

_EDGES = " \t\r\n\f\u00a0"
_LONGEST_TYPED = 1000
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What needs no further look: millions of addresses are imported. "--" may be an A-label; "%" and
# "!" may name a second host, and "=?" may be shown as something else.
_ORDINARY = re.compile(
    rf"(?=[^%!?]{{1,{faults.LONGEST_LOCAL_PART}}}@)(?!.*@.*--){faults.ATOM}(?:\.{faults.ATOM})*"
    rf"@(?:{_LABEL}\.)+(?!(?:{faults.LOCAL_ENDINGS})\Z)[a-z]{{2,63}}"
)


class Relation(StrEnum):
    """How two different domains are related."""

    REGISTRABLE = "same registrable domain"
    SIBLING = "sibling suffix"


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """The canonical form of a typed address, or raises Refused with what to type instead."""
    # Trimming looks at each character, so a body of spaces is measured first.
    address = text.strip(_EDGES) if len(text) <= _LONGEST_TYPED else text
    if len(address) > faults.LONGEST_ADDRESS:
        raise Refused(faults.TOO_LONG)
    lowered = address.lower()
    # The lower case of the Kelvin sign is a plain k: what is ordinary has to be so as typed.
    if address.isascii() and _ORDINARY.fullmatch(lowered):
        return lowered
    if found := faults.fault(address):
        raise Refused(found)
    valid = _validated(address)
    if valid is None:
        raise Refused(faults.NO_DOMAIN)
    if len(valid) > faults.LONGEST_ADDRESS:
        raise Refused(faults.TOO_LONG)
    return valid.lower()


def domain(address: str) -> str:
    """The whole domain of a canonical address."""
    return address.rpartition("@")[2]


@lru_cache(maxsize=4096)
def registrable(domain: str) -> str | None:
    """The domain as it was registered, below a known public suffix."""
    found = _public_suffixes().privatesuffix(domain)
    return str(found) if found else None


def parents(domain: str) -> list[str]:
    """The domains that a domain is part of, up to the registered one; the nearest first."""
    registered, parts = registrable(domain), domain.split(".")
    wider = [".".join(parts[n:]) for n in range(1, len(parts))]
    return [parent for parent in wider if registered and f".{parent}".endswith(f".{registered}")]


def label(domain: str) -> str:
    """The name that relatives have in common: acme of eu.acme.co.uk; else the whole domain."""
    registered = registrable(domain)
    return registered.partition(".")[0] if registered else domain


def related(one: str, other: str) -> Relation | None:
    """How two domains are related; None for strangers, and for a domain and itself."""
    registered, other_registered = registrable(one), registrable(other)
    if one == other or not registered or not other_registered:
        return None
    if registered == other_registered:
        return Relation.REGISTRABLE
    return Relation.SIBLING if label(one) == label(other) else None


def masked(address: str) -> str:
    """An address that its owner recognizes and nobody else can write to."""
    local, _, host = address.rpartition("@")
    return f"{local[:1]}•••@{host}"


@cache
def shared_domains() -> frozenset[str]:
    """The domains of mail providers that people of many companies share."""
    return data.lines("shared_mail_providers.txt")


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def _validated(address: str) -> str | None:
    try:
        return validate_email(
            address, allow_smtputf8=False, check_deliverability=False, test_environment=True
        ).ascii_email
    except EmailNotValidError:
        return None
