"""Every refusal is a page with a sentence; "not yours" and "not there" are the same one."""

from flask import Flask, Response, make_response, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from records.database import Unavailable
from views.forms import FreshLinkForm
from views.render import current_path, page


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
    plain = request.path.startswith("/partner")
    if code == 404 and not request.path.startswith("/static/"):
        form = FreshLinkForm(formdata=None)
        response = make_response(
            page("not_found.html", form=form, action=url_for("start.home"), plain=plain), 404
        )
    else:
        body = page("error.html", code=code, sentence=_sentence(code), plain=plain)
        response = make_response(body, code)
    if request.headers.get("HX-Request") == "true" and code < 500:
        # htmx swaps no errors: the page that explains is loaded as a page. After a mistake of ours
        # the page stays, with what was typed; app.js says a sentence.
        came_from = current_path() if request.method == "POST" else request.path
        response.headers["HX-Redirect"] = came_from or "/"
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def unavailable(_error: Unavailable) -> Response:
    """The database does not answer; nothing was done by halves."""
    response = make_response(page("error.html", code=503, sentence=_sentence(503)), 503)
    response.headers["Retry-After"] = "10"
    return response


def _sentence(code: int) -> str:
    return {
        400: _("We cannot tell that this came from our page. Go back, reload it and try again."),
        405: _("This address does not take that."),
        413: _("That is more than we take. Shorten it and try again."),
        503: _("We cannot reach our database just now. Nothing was lost; try again in a minute."),
    }.get(code, _("Something went wrong on our side. Nothing was lost; try again in a minute."))
