"""`flask serve`: the web alone. `flask start`: everything, with an example to look at."""

import os
import socket
import sys
import time
from pathlib import Path
from threading import Event

import click
from flask.cli import with_appcontext

import config
from commands.context import Wrong, ready, settings
from commands.context import connected as database_connected
from commands.mail import deliver_all
from commands.processes import run_together
from commands.table import print_orders
from provisioning import demo
from records.migrate import migrate

SECONDS_TO_ANSWER = 20
# gunicorn's heartbeat must not wait for a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108  # nosec B108


@click.command()
@with_appcontext
def serve() -> None:
    """Serve the web on 127.0.0.1:PORT, in the foreground."""
    with ready():
        _refuse_taken_port()
    command = gunicorn(settings().port, "info")
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606


@click.command()
@with_appcontext
def start() -> None:
    """Migrate, fill an empty database with the demo, serve the web and deliver mail."""
    _refuse_taken_port()
    try:
        with database_connected():
            migrate()
        with ready():
            if demo.is_wanted():
                click.echo("Building the demo ...")
                demo.build(settings())
            deliver_all()
    except KeyboardInterrupt:
        raise SystemExit(0) from None
    web = gunicorn(settings().port, "warning")
    programs = {"The web server": web, "Mail delivery": _delivery()}
    raise SystemExit(run_together(programs, _show_the_way))


def gunicorn(port: int, log_level: str, application: str = "app:create_app()") -> list[str]:
    """The command that serves the web."""
    command = [sys.executable, "-m", "gunicorn", "--pythonpath", str(config.ROOT)]
    command += ["--worker-class", "commands.worker.Worker", "--workers", "2", "--threads", "8"]
    # Loaded once, before the workers are forked: one that dies is replaced at once.
    command += ["--preload"]
    # Without reuse-port, connections that are kept alive gather at one worker.
    command += ["--reuse-port", "--no-control-socket", "--log-level", log_level]
    command += ["--bind", f"127.0.0.1:{port}"]
    command += ["--config", str(config.ROOT / "commands" / "web.py")]
    # Nobody may tell the scheme or the path by a header; PROXIES alone says what is believed.
    command += ["--forwarded-allow-ips", ""]
    if _MEMORY.is_dir():
        command += ["--worker-tmp-dir", str(_MEMORY)]
    # No access log: a path may hold a link's token.
    return [*command, application]


def _delivery() -> list[str]:
    app = str(config.ROOT / "app.py")
    return [sys.executable, "-m", "flask", "--app", app, "mail", "deliver"]


def _refuse_taken_port() -> None:
    # With reuse-port a second server would start without complaint and take half of the requests.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings().port))
        except OSError:
            raise Wrong(f"Port {settings().port} is taken. Set PORT to another one.") from None


def _show_the_way(stop: Event) -> None:
    """Once the web answers: what there is to see."""
    until = time.monotonic() + SECONDS_TO_ANSWER
    while not _answers():
        if stop.wait(0.1) or time.monotonic() > until:
            return
    with ready():
        click.echo("Orders to begin with. Each link is its contact's, and opens once:\n")
        print_orders(settings())
        operator = demo.operator() or "the address that `flask operators add` was given"
    click.echo(f"\nThe console is at {settings().link_base}/console: sign in as {operator}.")
    click.echo(f"Homeport runs on http://127.0.0.1:{settings().port}. Ctrl-C stops it.")
    if settings().mailbox_dir:
        click.echo(f"All mail is kept at {settings().link_base}/mailbox.")


def _answers() -> bool:
    try:
        with socket.create_connection(("127.0.0.1", settings().port), timeout=1):
            return True
    except OSError:
        return False
