"""What a request says: its token, its body, its query, each refused before anything is done."""

import json
from collections.abc import Collection
from typing import TypeVar

from flask import g, request
from pydantic import BaseModel, ValidationError

from matching.sentences import sentence
from provisioning import limits, tokens
from records.tables import ApiToken
from views.api.problems import Problem, invalid
from views.visit import settings

JSON = "application/json"
JSON_LINES = ("application/jsonl", "application/x-ndjson", "application/json-lines")
Shape = TypeVar("Shape", bound=BaseModel)


def admitted(scopes: Collection[str]) -> ApiToken:
    """The token that was shown. Whatever is wrong with one, the answer is the same."""
    kind, _space, shown = request.headers.get("Authorization", "").partition(" ")
    found = tokens.known(shown.strip()) if kind.lower() == "bearer" else None
    if found is None:
        raise Problem("unauthorized", headers={"WWW-Authenticate": 'Bearer realm="homeport"'})
    g.allowance = limits.allowance("api", "token", str(found.id), settings())
    if g.allowance.is_over:
        raise Problem("too-many", headers={"Retry-After": str(g.allowance.seconds)})
    if not tokens.may(found, scopes):
        reason = sentence("It takes a token for %(scopes)s.", scopes=" or ".join(scopes))
        raise Problem("scope", reason)
    return found


def body(shape: type[Shape], *, optional: bool = False) -> Shape:
    """The body as a shape; an optional one may be missing altogether."""
    raw = request.get_data()
    if optional and not raw and not request.mimetype:
        return shape()
    if request.mimetype != JSON:
        raise Problem("media-type", sentence("Send a body of application/json."))
    try:
        return shape.model_validate(
            json.loads(raw, object_pairs_hook=_once_each, parse_constant=_no)
        )
    except ValidationError as error:
        raise invalid(error) from None
    except (ValueError, RecursionError):
        raise Problem("malformed", sentence("The body is no JSON.")) from None


def query(shape: type[Shape]) -> Shape:
    """The query parameters as a shape; each at most once."""
    named = {name: values[0] for name, values in request.args.lists() if len(values) == 1}
    if len(named) < len(request.args):
        raise Problem("invalid", sentence("A query parameter is there twice."))
    return parameters(shape, named, "query")


def parameters(shape: type[Shape], given: dict[str, str], within: str) -> Shape:
    """Parts of the address as a shape."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise invalid(error, within=within) from None


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError
    return values


def _no(_constant: str) -> None:
    raise ValueError
