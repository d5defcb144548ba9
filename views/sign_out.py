"""Signing out: everything that this browser has open ends, wherever its cookie was copied to."""

from flask import Blueprint, redirect, session, url_for
from flask.typing import ResponseReturnValue

from records import links
from views import held
from views.render import page
from views.security import csrf

pages = Blueprint("sign_out", __name__)


@pages.post("/sign-out")
def end() -> ResponseReturnValue:
    """End every session that this browser holds; who holds none is told the same."""
    living = list(held.sessions())
    if living:
        csrf.protect()
    for found in living:
        links.end_session(found)
    session.clear()
    response = redirect(url_for("sign_out.ended"), 303)
    # A refused form may be kept for Back. Cookies are not named: that would reach other hosts.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


# Another tab may have signed out before, and taken the token with it.
csrf.exempt(f"{__name__}.{end.__name__}")


@pages.get("/signed-out")
def ended() -> ResponseReturnValue:
    """How to come back."""
    if held.is_any():
        return redirect(url_for("start.home"), 303)
    return page("signed_out.html", plain=True)
