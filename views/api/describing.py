"""The API's description, for programs and for people; none of it needs a token."""

import json

from flask import Response, current_app

from records.events import TYPES
from views.api import openapi, pages
from views.api.examples import EXAMPLES
from views.api.operation import OPERATIONS
from views.api.problems import KINDS
from views.render import page
from views.visit import settings


@pages.get("/openapi.json")
def description() -> Response:
    """OpenAPI 3.1."""
    made = current_app.extensions.get("openapi")
    if made is None:
        made = json.dumps(openapi.document(settings().link_base, settings().seller_name))
        current_app.extensions["openapi"] = made
    return Response(made, mimetype="application/json")


@pages.get("/docs")
def documentation() -> str:
    """The same for people, with every kind of refusal."""
    told = [(each, openapi.anchor(each), openapi.kinds_of(each)) for each in OPERATIONS]
    return page(
        "api.html",
        operations=told,
        kinds_of_refusal=list(KINDS.items()),
        events=TYPES,
        plain=True,
        signed_in=False,
    )


@pages.get("/examples")
def examples() -> str:
    """Commands to copy."""
    return page("api_examples.html", examples=EXAMPLES, plain=True, signed_in=False)
