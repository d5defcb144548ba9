"""The demo's directory. What is invented follows from names and numbers, never from chance."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from provisioning.demo.cast import CAST, PARTNERS, SMALL, Extra
from records.directory import OrganizationRow

FILE = Path(__file__).parent / "data" / "companies.csv"
ORIGINS = ("direct", "online", "partner", "direct", "online", "trial")
PRODUCTS = ("Meetings", "Calling", "Messaging", "Contact Center", "Webinars")
GIVEN = (
    *("ana", "ben", "carla", "david", "emma", "farid", "grace", "hugo", "ines", "jonas"),
    *("kira", "liam", "mei", "noah", "olga", "pablo", "quinn", "rosa", "sven", "tara"),
)
FAMILY = (
    *("adams", "bauer", "costa", "diaz", "evans", "fischer", "garcia", "haas", "ito", "jansen"),
    *("khan", "lopez", "meyer", "novak", "okafor", "park", "rossi", "silva", "turner", "weber"),
)


class Person(NamedTuple):
    email: str
    name: str
    full_admin: bool


class Sold(NamedTuple):
    number: str
    product: str
    quantity: int
    status: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class Made:
    """An organization of the demo with all that belongs to it."""

    row: OrganizationRow
    people: list[Person]
    subscriptions: list[Sold]


class Company(NamedTuple):
    name: str
    domain: str
    employees: int


def companies() -> list[Company]:
    """The real companies."""
    with open(FILE, newline="", encoding="utf-8") as file:
        return [
            Company(row["name"], row["domain"], int(row["employees"]))
            for row in csv.DictReader(file)
        ]


def organizations(today: date) -> list[Made]:
    """Every organization of the demo; dates lie relative to `today`."""
    made = [_in_use(*partner, "partner", today) for partner in PARTNERS]
    for number, company in enumerate(companies(), start=1):
        made += _around(number, company, today)
    for name, address in SMALL:
        made.append(_small(name, address, today))
    made += [_extra(extra, today) for extra in CAST]
    return made


def _around(number: int, company: Company, today: date) -> Iterator[Made]:
    """A company's own organization and, for some, the others that its people have made."""
    ref = f"us-{number:03}"
    manager = PARTNERS[number % len(PARTNERS)][0] if number % 15 == 0 else None
    yield _in_use(ref, company.name, company.domain, "customer", today, company.employees, manager)
    if number % 6 == 0:
        yield _trial(f"{ref}-trial", _variant(company.name, number // 6), company.domain, today)
    if number % 9 == 0:
        name = _variant(company.name, number // 9 + 1)
        yield _in_use(f"{ref}-2", name, company.domain, "customer", today)
    if number % 20 == 0:
        name = f"{company.name} Europe GmbH"
        yield _in_use(f"{ref}-eu", name, f"eu.{company.domain}", "customer", today)


def _variant(name: str, number: int) -> str:
    """The same company as somebody else wrote it."""
    swapped = name.replace("&", "and") if "&" in name else name.replace(" and ", " & ")
    forms = (
        f"{swapped} Inc.",
        f"The {name} Company",
        f"{name.upper()} CORPORATION",
        f"{swapped.lower()} llc",
        f"{swapped}, Corp.",
        f"{name}  Ltd",
    )
    return forms[number % len(forms)]


def _in_use(
    ref: str,
    name: str,
    domain: str,
    kind: str,
    today: date,
    employees: int = 0,
    manager: str | None = None,
) -> Made:
    users = 3 + _pick(ref, "users", 9) + min(employees // 4_000, 60)
    row = OrganizationRow(
        ref,
        name,
        kind,
        "partner" if manager else ORIGINS[_pick(ref, "origin", len(ORIGINS))],
        today - timedelta(days=400 + _pick(ref, "created", 4_000)),
        today - timedelta(days=1 + _pick(ref, "active", 120)),
        managed_by=manager,
    )
    admins = 1 + _pick(ref, "admins", 3)
    people = [_person(ref, domain, place, place < admins) for place in range(users)]
    sold = [_sold(row, place, "active") for place in range(1 + _pick(ref, "sold", 4))]
    return Made(row, people, sold)


def _trial(ref: str, name: str, domain: str, today: date) -> Made:
    """Begun online and left: some over a year ago, some lately."""
    age = 90 + _pick(ref, "created", 1_500)
    row = OrganizationRow(ref, name, "customer", "trial", today - timedelta(days=age))
    return Made(row, [_person(ref, domain, 0, True)], [_sold(row, 0, "expired")])


def _small(name: str, address: str, today: date) -> Made:
    """A small business whose only mailbox is at a shared provider."""
    ref = f"small-{crc32(name.encode()) % 100_000:05}"
    created = today - timedelta(days=200 + _pick(ref, "created", 1_000))
    row = OrganizationRow(ref, name, "customer", "online", created, today - timedelta(days=20))
    return Made(row, [Person(address, "", True)], [_sold(row, 0, "active")])


def _extra(extra: Extra, today: date) -> Made:
    row = OrganizationRow(
        extra.ref,
        extra.name,
        extra.kind,
        extra.origin,
        today - timedelta(days=extra.age),
        unlisted=extra.unlisted,
    )
    people = [Person(email, "", False) for email in extra.users]
    people += [Person(email, "", True) for email in extra.admins]
    return Made(row, people, [_sold(row, place, "active") for place in range(extra.active)])


def _person(ref: str, domain: str, place: int, is_admin: bool) -> Person:
    given = GIVEN[(_pick(ref, "given", 20) + place) % 20]
    family = FAMILY[(_pick(ref, "family", 20) + place // 20 + 3 * place) % 20]
    name = f"{given} {family}".title()
    return Person(f"{given}.{family}@{domain}", name, is_admin)


def _sold(row: OrganizationRow, place: int, status: str) -> Sold:
    product = PRODUCTS[(_pick(row.ref, "product", 5) + place) % 5]
    quantity = 5 * (1 + _pick(row.ref, f"quantity {place}", 60))
    return Sold(f"S-{row.ref}-{place + 1}", product, quantity, status, row.created_on)


def _pick(ref: str, what: str, choices: int) -> int:
    """A number below `choices` that is always the same for the same thing."""
    return crc32(f"{ref} {what}".encode()) % choices
