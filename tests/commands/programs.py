"""The real programs, run as a person runs them."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.support import databases

ROOT = Path(__file__).parent.parent.parent


def environment(folder: Path, **settings: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder}/homeport.db",
        "INSTANCE_DIR": str(folder / "instance"),
        "PORT": str(free_port()),
        **settings,
    }


def flask(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )


def migrate(env: dict[str, str]) -> None:
    """As `flask migrate` does, without starting it: where it is not what is tried."""
    with databases.migrated(env["DATABASE_URL"]):
        pass


def started(*arguments: str, env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flask", *arguments]


def output_until(program: subprocess.Popen[str], words: str) -> str:
    """What it prints up to the line with these words; it fails when it ends before."""
    said = ""
    assert program.stdout
    for line in program.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended without saying {words!r}:\n{said}")


def descendants(pid: int) -> set[int]:
    """The processes that a process has started, and those that these have started."""
    children = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        children |= {int(child) for child in task.read_text().split()}
    return children.union(*(descendants(child) for child in children))


def all_ended(pids: set[int], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
