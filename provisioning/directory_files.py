"""The directory's files, CSV or JSON lines, read line by line: a bad line harms no other."""

import csv
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias

from matching.sentences import Refused, sentence

LONGEST_LINE = 64 * 1024
_JSON_LINES = (".jsonl", ".ndjson")

Fields: TypeAlias = Mapping[str, str]
Reader: TypeAlias = Callable[[str], Fields]


class Line(NamedTuple):
    """One line of a file: its number, its fields or why it has none, and its length in bytes.

    `beginning` is what could be seen of a line without fields.
    """

    number: int
    fields: Fields | Refused
    length: int
    beginning: bytes = b""


def lines(path: Path, columns: Collection[str]) -> Iterator[Line]:
    """Every line with something on it; raises Refused when the file as a whole cannot be read."""
    with _opened(path) as file:
        yield from _lines(file, *_format(file, path, columns))


def json_lines(file: BinaryIO) -> Iterator[Line]:
    """The same for JSON lines that arrive from elsewhere, as they arrive."""
    yield from _lines(file, 0, _json_fields)


def _lines(file: BinaryIO, number: int, read: Reader) -> Iterator[Line]:
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        length = len(line)
        if length > LONGEST_LINE:
            reason = sentence("The line is longer than %(most)s bytes.", most=LONGEST_LINE)
            yield Line(number, Refused(reason), length + _rest_of(file, line), line)
        elif not line.isspace():
            try:
                yield Line(number, read(line.decode()), length, line)
            except UnicodeDecodeError:
                reason = sentence("The line is not UTF-8 text.")
                yield Line(number, Refused(reason), length, line)
            except Refused as refused:
                yield Line(number, refused, length, line)


def check(path: Path, columns: Collection[str]) -> None:
    """Raises Refused when the file as a whole cannot be read."""
    with _opened(path) as file:
        _format(file, path, columns)


def _opened(path: Path) -> BinaryIO:
    # A device or a pipe may never end, and cannot be read twice.
    if not path.is_file():
        raise Refused(sentence("%(file)s is no ordinary file.", file=short(path.name)))
    return open(path, "rb")


def _rest_of(file: BinaryIO, line: bytes) -> int:
    """How many bytes follow the beginning of a line; they are passed over."""
    length, rest = 0, line
    while rest and not rest.endswith(b"\n"):
        rest = file.readline(LONGEST_LINE)
        length += len(rest)
    return length


def _format(file: BinaryIO, path: Path, needed: Collection[str]) -> tuple[int, Reader]:
    """How many lines the header takes, and how to read the lines after it."""
    beginning = file.read(LONGEST_LINE)
    if beginning[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused(sentence("%(file)s is UTF-16 text. Save it as UTF-8.", file=short(path.name)))
    file.seek(3 if beginning.startswith(b"\xef\xbb\xbf") else 0)
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        reason = "%(file)s is a JSON array. Write one object a line, without brackets around."
        raise Refused(sentence(reason, file=short(path.name)))
    if text.startswith(b"{") or path.suffix.lower() in _JSON_LINES:
        return 0, _json_fields
    return 1, _csv_reader(file.readline(LONGEST_LINE + 1), path, needed)


def _csv_reader(header: bytes, path: Path, needed: Collection[str]) -> Reader:
    name = short(path.name)
    try:
        columns = [column.strip() for column in _csv_values(header.decode())]
    except (UnicodeDecodeError, Refused):
        columns = []
    if not columns or len(header) > LONGEST_LINE:
        raise Refused(sentence("The first line of %(file)s is no CSV header in UTF-8.", file=name))
    missing = [column for column in needed if column not in columns]
    if missing:
        reason = "%(file)s lacks %(columns)s in its first line."
        raise Refused(sentence(reason, file=name, columns=", ".join(missing)))
    if len(set(columns)) < len(columns):
        raise Refused(sentence("%(file)s has a column twice in its first line.", file=name))

    count = len(columns)

    def fields(text: str) -> Fields:
        values = _csv_values(text)
        if len(values) != count:
            reason = "The line has %(values)s fields, the first line of the file %(columns)s."
            raise Refused(sentence(reason, values=len(values), columns=count))
        return dict(zip(columns, values, strict=False))

    return fields


def _csv_values(text: str) -> list[str]:
    text = text.rstrip("\r\n")
    if '"' not in text and "\r" not in text:  # most lines, and twice as fast
        return text.split(",")
    # A line alone: a quote that is never closed would swallow the lines after it.
    try:
        return next(csv.reader((text,), strict=True), [])
    except csv.Error:
        raise Refused(sentence("The quotation marks of the line do not match.")) from None


def _json_fields(text: str) -> Fields:
    try:
        values = json.loads(text, object_pairs_hook=_once_each)
    except Refused:
        raise
    except (ValueError, RecursionError):
        raise Refused(sentence("The line is not JSON.")) from None
    if not isinstance(values, dict):
        raise Refused(sentence("The line is not a JSON object."))
    return {name: _json_text(name, value) for name, value in values.items() if value is not None}


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise Refused(sentence("The line has a name twice."))
    return values


def _json_text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(int(value))
    raise Refused(sentence("%(field)s takes a text or a whole number.", field=short(name)))


def short(text: str, most: int = 40) -> str:
    """What was written, fit to be quoted in a file of refused rows."""
    shown = text if len(text) <= most else text[:most] + "..."
    return "".join(character if character.isprintable() else "?" for character in shown)
