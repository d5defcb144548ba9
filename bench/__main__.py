"""All measurements: `make bench`. Each prints its table, which is kept in bench/results/.

`python -m bench NAME ...` makes some of them.
"""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from os import cpu_count, getloadavg
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
MEASURED = {
    "quality": "Whether the organization is found, and among how many others",
    "linear": "What each check of an input takes, for inputs that grow",
    "mail": "How fast mail goes out, and how long a new one waits",
    "timing": "Whether the time that an answer takes says what the answer must not",
    "request": "What the live suggestion request costs, at every size of the directory",
    "lookup": "What one lookup costs, and what searching by name costs otherwise",
    "console": "What the console's pages cost, from a thousand of everything to a million",
    "imports": "How fast a directory is imported, and what the web notices of it",
    "browser": "From a key press to painted suggestions, and many people typing at once",
}


def main() -> None:
    RESULTS.mkdir(exist_ok=True)
    for name in sys.argv[1:] or MEASURED:
        title = MEASURED[name]
        print(f"\n{title}\n", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True, check=True
        )
        print(done.stdout)
        (RESULTS / f"{name}.md").write_text(f"# {title}\n\n{_machine()}\n\n{done.stdout}")


def _machine() -> str:
    made = datetime.now(UTC).date().isoformat()
    system = f"{platform.system()}, Python {platform.python_version()}"
    load = getloadavg()[1]
    return (
        f"Measured {made} on {cpu_count()} cores of a shared machine ({system}), on which"
        f" {load:.0f} programs were running or waiting on average."
    )


if __name__ == "__main__":
    main()
