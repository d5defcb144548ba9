"""Databases of the town, of any size: made once by sorted bulk inserts, then kept in bench/data/.

Counts and lookup rows are made by the same rules as the importer's (a test compares them), but not
by the importer, which would take hours. What is kept is made anew once keys or tables change.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import apsw
import psycopg

from bench import town
from bench.sizes import DATA
from bench.town import Company
from provisioning.directory import RULES
from records.database import connect_to, connection, db
from records.migrate import FOLDER, migrate
from tests.support.postgresql import Server as Postgresql
from tests.support.postgresql import create_database

CHUNK = 20_000
Rows = Iterable[tuple[Any, ...]]

COLUMNS = {
    "organization": "id, ref, name, kind, origin, created_on, last_active_on, unlisted,"
    " users, admins, active_subscriptions",
    "user_account": "organization_id, email, name, full_admin, approved_here",
    "subscription": "organization_id, number, product, quantity, status",
    "organization_domain": "domain, organization_id, users",
    "lookup": "label, cut, domain, core, organization_id",
}
# Their keys come in no order: they are sorted before they are inserted.
SORTED = ("organization_domain", "lookup")


def sqlite(size: int) -> Path:
    """The file of a SQLite directory with `size` organizations."""
    DATA.mkdir(exist_ok=True)
    path = DATA / f"town-{size}-{_made_of()}.db"
    if not path.exists():
        for old in DATA.glob(f"town-{size}-*"):
            old.unlink()
        unfinished = path.with_suffix(".unfinished")
        fill_sqlite(unfinished, size)
        unfinished.rename(path)
    return path


def fill_sqlite(path: Path, size: int) -> None:
    """A new SQLite database at `path`, migrated, with the town in it."""
    _migrated(f"sqlite:///{path}")
    file = apsw.Connection(str(path))
    for pragma in ("journal_mode = off", "synchronous = off", "cache_size = -400000"):
        file.execute(f"PRAGMA {pragma}")
    later = list(
        file.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN ('organization', 'user_account', 'subscription',"
            " 'organization_domain')"
        )
    )
    file.execute("BEGIN")
    for name, _sql in later:
        file.execute(f'DROP INDEX "{name}"')
    for table in SORTED:
        file.execute(f"CREATE TABLE unsorted_{table} AS SELECT * FROM {table}")
    for table, rows in chunks(size):
        into = f"unsorted_{table}" if table in SORTED else table
        marks = ", ".join("?" * (COLUMNS[table].count(",") + 1))
        file.executemany(f"INSERT INTO {into} ({COLUMNS[table]}) VALUES ({marks})", rows)
    for table in SORTED:
        order = ", ".join(str(n + 1) for n in range(COLUMNS[table].count(",") + 1))
        columns = COLUMNS[table]
        file.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM unsorted_{table}"
            f" ORDER BY {order}"
        )
        file.execute(f"DROP TABLE unsorted_{table}")
    for _name, sql in later:
        file.execute(sql)
    file.execute("COMMIT")
    file.execute("PRAGMA journal_mode = wal")
    file.close()


def fill_postgresql(url: str, size: int) -> None:
    """The same in an empty PostgreSQL database."""
    _migrated(url)
    with psycopg.connect(url) as server:
        for table, rows in chunks(size):
            with server.cursor().copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        for table in ("organization", "user_account", "subscription"):
            server.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("VACUUM ANALYZE")


def server() -> Postgresql:
    """A server that is still to be started; it works as one does where people rely on it."""
    return Postgresql(autovacuum="on", synchronous_commit="on", full_page_writes="on")


def postgresql(server: Postgresql, size: int) -> str:
    """The URL of the same on PostgreSQL: BENCH_POSTGRESQL, where it was filled before, or new."""
    if kept := os.environ.get("BENCH_POSTGRESQL"):
        return kept
    url = create_database(server.start().url, "town")
    fill_postgresql(url, size)
    return url


def chunks(size: int) -> Iterator[tuple[str, Rows]]:
    """The town's rows, some for one table, then some for the next."""
    companies = town.companies(size)
    while some := list(islice(companies, CHUNK)):
        yield from rows_of(some)


def rows_of(some: Sequence[Company]) -> Iterator[tuple[str, Rows]]:
    """The rows that these companies are, table by table."""
    yield "organization", map(_organization, some)
    yield "user_account", (row for company in some for row in _users(company))
    yield "subscription", (row for company in some for row in _subscriptions(company))
    places = [(company, Counter(map(_domain, company.emails))) for company in some]
    yield (
        "organization_domain",
        (
            (domain, company.id, users)
            for company, domains in places
            for domain, users in domains.items()
        ),
    )
    yield "lookup", (row for company, domains in places for row in _lookup(company, domains))


def _organization(company: Company) -> tuple[Any, ...]:
    return (
        *company[:5],
        _day(company.created_on),
        _day(company.last_active_on),
        False,
        len(company.emails),
        1,
        company.subscriptions,
    )


def _users(company: Company) -> Rows:
    for position, email in enumerate(company.emails):
        yield company.id, email, "", position == 0, False


def _subscriptions(company: Company) -> Rows:
    for position in range(company.subscriptions):
        yield company.id, f"{company.ref}-{position}", "Meetings", 25, "active"


def _lookup(company: Company, domains: Iterable[str]) -> Rows:
    for domain in domains:
        label = RULES.label(domain)
        core, cuts = RULES.keys(company.name, label)
        for cut in cuts:
            yield label, cut, domain, core, company.id


def _domain(email: str) -> str:
    return email.rpartition("@")[2]


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _migrated(url: str) -> None:
    connect_to(url)
    with connection():
        migrate()
    db.close()


def _made_of() -> str:
    """What a kept database follows from: the tables, the town and its keys."""
    made = hashlib.sha256()
    for migration in sorted(FOLDER.glob("*.py")):
        made.update(migration.read_bytes())
    for company in islice(town.companies(2_000), 2_000):
        made.update(repr((company, _lookup_said(company))).encode())
    return made.hexdigest()[:8]


def _lookup_said(company: Company) -> list[tuple[Any, ...]]:
    return sorted(_lookup(company, sorted(set(map(_domain, company.emails)))))
