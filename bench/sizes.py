"""How large the measured directories are: BENCH_SIZES, and BENCH_QUICK for a try in seconds."""

import os
from pathlib import Path

HERE = Path(__file__).parent
DATA = Path(os.environ.get("BENCH_DATA", HERE / "data"))
QUICK = bool(os.environ.get("BENCH_QUICK"))
# A try keeps its plots where no results of earnest are.
RESULTS = DATA if QUICK else HERE / "results"
SIZES = [
    int(size)
    for size in os.environ.get(
        "BENCH_SIZES", "1_000" if QUICK else "10_000 1_000_000 10_000_000"
    ).split()
]
# PostgreSQL, the peers and the browser are measured at a million organizations at most.
MIDDLE = max(size for size in SIZES if size <= 1_000_000 or size == min(SIZES))
ROUNDS = 2 if QUICK else 7
SECONDS = 0.05 if QUICK else 0.5  # that one kind of request is sent in each round


def said(size: int) -> str:
    """10 thousand, 1 million, 10 million."""
    for power, word in ((1_000_000, "million"), (1_000, "thousand")):
        if size >= power:
            return f"{size / power:g} {word}"
    return str(size)
