"""Signing in to the console by an emailed link, and one's own sessions."""

import secrets

from flask import abort, redirect, session, url_for
from flask.typing import ResponseReturnValue

from matching.addresses import masked
from provisioning import fresh_links, limits, links
from provisioning.links import Standing
from records import links as session_rows
from records import operators as rows
from records.tables import MagicLink, Operator
from views.console.frame import answer, needs, pages, signed_in
from views.forms import Form, PartnerForm, refused
from views.i18n import say
from views.render import page
from views.start import STATUS
from views.visit import network, settings


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Where the link is to go: one neutral answer, whatever is typed."""
    form = PartnerForm()
    if form.validate_on_submit():
        if fresh_links.ask_console(form.contact_email.clean, settings(), network()):
            return page("console/sent.html", plain=True)
        form.form_errors.append(say(limits.too_often("link")))
    elif signed_in() and not form.errors:
        return redirect(url_for("console.overview"), 303)
    return page("console/sign_in.html", plain=True, form=form), refused(form)


@pages.get("/sign-in/<token>")
def look(token: str) -> ResponseReturnValue:
    """The link's page: a button, or why there is none."""
    standing, link = links.look(token, "console")
    if standing is Standing.USED and _is_signed_in_by(link):
        return redirect(url_for("console.overview"), 303)
    if link is None or standing is not Standing.LIVING:
        return _no_button(standing)
    session.setdefault("browser", secrets.token_urlsafe(16))
    return page("console/start.html", plain=True, contact=masked(link.email))


@pages.post("/sign-in/<token>")
def claim(token: str) -> ResponseReturnValue:
    """Pressing the button signs in."""
    standing, secret = links.claim(token, session.get("browser", ""), settings(), "console")
    if standing is Standing.USED and _is_signed_in_by(links.look(token, "console")[1]):
        return redirect(url_for("console.overview"), 303)
    if standing is not Standing.LIVING:
        return _no_button(standing)
    session_rows.end_by_secret(session.get("console", ""))  # signing out will not know it any more
    session["console"] = secret
    session.permanent = True
    return redirect(url_for("console.overview"), 303)


@pages.get("/sessions")
@needs("viewer")
def sessions(me: Operator) -> ResponseReturnValue:
    """Where one is signed in."""
    here, form = signed_in(), Form(formdata=None)
    living = [(each, each == here) for each in rows.sessions(me)]
    return answer(me, "console/sessions.html", living=living, form=form)


@pages.post("/sessions/others")
@needs("viewer")
def end_others(me: Operator) -> ResponseReturnValue:
    """Sign out everywhere but here."""
    here = signed_in()
    if here:
        rows.end_others(me, here)
    return redirect(url_for("console.sessions"), 303)


@pages.post("/sessions/<int(max=9223372036854775807):which>")
@needs("viewer")
def end_session(me: Operator, which: int) -> ResponseReturnValue:
    """Sign out somewhere."""
    if not rows.end_session(me, which):
        abort(404)
    return redirect(url_for("console.sessions"), 303)


def _is_signed_in_by(link: MagicLink | None) -> bool:
    """Whether a used link finds the session of its own address still living here."""
    here = signed_in()
    return bool(link and here and here.email == link.email)


def _no_button(standing: Standing) -> ResponseReturnValue:
    form = PartnerForm(formdata=None)
    body = page("console/link_problem.html", plain=True, standing=standing, form=form)
    return body, STATUS[standing]
