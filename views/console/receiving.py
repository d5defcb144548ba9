"""Files on their way in: who may send them is known before a byte of them is read.

The token against forged forms stands in the address, because the one of other forms comes with the
body. It is good for one upload, in one session, for an hour.
"""

import os
import secrets
from collections.abc import Callable, Collection
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path
from typing import IO, Any, cast

from flask import abort, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

from views.console.frame import signed_in
from views.security import BODY_LIMIT
from views.visit import settings

LARGEST = 2 * 1024**3
MOST_PARTS = 10
LIVES = 3_600  # seconds
LONGEST_NAME = 200


class _Arriving:
    """A body that our server does not cut off while more of it comes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.more_time: Callable[[], object] = getattr(
            request.environ["wsgi.input"], "more_time", lambda: None
        )

    def read(self, size: int) -> bytes:
        self.more_time()
        return self.stream.read(size)


def new_token() -> str:
    """For the address of a form that is shown in this session."""
    return _signer().dumps([secrets.token_urlsafe(16), _session()])


def shown_key() -> str:
    """What the upload that is being sent is known by; nothing of it is read unless it has one."""
    try:
        key, session = _signer().loads(request.args.get("form", ""), max_age=LIVES)
    except (BadData, ValueError):
        abort(400)
    if session != _session():
        abort(400)
    return str(key)


def receive(folder: Path, wanted: Collection[str]) -> dict[str, str]:
    """Write the files of a form as they arrive, each under the name of its field.

    Answers the names that they were sent under, by field; a field without a file is left out.
    """
    if request.mimetype != "multipart/form-data":
        abort(400)  # what is no file would be read as a whole
    request.max_content_length = LARGEST
    with ExitStack() as opened:
        numbers = count()

        def new_file(*_said: Any, **_named: Any) -> IO[bytes]:
            path = folder / f"part-{next(numbers)}"
            private = partial(os.open, mode=0o600)
            return opened.enter_context(open(path, "xb+", opener=private))

        files = _parsed(new_file)
    names = {}
    for field, file in files.items(multi=True):
        part = Path(str(file.stream.name))
        if field in wanted and file.filename and field not in names:
            part.rename(folder / field)
            names[field] = file.filename[:LONGEST_NAME]
        else:
            part.unlink()
    return names


def _parsed(new_file: Callable[..., IO[bytes]]) -> MultiDict[str, FileStorage]:
    parser = FormDataParser(
        new_file, max_form_memory_size=BODY_LIMIT, max_form_parts=MOST_PARTS, silent=False
    )
    body = cast(IO[bytes], _Arriving(request.stream))
    try:
        _rest, _form, files = parser.parse(
            body, request.mimetype, request.content_length, request.mimetype_params
        )
    except ValueError:
        abort(400)
    return files


def _signer() -> URLSafeTimedSerializer:
    # The last key signs, all of them are believed.
    return URLSafeTimedSerializer(list(reversed(settings().keys)), salt="upload")


def _session() -> int:
    here = signed_in()
    return int(here.id) if here else 0
