"""For whoever watches the servers."""

from flask import Blueprint

from records import migrate
from records.outbox import oldest_due_seconds

pages = Blueprint("health", __name__)
LATE = 300


@pages.get("/healthz")
def alive() -> tuple[str, int, dict[str, str]]:
    """The process answers."""
    return "ok\n", 200, {"Content-Type": "text/plain"}


@pages.get("/readyz")
def ready() -> tuple[str, int, dict[str, str]]:
    """The database answers, its schema is current, and mail is not stuck."""
    late = oldest_due_seconds()
    problems = [f"migration {name} is pending" for name in migrate.pending()]
    problems += [f"mail waits for {late} seconds"] if late > LATE else []
    text = "\n".join(problems) or "ok"
    return f"{text}\n", 503 if problems else 200, {"Content-Type": "text/plain"}
