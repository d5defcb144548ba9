"""Many organizations or users as JSON lines: read as they arrive, in the memory of one batch."""

import io
import json
from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from flask import Response, request

from matching.sentences import sentence
from provisioning import directory_sync as sync
from provisioning.directory_sync import LineResult
from views.api import reading, shapes
from views.api.operation import Call, operation
from views.api.problems import Problem
from views.i18n import say
from views.visit import settings

LARGEST = 256 * 1024 * 1024
_IN_MEMORY = 256 * 1024  # of results, before they go to a file
_PIECE = 64 * 1024
SCOPES = ("directory",)


@operation(
    "POST",
    "/bulk/organizations",
    summary="Store organizations, one JSON object a line; a line's result is a line of the answer.",
    scopes=SCOPES,
    lines=shapes.OrganizationLine,
    answers={200: shapes.LineResult},
)
def bulk_organizations(_call: Call) -> Response:
    return _each(sync.bring_organizations)


@operation(
    "POST",
    "/bulk/users",
    summary="Store users, one JSON object a line. It takes back no administrator approved here.",
    scopes=SCOPES,
    lines=shapes.UserLine,
    answers={200: shapes.LineResult},
)
def bulk_users(_call: Call) -> Response:
    return _each(lambda file: sync.bring_users(file, settings()))


def _each(bring: Callable[[BinaryIO], Iterator[list[LineResult]]]) -> Response:
    if request.mimetype not in reading.JSON_LINES:
        raise Problem("media-type", sentence("Send a body of application/jsonl."))
    request.max_content_length = LARGEST
    file = cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, request.stream), _PIECE))
    # Whoever sends first and reads afterwards would wait for us while we wait for them: the results
    # are kept until all is read, in a file once they are many.
    results: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the answer
    # Our server cuts who takes too long to send; whoever shows a token, and sends on, may go on.
    more_time: Callable[[], object] = getattr(
        request.environ["wsgi.input"], "more_time", lambda: None
    )
    try:
        for batch in bring(file):
            results.writelines(_line(result) for result in batch)
            more_time()
    except BaseException:
        results.close()
        raise
    results.seek(0)
    return Response(_pieces(results), 200, mimetype=reading.JSON_LINES[0])


def _pieces(results: IO[bytes]) -> Iterator[bytes]:
    with results:
        while piece := results.read(_PIECE):
            yield piece


def _line(result: LineResult) -> bytes:
    said: dict[str, object] = {"line": result.line, "status": "stored"}
    if refused := result.refused:
        said |= {"status": "refused", "detail": say(refused.sentence)}
        said |= {"pointer": f"/{refused.field}"} if refused.field else {}
    return json.dumps(said).encode() + b"\n"
