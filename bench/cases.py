"""The labelled cases of tests/data, and one directory that holds what all of them speak of."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from matching import addresses
from provisioning.demo.companies import organizations

FOLDER = Path(__file__).parent.parent / "tests" / "data"
SETS = {"developed on": "developed_on.csv", "held out": "held_out.csv"}


class Entry(NamedTuple):
    """An organization of the directory: its name, and the domains of its users."""

    name: str
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """What somebody types, and which entries of the directory are that company."""

    kind: str
    name: str
    address: str
    matches: tuple[Entry, ...]
    others: tuple[Entry, ...]

    @property
    def domain(self) -> str:
        return addresses.domain(self.address)

    @property
    def labels(self) -> set[str]:
        """The labels about which the case says which entries are the company and which not."""
        domains = {self.domain}.union(*(entry.domains for entry in self.matches + self.others))
        return {addresses.label(domain) for domain in domains - addresses.shared_domains()}


def read(filename: str) -> list[Case]:
    """The cases of one set."""
    with open(FOLDER / filename, newline="", encoding="utf-8") as file:
        return [
            Case(
                row["kind"],
                row["company_name"],
                row["admin_email"],
                tuple(_entries(row["matches"])),
                tuple(_entries(row["others"])),
            )
            for row in csv.DictReader(file)
        ]


def directory(cases: Iterable[Case]) -> list[Entry]:
    """The entries of all cases and of the demo, each once."""
    entries = [entry for case in cases for entry in case.matches + case.others]
    for made in organizations(date(2026, 11, 25)):
        domains = {addresses.domain(person.email) for person in made.people}
        entries.append(Entry(made.row.name, tuple(sorted(domains))))
    return list(dict.fromkeys(entries))


def undecided(case: Case, entries: Iterable[Entry]) -> set[Entry]:
    """Entries of other cases at this case's domains: whether they are the company, nobody said."""
    decided, labels = {*case.matches, *case.others}, case.labels
    return {
        entry
        for entry in entries
        if entry not in decided and not labels.isdisjoint(map(addresses.label, entry.domains))
    }


def _entries(cell: str) -> Iterator[Entry]:
    for part in cell.split(" | "):
        if part.strip():
            name, *domains = part.split(" @")
            yield Entry(name.strip(), tuple(sorted(domain.strip() for domain in domains)))
