"""The lookup rows made anew, after the rules that they follow from have changed.

Batch after batch, each one transaction: first what is missing is added, then what is obsolete goes,
so that nothing is lost from sight between the two. What is right already is only read.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from records import bulk, counts
from records.counts import LookupRow, Place, Rules
from records.database import db, marked

Row = TypeVar("Row")


def add_missing(rules: Rules, batch: int) -> Iterator[tuple[int, int]]:
    """Through all places: how many a batch read, and how many lookup rows it added."""
    nowhere: Place = ("", 0)
    return _through(_places, nowhere, _added, rules, batch)


def remove_obsolete(rules: Rules, batch: int) -> Iterator[tuple[int, int]]:
    """Through all lookup rows: how many a batch read, and how many it removed."""
    nowhere: LookupRow = ("", "", "", "", 0)
    return _through(_lookup_rows, nowhere, _removed, rules, batch)


def is_current(rules: Rules, sample: int) -> bool:
    """Whether the lookup rows of a sample of organizations are those that the rules ask for."""
    with db.atomic():
        numbers = _sample(sample)
        places = [
            (domain, number)
            for domain, number in bulk.read(
                "SELECT domain, organization_id FROM organization_domain"
                " WHERE organization_id IN (VALUES {rows})",
                [(number,) for number in numbers],
            )
        ]
        wanted = counts.lookup_rows(places, counts.locked(numbers), rules)
        return len(_stored(wanted)) == len(wanted)


def size() -> int:
    """How many rows the two passes read at most, about."""
    return sum(
        _read(f"SELECT count(*) FROM {table}", [])[0][0]
        for table in ("organization_domain", "lookup")
    )


def _through(
    read: Callable[[Row, int], list[Row]],
    after: Row,
    write: Callable[[list[Row], Rules], int],
    rules: Rules,
    batch: int,
) -> Iterator[tuple[int, int]]:
    while True:
        with db.atomic():
            rows = read(after, batch)
            written = write(rows, rules)
        if not rows:
            return
        after = rows[-1]
        yield len(rows), written


def _places(after: Place, limit: int) -> list[Place]:
    return _read(
        "SELECT domain, organization_id FROM organization_domain"
        " WHERE (domain, organization_id) > (?, ?) ORDER BY domain, organization_id LIMIT ?",
        [*after, limit],
    )


def _lookup_rows(after: LookupRow, limit: int) -> list[LookupRow]:
    columns = "label, cut, domain, core, organization_id"
    return _read(
        f"SELECT {columns} FROM lookup WHERE ({columns}) > (?, ?, ?, ?, ?)"
        f" ORDER BY {columns} LIMIT ?",
        [*after, limit],
    )


def _added(places: list[Place], rules: Rules) -> int:
    # The organizations are held first, as by whoever renames one or moves its users.
    listings = counts.locked(number for _domain, number in places)
    still = set(_present(places))
    wanted = counts.lookup_rows(still, listings, rules)
    missing = wanted - _stored(wanted)
    counts.replace_lookup_rows(set(), missing)
    return len(missing)


def _removed(rows: list[LookupRow], rules: Rules) -> int:
    listings = counts.locked(row[4] for row in rows)
    places = _present([(row[2], row[4]) for row in rows])
    obsolete = set(rows) - counts.lookup_rows(places, listings, rules)
    counts.replace_lookup_rows(obsolete, set())
    return len(obsolete)


def _present(places: list[Place]) -> set[Place]:
    """Those of the places where an organization has users at this moment."""
    found = bulk.read(
        "SELECT domain, organization_id FROM organization_domain"
        " WHERE (domain, organization_id) IN (VALUES {rows})",
        sorted(set(places)),
    )
    return {(domain, number) for domain, number in found}


def _stored(rows: set[LookupRow]) -> set[LookupRow]:
    found = bulk.read(
        "SELECT label, cut, domain, core, organization_id FROM lookup"
        " WHERE (label, cut, domain, core, organization_id) IN (VALUES {rows})",
        sorted(rows),
    )
    return {(row[0], row[1], row[2], row[3], row[4]) for row in found}


def _sample(count: int) -> list[int]:
    """Ids of organizations from all over the directory."""
    ((least, most),) = _read("SELECT min(id), max(id) FROM organization", [])
    if least is None:
        return []
    step = max(1, (most - least) // count)
    found = (
        _read("SELECT id FROM organization WHERE id >= ? ORDER BY id LIMIT 1", [start])
        for start in range(least, most + 1, step)
    )
    return sorted({row[0] for rows in found for row in rows})


def _read(sql: str, values: list[Any]) -> list[Any]:
    return [tuple(row) for row in db.execute_sql(marked(sql), values)]
