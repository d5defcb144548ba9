"""How often something may be done: for one order, to one address, from one network."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from config import Settings
from matching.sentences import Sentence, sentence
from records import budgets, clock
from records.database import db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Limit(NamedTuple):
    """At most so many within a window of time, which begins at a full multiple of its length."""

    most: int
    window: timedelta


# Far above what people do by hand, far below what a program would need to learn or to harm much.
# A network may be a whole office, or all that stand behind one provider's address.
LIMITS = {
    "link": {"network": Limit(300, HOUR)},
    "hand over": {"order": Limit(5, DAY), "address": Limit(50, DAY), "network": Limit(300, HOUR)},
    "ask": {"order": Limit(10, DAY), "network": Limit(300, HOUR)},
    "look up": {
        "order": Limit(120, HOUR),
        "address": Limit(240, HOUR),
        "network": Limit(2400, HOUR),
    },
    # A system of the seller's, not a person.
    "api": {"token": Limit(1200, MINUTE)},
}


class Allowance(NamedTuple):
    """What is left of a limit after one more: requests, and seconds until it begins anew."""

    limit: Limit
    left: int
    seconds: int
    is_over: bool


def allowed(what: str, settings: Settings, **who: str) -> bool:
    """Count one more of `what` for each of `who` (order, address, network); False: one is over.

    What is not known is an empty text, and not counted. A network is counted last: who is over a
    limit of their own takes nothing from the others there.
    """
    known = {scope: value for scope, value in who.items() if value}
    own = {scope: value for scope, value in known.items() if scope != "network"}
    with db.atomic():
        if not _within(what, own, settings):
            return False
        return _within(what, {s: v for s, v in known.items() if s == "network"}, settings)


def allowance(what: str, scope: str, value: str, settings: Settings) -> Allowance:
    """Count one more, and say what is left."""
    limit, now = LIMITS[what][scope], clock.now()
    key, began = _digest(f"{scope}|{value}", settings.secret_key), _began(now, limit.window)
    with db.atomic():
        count = budgets.count(what, {key: began})[key]
    seconds = max(1, int((began + limit.window - now).total_seconds()))
    return Allowance(limit, max(0, limit.most - count), seconds, count > limit.most)


def too_often(what: str) -> Sentence:
    """What is said to whom a limit holds up, and how long it may do so."""
    if any(limit.window == DAY for limit in LIMITS[what].values()):
        return sentence("That was often for one day. Try again tomorrow.")
    return sentence("That was a lot in a short time. Try again in an hour.")


def _within(what: str, who: dict[str, str], settings: Settings) -> bool:
    now = clock.now()
    most: dict[str, int] = {}
    windows: dict[str, datetime] = {}
    for scope, value in who.items():
        limit = LIMITS[what][scope]
        key = _digest(f"{scope}|{value}", settings.secret_key)
        most[key], windows[key] = limit.most, _began(now, limit.window)
    counts = budgets.count(what, windows)
    return all(counts[key] <= most[key] for key in most)


def network_of(address: str) -> str:
    """Whom a network address belongs to: itself, or the /64 that one customer gets of IPv6.

    A proxy may add a port, or say something else than an address: then that is the network.
    """
    host = address
    if address.startswith("["):
        host = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        host = address.partition(":")[0]
    try:
        found = ip_address(host)
    except ValueError:
        return (host or address)[:64]
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ip_network((int(found), 64), strict=False))
    return str(found)


def forget() -> None:
    """Drop counts that no window needs any more."""
    budgets.forget_tallies(clock.now() - 2 * DAY)


def _began(now: datetime, window: timedelta) -> datetime:
    length = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)


def _digest(text: str, key: str) -> str:
    """Neither an address nor a network rests here in a form that can be read."""
    return hmac.new(key.encode(), b"tally|" + text.encode(), sha256).hexdigest()
