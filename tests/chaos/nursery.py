"""A process that has everything loaded and bears the others, each by a fork: `deliver`, `place N`.

They start a hundred times as fast as programs do, and each is a process of its own to kill.
"""

import os
import random
import signal
import sys
import time
from datetime import timedelta

from app import create_app
from mail import worker
from provisioning import intake, orders
from records.database import Unavailable, connect_to, connection

ACKNOWLEDGED = os.environ["CHAOS_ACKNOWLEDGED"]
PAUSE = 0.04  # seconds between two orders of one process, on average


def main() -> None:
    """Answer each line with the id of the process that does what it says."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    worker.MARGIN = timedelta(seconds=int(os.environ["CHAOS_MARGIN"]))
    app = create_app()
    settings = app.config["SETTINGS"]
    for line in sys.stdin:
        what, _space, prefix = line.strip().partition(" ")
        pid = os.fork()
        if pid:
            print(pid, flush=True)
            continue
        sys.stdin.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        connect_to(settings.database_url)
        if what == "deliver":
            app.test_cli_runner().invoke(args=["mail", "deliver"])
        else:
            place(settings, prefix)
        os._exit(0)


def place(settings, prefix: str) -> None:
    """Place orders without end; what was committed is written down with the number of its order."""
    acknowledged = os.open(ACKNOWLEDGED, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    number = 0
    with connection():
        while True:
            number += 1
            said = {"number": f"{prefix}-{number}", "contact_email": f"{prefix}-{number}@acme.com"}
            order = intake.read_order(said, [{"sku": "M", "product": "Meetings", "quantity": "1"}])
            try:
                orders.place(order, settings, "chaos")
            except Unavailable:
                continue
            os.write(acknowledged, f"{order.number}\n".encode())
            time.sleep(random.uniform(0, 2 * PAUSE))


if __name__ == "__main__":
    main()
