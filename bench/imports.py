"""The directory's import against bare `executemany`: `python -m bench.imports`.

Both fill the same tables and indexes of an empty database, in turn, with as many users a
transaction, on connections of the same settings. The bare one is handed rows that are ready: it
reads no file, checks nothing, looks nothing up. While ours runs, another process writes and looks
up like the web.
"""

import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from bench import directories, town
from bench.sizes import QUICK, said
from config import Settings
from provisioning.directory import BATCH
from provisioning.directory_import import import_directory
from provisioning.matches import match
from records.database import connect_to, connection, db, is_postgresql
from records.migrate import migrate
from tests.support.postgresql import Server as Postgresql
from tests.support.postgresql import create_database

COMPANIES = 300 if QUICK else 20_000
TURNS = 1 if QUICK else 3
PAUSE = 0.02  # seconds between two writes of the web
FILES = ("organizations", "users", "subscriptions")


class Taken(NamedTuple):
    """What one import took, and what the web met meanwhile."""

    seconds: float
    megabytes: float
    writes: list[float]
    lookups: list[float]


def write_files(folder: Path, count: int) -> int:
    """The town as three files; how many rows."""
    rows = 0
    with ExitStack() as stack:
        organizations, users, subscriptions = (
            csv.writer(stack.enter_context(open(folder / f"{name}.csv", "w", newline="")))
            for name in FILES
        )
        organizations.writerow(["ref", "name", "kind", "origin", "created_on", "last_active_on"])
        users.writerow(["organization_ref", "email", "full_admin", "name"])
        subscriptions.writerow(["organization_ref", "number", "product", "quantity", "status"])
        for company in town.companies(count):
            organizations.writerow((*company[1:6], company.last_active_on or ""))
            for place, email in enumerate(company.emails):
                users.writerow([company.ref, email, int(place == 0), ""])
            for place in range(company.subscriptions):
                number = f"{company.ref}-{place}"
                subscriptions.writerow([company.ref, number, "Meetings", 25, "active"])
            rows += 1 + len(company.emails) + company.subscriptions
    return rows


def bare(count: int) -> float:
    """Seconds of `executemany` for the same rows, those of BATCH users a transaction."""
    parts = [list(part) for part in _parts(count)]
    mark = "%s" if is_postgresql() else "?"
    began = time.perf_counter()
    for part in parts:
        with db.atomic():
            for table, rows in part:
                marks = ", ".join([mark] * len(rows[0]))
                columns = directories.COLUMNS[table]
                db.cursor().executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
    return time.perf_counter() - began


def _parts(count: int) -> Iterator[Iterator[tuple[str, list[Any]]]]:
    companies = town.companies(count)
    while some := list(islice(companies, BATCH // town.USERS)):
        yield ((table, ready) for table, rows in directories.rows_of(some) if (ready := list(rows)))


def ours(url: str, folder: Path) -> Taken:
    """Our import in a process of its own, with the web beside it."""
    program = [sys.executable, "-m", "bench.imports", url, str(folder)]
    said_file = folder / "seconds"
    with open(said_file, "wb") as out:
        child = subprocess.Popen(program, stdout=out)
    writes, lookups = [], []
    settings = Settings()
    usage = None
    with connection():
        while usage is None:
            pid, _status, found = os.wait4(child.pid, os.WNOHANG)
            usage = found if pid else None
            writes.append(_milliseconds(_write))
            lookups.append(
                _milliseconds(lambda: match("Global Drair", f"new@{town.HOST}", settings))
            )
            time.sleep(PAUSE)
    return Taken(float(said_file.read_text()), usage.ru_maxrss / 1024, writes, lookups)


def _write() -> None:
    with db.atomic():
        db.execute_sql(
            "INSERT INTO tally (what, who, since, count) VALUES ('bench', 'x', 0, 1)"
            " ON CONFLICT (what, who, since) DO UPDATE SET count = tally.count + 1"
        )


def _milliseconds(call: Any) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def new_database(name: str, server: Postgresql | None, folder: Path) -> str:
    """The URL of an empty, migrated database."""
    url = create_database(server.url, name) if server else f"sqlite:///{folder}/{name}.db"
    connect_to(url)
    with connection():
        migrate()
    return url


def compare(kind: str, server: Postgresql | None, folder: Path) -> None:
    """One database: a row of the table."""
    rows = write_files(folder, COMPANIES)
    bares, own = [], []
    for turn in range(TURNS):
        url = new_database(f"bare{turn}", server, folder)
        with connection():
            bares.append(bare(COMPANIES))
        url = new_database(f"ours{turn}", server, folder)
        own.append(ours(url, folder))
    again = ours(url, folder)
    bare_rate = rows / statistics.median(bares)
    rate = rows / statistics.median(taken.seconds for taken in own)
    writes = sorted(write for taken in own for write in taken.writes)
    lookups = sorted(lookup for taken in own for lookup in taken.lookups)
    print(
        f"| {kind} | {rows:,} | {rate:,.0f} | {bare_rate:,.0f} | {rate / bare_rate:.2f}"
        f" | {rows / again.seconds:,.0f} | {own[-1].megabytes:.0f}"
        f" | {_most(writes):.0f} | {_most(lookups):.1f} |"
    )


def _most(ordered: list[float]) -> float:
    return ordered[int(0.95 * (len(ordered) - 1))]


def main() -> None:
    """Print the table, as Markdown."""
    if len(sys.argv) > 1:
        return run(sys.argv[1], Path(sys.argv[2]))
    print(f"Files of {said(COMPANIES)} organizations with three users each, and subscriptions.\n")
    print(
        "| database | rows | ours, rows a second | bare | of bare | run again, rows a second"
        " | memory, MB | web's writes meanwhile, 95 % within, ms | its lookups, ms |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    folder = Path(tempfile.mkdtemp(prefix="homeport-bench-"))
    server = directories.server()
    try:
        compare("SQLite", None, folder)
        server.start()
        compare("PostgreSQL", server, folder)
    finally:
        connect_to(f"sqlite:///{folder}/none.db")
        server.stop()
        shutil.rmtree(folder)
    return None


def run(url: str, folder: Path) -> None:
    """One import, in this process; prints its seconds."""
    connect_to(url)
    with connection():
        began = time.perf_counter()
        organizations, users, subscriptions = (folder / f"{name}.csv" for name in FILES)
        counts = import_directory(organizations, users, subscriptions, folder / "refused.csv")
        assert not any(count.refused for count in counts.values()), counts
        print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
