"""Where uploads of the directory rest until they are brought in, and a first look into them."""

import codecs
import fcntl
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from config import Settings
from matching.sentences import Refused, Sentence, about, sentence
from provisioning.directory_files import Line, check, lines, short
from provisioning.directory_rows import ORGANIZATIONS, SUBSCRIPTIONS, USERS, Kind

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in (ORGANIZATIONS, USERS, SUBSCRIPTIONS)}
REFUSED = "refused.csv"
ROWS_SHOWN = 20
LONGEST_SHOWN = 200
STRANGE_SHOWN = 10  # columns that are not read, by name
_PIECE = 1024 * 1024
_ABANDONED = 86_400  # seconds after which a folder without an upload is nobody's

log = logging.getLogger(__name__)


class Look(NamedTuple):
    """The beginning of a file. `rows`: line, cells under `columns`, why it would be refused.

    `strange`: names of columns that are not read.
    """

    kind: str
    columns: list[str]
    strange: list[str]
    rows: list[tuple[int, list[str], Sentence | None]]


def place(settings: Settings) -> Path:
    """The folder of all uploads: personal data, for nobody else on the machine."""
    folder = Path(settings.instance_dir) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def new_folder(settings: Settings) -> Iterator[Path]:
    """A new folder for one upload, which goes again when something goes wrong.

    Raises Refused when the disk takes no more.
    """
    folder = place(settings) / secrets.token_hex(16)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        remove(folder)
        log.error("an upload could not be kept: %s", error.strerror or type(error).__name__)
        raise Refused(sentence("The files cannot be kept here now."), "organizations") from None
    except BaseException:
        remove(folder)
        raise


def remove(folder: Path, *, but: str = "") -> None:
    """A folder, or all that is in it `but` one file."""
    if not but:
        shutil.rmtree(folder, ignore_errors=True)
        return
    with suppress(FileNotFoundError):  # somebody else removes it at this moment
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != but:
                path.unlink(missing_ok=True)
    with suppress(OSError):  # it is not empty, or gone
        folder.rmdir()


@contextmanager
def alone(settings: Settings) -> Iterator[bool]:
    """Whether nobody else runs an import; nobody else does until the end.

    The system lets go of it for whoever is killed.
    """
    with open(place(settings) / "running", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def sweep(settings: Settings, states: Mapping[str, str]) -> None:
    """What a crash left behind: folders of no upload, files of a finished one."""
    for folder in place(settings).iterdir():
        if not folder.is_dir():
            continue
        state = states.get(folder.name)
        if state == "done":
            remove(folder, but=REFUSED)
        elif state in (None, "discarded") and _age(folder) > _ABANDONED:
            remove(folder)


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0


def contents(path: Path, kind: Kind[Any]) -> tuple[int, int]:
    """How many lines a file has after its header, and the first that is no text (0: none is).

    Raises Refused when it cannot be read as a whole.
    """
    with about(kind.name):
        if not path.stat().st_size:
            raise Refused(sentence("The file is empty."))
        check(path, kind.columns)
    ends = strange = 0
    beginning = last = b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            beginning = beginning or piece
            strange = strange or _not_text(decoder, piece, ends)
            ends, last = ends + piece.count(b"\n"), piece
    has_header = not beginning.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    return max(0, ends + (not last.endswith(b"\n")) - has_header), strange


def _not_text(decoder: codecs.IncrementalDecoder, piece: bytes, ends: int) -> int:
    """The line of the first byte in a piece that is no UTF-8, after so many ends of lines."""
    begun = len(decoder.getstate()[0])  # bytes of a character that the piece before began
    try:
        decoder.decode(piece)
    except UnicodeDecodeError as error:
        return ends + 1 + piece.count(b"\n", 0, max(0, error.start - begun))
    return 0


def store(path: Path) -> None:
    """Not before this is it safe to say that a file has arrived."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def look(path: Path, kind: Kind[Any]) -> Look:
    """The first rows as they are read; what only the whole directory knows is not looked up."""
    first = list(islice(lines(path, kind.columns), ROWS_SHOWN))
    named = list(dict.fromkeys(name for line in first for name in _fields(line)))
    columns = [*kind.columns, *(name for name in kind.further if name in named)]
    strange = [short(name) for name in named if name not in columns]
    rows = [(line.number, _cells(line, columns), _refusal(line, kind)) for line in first]
    return Look(kind.name, columns, strange[:STRANGE_SHOWN], rows)


def _fields(line: Line) -> Mapping[str, str]:
    return {} if isinstance(line.fields, Refused) else line.fields


def _cells(line: Line, columns: list[str]) -> list[str]:
    """Of a line that could not be taken apart all that is seen stands in the first cell."""
    if isinstance(line.fields, Refused):
        seen = line.beginning[: 4 * LONGEST_SHOWN].decode(errors="replace").strip()
        return [short(seen, LONGEST_SHOWN), *[""] * (len(columns) - 1)]
    return [short(line.fields.get(name, ""), LONGEST_SHOWN) for name in columns]


def _refusal(line: Line, kind: Kind[Any]) -> Sentence | None:
    try:
        if isinstance(line.fields, Refused):
            return line.fields.sentence
        kind.row(line.fields)
    except Refused as refused:
        return refused.sentence
    return None
