"""What an operator does to an order: a page that says what follows, a reason, a button."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from provisioning import budgets, closing, intake, interventions, moving, resending
from provisioning import orders as order_events
from records import outbox
from records import requests as request_rows
from records.tables import AccessRequest, Operator, Order
from views.console.because import Change, because
from views.console.frame import needs, pages
from views.console.order import order_of
from views.forms import Because, HandOverFor, MoveForm, ReopenForm
from views.visit import settings

LARGEST = 2**63 - 1


class Action(NamedTuple):
    """`act(order, form, who)`; `what`: how the audit list calls it; `button` and `says`: words."""

    what: str
    button: Any
    says: Any
    act: Callable[[Order, Any, str], object]
    form: type[Because] = Because
    tone: str | None = None


def _reopen(order: Order, form: Any, who: str) -> None:
    day = intake.day({"expires_on": form.expires_on.data or ""}, "expires_on")
    until = datetime.combine(day, time(23, 59, 59), UTC) if day else None
    closing.reopen(order, who, form.why.clean, settings(), until)


def _hand_over(order: Order, form: Any, who: str) -> None:
    email, role = form.contact_email.clean, form.contact_role.data
    order_events.hand_over_for(order, email, role, who, settings(), why=form.why.clean)


ACTIONS = {
    "link": Action(
        "fresh link sent",
        lazy_gettext("Send a fresh link"),
        lazy_gettext("It goes to the contact's address. Links sent before stop working."),
        lambda order, form, who: interventions.send_link(order, who, form.why.clean, settings()),
    ),
    "contact": Action(
        "contact changed",
        lazy_gettext("Change the contact"),
        lazy_gettext(
            "The new contact gets a link. The former one is told and signed out, and what was "
            "asked of administrators is withdrawn."
        ),
        _hand_over,
        HandOverFor,
    ),
    "grant": Action(
        "more questions granted",
        lazy_gettext("Grant more questions"),
        lazy_gettext("The order may look up, name and be shown as much as before once more."),
        lambda order, form, who: budgets.grant(order, who, form.why.clean),
    ),
    "reopen": Action(
        "reopened",
        lazy_gettext("Reopen"),
        lazy_gettext("The order lives on where it stopped, and its contact gets a new link."),
        _reopen,
        ReopenForm,
    ),
    "restore": Action(
        "restored",
        lazy_gettext("Restore"),
        lazy_gettext("The order is what it was before it was stopped; who disputed it is told."),
        lambda order, form, who: closing.restore(order, who, form.why.clean, settings()),
    ),
    "move": Action(
        "moved",
        lazy_gettext("Move to another organization"),
        lazy_gettext("Its subscriptions move with it, both sides are told, nobody gets a right."),
        lambda order, form, who: moving.move(
            order, (form.ref.data or "").strip(), who, form.why.clean, settings()
        ),
        MoveForm,
        "danger",
    ),
    "cancel": Action(
        "cancelled",
        lazy_gettext("Cancel the order"),
        lazy_gettext("Nothing is set up. The contact is told, with your reason."),
        lambda order, form, who: closing.cancel(order, who, form.why.clean),
        tone="danger",
    ),
}
AGAIN = (
    "mail sent again",
    lazy_gettext("Send the mail again"),
    lazy_gettext("The same letter goes to the same address, with a new link where it has one."),
)
EXTEND = (
    "request extended",
    lazy_gettext("Extend the request"),
    lazy_gettext("The administrators have the usual time to answer once more, from now on."),
)
CLOSE = (
    "request closed",
    lazy_gettext("Close the request"),
    lazy_gettext(
        "Nobody needs to answer it any more; nothing is granted by it. An order that waited for "
        "it goes on, and its contact gets a link to choose otherwise."
    ),
)


@pages.route(f"/orders/<number>/<any({', '.join(ACTIONS)}):act>", methods=["GET", "POST"])
@needs("operator")
def act(me: Operator, number: str, act: str) -> ResponseReturnValue:
    """Something is done to an order that can be done to it."""
    found, action = order_of(number), ACTIONS[act]
    if act not in interventions.possible(found):
        return redirect(url_for("console.order", number=number), 303)
    return _asked(me, found, action)


@pages.route(f"/orders/<number>/mails/<int(max={LARGEST}):which>", methods=["GET", "POST"])
@needs("operator")
def resend(me: Operator, number: str, which: int) -> ResponseReturnValue:
    """A letter of the order goes out once more."""
    found, row = order_of(number), outbox.by_id(which)
    if row is None or row.order_id != found.id:
        abort(404)

    def again(_order: Order, form: Any, who: str) -> None:
        resending.send_again(row.id, who, form.why.clean, settings())

    return _asked(me, found, Action(*AGAIN, again))


@pages.route(
    f"/orders/<number>/requests/<int(max={LARGEST}):which>/extend", methods=["GET", "POST"]
)
@needs("operator")
def extend(me: Operator, number: str, which: int) -> ResponseReturnValue:
    """A request gets more time."""
    found = order_of(number)
    asked = _request_of(found, which)

    def prolong(_order: Order, form: Any, who: str) -> None:
        interventions.extend(asked, who, form.why.clean, settings())

    return _asked(me, found, Action(*EXTEND, prolong))


@pages.route(f"/orders/<number>/requests/<int(max={LARGEST}):which>/close", methods=["GET", "POST"])
@needs("operator")
def close(me: Operator, number: str, which: int) -> ResponseReturnValue:
    """A request is withdrawn. None is answered here."""
    found = order_of(number)
    asked = _request_of(found, which)

    def withdraw(_order: Order, form: Any, who: str) -> None:
        interventions.close(asked, who, form.why.clean, settings())

    return _asked(me, found, Action(*CLOSE, withdraw, tone="danger"))


def _request_of(found: Order, which: int) -> AccessRequest:
    asked = request_rows.find(which)
    if asked is None or asked.order_id != found.id:
        abort(404)
    return asked


def _asked(me: Operator, found: Order, action: Action) -> ResponseReturnValue:
    """What follows, and once it is confirmed with a reason, the order again."""

    def act(form: Any) -> None:
        action.act(found, form, me.email)

    back = url_for("console.order", number=found.number)
    change = Change(
        action.what, "order", found.number, action.button, action.says, act, back, action.tone
    )
    return because(me, change, action.form(), "console/action.html", found=found, action=action)
