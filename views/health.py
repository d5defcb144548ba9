"""For whoever watches the servers."""

from flask import Blueprint, abort, request

from config import LOOPBACK
from records import fence, migrate, orders, outbox, webhooks

pages = Blueprint("health", __name__)
LATE = 300
PLAIN = {"Content-Type": "text/plain"}
PROMETHEUS = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}


@pages.get("/healthz")
def alive() -> tuple[str, int, dict[str, str]]:
    """The process answers."""
    return "ok\n", 200, PLAIN


@pages.get("/readyz")
def ready() -> tuple[str, int, dict[str, str]]:
    """The database answers, its schema is current, and mail is not stuck."""
    problems = [f"migration {name} is pending" for name in migrate.pending()]
    if not problems:
        late, fenced = outbox.oldest_due_seconds(), fence.standing()
        problems += [f"no mail is sent: {fenced}"] if fenced else []
        problems += [f"mail waits for {late} seconds"] if late > LATE else []
    text = "\n".join(problems) or "ok"
    return f"{text}\n", 503 if problems else 200, PLAIN


@pages.get("/metrics")
def metrics() -> tuple[str, int, dict[str, str]]:
    """For Prometheus on this machine: how many orders there are is nobody else's business."""
    if request.remote_addr not in LOOPBACK or "X-Forwarded-For" in request.headers:
        abort(404)
    mails, fenced, events = outbox.counts(), int(bool(fence.standing())), webhooks.counts()
    samples = [
        _gauge("homeport_mail_waiting", "Letters still to be sent.", {"": mails["waiting"]}),
        _gauge(
            "homeport_mail_oldest_due_seconds",
            "How long the oldest letter that is due has waited.",
            {"": outbox.oldest_due_seconds()},
        ),
        _gauge("homeport_mail_sent", "Letters that a server accepted.", {"": mails["sent"]}),
        _gauge("homeport_mail_failed", "Letters that failed or came back.", {"": mails["failed"]}),
        _gauge("homeport_mail_fenced", "1 while a fence stands.", {"": fenced}),
        _gauge(
            "homeport_webhook_events",
            "Events for webhooks by what became of them.",
            {f'{{state="{said}"}}': events[said] for said in ("waiting", "delivered", "failed")},
        ),
        _gauge("homeport_webhooks_paused", "Paused endpoints.", {"": events["paused"]}),
        _gauge(
            "homeport_orders",
            "Orders by their status.",
            {f'{{status="{status}"}}': count for status, count in orders.by_status().items()},
        ),
    ]
    return "".join(samples), 200, PROMETHEUS


def _gauge(name: str, says: str, values: dict[str, int]) -> str:
    lines = [f"{name}{labels} {value}" for labels, value in values.items()]
    return "\n".join([f"# HELP {name} {says}", f"# TYPE {name} gauge", *lines, ""])
