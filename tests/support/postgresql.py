"""A real PostgreSQL server for the tests, started from the system's own programs."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

# Nothing here has to survive a power cut; and what is known of a table, by which a statement's plan
# is chosen, changes only where a test says so.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}


class Server:
    """One server on a free port of 127.0.0.1; its data lies in a temporary folder.

    `settings` of its own, over those for tests.
    """

    def __init__(self, **settings: str) -> None:
        self._settings = SETTINGS | settings
        self._programs = _programs()
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.getuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="homeport-postgresql-"))
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        self.url = ""

    def start(self) -> "Server":
        data = self._folder / "data"
        port = free_port()
        self._run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8",
                  "--locale=C.UTF-8")  # fmt: skip
        settings = f"-p {port} -k '' " + " ".join(
            f"-c {name}={to}" for name, to in self._settings.items()
        )
        self._run("pg_ctl", "-D", data, "-w", "-l", self._folder / "log", "-o", settings, "start")
        self.url = f"postgresql://postgres@127.0.0.1:{port}"
        return self

    def stop(self) -> None:
        """Stop the server, if it runs, and leave nothing behind."""
        if self.url:
            self._run("pg_ctl", "-D", self._folder / "data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str | Path) -> None:
        # A pipe would stay open in the server and keep this waiting for its end: use a file.
        with open(self._folder / f"{program}.out", "w+b") as output:
            done = subprocess.run(
                [self._programs / program, *arguments],
                user=self._user,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            output.seek(0)
            assert done.returncode == 0, f"{program} failed: {output.read().decode()}"


def create_database(server_url: str, name: str) -> str:
    """A new, empty database on the server; its URL."""
    _execute(server_url, "CREATE DATABASE {}", name)
    return f"{server_url}/{name}"


def drop_database(server_url: str, name: str) -> None:
    _execute(server_url, "DROP DATABASE {} WITH (FORCE)", name)


def _execute(server_url: str, statement: LiteralString, name: str) -> None:
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _programs() -> Path:
    """Debian keeps the server's programs off the PATH."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda path: float(path.parts[4]), default=None)
    found = newest or shutil.which("initdb")
    assert found, (
        "PostgreSQL's programs (initdb, pg_ctl) are not installed: run .ci/system-dependencies"
    )
    return Path(found).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
