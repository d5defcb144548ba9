"""What is uploaded in the console is brought in beside the mail, by a program of its own."""

import logging
import subprocess
import sys
from collections.abc import Sequence
from threading import Event

import config
from commands import processes
from config import Settings
from provisioning import upload_runs
from records.database import forget_connection, open_connection

LOOK_EVERY = 2  # seconds
REST = 30  # seconds, after one that broke off

log = logging.getLogger(__name__)


def run(settings: Settings, stop: Event) -> None:
    """Have it done until told to stop. Work that takes a whole core would keep mail waiting here.

    Whatever goes wrong passes: what was interrupted is run again.
    """
    app = str(config.ROOT / "app.py")
    command = [sys.executable, "-m", "flask", "--app", app, "directory", "uploads"]
    child: subprocess.Popen[bytes] | None = None
    try:
        while not stop.wait(REST if child and child.poll() else LOOK_EVERY):
            if child is None or child.poll() is not None:
                child = _started(command, settings)
    finally:
        if child is not None:
            processes.end([child])
        forget_connection()


def _started(command: Sequence[str], settings: Settings) -> subprocess.Popen[bytes] | None:
    """What does what waits; None where nothing does, or where it cannot be had now."""
    try:
        open_connection()
        return processes.start(command) if upload_runs.is_wanted(settings) else None
    except Exception as error:
        log.warning("imports pause: %s", type(error).__name__)
        forget_connection()
        return None
