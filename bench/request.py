"""The live suggestion request, whole, at every size: `python -m bench.request`.

One server a size, all started as `flask serve` starts them. In each round every kind of request is
sent to every server in turn, so that whatever else the machine does meets all of them alike.
"""

import os
import shutil
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from app import create_app
from bench import directories, plot, questions
from bench.serving import Load, Server
from bench.sizes import MIDDLE, QUICK, RESULTS, ROUNDS, SECONDS, SIZES, said
from records.database import connect_to, connection, db

WHOLE, FIXED, BARE = "whole request", "fixed candidates", "bare route"
USUAL = "a group of fifty companies"
# What a bench asks is far more than an order may.
FREE = {"ORDER_QUESTIONS": "99999", "ORDER_ORGANIZATIONS": "99999", "ORDER_ADDRESSES": "99999"}


class Place(NamedTuple):
    """A directory, its server, and what is sent there by kind."""

    name: str
    size: int
    server: Server
    requests: dict[str, list[bytes]]


def place(name: str, size: int, url: str, folder: Path) -> Place:
    """Start a server on a directory, with a contact behind every question, each asked once."""
    folder.mkdir()
    server = Server(folder, DATABASE_URL=url, **FREE)
    app = create_app(server.settings)
    with connection():
        for table in ("tally", "spent"):
            db.execute_sql(f"DELETE FROM {table}")
        asked = questions.requests(app, server.port, size)
    server.start()
    try:
        for scenario, bodies in asked.items():
            for body in bodies:
                # What costs a question comes once; what is measured is what is paid for.
                answer = server.ask_once(body)
                assert b"data-organization=" in answer, (scenario, answer)
    except BaseException:
        server.stop()
        raise
    (folder / "answer.html").write_bytes(server.ask_once(asked[USUAL][-1]))
    kinds = {f"{WHOLE}: {scenario}": bodies for scenario, bodies in asked.items()}
    kinds[FIXED] = [body.replace(b"/matches HTTP", b"/fixed HTTP") for body in asked[USUAL]]
    kinds[BARE] = [_bare(body) for body in asked[USUAL][:1]]
    return Place(name, size, server, kinds)


def _bare(request: bytes) -> bytes:
    _path, _space, rest = request.removeprefix(b"POST ").partition(b" ")
    return b"POST /bare " + rest


def measured(places: list[Place]) -> dict[tuple[str, str], list[Load]]:
    """Loads by (place, kind), in rounds."""
    loads: dict[tuple[str, str], list[Load]] = defaultdict(list)
    for _round in range(ROUNDS):
        for where in places:
            for kind, requests in where.requests.items():
                loads[where.name, kind].append(where.server.load(requests, SECONDS))
    return loads


def tell(places: list[Place], loads: dict[tuple[str, str], list[Load]]) -> None:
    """Print the tables, and keep the plot."""
    throughput = {
        key: statistics.median(load.throughput for load in all_) for key, all_ in loads.items()
    }
    cost = {
        key: 1000
        * sum(load.worker_seconds for load in each)
        / max(sum(load.answered for load in each), 1)
        for key, each in loads.items()
    }
    print(
        "| directory | request | a second | of fixed | of bare | worker time, ms | bare's of it |"
    )
    print("|---|---|---:|---:|---:|---:|---:|")
    for where in places:
        for kind in where.requests:
            rate, key = throughput[where.name, kind], (where.name, kind)
            print(
                f"| {where.name} | {kind} | {rate:.0f} | {rate / throughput[where.name, FIXED]:.2f}"
                f" | {rate / throughput[where.name, BARE]:.2f} | {cost[key]:.3f}"
                f" | {cost[where.name, BARE] / max(cost[key], 1e-9):.2f} |"
            )
    small, large = places[0], next(p for p in reversed(places) if "SQLite" in p.name)
    print(f"\n| kind of request | {large.name} against {small.name}: worker time | throughput |")
    print("|---|---:|---:|")
    for kind in small.requests:
        more = cost[large.name, kind] / max(cost[small.name, kind], 1e-9)
        fewer = throughput[small.name, kind] / throughput[large.name, kind]
        print(f"| {kind} | {more:.2f} | {fewer:.2f} |")
    print("\n| directory | one web worker's memory at most, MB | of the smallest's |")
    print("|---|---:|---:|")
    memory = {where.name: where.server.memory() for where in places}
    for name, held in memory.items():
        print(f"| {name} | {held:.0f} | {held / memory[small.name]:.2f} |")
    on_sqlite = [where for where in places if "SQLite" in where.name]
    plot.log_log(
        RESULTS / "request.svg",
        "The live suggestion request",
        "organizations in the directory, each with three users",
        "worker time a request, ms",
        {
            kind.removeprefix(f"{WHOLE}: "): [(w.size, cost[w.name, kind]) for w in on_sqlite]
            for kind in small.requests
        },
    )


def main() -> None:
    """Measure every size on SQLite, and the middle one on PostgreSQL."""
    RESULTS.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="homeport-bench-"))
    postgresql = directories.server()
    places: list[Place] = []
    try:
        for size in SIZES:
            url = f"sqlite:///{directories.sqlite(size)}"
            places.append(place(f"{said(size)}, SQLite", size, url, folder / str(size)))
        if not QUICK and os.environ.get("BENCH_POSTGRESQL") != "none":
            url = directories.postgresql(postgresql, MIDDLE)
            places.append(place(f"{said(MIDDLE)}, PostgreSQL", MIDDLE, url, folder / "postgresql"))
        tell(places, measured(places))
    finally:
        for started in places:
            started.server.stop()
        connect_to(f"sqlite:///{folder}/none.db")
        postgresql.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
