"""The lookup alone, against what people use to search names: `python -m bench.lookup`.

Each is asked for the same typed names over the same directory, in turn, and answers at most twenty
organizations. The peers search by the name alone, then with an indexed filter by domain as well,
as ours always does. What takes longest is asked less often.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import apsw
import psycopg
from rapidfuzz import process, utils

from bench import directories, plot, town
from bench.sizes import DATA, MIDDLE, QUICK, RESULTS, SIZES, said
from config import Settings
from matching.addresses import shared_domains
from matching.rules import question
from provisioning.matches import match, nearest
from records.database import connect_to, connection

MOST = 20
PATIENCE = 0.2 if QUICK else 6.0  # seconds for one method
TIMES = 200
Ask = Callable[[str, str], Any]


def asked(size: int) -> list[tuple[str, str]]:
    """Typed beginnings of names, each with its company's domain, from all over the town."""
    found = []
    for n in range(12, size, size // TIMES | 1):
        company = town.company(n)
        address = f"new@{_domain(company.emails[0])}"
        found.append((company.name[: max(8, len(company.name) - 6)], address))
    return found[:TIMES]


def ours() -> Iterator[tuple[str, Ask]]:
    """Ours: the index read alone, and with the rules and ranking over it."""
    settings = Settings()

    def read(name: str, address: str) -> None:
        nearest(question(name, address, shared_domains()))

    yield "ours, index alone", read
    yield "ours, with rules and ranking", lambda name, address: match(name, address, settings)


def on_sqlite(path: Path) -> Iterator[tuple[str, Ask]]:
    """FTS5 with trigrams, and LIKE."""
    file = apsw.Connection(str(path))
    by_domain = "o.id IN (SELECT organization_id FROM organization_domain WHERE domain = ?) AND "
    names = DATA / f"{path.stem}.names"
    if not names.exists():
        made = apsw.Connection(str(names.with_suffix(".making")))
        made.execute("PRAGMA synchronous = off")
        made.execute("CREATE VIRTUAL TABLE entry USING fts5(name, tokenize = 'trigram')")
        made.execute("ATTACH ? AS town", (str(path),))
        made.execute("INSERT INTO entry(rowid, name) SELECT id, name FROM town.organization")
        made.close()
        names.with_suffix(".making").rename(names)
    file.execute("ATTACH ? AS names", (str(names),))

    def trigrams(name: str) -> str:
        parts = {name[n : n + 3] for n in range(len(name) - 2)}
        return " OR ".join('"' + part.replace('"', '""') + '"' for part in sorted(parts))

    fts = "SELECT rowid FROM entry WHERE entry MATCH ? {} ORDER BY rank LIMIT 20"
    within = "AND rowid IN (SELECT organization_id FROM organization_domain WHERE domain = ?)"
    like = f"SELECT o.id FROM organization o WHERE {{}}o.name LIKE ? LIMIT {MOST}"
    yield "SQLite FTS5 trigram", lambda n, _a: list(file.execute(fts.format(""), (trigrams(n),)))
    yield (
        "SQLite FTS5 trigram, domain filter",
        lambda n, a: list(file.execute(fts.format(within), (trigrams(n), _domain(a)))),
    )
    yield "SQLite LIKE contains", lambda n, _a: list(file.execute(like.format(""), (f"%{n}%",)))
    yield (
        "SQLite LIKE contains, domain filter",
        lambda n, a: list(file.execute(like.format(by_domain), (_domain(a), f"%{n}%"))),
    )


def on_postgresql(url: str) -> Iterator[tuple[str, Ask]]:
    """pg_trgm with a GIN and with a GiST index, and ILIKE."""
    server = psycopg.connect(url, autocommit=True)
    server.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    by_domain = "o.id IN (SELECT organization_id FROM organization_domain WHERE domain = %s) AND "
    similar = (
        "SELECT o.id FROM organization o WHERE {}o.name %% %s"
        " ORDER BY similarity(o.name, %s) DESC LIMIT 20"
    )
    near = "SELECT o.id FROM organization o WHERE {}true ORDER BY o.name <-> %s LIMIT 20"

    def run(sql: str, *values: str) -> list[Any]:
        return server.execute(sql, values).fetchall()

    for index, operators in (("GIN", "gin_trgm_ops"), ("GiST", "gist_trgm_ops")):
        server.execute(f"CREATE INDEX trigrams ON organization USING {index} (name {operators})")
        server.execute("VACUUM ANALYZE organization")
        if index == "GIN":
            yield "pg_trgm GIN", lambda n, _a: run(similar.format(""), n, n)
            yield (
                "pg_trgm GIN, domain filter",
                lambda n, a: run(similar.format(by_domain), _domain(a), n, n),
            )
        else:
            yield "pg_trgm GiST", lambda n, _a: run(near.format(""), n)
            yield (
                "pg_trgm GiST, domain filter",
                lambda n, a: run(near.format(by_domain), _domain(a), n),
            )
        server.execute("DROP INDEX trigrams")
    server.close()


def by_rapidfuzz(size: int) -> Iterator[tuple[str, Ask]]:
    """Every name compared, prepared beforehand; or those at the domain."""
    names, at = [], dict[str, list[str]]()
    for company in town.companies(size):
        name = utils.default_process(company.name)
        names.append(name)
        at.setdefault(_domain(company.emails[0]), []).append(name)
    yield "rapidfuzz", lambda n, _a: process.extract(utils.default_process(n), names, limit=MOST)
    yield (
        "rapidfuzz, domain filter",
        lambda n, a: process.extract(utils.default_process(n), at[_domain(a)], limit=MOST),
    )


class Taken(NamedTuple):
    """Milliseconds of one lookup."""

    median: float
    mean: float
    most: float  # 95 % within


def milliseconds(ask: Ask, questions: list[tuple[str, str]]) -> Taken:
    """Of as many as there is patience for, after as many that fill the caches."""
    taken: list[float] = []
    for _pass in range(2):
        taken.clear()
        until = time.perf_counter() + PATIENCE
        for name, address in questions:
            began = time.perf_counter()
            ask(name, address)
            taken.append(1000 * (time.perf_counter() - began))
            if time.perf_counter() > until and len(taken) >= 3:
                break
    most = sorted(taken)[int(0.95 * (len(taken) - 1) + 0.5)]
    return Taken(statistics.median(taken), statistics.mean(taken), most)


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def main() -> None:
    """The peers at the middle size, ours at every size."""
    RESULTS.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="homeport-bench-"))
    postgresql = directories.server()
    own: dict[tuple[str, int], Taken] = {}
    taken: dict[str, Taken] = {}
    try:
        for size in SIZES:
            connect_to(f"sqlite:///{directories.sqlite(size)}")
            with connection():
                for name, ask in ours():
                    own[f"{name}, SQLite", size] = milliseconds(ask, asked(size))
        url = directories.postgresql(postgresql, MIDDLE)
        connect_to(url)
        with connection():
            for name, ask in ours():
                own[f"{name}, PostgreSQL", MIDDLE] = milliseconds(ask, asked(MIDDLE))
        for peers in (
            on_sqlite(directories.sqlite(MIDDLE)),
            on_postgresql(url),
            by_rapidfuzz(MIDDLE),
        ):
            for name, ask in peers:
                taken[name] = milliseconds(ask, asked(MIDDLE))
    finally:
        connect_to(f"sqlite:///{folder}/none.db")
        postgresql.stop()
        shutil.rmtree(folder)
    tell(own, taken)


def tell(own: dict[tuple[str, int], Taken], taken: dict[str, Taken]) -> None:
    """Print the tables, and keep the plot."""
    print("| ours | organizations | median, ms | mean | 95 % within |\n|---|---:|---:|---:|---:|")
    lines: dict[str, list[tuple[float, float]]] = {}
    for (name, size), each in own.items():
        print(f"| {name} | {said(size)} | {' | '.join(f'{one:.3f}' for one in each)} |")
        lines.setdefault(name, []).append((size, each.median))
    first = own["ours, index alone, SQLite", MIDDLE]
    print(
        f"\n| at {said(MIDDLE)} | median, ms | mean | 95 % within"
        " | times ours (index alone, SQLite) | of the mean | of the 95 % |"
        "\n|---|---:|---:|---:|---:|---:|---:|"
    )
    for name, each in sorted(taken.items(), key=lambda item: item[1].mean):
        times = [f"{one / ours:.1f}" for one, ours in zip(each, first, strict=True)]
        print(f"| {name} | {' | '.join([*(f'{one:.3f}' for one in each), *times])} |")
        if "filter" not in name:
            lines[name] = [(MIDDLE, each.median)]
    plot.log_log(
        RESULTS / "lookup.svg", "One lookup", "organizations", "median of one lookup, ms", lines
    )


if __name__ == "__main__":
    main()
