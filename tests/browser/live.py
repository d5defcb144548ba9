"""The application in processes of its own, as it is run in earnest, on a port of this machine."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask

from tests.support import databases

ROOT = Path(__file__).parent.parent.parent


class Live(NamedTuple):
    """The running site, and an application of the same settings for what a test does itself."""

    url: str
    app: Flask


class Server:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._app: Flask | None = None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.settings = {
            "DATABASE_URL": f"sqlite:///{folder}/homeport.db",
            "SECRET_KEY": "a secret for tests only",
            "PUBLIC_URL": self.url,
            "INSTANCE_DIR": str(folder / "instance"),
        }

    def start(self) -> None:
        """Returns once pages are answered."""
        with databases.migrated(self.settings["DATABASE_URL"]):
            pass
        # Handing over a bound socket leaves no moment in which somebody else could take the port.
        listener = self._socket.fileno()
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "app:create_app()",
            "--bind",
            f"fd://{listener}",
        ]
        command += ["--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | self.settings,
                pass_fds=[listener],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._socket.close()
        deadline = time.monotonic() + 120
        while not self._answers():
            alive = self._process.poll() is None and time.monotonic() < deadline
            assert alive, f"the server does not start:\n{self.log_since(0)}"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)

    def log_size(self) -> int:
        return self._log.stat().st_size

    def log_since(self, position: int) -> str:
        return self._log.read_bytes()[position:].decode()

    @contextmanager
    def emptied(self) -> Iterator[Live]:
        """The site without records and mails, for one test."""
        from app import create_app

        shutil.rmtree(self._folder / "instance" / "mailbox", ignore_errors=True)
        if not self._app:  # to make one, and its templates, takes half as long as a test
            self._app = create_app(self.settings)
        with databases.emptied(self.settings["DATABASE_URL"]):
            yield Live(self.url, self._app)
