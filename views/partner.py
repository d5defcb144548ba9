"""A partner's orders as plain pages: none of them has a script."""

import secrets

from flask import Blueprint, abort, redirect, session, url_for
from flask.typing import ResponseReturnValue

from matching.addresses import masked
from provisioning import fresh_links, limits, links
from provisioning.facts import facts_of, is_closed
from provisioning.journey import current_step
from provisioning.links import Standing
from records import links as sessions
from records import orders
from records.tables import MagicLink, Order, Session
from views import visit
from views.forms import PartnerForm, refused
from views.i18n import say
from views.render import page
from views.start import STATUS
from views.visit import network, settings

pages = Blueprint("partner", __name__, url_prefix="/partner")


@pages.route("", methods=["GET", "POST"])
def overview() -> ResponseReturnValue:
    """The orders one is the contact of, or how to sign in."""
    signed_in = _signed_in()
    if signed_in:
        entries = [_entry(order) for order in orders.of_partner(signed_in.email)]
        return page("partner.html", plain=True, wide=True, entries=entries, email=signed_in.email)
    form = PartnerForm()
    if form.validate_on_submit():
        if fresh_links.ask_partner(form.contact_email.clean, settings(), network()):
            return page("partner_sent.html", plain=True)
        form.form_errors.append(say(limits.too_often("link")))
    return page("partner_sign_in.html", plain=True, form=form), refused(form)


@pages.get("/<token>")
def look(token: str) -> ResponseReturnValue:
    """The sign-in link's page: a button, or why there is none."""
    standing, link = links.look(token, "partner")
    if standing is Standing.USED and _is_signed_in_by(link):
        return redirect(url_for("partner.overview"), 303)
    if link is None or standing is not Standing.LIVING:
        return _no_button(standing)
    session.setdefault("browser", secrets.token_urlsafe(16))
    return page("partner_start.html", plain=True, contact=masked(link.email))


@pages.post("/<token>")
def claim(token: str) -> ResponseReturnValue:
    """Pressing the button signs in."""
    standing, secret = links.claim(token, session.get("browser", ""), settings(), "partner")
    if standing is Standing.USED and _is_signed_in_by(links.look(token, "partner")[1]):
        return redirect(url_for("partner.overview"), 303)
    if standing is not Standing.LIVING:
        return _no_button(standing)
    sessions.end_by_secret(session.get("partner", ""))  # signing out will not know it any more
    session["partner"] = secret
    session.permanent = True
    return redirect(url_for("partner.overview"), 303)


@pages.post("/orders/<number>")
def go_on(number: str) -> ResponseReturnValue:
    """Continue an order at its current step; the first time launches it."""
    signed_in = _signed_in()
    order = orders.by_number(number)
    if signed_in is None or order is None or not _is_theirs(order, signed_in):
        abort(404)
    links.open_by_partner(order, signed_in.email)
    order = orders.by_id(order.id)
    return redirect(visit.step_url(order, current_step(facts_of(order))), 303)


def _signed_in() -> Session | None:
    secret = session.get("partner")
    return sessions.living_session(secret) if secret else None


def _is_signed_in_by(link: MagicLink | None) -> bool:
    """Whether a used link finds the session of its own address still living here."""
    signed_in = _signed_in()
    return bool(link and signed_in and signed_in.email == link.email)


def _is_theirs(order: Order, signed_in: Session) -> bool:
    return bool(order.contact_email == signed_in.email and order.contact_role == "partner")


def _entry(order: Order) -> dict[str, object]:
    """One line of the list: the order, its state and its next step."""
    closed = is_closed(order)
    status = visit.closing(order) if closed else order.status
    step = None if closed else current_step(facts_of(order))
    return {"order": order, "status": status, "step": step, "lines": orders.lines(order)}


def _no_button(standing: Standing) -> ResponseReturnValue:
    form = PartnerForm(formdata=None)
    body = page("partner_problem.html", plain=True, standing=standing, form=form)
    return body, STATUS[standing]
