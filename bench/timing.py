"""Whether the time that an answer takes says what the answer must not: `python -m bench.timing`.

Each pair is a hit and a miss that a stranger could compare, asked in turn 2,000 times each of the
whole application in one process; the medians are compared. DATABASE_URL chooses the database, which
is filled, so it has to be a new one; unset, a SQLite file in a temporary folder.
"""

import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from app import create_app
from provisioning import intake, orders
from records import directory as rows
from records.database import connection, db
from records.migrate import migrate
from records.tables import Order
from tests.support.cast import Stage, organization

ROUNDS = 2_000
PUBLIC_URL = "http://homeport.test"
OWN = {"Sec-Fetch-Site": "same-origin"}
Ask = Callable[[int], Any]


class Pair(NamedTuple):
    """Two ways of asking, each given the number of the round."""

    name: str
    hit: Ask
    miss: Ask


class Browser:
    """A client with a token of its own, that speaks from a new network each time."""

    def __init__(self, app: Any) -> None:
        self.http = app.test_client()

    def get(self, path: str) -> str:
        return str(self.http.get(path, base_url=PUBLIC_URL).text)

    def post(self, path: str, turn: int, **fields: str) -> str:
        network = {"REMOTE_ADDR": f"10.{turn >> 16 & 255}.{turn >> 8 & 255}.{turn & 255}"}
        answer = self.http.post(
            path, data=fields, base_url=PUBLIC_URL, headers=OWN, environ_overrides=network
        )
        return str(answer.text)


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert found, page[:2000]
    return found[1]


def pairs(app: Any) -> list[Pair]:
    stage = Stage(app)
    contacts = [f"c{n}@acme.com" for n in range(ROUNDS)]
    with db.atomic():
        for n, contact in enumerate(contacts):
            number = f"{70_000_000 + n}"
            given = {"number": number, "contact_email": contact, "contact_role": "partner"}
            line = {"sku": "M", "product": "Meetings", "quantity": "1"}
            orders.place(intake.read_order(given, [line]), stage.settings, by="bench")
        for n in range(5):
            organization(f"listed-{n}", f"Quorum {n}", users=(f"u{n}@quorum.example",))
        organization("hidden", "Zenith", users=("z@zenith.example",), unlisted=True)
    stranger = Browser(app)
    csrf = token_in(stranger.get("/"))

    def fresh(number: int) -> Ask:
        return lambda n: stranger.post(
            "/", n, csrf_token=csrf, number=str(number + n), contact_email=contacts[n]
        )

    def sign_in(prefix: str) -> Ask:
        return lambda n: stranger.post(
            "/partner", n, csrf_token=csrf, contact_email=f"{prefix}{n}@acme.com"
        )

    used = stage.path("launch", contacts[1])
    inside = Browser(app)
    opened = inside.http.post(
        stage.path("launch", contacts[0]),
        data={"csrf_token": token_in(inside.get(stage.path("launch", contacts[0])))},
        base_url=PUBLIC_URL,
        headers=OWN,
        follow_redirects=True,
    ).text
    chosen = inside.http.post(
        "/orders/70000000/purpose",
        data={"csrf_token": token_in(opened), "purpose": "partner_for_customer"},
        base_url=PUBLIC_URL,
        headers=OWN,
        follow_redirects=True,
    ).text
    live = token_in(chosen)

    def look(name: str, address: str) -> Ask:
        def ask(n: int) -> str:
            db.execute_sql("DELETE FROM spent")  # each question is new, and none is refused
            return inside.post(
                "/orders/70000000/matches",
                n,
                csrf_token=live,
                company_name=name,
                admin_email=address,
            )

        return ask

    assert "data-organization" in look("Quorum", "a@quorum.example")(0)
    return [
        Pair("fresh link: the contact's, or nobody's", fresh(70_000_000), fresh(80_000_000)),
        Pair("partner's sign-in: a partner, or nobody", sign_in("c"), sign_in("x")),
        Pair("a link that exists, or not", lambda _n: stranger.get(used), _unknown(stranger)),
        Pair(
            "somebody else's order, or none",
            lambda n: stranger.get(f"/orders/{70_000_000 + n}/company"),
            lambda n: stranger.get(f"/orders/{80_000_000 + n}/company"),
        ),
        Pair(
            "an unlisted organization, or none",
            look("Zenith", "a@zenith.example"),
            look("Nothing", "a@nothing.example"),
        ),
        Pair(
            "five organizations, or none",
            look("Quorum", "a@quorum.example"),
            look("Nothing", "a@nothing.example"),
        ),
    ]


def _unknown(browser: Browser) -> Ask:
    return lambda n: browser.get(f"/start/{n:043}")


def milliseconds(ask: Ask, turn: int) -> float:
    start = time.perf_counter()
    ask(turn)
    return 1000 * (time.perf_counter() - start)


def measured(pair: Pair) -> tuple[float, float]:
    """Medians of hit and miss in ms, asked in turn."""
    hits, misses = [], []
    for n in range(ROUNDS):
        hits.append(milliseconds(pair.hit, n))
        misses.append(milliseconds(pair.miss, n))
    return statistics.median(hits), statistics.median(misses)


def main() -> None:
    """Print the table, as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL", f"sqlite:///{folder}/homeport.db")
        app = create_app(
            {"DATABASE_URL": url, "PUBLIC_URL": PUBLIC_URL, "INSTANCE_DIR": folder}
            | {"SECRET_KEY": "a secret for measuring only", "ORDER_ORGANIZATIONS": "99999"}
        )
        with connection():
            migrate()
            if Order.select().exists() or rows.ids_of(["hidden"]):
                sys.exit("The database has to be a new one.")
            print("| what a stranger could compare | hit, ms | miss, ms | apart, ms |")
            print("|---|---:|---:|---:|")
            for pair in pairs(app):
                hit, miss = measured(pair)
                print(f"| {pair.name} | {hit:.2f} | {miss:.2f} | {abs(hit - miss):.2f} |")


if __name__ == "__main__":
    main()
