"""`make chaos`: a thousand kills on each database, as a table under bench/results/."""

import os
import secrets
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.play import Outcome, play
from tests.support import postgresql

KILLS = int(os.environ.get("CHAOS_KILLS", "1000"))
MOST_SECONDS = int(os.environ.get("CHAOS_SECONDS", "900"))
SEED = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(10**9))
RESULTS = Path(__file__).parent.parent.parent / "bench" / "results" / "chaos.md"


def main() -> None:
    """Print the table and each mistake; exit code 1 when there is one."""
    server = postgresql.Server().start()
    try:
        outcomes = {"SQLite": run("sqlite:///{folder}/homeport.db")}
        outcomes["PostgreSQL"] = run(postgresql.create_database(server.url, "chaos"))
    finally:
        server.stop()
    said = table(outcomes)
    print(said)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(said)
    if any(outcome.mistakes for outcome in outcomes.values()):
        sys.exit(1)


def run(url: str) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        return play(url.format(folder=folder), Path(folder), KILLS, MOST_SECONDS, SEED)


def table(outcomes: dict[str, Outcome]) -> str:
    """As Markdown."""
    lines = [
        "# Web, workers and sellers killed at random moments",
        "",
        f"Played {datetime.now(UTC).date().isoformat()} on {os.cpu_count()} cores of a shared "
        f"machine, seed {SEED}; load at the end {os.getloadavg()[0]:.1f}.",
        "",
        "| database | kills: workers | sellers | web | seconds | orders | mails | claims "
        "| sent again | mistakes |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, o in outcomes.items():
        numbers = [*o.kills.values(), round(o.seconds), o.orders, o.mails, o.claims, o.repeats]
        cells = " | ".join(f"{number:,}" for number in [*numbers, len(o.mistakes)])
        lines.append(f"| {name} | {cells} |")
    lines += [f"\n{name}: {mistake}" for name, o in outcomes.items() for mistake in o.mistakes[:50]]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
