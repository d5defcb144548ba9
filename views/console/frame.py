"""What all pages of the console share: who may see them, and their frame."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import abort, current_app, redirect, request, session, url_for
from flask.blueprints import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from matching.text import visible
from provisioning import operators as roles
from records import operators
from records.tables import Operator, Session
from views.render import page

pages = Blueprint("console", __name__, url_prefix="/console")
# Endpoints and what leads to them; what does not exist is not linked.
NAVIGATION = (
    ("overview", lazy_gettext("Overview")),
    ("orders", lazy_gettext("Orders")),
    ("organizations", lazy_gettext("Organizations")),
    ("imports", lazy_gettext("Import")),
    ("mail", lazy_gettext("Mail")),
    ("matcher", lazy_gettext("Matcher")),
    ("access", lazy_gettext("Access")),
    ("audit", lazy_gettext("Audit")),
)
LONGEST = 300
WHICH = "<int(max=9223372036854775807):which>"  # a row's number, as an address has it
View = Callable[..., ResponseReturnValue]


def signed_in() -> Session | None:
    """The living session of the console in this browser, with its operator."""
    secret = session.get("console")
    return operators.session(secret) if secret else None


def needs(role: str) -> Callable[[View], View]:
    """A view for whoever has this role (viewer | operator); it gets their row first.

    Who is not signed in is asked to; who is, and may not, reads so. The role is read each time.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> ResponseReturnValue:
            here = signed_in()
            if here is None:
                return redirect(url_for("console.sign_in"), 303)
            if not roles.may(here.operator.role, role):
                abort(403)
            return view(here.operator, **values)

        guarded.needs = role  # type: ignore[attr-defined]
        return guarded

    return guard


def answer(me: Operator, template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of the console, with the way to the others."""
    ways = [
        (url_for(f"console.{name}"), label, _is_below(name))
        for name, label in NAVIGATION
        if f"console.{name}" in current_app.view_functions
    ]
    acts = roles.may(me.role, "operator")
    body = page(template, plain=True, wide=True, me=me, acts=acts, ways=ways, **context)
    return body, status


def older(key: object) -> str:
    """The address of this list's next page: the same filters, from a row on."""
    kept: dict[str, Any] = {name: said for name, said in request.args.items() if name != "after"}
    return f"{request.path}?{urlencode({**kept, 'after': key})}"


def said(name: str) -> str:
    """What an address says under a name, as a page can show and a database look for it."""
    return visible(request.args.get(name, "")).strip()[:LONGEST]


def place(value: str) -> int | None:
    """A row's number as an address says it; None where it is none."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def _is_below(name: str) -> bool:
    """Whether the page shown is the one named or, by its path, one below it."""
    path = url_for(f"console.{name}")
    return request.path == path or (name != "overview" and request.path.startswith(f"{path}/"))
