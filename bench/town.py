"""A made-up directory of any size, the same in every run: companies with their domains and people.

Most are ordinary. The rest is what a lookup could drown in, a fixed share of every town, so that it
grows with it: a host at whose domain one in 25 companies is, half of them with one beginning of
their names; shared mail providers; groups of fifty companies with one name and one domain. A
thousand more have one name, and a thousand have one adviser as user, in any town of 10,000 or more.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

HOST = "workspace-hosting.com"
PROVIDERS = ("gmail.com", "gmail.com", "gmail.com", "outlook.com", "web.de")
NAMESAKE, NAMESAKES_AT = "Holiday Rentals Ltd", "holidayrentals.com"
ADVISER = "adviser@harbour-advisers.com"
COMMON = "Global"
USERS = 3
GROUP = 50  # companies of one group; of each thousand companies, one group

_MASK = (1 << 64) - 1


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split("," if "," in text else None)]


_ONSETS = _listed("B C D F G H J K L M N P R S T V W Z Br Cr Dr Fr Gr Kl Pl Pr Sch St Tr Th")
_MIDDLES = _listed("a e i o u ai ea ie oo ou ö ü é")
_ENDS = _listed("ck ld ll m n nd ng nk r rd rn rt s sk ss st t tz x vik")
_TAILS = _listed("en er el a o i sen mann berg ton ini ova ez son ley")
_TRADES = _listed(
    """Logistics Foods Software Systems Consulting Engineering Energy Textiles Dental Motors
    Printing Insurance Studios Ceramics Pharma Shipping Optics Timber Robotics Farms Media
    Analytics Travel Steel Bakery Design Security Plastics Labs Fitness"""
)
_FORMS = _listed(
    "GmbH, Inc., Ltd, AG, S.A., LLC, B.V., S.r.l., SAS, AB, Oy, Sp. z o.o., GmbH & Co. KG,"
    " Pty Ltd, S.L., Corp., , , , "
)
_FIRST = _listed("Global International United National First General European Royal Inter Advanced")
_ENDINGS = ("com", "com", "com", "de", "co.uk", "fr", "it", "nl", "io", "se", "pl", "com.br")
_PLAIN = str.maketrans({"ö": "oe", "ü": "ue", "é": "e"})
_NOT_IN_DOMAINS = re.compile("[^a-z0-9]+")


class Company(NamedTuple):
    """One organization with its people; `id` counts from 1."""

    id: int
    ref: str
    name: str
    kind: str
    origin: str
    created_on: date
    last_active_on: date | None
    emails: tuple[str, ...]  # the first is its full admin
    subscriptions: int


def companies(count: int) -> Iterator[Company]:
    """The first `count` companies of the town."""
    return map(company, range(count))


def company(n: int) -> Company:
    """One company, which follows from its number alone."""
    chance = _mixed(n)
    name, domain, other = _called(n, chance)
    stem = f"{_ONSETS[chance % 29]}{_MIDDLES[chance // 29 % 13]}{_ENDS[chance // 377 % 20]}"
    person = f"{_folded(stem)}.{n % 9973}"
    # At a domain of many, an address has to say whose it is.
    emails = [f"info.{n}@{domain}", f"{person}.{n}@{domain}", f"team.{n}@{other}"]
    if n % 10 == 7 and n < 10_000:
        emails[2] = ADVISER
    return Company(
        id=n + 1,
        ref=f"o{n:08}",
        name=name,
        kind="partner" if chance % 20 == 3 else "customer",
        origin=("trial", "online", "partner", "direct")[chance >> 9 & 3],
        created_on=date(2012, 1, 1) + timedelta(chance >> 12 & 4095),
        last_active_on=date(2025, 1, 1) + timedelta(chance >> 24 & 511) if chance & 1 else None,
        emails=tuple(emails),
        subscriptions=(chance >> 33 & 3) % 3,
    )


def _called(n: int, chance: int) -> tuple[str, str, str]:
    """(name, domain, domain of the third user)."""
    place = n % 100
    if n % 10 == 9 and n < 10_000:
        return NAMESAKE, NAMESAKES_AT, NAMESAKES_AT
    if place < 4:
        first = f"{COMMON} " if place < 2 else ""
        return f"{first}{_made_up(chance)}", HOST, HOST
    if place < 9:
        provider = PROVIDERS[place - 4]
        first = f"{COMMON} " if n % 3 == 0 else ""
        return f"{first}{_made_up(chance)}", provider, provider
    if place % 20 == 11:
        stem = group_of(n // 1000)
        trade = _TRADES[chance % len(_TRADES)]
        form = _FORMS[chance // 31 % len(_FORMS)]
        domain = domain_of(stem)
        return f"{stem} {trade} {n} {form}".strip(), domain, domain
    name = _made_up(chance)
    if chance >> 44 & 7 == 0:
        name = f"{_FIRST[chance // 7 % len(_FIRST)]} {name}"
    domain = f"{_slug(name)[:24]}.{_ENDINGS[chance // 13 % len(_ENDINGS)]}"
    relative = (domain, domain, domain, f"eu.{domain}")[chance >> 47 & 3]
    return name, domain, relative


def group_of(number: int) -> str:
    """The name that all companies of a group begin with."""
    return f"{_stem(_mixed(number * 7919 + 13))}{_stem(_mixed(number * 104_729 + 5)).lower()} Group"


def domain_of(group: str) -> str:
    """The domain of all companies of a group."""
    return f"{_slug(group)}.com"


def _made_up(chance: int) -> str:
    stem = _stem(chance)
    if chance >> 50 & 1:
        stem = (
            f"{stem} {_stem(chance >> 7)}" if chance >> 51 & 1 else f"{stem} & {_stem(chance >> 9)}"
        )
    trade = _TRADES[(chance >> 20) % len(_TRADES)]
    form = _FORMS[(chance >> 28) % len(_FORMS)]
    return f"{stem} {trade} {form}".strip()


def _stem(chance: int) -> str:
    return (
        _ONSETS[chance % 29]
        + _MIDDLES[chance // 29 % 13]
        + _ENDS[chance // 377 % 20]
        + _TAILS[chance // 7_540 % 15]
    )


def _slug(name: str) -> str:
    return _NOT_IN_DOMAINS.sub("", _folded(name))


def _folded(text: str) -> str:
    return text.lower().translate(_PLAIN)


def _mixed(n: int) -> int:
    """A number that looks like chance and follows from `n` (splitmix64)."""
    z = (n + 1) * 0x9E3779B97F4A7C15 & _MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & _MASK
    return z ^ z >> 31
