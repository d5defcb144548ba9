"""Where a webhook may go: not into networks that only we can reach."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from matching.sentences import Refused, sentence

LONGEST = 500
# Addresses that lead to an IPv4 address inside of them, whichever that is.
_WRAPPED = [ip_network(net) for net in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")]


def checked(url: str, *, loopback: bool) -> SplitResult:
    """The parts of a webhook's address, or Refused. `loopback`: this machine may be meant."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), 0
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST
    if not plain or not parts.hostname or port == 0 or parts.username or parts.fragment:
        raise Refused(sentence("A webhook's address is like https://shop.example.com/hooks."))
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise Refused(sentence("A webhook's address begins with https://."))
    address = _address(parts.hostname)
    if address and not is_allowed(address, loopback=loopback):
        raise Refused(sentence("A webhook does not go into a private network."))
    return parts


def is_allowed(address: IPv4Address | IPv6Address, *, loopback: bool) -> bool:
    """Whether an address that a name was resolved to is one of the public internet."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_allowed(address.ipv4_mapped, loopback=loopback)
        wrapped = any(address in network for network in _WRAPPED) or address.teredo is not None
        if wrapped and not address.is_loopback:
            return False
    if address.is_loopback:
        return loopback
    return address.is_global and not address.is_multicast and not address.is_reserved


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
