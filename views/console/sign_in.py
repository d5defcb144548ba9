"""Signing in to the console by an emailed link, and one's own sessions."""

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from provisioning import fresh_links, limits
from records import operators as rows
from records.tables import Operator
from views.console.frame import WHICH, answer, needs, pages, signed_in
from views.forms import Form, PartnerForm, refused
from views.i18n import say
from views.mailed_sign_in import MailedSignIn
from views.render import page
from views.visit import network, settings

_SIGN_IN = MailedSignIn(
    "console",
    "console.overview",
    "console.sign_in",
    lazy_gettext("Sign in to the console"),
    lazy_gettext("This link opens nothing any more"),
    signed_in,
)


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


pages.get("/sign-in/<token>")(_SIGN_IN.look)
pages.post("/sign-in/<token>")(_SIGN_IN.claim)


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


@pages.post(f"/sessions/{WHICH}")
@needs("viewer")
def end_session(me: Operator, which: int) -> ResponseReturnValue:
    """Sign out somewhere."""
    if not rows.end_session(me, which):
        abort(404)
    return redirect(url_for("console.sessions"), 303)
