"""An opened order: who may see it, which step is open, and how a step answers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from flask import abort, current_app, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import LOOPBACK, Settings
from provisioning import journey, limits
from provisioning.facts import answers_of, facts_of, is_closed
from provisioning.journey import OrderFacts, Step
from records import links, orders
from records.tables import Order, Session
from views.opaque import text_digest
from views.render import current_path, is_fragment, page

MOST_ORDERS = 12  # that one browser keeps open; a cookie holds 4 kB


@dataclass(slots=True)
class Visit:
    """A living session looking at an order that is its own."""

    order: Order
    session: Session
    secret: str
    facts: OrderFacts

    @property
    def by(self) -> str:
        return self.session.email

    @property
    def proven(self) -> str | None:
        """The mailbox that the session proved, if it started from one."""
        return self.by if self.session.from_mailbox else None

    def refresh(self) -> None:
        """Read the order again after an event changed it."""
        self.order = orders.by_id(self.order.id)
        self.facts = facts_of(self.order)


def settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def network() -> str:
    """The network that a request came from; empty where all requests come through one proxy."""
    hidden = settings().host not in LOOPBACK and request.remote_addr in LOOPBACK
    return "" if hidden else limits.network_of(request.remote_addr or "")


def keep(order: Order, secret: str) -> None:
    """Let this browser have an order open; the newest stay when there are too many.

    What it holds no longer ends: signing out could not end it any more.
    """
    held = session.get("orders", {})
    kept = dict(list({**held, order.number: secret}.items())[-MOST_ORDERS:])
    for dropped in set(held.values()) - set(kept.values()):
        links.end_by_secret(dropped)
    session["orders"] = kept
    session.permanent = True


def living(number: str) -> tuple[Order, Session, str] | None:
    """The order that this browser has open under a number, its session and the session's secret."""
    for secret in (session.get("orders", {}).get(number), session.get("partner")):
        found = links.living_session(secret) if secret else None
        order = found and (found.order if found.order_id else _of_partner(number))
        if found and order and order.number == number and order.contact_email == found.email:
            return order, found, cast(str, secret)
    return None


def _of_partner(number: str) -> Order | None:
    order = orders.by_number(number)
    opened = order and order.contact_role == "partner" and order.status != "placed"
    return order if opened else None


def visit(number: str) -> Visit:
    """The visit to an order, or the one 404 for "not yours" and "not there"."""
    found = living(number)
    if found is None:
        abort(404)
    order, opened, secret = found
    g.language = order.language
    return Visit(order, opened, secret, facts_of(order))


def step(which: Step) -> Callable[[Callable[[Visit], Any]], Callable[..., Any]]:
    """A view of one step: it gets the visit, and only while the step is open."""

    def guard(view: Callable[[Visit], ResponseReturnValue]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(number: str) -> ResponseReturnValue:
            here = visit(number)
            if is_closed(here.order):
                return answer(here, "closed.html", problem=closing(here.order))
            if not journey.is_open(which, here.facts):
                return onward(here)
            return view(here)

        return guarded

    return guard


def closing(order: Order) -> str:
    """Why nothing can be done to an order: stopped, cancelled or expired, job or no job."""
    return order.status if order.status in journey.CLOSED else "expired"


def onward(here: Visit, **said: Any) -> ResponseReturnValue:
    """To whatever step the order says is next."""
    here.refresh()
    return redirect(step_url(here.order, journey.current_step(here.facts), **said), 303)


def step_url(order: Order, which: Step, **said: Any) -> str:
    return url_for(f"wizard.{which}", number=order.number, **said)


def seen(here: Visit) -> str | None:
    """The answers that a posted page was made for; None when the form does not say."""
    posted = request.form.get("seen")
    if posted is None:
        return None
    answers = answers_of(here.order)
    return answers if posted == text_digest(answers, here.secret) else "others"


def answer(here: Visit, template: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """A step's page, or only its part for htmx, from the same template and context."""
    context.setdefault("progress", _progress(here))
    context.setdefault("action", request.path)
    context.setdefault("seen", text_digest(answers_of(here.order), here.secret))
    body = page(template, order=here.order, lines=orders.lines(here.order), **context)
    response = make_response(body, status)
    if is_fragment() and status == 200:
        same = current_path().partition("?")[0] == request.path
        response.headers["HX-Replace-Url" if same else "HX-Push-Url"] = request.path
    return response


def _progress(here: Visit) -> list[tuple[str, str, str, str | None]]:
    """(step, label, past | current | ahead, its address if it is open)."""
    labels = {
        Step.PURPOSE: _("Purpose"),
        Step.COMPANY: _("Company"),
        Step.ORGANIZATION: _("Organization"),
        Step.ADMINISTRATOR: _("Administrator"),
        Step.WAITING: _("Answer"),
        Step.REVIEW: _("Review"),
        Step.DONE: _("Done"),
    }
    steps = journey.path(here.facts)
    shown = (request.endpoint or "").rpartition(".")[2]
    current = Step(shown) if shown in steps else journey.current_step(here.facts)
    done = here.facts.status == "provisioned"
    return [
        (
            which,
            labels[which],
            "current"
            if which is current
            else "past"
            if steps.index(which) < steps.index(current)
            else "ahead",
            None if done or not journey.is_open(which, here.facts) else step_url(here.order, which),
        )
        for which in steps
    ]
