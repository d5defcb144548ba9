"""From the mail to the order: the launch link's page, and a fresh link for who needs one."""

import secrets

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from matching.addresses import masked
from provisioning import fresh_links, limits, links
from provisioning.facts import facts_of, is_closed
from provisioning.journey import current_step
from provisioning.links import Standing
from records import orders
from records.tables import MagicLink
from views import visit
from views.forms import FreshLinkForm, first, refused
from views.i18n import say
from views.render import page
from views.visit import network, settings

pages = Blueprint("start", __name__)
STATUS = {
    Standing.LIVING: 200,
    Standing.USED: 410,
    Standing.EXPIRED: 410,
    Standing.REPLACED: 410,
    Standing.UNKNOWN: 404,
}


@pages.route("/", methods=["GET", "POST"])
def home() -> ResponseReturnValue:
    """Get your link again: one neutral answer, whatever is typed."""
    # A portal's plain form may name the order already.
    form = FreshLinkForm(number=first(request.args.get("number", "")[:100]))
    if form.validate_on_submit():
        number = (form.number.data or "").strip()
        if fresh_links.ask(number, form.contact_email.clean, settings(), network()):
            return page("fresh_sent.html")
        form.form_errors.append(say(limits.too_often("link")))
    return page("home.html", form=form), refused(form)


@pages.get("/start/<token>")
def look(token: str) -> ResponseReturnValue:
    """The link's page: a button, or why there is none. Nothing changes by looking."""
    standing, link = links.look(token, *links.OPENING)
    if link and standing is not Standing.UNKNOWN:
        if standing is Standing.USED and _is_open_here(link):
            return _onward(link)
        if is_closed(link.order):
            return _closed(link)
    if link is None or standing is not Standing.LIVING:
        return _no_button(standing, link)
    # A browser that repeats its own claim is told apart from a stranger by this value.
    session.setdefault("browser", secrets.token_urlsafe(16))
    lines, contact = orders.lines(link.order), masked(link.email)
    return page("start.html", number=link.order.number, lines=lines, contact=contact)


@pages.post("/start/<token>")
def claim(token: str) -> ResponseReturnValue:
    """Pressing the button starts the session."""
    _standing, link = links.look(token, *links.OPENING)
    if link and is_closed(link.order):
        return _closed(link)
    standing, secret = links.claim(token, session.get("browser", ""), settings(), *links.OPENING)
    if link is None or standing is not Standing.LIVING:
        if link and standing is Standing.USED and _is_open_here(link):
            return _onward(link)
        return _no_button(standing, link)
    visit.keep(link.order, secret)
    return _onward(link)


def _is_open_here(link: MagicLink) -> bool:
    """Whether the session of the link's own address still lives in this browser."""
    opened = visit.living(link.order.number)
    return opened is not None and opened[1].email == link.email


def _onward(link: MagicLink) -> ResponseReturnValue:
    order = orders.by_id(link.order_id)
    return redirect(visit.step_url(order, current_step(facts_of(order))), 303)


def _closed(link: MagicLink) -> ResponseReturnValue:
    return page("closed.html", problem=visit.closing(link.order), number=link.order.number)


def _no_button(standing: Standing, link: MagicLink | None) -> ResponseReturnValue:
    form = FreshLinkForm(formdata=None, number=link.order.number if link else "")
    body = page("link_problem.html", standing=standing, form=form, action=url_for("start.home"))
    return body, STATUS[standing]
