"""Every refusal is a page with a sentence; "not yours" and "not there" are the same one."""

from flask import Flask, Response, make_response, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from records.database import Unavailable
from views.api import problems
from views.forms import FreshLinkForm
from views.render import current_path, own_path, page
from views.security import API

PLAIN = ("/partner", "/console")  # no page there has a script, whatever it says


def init_app(app: Flask) -> None:
    """A page for every error, whatever raised it."""
    app.register_error_handler(HTTPException, refuse)
    app.register_error_handler(CSRFError, refuse)
    app.register_error_handler(Unavailable, unavailable)


def refuse(error: HTTPException) -> Response:
    """The page for an HTTP error; a redirect that werkzeug raises stays one."""
    code = error.code or 500
    if code < 400:
        return error.get_response()  # type: ignore[return-value]
    if isinstance(request.routing_exception, SecurityError):
        # Without a host of ours there are no addresses, and so no page.
        return Response(_("This is not the address of this site."), 400, mimetype="text/plain")
    if request.path.startswith(API):
        return problems.of_http(error)
    plain, static = request.path.startswith(PLAIN), request.path.startswith("/static/")
    if code == 404 and not static and not request.path.startswith("/console"):
        form = FreshLinkForm(formdata=None)
        response = make_response(
            page("not_found.html", form=form, action=url_for("start.home"), plain=plain), 404
        )
    else:
        response = make_response(_error_page(code, plain, asks=code < 500 and not static), code)
    if request.headers.get("HX-Request") == "true" and code < 500:
        # htmx swaps no errors: the page that explains is loaded as a page. After a mistake of ours
        # the page stays, with what was typed; app.js says a sentence.
        came_from = current_path() if request.method == "POST" else own_path(request.path)
        response.headers["HX-Redirect"] = came_from or "/"
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def unavailable(error: Unavailable) -> Response:
    """The database does not answer; nothing was done by halves."""
    if request.path.startswith(API):
        return problems.of_unavailable(error)
    plain = request.path.startswith(PLAIN)
    response = make_response(_error_page(503, plain, asks=False), 503)
    response.headers["Retry-After"] = "10"
    return response


def _error_page(code: int, plain: bool, *, asks: bool) -> str:
    """The page for a code; where `asks` is False, it does not ask the database who is there."""
    known = {} if asks else {"signed_in": False}
    return page("error.html", code=code, sentence=_sentence(code), plain=plain, **known)


def _sentence(code: int) -> str:
    return {
        400: _("We cannot tell that this came from our page. Go back, reload it and try again."),
        403: _(
            "Your role is to look, not to change anything. Ask somebody with the role operator."
        ),
        404: _("There is nothing under this address."),
        405: _("This address does not take that."),
        413: _("That is more than we take. Shorten it and try again."),
        503: _("We cannot reach our database just now. Nothing was lost; try again in a minute."),
    }.get(code, _("Something went wrong on our side. Nothing was lost; try again in a minute."))
