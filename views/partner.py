"""A partner's orders as plain pages: none of them has a script."""

import secrets

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from matching.addresses import masked
from provisioning import fresh_links, limits, links, partners
from provisioning.links import Standing
from records import links as sessions
from records.tables import MagicLink, Session
from views.forms import PartnerForm, refused
from views.i18n import say
from views.progress import entry
from views.render import page
from views.start import STATUS
from views.visit import network, settings

PAGE = 20

pages = Blueprint("partner", __name__, url_prefix="/partner")


@pages.route("", methods=["GET", "POST"])
def overview() -> ResponseReturnValue:
    """One's own orders and those of the partners one administers, or how to sign in."""
    opened = signed_in()
    if opened:
        return _list(opened.email)
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


def _list(email: str) -> ResponseReturnValue:
    """A page of the orders, newest first, in one state or in each."""
    status, before = request.args.get("status", ""), request.args.get("before", "")
    found = partners.orders_of(email, status, before, PAGE + 1)
    entries = [entry(order, email) for order in found[:PAGE]]
    chosen = status if status in partners.STATUSES else None
    older = len(found) > PAGE and _at_list(chosen, found[PAGE - 1].number)
    return page(
        "partner.html",
        plain=True,
        wide=True,
        entries=entries,
        email=email,
        administers=bool(partners.administered(email)),
        statuses=partners.STATUSES,
        chosen=chosen,
        older=older,
        newest=before and _at_list(chosen),
    )


def _at_list(status: str | None, before: str | None = None) -> str:
    return url_for("partner.overview", status=status, before=before)


def signed_in() -> Session | None:
    """The living session of a partner in this browser: a mailed link started it."""
    secret = session.get("partner")
    found = sessions.living_session(secret) if secret else None
    return found if found and not found.order_id and found.from_mailbox else None


def _is_signed_in_by(link: MagicLink | None) -> bool:
    """Whether a used link finds the session of its own address still living here."""
    opened = signed_in()
    return bool(link and opened and opened.email == link.email)


def _no_button(standing: Standing) -> ResponseReturnValue:
    form = PartnerForm(formdata=None)
    body = page("partner_problem.html", plain=True, standing=standing, form=form)
    return body, STATUS[standing]
