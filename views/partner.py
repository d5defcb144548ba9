"""A partner's orders as plain pages: none of them has a script."""

from flask import Blueprint, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from provisioning import fresh_links, limits, partners
from records import links as sessions
from records.tables import Session
from views.forms import PartnerForm, refused
from views.i18n import say
from views.mailed_sign_in import MailedSignIn
from views.progress import entry
from views.render import page
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


_SIGN_IN = MailedSignIn(
    "partner",
    "partner.overview",
    "partner.overview",
    lazy_gettext("See your orders"),
    lazy_gettext("A newer link replaces this one"),
    signed_in,
)
pages.get("/<token>")(_SIGN_IN.look)
pages.post("/<token>")(_SIGN_IN.claim)
