"""What the console's and a partner's pages cost, from a thousand to a million orders and
organizations.

`python -m bench.console`; with SQLite or PostgreSQL after it, on that one alone.

Whole requests, without a network between, each size in a process of its own. Sizes take turns with
every single request, so that whatever else the machine does meets them alike.
"""

import hashlib
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

from app import create_app
from bench import directories, town
from bench.sizes import DATA, QUICK, ROUNDS, said
from provisioning import links, operators, tokens
from records import operators as rows
from records.database import connect_to, connection, db, is_postgresql
from records.tables import Order, OutboxRow
from tests.support import postgresql

SIZES = (100, 1_000) if QUICK else (1_000, 1_000_000)
ASKED = 1 if QUICK else 10  # requests of a kind in each round
WHO = "bench@seller.example"
STATUSES = ("placed", "launched", "provisioned", "provisioned", "waiting", "expired", "stopped")
NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, {0}))",
}
# So that also a small town fills a page: a tenth more begin their names alike, are at one host.
FULL = (
    f"UPDATE organization SET name = '{town.COMMON} ' || name WHERE id % 10 = 6",
    f"INSERT INTO organization_domain SELECT '{town.HOST}', id, 1 FROM organization"
    " WHERE id % 10 = 6",
)
# What became of those that are set up, half an hour after their links were opened.
MAPPED = (
    "INSERT INTO history (order_id, at, who, what, why)"
    " SELECT id, placed_at + 600, 'bench', 'launched', '' FROM orders WHERE status = 'provisioned'",
    "INSERT INTO mapping (order_id, organization_id, decided_by, decided_at, why)"
    " SELECT id, COALESCE(organization_id, 1), 'bench', placed_at + 2400, '' FROM orders"
    " WHERE status = 'provisioned'",
)
ROW = re.compile('<tr|<li class="order"|"number": ?"N')
# One organization has as many users as there are orders, and a third of those.
CROWD = 51
CROWDED = "u10000010@crowd.example"  # has all notices
PARTNER = 54  # every second order is one of its
# Orders of a year, of which each seventh has the same company's name.
FILL = (
    "INSERT INTO orders (number, status, contact_email, contact_role, placed_role, contact_name,"
    " language, partner_name, placed_at, invited_at, nudged_at, expires_at, company_name, offered,"
    " create_new, found_by, organization_id, partner_organization_id) {numbers}"
    " SELECT 'N' || (10000000 + i), {status}, 'c' || i ||"
    " '@firm' || (i % 50000) || '.example', 'customer', 'customer', '', 'en', '', {at}, {at}, {at},"
    " {at} + 2592000, CASE WHEN i % 7 = 0 THEN 'Acme' ELSE 'Firm ' || i END, '', {no}, 'belongs',"
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
    # In the order of time, as they would have come.
    "INSERT INTO outbox_row (letter, recipient, order_id, request_id, facts, message_id, queued_at,"
    " due_at, attempts, sent_at, last_error) SELECT * FROM (SELECT 'launch', contact_email, id,"
    " CAST(NULL AS INTEGER), '{{}}', number, placed_at AS at, placed_at, 1, placed_at, ''"
    " FROM orders UNION ALL SELECT 'access_notice', 'u10000010@crowd.example', order_id, id,"
    " '{{}}', 'r' || id, asked_at, asked_at, 1, asked_at, '' FROM access_request) AS l ORDER BY at",
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
        users = USERS.format(numbers=numbers, no=no)
        for sql in (*MAPPED, *FULL, users, *(each.format(size=size, no=no) for each in COUNTED)):
            db.execute_sql(sql.replace("%", "%%") if is_postgresql() else sql)
    db.execute_sql("VACUUM ANALYZE" if is_postgresql() else "ANALYZE")
    operators.add(WHO, "operator", "bench")


def paths(size: int) -> dict[str, str]:
    """What is asked for, by kind; orders that the town had before come first."""
    middle = size // 2
    there = Order.get(Order.number == f"N{10_000_000 + middle}").id
    alike = Order.get(Order.number == f"N{10_000_000 + middle // 7 * 7}").id
    launch = OutboxRow.select().where(OutboxRow.order == there).get().id
    api = "/api/v1/orders?limit=50"
    return {
        "all orders": "/console/orders",
        "one far down": f"/console/orders?after={there}",
        "of a status": "/console/orders?status=waiting",
        "by a number": f"/console/orders?by=number&text=N{10_000_000 + middle}",
        "by its beginning": "/console/orders?by=number&text=N100",
        "by a contact": f"/console/orders?by=contact&text=c{middle}@",
        "by a company": "/console/orders?by=company&text=firm",
        "by a name that many have": f"/console/orders?by=company&text=acme&after={alike}",
        "one order": f"/console/orders/N{10_000_000 + middle}",
        **organizations(size),
        "a partner's orders": "/partner",
        "far down in these": f"/partner?before=N{10_000_000 + middle}",
        "its orders of a status": "/partner?status=waiting",
        "one order of a partner's": f"/partner/orders/N{10_000_000 + middle // 2 * 2}",
        "letters": "/console/mail",
        "letters far down": f"/console/mail?after={launch}",
        "letters of a state": f"/console/mail?state=sent&after={launch}",
        "letters to an address": f"/console/mail?to={CROWDED}&after={launch}",
        "orders by the API": f"{api}&after=N{10_000_000 + middle}",
        "of a status by the API": f"{api}&after=N{10_000_000 + middle}&status=waiting",
        "the audit list": "/console/audit",
        "the overview": "/console",
    }


def organizations(size: int) -> dict[str, str]:
    """The same for the directory."""
    listed, middle = "/console/organizations", size // 2
    third = middle // 3  # each third order is the crowd's
    order = Order.get(Order.number == f"N{10_000_000 + third * 3}")
    launch, notice = (
        OutboxRow.select().where(OutboxRow.order == order).order_by(OutboxRow.letter.desc())
    )
    crowd = f"{listed}/{CROWD}"
    return {
        "all organizations": listed,
        "one far down in these": f"{listed}?after={middle}",
        "organizations by a beginning": f"{listed}?by=name&text=g",
        "by a beginning that many have": f"{listed}?by=name&text={town.COMMON}&after=1",
        "by a name that many have here": f"{listed}?by=name&text={town.NAMESAKE}&after=10",
        "by a ref": f"{listed}?by=ref&text=o{middle:08}",
        "by a domain that many are at": f"{listed}?by=domain&text={town.HOST}&after={middle}",
        "by a user's address": f"{listed}?by=address&text={town.ADVISER}",
        "one organization": f"{listed}/{middle + 21}",
        "one that has very much of all": crowd,
        "its users far down": f"{crowd}/users?after=u{10_000_000 + middle}",
        "its full admins": f"{crowd}/admins?after=u{10_000_000 + middle}",
        "its orders": f"{crowd}/orders?after={order.id}",
        "its requests": f"{crowd}/requests?after={notice.request_id}",
        "its letters about requests": f"{crowd}/notices?after={notice.id}",
        "its other letters": f"{crowd}/letters?after={launch.id}",
    }


class Answer(NamedTuple):
    """What one request took, and how many rows its page has."""

    seconds: float
    processor: float
    rows: int


def answer(size: int, url: str, folder: str, asked: Connection) -> None:
    """In a process of its own: ask for each kind of page that comes in, until none does."""
    app = create_app(
        {"DATABASE_URL": url, "INSTANCE_DIR": folder, "PUBLIC_URL": "http://bench.test"}
    )
    settings = app.config["SETTINGS"]
    with connection():
        secret = links.start_session(WHO, None, settings, operator=rows.living(WHO))
        partner = links.start_session(WHO, None, settings)
        pages = paths(size)
        token = tokens.make(f"bench {time.time()}", ["read"])
    by_token = {"Authorization": f"Bearer {token}"}  # which pages do not look at
    asked.send(list(pages))
    client = app.test_client()
    with client.session_transaction(base_url=settings.public_url) as session:
        session["console"], session["partner"] = secret, partner
    while kind := asked.recv():
        begun, worked = time.perf_counter(), time.process_time()
        page = client.get(pages[kind], base_url=settings.public_url, headers=by_token)
        worked = time.process_time() - worked
        if page.status_code != 200:
            raise RuntimeError(f"{pages[kind]} answers {page.status_code}")
        asked.send(Answer(time.perf_counter() - begun, worked, len(ROW.findall(page.text))))
    db.close()


@contextmanager
def answering(size: int, url: str, folder: str) -> Iterator[Connection]:
    """The way to a process that answers from this database."""
    made = get_context("spawn")
    ours, theirs = made.Pipe()
    process = made.Process(target=answer, args=(size, url, folder, theirs), daemon=True)
    process.start()
    theirs.close()  # what ends it ends us, instead of waiting for ever
    try:
        yield ours
        ours.send("")
    finally:
        process.join(10)


def sqlite(size: int) -> str:
    """The town with its orders, made once a day: what the overview counts is of late."""
    today = datetime.now(UTC).date()
    made = hashlib.sha256(repr((FILL, MAPPED, FULL, USERS, COUNTED, today)).encode()).hexdigest()[
        :8
    ]
    town_of = directories.sqlite(size)
    path = DATA / f"console-{size}-{made}-{town_of.stem.rpartition('-')[2]}.db"
    if not path.exists():
        for old in DATA.glob(f"console-{size}-*"):
            old.unlink()
        unfinished = path.with_suffix(".unfinished")
        shutil.copy(town_of, unfinished)
        filled(f"sqlite:///{unfinished}", size)
        unfinished.rename(path)
    return f"sqlite:///{path}"


def filled(url: str, size: int) -> str:
    connect_to(url)
    with connection():
        fill(size)
    return url


@contextmanager
def databases(kind: str) -> Iterator[dict[int, str]]:
    """Their addresses by size, each with the town and its orders in it."""
    if kind == "SQLite":
        yield {size: sqlite(size) for size in SIZES}
        return
    server = directories.server()
    try:
        base = server.start().url
        urls = {size: postgresql.create_database(base, f"bench_{size}") for size in SIZES}
        for size, url in urls.items():
            directories.fill_postgresql(url, size)
            filled(url, size)
        yield urls
    finally:
        server.stop()


def main() -> None:
    for name in sys.argv[1:] or ["SQLite", "PostgreSQL"]:
        with tempfile.TemporaryDirectory() as folder, databases(name) as urls, ExitStack() as stack:
            towns = {
                size: stack.enter_context(answering(size, url, f"{folder}/{size}"))
                for size, url in urls.items()
            }
            table(name, measured(towns))


def measured(towns: dict[int, Connection]) -> dict[int, dict[str, list[Answer]]]:
    """What each size answered, by the kind of page."""
    found: dict[int, dict[str, list[Answer]]] = {size: defaultdict(list) for size in towns}
    kinds = {size: town_of.recv() for size, town_of in towns.items()}[min(towns)]
    for _round in range(ROUNDS):
        for kind in kinds:
            for number in range(ASKED + 1):
                for size, town_of in towns.items():
                    town_of.send(kind)
                    answered = town_of.recv()
                    if number:  # the first one fills caches
                        found[size][kind].append(answered)
    return found


def table(name: str, found: dict[int, dict[str, list[Answer]]]) -> None:
    """The medians, and how much the largest costs of the smallest."""
    small, large = min(found), max(found)
    print(
        f"| {name}: page | rows | {said(small)} | {said(large)} | ratio"
        f" | processor, {said(small)} | {said(large)} | ratio |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for kind, few in found[small].items():
        many = found[large][kind]
        shown = " to ".join(dict.fromkeys(str(each[-1].rows) for each in (few, many)))
        figures = [
            _compared([getattr(one, what) for one in few], [getattr(one, what) for one in many])
            for what in ("seconds", "processor")
        ]
        print(f"| {kind} | {shown} | {' | '.join(figures)} |")
    print()


def _compared(few: list[float], many: list[float]) -> str:
    small, large = statistics.median(few), statistics.median(many)
    return f"{small * 1e3:.1f} ms | {large * 1e3:.1f} ms | {large / small:.2f}"


if __name__ == "__main__":
    main()
