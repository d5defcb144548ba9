"""Pictures as plain geometry: where the parts of columns and bars lie, and the numbers behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from provisioning.overview import Day

HEIGHT = 100.0
WIDTH = 10.0  # of a column with the gap that follows it
GAP = 2.0


class Series(NamedTuple):
    """One part of each column: its words, its tone, and the states that it counts."""

    label: Any
    tone: str
    states: tuple[str, ...]


class Part(NamedTuple):
    """A rectangle, as SVG writes it."""

    x: str
    y: str
    width: str
    height: str
    tone: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a table with its bar; `length` out of 100."""

    label: Any
    count: int
    share: int  # per cent
    length: int


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of days: what is drawn, and the numbers behind it."""

    series: Sequence[Series]
    parts: list[Part]
    width: str
    rows: list[tuple[date, list[int]]]
    highest: int
    total: int


def columns(days: Sequence[Day], series: Sequence[Series]) -> Columns:
    """A column for each day, its parts on top of each other."""
    rows = [
        (day.day, [sum(day.counts.get(state, 0) for state in each.states) for each in series])
        for day in days
    ]
    sums = [sum(counts) for _day, counts in rows]
    highest = max(sums, default=0)
    parts = []
    for place, (_day, counts) in enumerate(rows):
        top = HEIGHT
        for each, count in zip(series, counts, strict=True):
            if count:
                height = HEIGHT * count / highest
                top -= height
                x, width = place * WIDTH, WIDTH - GAP
                parts.append(Part(f"{x:g}", f"{top:.2f}", f"{width:g}", f"{height:.2f}", each.tone))
    return Columns(series, parts, f"{len(rows) * WIDTH:g}", rows, highest, sum(sums))


def bars(counts: Mapping[Any, int]) -> list[Bar]:
    """A bar for each label; the longest is the one that counts most."""
    total, highest = sum(counts.values()), max(counts.values(), default=0)
    return [
        Bar(label, count, round(100 * count / total) if total else 0, round(100 * count / highest))
        if highest
        else Bar(label, count, 0, 0)
        for label, count in counts.items()
    ]
