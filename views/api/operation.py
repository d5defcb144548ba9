"""An operation: declared once, in front of its view, and guarded and described by that."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from hashlib import sha256
from typing import Any, TypeAlias

from flask import Response, request
from pydantic import BaseModel

from matching.sentences import Refused, sentence
from provisioning import idempotency
from provisioning.idempotency import Answer, Standing
from records.tables import ApiToken
from views.api import PREFIX, pages, problems, reading
from views.api.problems import Problem

Shape: TypeAlias = type[BaseModel]
KEY = "Idempotency-Key"
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Reply:
    """What a view answers; `links`: values of the Link header."""

    status: int
    body: dict[str, Any] | None = None
    location: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """What the description says of one method of one address.

    `path`: the shape of what its address names. `answers`: the shape of each good answer; None has
    no body. `refuses`: kinds of problems beyond those that any operation answers.
    """

    method: str
    address: str
    name: str
    summary: str
    scopes: tuple[str, ...]
    answers: dict[int, Shape | None]
    path: Shape | None = None
    query: Shape | None = None
    body: Shape | None = None
    body_optional: bool = False
    lines: Shape | None = None  # of a body of JSON lines
    repeats: bool = False  # takes an Idempotency-Key
    refuses: tuple[str, ...] = ()


@dataclass(slots=True)
class Call:
    """One request, read: by whom, and what it says."""

    token: ApiToken
    path: Any = None
    query: Any = None
    body: Any = None
    by: str = field(init=False)

    def __post_init__(self) -> None:
        self.by = f"API: {self.token.name}"


OPERATIONS: list[Operation] = []
View: TypeAlias = Callable[[Call], Reply | Response]


def operation(method: str, address: str, **says: Any) -> Callable[[View], View]:
    """Declare what stands behind an address; the view gets what was read, or is never called."""

    def declare(view: View) -> View:
        told = Operation(method, address, view.__name__, **says)
        OPERATIONS.append(told)

        @wraps(view)
        def guarded(**path: str) -> Response:
            token = reading.admitted(told.scopes)
            if told.repeats and KEY in request.headers:
                return _once(told, view, token, path)
            return _sent(_run(told, view, token, path))

        rule = address.replace("{", "<").replace("}", ">")
        pages.add_url_rule(rule, view.__name__, guarded, methods=[method])
        return view

    return declare


def _run(told: Operation, view: View, token: ApiToken, path: dict[str, str]) -> Reply | Response:
    call = Call(token)
    try:
        if told.path:
            call.path = reading.parameters(told.path, path, "path")
        if told.query:
            call.query = reading.query(told.query)
        elif request.args:
            raise Problem("invalid", sentence("This address takes no query."))
        if told.body:
            call.body = reading.body(told.body, optional=told.body_optional)
        return view(call)
    except Refused as reason:
        raise problems.refused(reason) from None


def _once(told: Operation, view: View, token: ApiToken, path: dict[str, str]) -> Response:
    key = request.headers[KEY]
    if not (key.isascii() and key.isprintable() and 0 < len(key) <= LONGEST_KEY):
        raise Problem("malformed", sentence("The Idempotency-Key takes 1 to 255 characters."))
    asked = sha256(f"{told.method} {request.path}\n{request.mimetype}\n".encode())
    asked.update(request.get_data())

    def act() -> Answer:
        try:
            reply = _run(told, view, token, path)
        except Problem as problem:
            return Answer(problem.status, problem.body)
        assert isinstance(reply, Reply)  # noqa: S101 - what is kept is no stream
        return Answer(reply.status, _text(reply), reply.location)

    given = idempotency.once(token.id, key, asked.hexdigest(), act)
    if given is Standing.IN_FLIGHT:
        raise Problem("in-flight", headers={"Retry-After": "1"})
    if isinstance(given, Standing):
        raise Problem("key-reused")
    kind = problems.MEDIA_TYPE if given.status >= 400 else reading.JSON
    headers = {"Location": given.location} if given.location else {}
    return Response(given.body, given.status, headers, mimetype=kind)


def _sent(reply: Reply | Response) -> Response:
    if isinstance(reply, Response):
        return reply
    response = Response(_text(reply), reply.status, mimetype=reading.JSON)
    if reply.location:
        response.headers["Location"] = reply.location
    for link in reply.links:
        response.headers.add("Link", link)
    if reply.body is None:
        del response.headers["Content-Type"]
    return response


def _text(reply: Reply) -> str:
    return "" if reply.body is None else json.dumps(reply.body)


def at(address: str) -> str:
    """The path of an address of the API."""
    return f"{PREFIX}{address}"
