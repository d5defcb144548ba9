"""Signing in by a mailed link that is for no one order: to a partner's orders, to the console."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, session, url_for
from flask.typing import ResponseReturnValue

from matching.addresses import masked
from provisioning import links
from provisioning.links import Standing
from records import links as sessions
from records.tables import MagicLink, Session
from views.forms import PartnerForm
from views.render import page
from views.start import STATUS
from views.visit import settings


@dataclass(frozen=True)
class MailedSignIn:
    """One thing that is signed in to.

    `purpose`: of its links, and what the browser keeps its session under; `home`, `ask`: endpoints
    of what is seen then, and where a link is asked for; `signed_in`: the session of this browser.
    """

    purpose: str
    home: str
    ask: str
    title: Any
    replaced: Any
    signed_in: Callable[[], Session | None]

    def look(self, token: str) -> ResponseReturnValue:
        """The link's page: a button, or why there is none."""
        standing, link = links.look(token, self.purpose)
        if standing is Standing.USED and self._is_by(link):
            return redirect(url_for(self.home), 303)
        if link is None or standing is not Standing.LIVING:
            return self._no_button(standing)
        session.setdefault("browser", secrets.token_urlsafe(16))
        contact = masked(link.email)
        return page("mailed_sign_in.html", plain=True, title=self.title, contact=contact)

    def claim(self, token: str) -> ResponseReturnValue:
        """Pressing the button signs in."""
        browser = session.get("browser", "")
        standing, secret = links.claim(token, browser, settings(), self.purpose)
        if standing is Standing.USED and self._is_by(links.look(token, self.purpose)[1]):
            return redirect(url_for(self.home), 303)
        if standing is not Standing.LIVING:
            return self._no_button(standing)
        # Signing out will not know of the one before any more.
        sessions.end_by_secret(session.get(self.purpose, ""))
        session[self.purpose] = secret
        session.permanent = True
        return redirect(url_for(self.home), 303)

    def _is_by(self, link: MagicLink | None) -> bool:
        """Whether a used link finds the session of its own address still living here."""
        here = self.signed_in()
        return bool(link and here and here.email == link.email)

    def _no_button(self, standing: Standing) -> ResponseReturnValue:
        body = page(
            "mailed_sign_in_problem.html",
            plain=True,
            standing=standing,
            replaced=self.replaced,
            form=PartnerForm(formdata=None),
            ask=url_for(self.ask),
        )
        return body, STATUS[standing]
