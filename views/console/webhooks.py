"""Where webhooks go: what was sent there, what waits, and what the operator changes of it."""

from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from provisioning import auditing, webhooks
from records import mail_search
from records import webhooks as endpoints
from records.tables import Operator, OutboxRow, WebhookEndpoint
from views.console.because import Change, because
from views.console.frame import WHICH, answer, needs, older, pages, place, said
from views.console.words import mail_state
from views.forms import WebhookForm
from views.visit import settings

PAGE = 50
EVENT = WHICH.replace("which", "event")
WEBHOOK: dict[str, tuple[Any, Any, str | None]] = {
    "rotate": (
        lazy_gettext("Make a new secret"),
        lazy_gettext("It is shown once. For a day the former one signs as well."),
        None,
    ),
    "resume": (
        lazy_gettext("Send there again"),
        lazy_gettext("What it missed comes first, in each order's own order."),
        None,
    ),
    "remove": (
        lazy_gettext("Remove the webhook"),
        lazy_gettext("Nothing goes there any more, and what waits is dropped."),
        "danger",
    ),
}


@pages.route("/access/webhooks/add", methods=["GET", "POST"])
@needs("operator")
def add_webhook(me: Operator) -> ResponseReturnValue:
    """Events go to one more address; its secret is shown once."""

    def act(form: Any) -> str:
        url = (form.url.data or "").strip()
        with auditing.did(me.email, "added", "webhook", url, form.why.clean):
            return webhooks.add(url, settings())

    says = lazy_gettext("Every event goes there, signed. The secret is shown once.")
    back = url_for("console.access")
    change = Change("", "access", "", _("Add a webhook"), says, act, back)
    return because(me, change, WebhookForm())


@pages.get(f"/access/webhooks/{WHICH}")
@needs("viewer")
def webhook(me: Operator, which: int) -> ResponseReturnValue:
    """What was sent to an address, and what waits for it."""
    found = _endpoint(which)
    auditing.looked(me.email, "webhook", str(found.id))
    events = mail_search.events(found.id, place(said("after")), PAGE + 1)
    return answer(
        me,
        "console/webhook.html",
        found=found,
        state=state_of(found),
        waiting=endpoints.waiting(found),
        events=[(row, mail_state(row), _waits(row)) for row in events[:PAGE]],
        more=older(events[PAGE - 1].id) if len(events) > PAGE else None,
    )


@pages.route(
    f"/access/webhooks/{WHICH}/<any({', '.join(webhooks.ACTS)}):way>", methods=["GET", "POST"]
)
@needs("operator")
def change_webhook(me: Operator, which: int, way: str) -> ResponseReturnValue:
    """Its secret, whether anything goes there, whether it is there at all."""
    found = _endpoint(which)
    button, says, tone = WEBHOOK[way]
    back = url_for("console.webhook", which=which) if way != "remove" else url_for("console.access")

    def do(_form: Any) -> str | None:
        secret = webhooks.ACTS[way](which, settings())
        return secret if isinstance(secret, str) else None

    return because(me, Change(way, "webhook", str(found.id), button, says, do, back, tone))


@pages.route(f"/access/webhooks/{WHICH}/events/{EVENT}/again", methods=["GET", "POST"])
@needs("operator")
def webhook_again(me: Operator, which: int, event: int) -> ResponseReturnValue:
    """One event that was given up is sent there once more."""
    found = _endpoint(which)

    def act(_form: Any) -> None:
        webhooks.again(which, event)

    says = lazy_gettext("It is tried for 72 hours again, after what has gone there meanwhile.")
    back = url_for("console.webhook", which=which)
    ref = f"{found.id}/{event}"
    return because(me, Change("again", "webhook", ref, _("Send again"), says, act, back))


def _endpoint(which: int) -> WebhookEndpoint:
    return endpoints.by_id(which) or abort(404)


def state_of(endpoint: WebhookEndpoint) -> tuple[Any, str]:
    """How an endpoint fares: a word, and its tone."""
    if endpoint.paused_at:
        return _("paused"), "bad"
    return (_("failing"), "wait") if endpoint.failing_since else (_("working"), "good")


def _waits(row: OutboxRow) -> bool:
    return row.sent_at is None and row.failed_at is None
