"""Who and what may in: operators, the API's tokens, where webhooks go."""

from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from matching.sentences import Refused, sentence
from provisioning import auditing, tokens, webhooks
from provisioning import operators as people
from records import api, mail_search, operators
from records import webhooks as endpoints
from records.tables import Operator, OutboxRow, WebhookEndpoint
from views.console.because import Change, because
from views.console.frame import WHICH, answer, needs, older, pages, place, said
from views.console.words import mail_state
from views.forms import OperatorForm, RoleForm, TokenForm, WebhookForm
from views.visit import settings

PAGE = 50
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
ROLES = {"viewer": lazy_gettext("viewer"), "operator": lazy_gettext("operator")}


@pages.get("/access")
@needs("viewer")
def access(me: Operator) -> ResponseReturnValue:
    """Operators, tokens and webhooks."""
    auditing.looked(me.email, "access", "")
    return answer(
        me,
        "console/access.html",
        people=operators.listed(),
        roles=ROLES,
        tokens=api.tokens(),
        endpoints=[(each, _state(each), endpoints.waiting(each)) for each in endpoints.endpoints()],
    )


@pages.route("/access/operators/add", methods=["GET", "POST"])
@needs("operator")
def add_operator(me: Operator) -> ResponseReturnValue:
    """One more, who signs in with a link to their address."""

    def act(form: Any) -> None:
        email = form.contact_email.clean
        _not_oneself(me, email)
        people.add(email, form.role.data, me.email, form.why.clean)

    says = lazy_gettext("They sign in with a link that is mailed to them.")
    change = _change("", "operator", "", _("Add an operator"), says, act)
    return because(me, change, OperatorForm())


@pages.route(f"/access/operators/{WHICH}/role", methods=["GET", "POST"])
@needs("operator")
def give_role(me: Operator, which: int) -> ResponseReturnValue:
    """Another role for somebody else."""
    them = _operator(which)

    def act(form: Any) -> None:
        _not_oneself(me, them.email)
        people.add(them.email, form.role.data, me.email, form.why.clean)

    says = lazy_gettext("It counts from their next click on.")
    change = _change("", "operator", them.email, _("Change the role"), says, act)
    return because(me, change, RoleForm())


@pages.route(f"/access/operators/{WHICH}/remove", methods=["GET", "POST"])
@needs("operator")
def remove_operator(me: Operator, which: int) -> ResponseReturnValue:
    """Somebody else is out, at once."""
    them = _operator(which)

    def act(form: Any) -> None:
        _not_oneself(me, them.email)
        people.remove(them.email, me.email, form.why.clean)

    says = lazy_gettext("Their sessions end at once, and no link lets them in again.")
    change = _change("", "operator", them.email, _("Remove"), says, act, "danger")
    return because(me, change)


@pages.route("/access/tokens/add", methods=["GET", "POST"])
@needs("operator")
def add_token(me: Operator) -> ResponseReturnValue:
    """A token for one of the seller's systems, shown once."""

    def act(form: Any) -> str:
        scopes = [scope for scope in tokens.SCOPES if form[scope].data]
        name = (form.token_name.data or "").strip()
        with auditing.did(me.email, "made", "token", name, form.why.clean):
            return tokens.make(name, scopes)

    says = lazy_gettext("The token is shown once, on the page that follows.")
    change = _change("", "access", "", _("Make a token"), says, act)
    return because(me, change, TokenForm())


@pages.route("/access/tokens/<name>/revoke", methods=["GET", "POST"])
@needs("operator")
def revoke_token(me: Operator, name: str) -> ResponseReturnValue:
    """A token is worth nothing any more."""
    if all(token.name != name or token.revoked_at for token in api.tokens()):
        abort(404)
    says = lazy_gettext("Whatever uses it is refused from now on.")
    revoke = _change(
        "revoked", "token", name, _("Revoke"), says, lambda _form: tokens.revoke(name), "danger"
    )
    return because(me, revoke)


@pages.route("/access/webhooks/add", methods=["GET", "POST"])
@needs("operator")
def add_webhook(me: Operator) -> ResponseReturnValue:
    """Events go to one more address; its secret is shown once."""

    def act(form: Any) -> str:
        url = (form.url.data or "").strip()
        with auditing.did(me.email, "added", "webhook", url, form.why.clean):
            return webhooks.add(url, settings())

    says = lazy_gettext("Every event goes there, signed. The secret is shown once.")
    change = _change("", "access", "", _("Add a webhook"), says, act)
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
        state=_state(found),
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


def _change(
    what: str, kind: str, ref: str, button: Any, says: Any, act: Any, tone: str | None = None
) -> Change:
    return Change(what, kind, ref, button, says, act, url_for("console.access"), tone)


def _not_oneself(me: Operator, email: str) -> None:
    """So that at least one operator is left, and nobody locks themselves out."""
    if email == me.email:
        raise Refused(sentence("That is you. Ask another operator to change your own access."))


def _operator(which: int) -> Operator:
    found = next((each for each in operators.listed() if each.id == which), None)
    return found or abort(404)


def _endpoint(which: int) -> WebhookEndpoint:
    return endpoints.by_id(which) or abort(404)


def _state(endpoint: WebhookEndpoint) -> tuple[Any, str]:
    if endpoint.paused_at:
        return _("paused"), "bad"
    return (_("failing"), "wait") if endpoint.failing_since else (_("working"), "good")


def _waits(row: OutboxRow) -> bool:
    return row.sent_at is None and row.failed_at is None
