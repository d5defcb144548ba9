"""The HTTP API: each operation is declared once, and from that both guarded and described."""

from flask import Blueprint, Response, g
from werkzeug.exceptions import HTTPException

from provisioning.limits import Allowance
from views.api import problems
from views.api.problems import Problem
from views.security import csrf

PREFIX = "/api/v1"
pages = Blueprint("api", __name__, url_prefix=PREFIX)
# A token is shown with each request, and no cookie is looked at: nothing can be forged.
csrf.exempt(pages)
pages.register_error_handler(Problem, problems.answered)
pages.register_error_handler(HTTPException, problems.of_http)


@pages.after_request
def tell_allowance(response: Response) -> Response:
    """How much of its limit a token has left (RateLimit header fields for HTTP)."""
    left: Allowance | None = g.get("allowance")
    if left:
        window = int(left.limit.window.total_seconds())
        response.headers["RateLimit-Policy"] = f'"token";q={left.limit.most};w={window}'
        response.headers["RateLimit"] = f'"token";r={left.left};t={left.seconds}'
    response.headers["Cache-Control"] = "no-store"
    return response


from views.api import bulk, describing, directory, matches, orders  # noqa: E402, F401
