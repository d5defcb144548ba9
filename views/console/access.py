"""Who and what may in: operators, the API's tokens; and where webhooks go."""

from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from matching.sentences import Refused, sentence
from provisioning import auditing, tokens
from provisioning import operators as people
from records import api, operators
from records import webhooks as endpoints
from records.tables import Operator
from views.console.because import Change, because
from views.console.frame import WHICH, answer, needs, pages
from views.console.webhooks import state_of
from views.forms import OperatorForm, RoleForm, TokenForm

ROLES = {"viewer": lazy_gettext("viewer"), "operator": lazy_gettext("operator")}


@pages.get("/access")
@needs("viewer")
def access(me: Operator) -> ResponseReturnValue:
    """Operators, tokens and webhooks."""
    auditing.looked(me.email, "access", "")
    found = endpoints.endpoints()
    return answer(
        me,
        "console/access.html",
        people=operators.listed(),
        roles=ROLES,
        tokens=api.tokens(),
        endpoints=[(each, state_of(each), endpoints.waiting(each)) for each in found],
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
