"""What the console's and a partner's pages cost, from a thousand to a million orders and
organizations.

`python -m bench.console`; with SQLite or PostgreSQL after it, on that one alone.

Whole requests, without a network between. Sizes take turns in each round, so that whatever else the
machine does meets them alike.
"""

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from app import create_app
from bench import directories, town
from bench.sizes import QUICK, ROUNDS, said
from provisioning import links, operators
from records import operators as rows
from records.database import connect_to, connection, db, is_postgresql
from tests.support import postgresql

SIZES = (100, 1_000) if QUICK else (1_000, 1_000_000)
ASKED = 3 if QUICK else 10  # requests of a kind in each round
WHO = "bench@seller.example"
STATUSES = ("placed", "launched", "provisioned", "provisioned", "waiting", "expired", "stopped")
NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, {0}))",
}
# One organization has as many users as there are orders, and a third of those.
CROWD = 51
PARTNER = 54  # every second order is one of its
# Orders of a year, of which each seventh has the same company's name.
FILL = (
    "INSERT INTO orders (number, status, contact_email, contact_role, placed_role, contact_name,"
    " language, partner_name, placed_at, invited_at, nudged_at, expires_at, company_name, offered,"
    " create_new, found_by, organization_id, partner_organization_id) {numbers}"
    " SELECT 'N' || (10000000 + i), {status}, 'c' || i ||"
    " '@firm' || (i % 50000) || '.example', 'customer', 'customer', '', 'en', '', {at}, {at}, {at},"
    " {at} + 2592000, CASE WHEN i % 7 = 0 THEN 'Acme' ELSE 'Firm ' || i END, '', {no}, '',"
    f" CASE WHEN i % 3 = 0 THEN {CROWD} END, CASE WHEN i % 2 = 0 THEN {PARTNER} END FROM n"
)
USERS = (
    "INSERT INTO user_account (organization_id, email, name, full_admin, approved_here)"
    f" {{numbers}} SELECT {CROWD}, 'u' || (10000000 + i) || '@crowd.example', '', i % 10 = 0,"
    " {no} FROM n"
)
COUNTED = (
    f"INSERT INTO organization_domain VALUES ('crowd.example', {CROWD}, {{size}})",
    "UPDATE organization SET users = users + {size}, admins = admins + {size} / 10"
    f" WHERE id = {CROWD}",
    f"UPDATE organization SET kind = 'partner', users = users + 1 WHERE id = {PARTNER}",
    "INSERT INTO user_account (organization_id, email, name, full_admin, approved_here, added_here)"
    f" VALUES ({PARTNER}, '{WHO}', '', NOT {{no}}, {{no}}, {{no}})",
    "INSERT INTO access_request (kind, order_id, organization_id, person_email, requester_email,"
    " requester_proven, message, status, asked_at, expires_at, note) SELECT 'access', id,"
    f" {CROWD}, contact_email, contact_email, NOT {{no}}, '', 'declined', placed_at, placed_at, ''"
    f" FROM orders WHERE organization_id = {CROWD}",
    "INSERT INTO outbox_row (letter, recipient, order_id, request_id, facts, message_id, queued_at,"
    " due_at, attempts, sent_at, last_error) SELECT 'access_notice', 'u10000010@crowd.example',"
    " order_id, id, '{{}}', 'r' || id, asked_at, asked_at, 1, asked_at, '' FROM access_request",
)


def fill(size: int) -> None:
    """So many orders, their history and a letter of each; the crowd in one organization."""
    kind = "postgresql" if is_postgresql() else "sqlite"
    numbers, now = NUMBERS[kind].format(size), int(time.time())
    at = f"{now} - 31536000 + 31536000 / {size}.0 * i"
    at = f"CAST({at} AS BIGINT)" if is_postgresql() else f"CAST({at} AS INTEGER)"
    status = " ".join(f"WHEN {place} THEN '{said}'" for place, said in enumerate(STATUSES))
    status = f"CASE i % {len(STATUSES)} {status} END"
    no = "FALSE" if is_postgresql() else "0"
    with db.atomic():
        sql = FILL.format(numbers=numbers, status=status, at=at, no=no)
        db.execute_sql(sql.replace("%", "%%") if is_postgresql() else sql)
        db.execute_sql(
            "INSERT INTO history (order_id, at, who, what, why)"
            " SELECT id, placed_at, 'bench', 'placed', '' FROM orders"
        )
        db.execute_sql(
            "INSERT INTO outbox_row (letter, recipient, order_id, facts, message_id, queued_at,"
            " due_at, attempts, sent_at, last_error) SELECT 'launch', contact_email, id, '{}',"
            " number, placed_at, placed_at, 1, placed_at, '' FROM orders"
        )
        users = USERS.format(numbers=numbers, no=no)
        for sql in (users, *(each.format(size=size, no=no) for each in COUNTED)):
            db.execute_sql(sql.replace("%", "%%") if is_postgresql() else sql)
    db.execute_sql("ANALYZE")


def paths(size: int) -> dict[str, str]:
    """What is asked for, by kind."""
    middle = size // 2
    return {
        "all orders": "/console/orders",
        "one far down": f"/console/orders?after={middle}",
        "of a status": "/console/orders?status=waiting",
        "by a number": f"/console/orders?by=number&text=N{10_000_000 + middle}",
        "by its beginning": "/console/orders?by=number&text=N100",
        "by a contact": f"/console/orders?by=contact&text=c{middle}@",
        "by a company": "/console/orders?by=company&text=firm",
        "by a name that many have": f"/console/orders?by=company&text=acme&after={middle // 7 * 7}",
        "one order": f"/console/orders/N{10_000_000 + middle}",
        **organizations(size),
        "a partner's orders": "/partner",
        "far down in these": f"/partner?before=N{10_000_000 + middle}",
        "its orders of a status": "/partner?status=waiting",
        "one order of a partner's": f"/partner/orders/N{10_000_000 + middle // 2 * 2}",
        "the audit list": "/console/audit",
        "the overview": "/console",
    }


def organizations(size: int) -> dict[str, str]:
    """The same for the directory."""
    listed, middle = "/console/organizations", size // 2
    crowd = f"{listed}/{CROWD}"
    return {
        "all organizations": listed,
        "one far down in these": f"{listed}?after={middle}",
        "organizations by a name": f"{listed}?by=name&text=acme",
        "by a beginning that many have": f"{listed}?by=name&text={town.COMMON}&after=1",
        "by a name that many have here": f"{listed}?by=name&text={town.NAMESAKE}&after=10",
        "by a ref": f"{listed}?by=ref&text=o{middle:08}",
        "by a domain that many are at": f"{listed}?by=domain&text={town.HOST}&after={middle}",
        "by a user's address": f"{listed}?by=address&text={town.ADVISER}",
        "one organization": f"{listed}/{middle + 21}",
        "one that has very much of all": crowd,
        "its users far down": f"{crowd}/users?after=u{10_000_000 + middle}",
        "its full admins": f"{crowd}/admins?after=u{10_000_000 + middle}",
        "its orders": f"{crowd}/orders?after={middle}",
        "its requests": f"{crowd}/requests?after={middle // 3}",
        "its letters about requests": f"{crowd}/notices?after={size + middle // 3}",
        "its other letters": f"{crowd}/letters?after={middle}",
    }


def asked(app: Flask, url: str, size: int, times: dict[str, list[float]]) -> None:
    """Ask for each page some times, signed in."""
    connect_to(url)
    settings = app.config["SETTINGS"]
    with connection():
        secret = links.start_session(WHO, None, settings, operator=rows.living(WHO))
        partner = links.start_session(WHO, None, settings)
    client = app.test_client()
    with client.session_transaction(base_url=settings.public_url) as session:
        session["console"], session["partner"] = secret, partner
    for kind, path in paths(size).items():
        for number in range(ASKED + 1):
            begun = time.perf_counter()
            answer = client.get(path, base_url=settings.public_url)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answers {answer.status_code}")
            if number:  # the first one fills caches
                times[kind].append(time.perf_counter() - begun)
    db.close()


@contextmanager
def databases(folder: Path, wanted: list[str]) -> Iterator[dict[str, dict[int, str]]]:
    """Their addresses, by kind and size, each with the town in it."""
    server, found = postgresql.Server(), dict[str, dict[int, str]]()
    try:
        if "SQLite" in wanted:
            found["SQLite"] = {size: f"sqlite:///{folder}/{size}.db" for size in SIZES}
            for size in SIZES:
                directories.fill_sqlite(folder / f"{size}.db", size)
        if "PostgreSQL" in wanted:
            base = server.start().url
            found["PostgreSQL"] = {
                size: postgresql.create_database(base, f"bench_{size}") for size in SIZES
            }
            for size, url in found["PostgreSQL"].items():
                directories.fill_postgresql(url, size)
        yield found
    finally:
        server.stop()


def main() -> None:
    wanted = sys.argv[1:] or ["SQLite", "PostgreSQL"]
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder), wanted) as found:
        for name, urls in found.items():
            apps: dict[int, Flask] = {}
            times: dict[int, dict[str, list[float]]] = {size: defaultdict(list) for size in SIZES}
            for size, url in urls.items():
                apps[size] = create_app(
                    {"DATABASE_URL": url, "INSTANCE_DIR": folder, "PUBLIC_URL": "http://bench.test"}
                )
                connect_to(url)
                with connection():
                    fill(size)
                    operators.add(WHO, "operator", "bench")
            for _round in range(ROUNDS):
                for size, url in urls.items():
                    asked(apps[size], url, size, times[size])
            table(name, times)


def table(name: str, times: dict[int, dict[str, list[float]]]) -> None:
    """The medians, and how much the largest costs of the smallest."""
    small, large = min(times), max(times)
    print(f"| {name}: page | {said(small)} | {said(large)} | ratio |")
    print("|---|---:|---:|---:|")
    for kind, found in times[small].items():
        few, many = statistics.median(found), statistics.median(times[large][kind])
        print(f"| {kind} | {few * 1e3:.1f} ms | {many * 1e3:.1f} ms | {many / few:.2f} |")
    print()


if __name__ == "__main__":
    main()
