"""What people use instead of rules for company names, each limited to the asked domain as we are.

A peer answers with entries, the best first. What it may use is fair: it searches only entries whose
users have the asked domain or a relative of it, under every setting below, and is then measured by
the setting that serves it best.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import psycopg
from rapidfuzz import fuzz, process, utils

from bench.cases import Entry
from matching import addresses, names

Answer = list[Entry]
Search = Callable[[str, Sequence[Entry]], Answer]
MOST = 50
_TRIGRAM = 3


class Near:
    """The domain filter: entries with a user at a domain, or also at its relatives."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._at: dict[str, list[Entry]] = {}
        for entry in entries:
            for key in {*entry.domains, *map(self._label, entry.domains)}:
                self._at.setdefault(key, []).append(entry)

    def exact(self, domain: str) -> Sequence[Entry]:
        return self._at.get(domain, ())

    def relatives(self, domain: str) -> Sequence[Entry]:
        if domain in addresses.shared_domains():
            return self.exact(domain)
        return self._at.get(self._label(domain), ())

    def _label(self, domain: str) -> str:
        return f"label {addresses.label(domain)}"


def plain_rule(name: str, among: Sequence[Entry]) -> Answer:
    """The first five characters as written, nothing else."""
    typed = name.strip().casefold()[: names.CUT]
    return [entry for entry in among if entry.name.strip().casefold()[: names.CUT] == typed]


def contains(name: str, among: Sequence[Entry], *, either_way: bool) -> Answer:
    """Case-insensitive: one text is part of the other; the nearest in length first."""
    typed = name.casefold()
    found = [
        entry
        for entry in among
        if typed in entry.name.casefold() or (either_way and entry.name.casefold() in typed)
    ]
    return sorted(found, key=lambda entry: abs(len(entry.name) - len(name)))


def rapidfuzz(name: str, among: Sequence[Entry], *, scorer: str, least: float) -> Answer:
    """All names compared; the likest first."""
    found = process.extract(
        name,
        [entry.name for entry in among],
        scorer=getattr(fuzz, scorer),
        processor=utils.default_process,
        score_cutoff=least,
        limit=MOST,
    )
    return [among[place] for _name, _score, place in found]


class Trigrams:
    """PostgreSQL's pg_trgm, on a database of its own."""

    def __init__(self, url: str, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._places = {entry: place for place, entry in enumerate(entries)}
        self._connection: Any = psycopg.connect(url, autocommit=True)
        self._connection.execute("CREATE EXTENSION pg_trgm")
        self._connection.execute("CREATE TABLE entry (id integer PRIMARY KEY, name text)")
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO entry VALUES (%s, %s)",
                [(place, entry.name) for place, entry in enumerate(entries)],
            )

    def __call__(self, name: str, among: Sequence[Entry], *, measure: str, least: float) -> Answer:
        likeness = {
            "similarity": "similarity(name, %(name)s)",
            "word_similarity": "greatest(word_similarity(%(name)s, name),"
            " word_similarity(name, %(name)s))",
        }[measure]
        found = self._connection.execute(
            f"SELECT id FROM entry WHERE id = ANY(%(ids)s) AND {likeness} >= %(least)s"
            f" ORDER BY {likeness} DESC, id LIMIT {MOST}",
            {"name": name, "ids": [self._places[e] for e in among], "least": least},
        )
        return [self._entries[row[0]] for row in found]


class FullText:
    """SQLite's FTS5 with trigrams, accents removed."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._places = {entry: place for place, entry in enumerate(entries)}
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute("CREATE VIRTUAL TABLE entry USING fts5(name, tokenize='trigram')")
        self._connection.executemany(
            "INSERT INTO entry (rowid, name) VALUES (?, ?)",
            [(place, entry.name) for place, entry in enumerate(entries)],
        )

    def __call__(self, name: str, among: Sequence[Entry], *, any_of_them: bool) -> Answer:
        typed = name.replace('"', " ").strip()
        parts = [typed]
        if any_of_them:
            parts = [typed[n : n + _TRIGRAM] for n in range(len(typed) - _TRIGRAM + 1)]
        query = " OR ".join(f'"{part}"' for part in parts if len(part) >= _TRIGRAM)
        if not query or not among:
            return []
        places = ", ".join(str(self._places[entry]) for entry in among)
        found = self._connection.execute(
            f"SELECT rowid FROM entry WHERE entry MATCH ? AND rowid IN ({places})"
            f" ORDER BY rank LIMIT {MOST}",
            [query],
        )
        return [self._entries[row[0]] for row in found]


def searches(entries: Sequence[Entry], url: str) -> Iterator[tuple[str, str, Search]]:
    """(method, setting, search), with an empty PostgreSQL database at `url` to work in."""
    trigrams, full_text = Trigrams(url, entries), FullText(entries)
    for both in (False, True):
        how = "either way" if both else "typed name within the other"
        yield "contains", how, partial(contains, either_way=both)
    for measure in ("similarity", "word_similarity"):
        for least in (0.0, 0.1, 0.2, 0.3, 0.5):
            search: Search = partial(trigrams, measure=measure, least=least)
            yield "pg_trgm", f"{measure} ≥ {least}", search
    for any_of_them in (False, True):
        how = "any trigram" if any_of_them else "all trigrams"
        yield "FTS5 trigram", how, partial(full_text, any_of_them=any_of_them)
    for scorer in ("ratio", "token_set_ratio", "WRatio"):
        for score in (0, 30, 50, 70, 85):
            yield "rapidfuzz", f"{scorer} ≥ {score}", partial(rapidfuzz, scorer=scorer, least=score)
