"""How often something may be done: for one order, to one address, from one network."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from config import Settings
from matching.sentences import sentence
from records import budgets, clock
from records.database import db

TOO_OFTEN = sentence("That was a lot in a short time. Wait a while, then try again.")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Limit(NamedTuple):
    """At most so many within a window of time, which begins at a full multiple of its length."""

    most: int
    window: timedelta


# Far above what people do by hand, far below what a program would need to learn or to harm much.
LIMITS = {
    "link": {"network": Limit(60, HOUR)},
    "hand over": {"order": Limit(5, DAY), "address": Limit(5, DAY), "network": Limit(60, HOUR)},
    "ask": {"order": Limit(10, DAY), "address": Limit(10, DAY), "network": Limit(120, HOUR)},
    "look up": {
        "order": Limit(120, HOUR),
        "address": Limit(240, HOUR),
        "network": Limit(1200, HOUR),
    },
}


def allowed(what: str, settings: Settings, **who: str) -> bool:
    """Count one more of `what` for each of `who` (order, address, network); False: one is over.

    What is not known is an empty text: counted, so that every call costs alike, without a limit.
    """
    now = clock.now()
    most: dict[str, int] = {}
    windows: dict[str, datetime] = {}
    for scope, limit in LIMITS[what].items():
        key = _digest(f"{scope}|{who[scope]}", settings.secret_key)
        windows[key] = _began(now, limit.window)
        if who[scope]:
            most[key] = limit.most
    with db.atomic():
        counts = budgets.count(what, windows)
    return all(counts[key] <= most[key] for key in most)


def network_of(address: str) -> str:
    """Whom a network address belongs to: itself, or the /64 that one customer gets of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
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
