"""Refusals as problem documents (RFC 9457): a stable type each, and a pointer for each field."""

import json
from typing import NamedTuple

from flask import Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from matching.sentences import Refused, Sentence, TooLate, sentence
from provisioning.directory_sync import Unknown
from records.database import Unavailable
from views.i18n import say
from views.visit import settings

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """A kind of refusal; its name never changes, since programs tell refusals apart by it."""

    status: int
    title: Sentence


KINDS = {
    "malformed": Kind(400, sentence("The request cannot be read.")),
    "unauthorized": Kind(401, sentence("No token was shown that is good here.")),
    "scope": Kind(403, sentence("The token is not for this.")),
    "not-found": Kind(404, sentence("There is nothing here.")),
    "method": Kind(405, sentence("This address does not take that method.")),
    "conflict": Kind(409, sentence("What is stored does not allow this, or not any more.")),
    "in-flight": Kind(409, sentence("The same request is being answered at this moment.")),
    "too-large": Kind(413, sentence("The body is larger than is taken here.")),
    "media-type": Kind(415, sentence("The body is of a kind that is not taken here.")),
    "invalid": Kind(422, sentence("The request says something that is not taken.")),
    "key-reused": Kind(422, sentence("The Idempotency-Key was used for another request.")),
    "too-many": Kind(429, sentence("The token has used up what it may ask for now.")),
    "failed": Kind(500, sentence("Something went wrong on our side.")),
    "unavailable": Kind(503, sentence("Our database does not answer just now.")),
}
_OF_STATUS = {400: "malformed", 404: "not-found", 405: "method", 413: "too-large"}


class Fault(NamedTuple):
    """What is wrong with one part of a request; `pointer` is a JSON pointer into its body."""

    pointer: str
    detail: str


class Problem(Exception):
    """A refusal, to be answered as a problem document."""

    def __init__(
        self,
        kind: str,
        detail: Sentence | None = None,
        faults: tuple[Fault, ...] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.faults = kind, detail, faults
        self.headers = headers or {}

    @property
    def status(self) -> int:
        return KINDS[self.kind].status

    @property
    def body(self) -> str:
        """The document."""
        title = say(KINDS[self.kind].title)
        said = {
            "type": type_of(self.kind),
            "title": title,
            "status": self.status,
            "detail": say(self.detail) if self.detail else title,
        }
        listed = [fault._asdict() for fault in self.faults]
        return json.dumps({**said, "errors": listed} if listed else said)


def type_of(kind: str) -> str:
    """The address that names a kind of refusal, where it is explained."""
    return f"{settings().link_base}/api/v1/docs#{kind}"


def refused(reason: Refused, kind: str = "") -> Problem:
    """A refusal of the rules; its kind follows from what it is."""
    by_class = {Unknown: "not-found", TooLate: "conflict"}
    named = kind or by_class.get(type(reason), "invalid")
    faults = (Fault(_pointer(reason.field.split("/")), say(reason.sentence)),)
    return Problem(named, reason.sentence, faults if reason.field and named == "invalid" else ())


def invalid(error: ValidationError, *, within: str = "") -> Problem:
    """What does not fit a shape, part by part. `within`: a query or path parameter has no pointer,
    so that its name stands in front."""
    faults = []
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        place = [str(part) for part in each["loc"]]
        pointer = f"{within}/{'/'.join(place)}" if within else _pointer(place)
        faults.append(Fault(pointer, each["msg"]))
    return Problem("invalid", faults=tuple(faults))


def _pointer(parts: list[str]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def answered(problem: Problem) -> Response:
    """The answer that says a problem."""
    return Response(problem.body, problem.status, problem.headers, mimetype=MEDIA_TYPE)


def of_http(error: HTTPException) -> Response:
    """The same for what the framework refuses by itself."""
    code = error.code or 500
    if code < 400:
        return error.get_response()  # type: ignore[return-value]
    kind = _OF_STATUS.get(code, "malformed" if code < 500 else "failed")
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return answered(Problem(kind, headers=kept))


def of_unavailable(_error: Unavailable) -> Response:
    """Nothing was done by halves."""
    return answered(Problem("unavailable", headers={"Retry-After": "10"}))
