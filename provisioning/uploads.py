"""Uploads of the directory: taken in, wanted, dropped. What runs them is upload_runs.py."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from config import Settings
from matching.sentences import Refused, TooLate, sentence
from provisioning import auditing, upload_files
from provisioning.directory_import import Counts
from provisioning.upload_files import KINDS, REFUSED, Look
from records import clock, uploads
from records.database import Duplicate, db
from records.tables import Upload

READY_DAYS = 7  # that files are kept with which nothing is done
REFUSED_DAYS = 30  # that the refused rows of an import can be downloaded


class File(NamedTuple):
    """One file: its name as it was sent, its bytes, its first line that is no text (0: none)."""

    name: str
    size: int
    strange: int = 0


class Pace(NamedTuple):
    """Of something that runs: rows in a second, and seconds that are left if it goes on so."""

    rate: int
    left: int | None


def take_in(key: str, who: str, folder: Path, names: Mapping[str, str]) -> Upload:
    """Files that have arrived in a folder of their own; `names`: kind -> name as it was sent.

    Raises Refused, about the kind, when one cannot be read as a whole.
    """
    if not names:
        reason = "Choose at least one file: of organizations, of users or of subscriptions."
        raise Refused(sentence(reason), "organizations")
    files, rows = dict[str, File](), 0
    for kind, name in names.items():
        path = folder / kind
        lines, strange = upload_files.contents(path, KINDS[kind])
        upload_files.store(path)
        files[kind] = File(name, path.stat().st_size, strange)
        rows += lines
    size = sum(file.size for file in files.values())
    try:
        with db.atomic():
            upload = uploads.add(key, who, folder.name, files, size, rows)
            auditing.looked(who, "import", str(upload.id), "uploaded")
    except Duplicate:  # the form was sent twice at the same moment
        upload_files.remove(folder)
        return uploads.by_key(key)  # type: ignore[return-value]
    return upload


def files_of(upload: Upload) -> dict[str, File]:
    """What was sent, by kind."""
    return {kind: File(*said) for kind, said in json.loads(upload.files).items()}


def counts_of(upload: Upload) -> dict[str, Counts]:
    """What became of the rows, by kind; empty before the end."""
    return {kind: Counts(**counts) for kind, counts in json.loads(upload.counts).items()}


def first_rows(upload: Upload, settings: Settings) -> list[Look]:
    """The beginning of each file; Refused when one is gone."""
    folder = folder_of(upload, settings)
    return [upload_files.look(folder / kind, KINDS[kind]) for kind in files_of(upload)]


def refused_rows(upload: Upload, settings: Settings) -> Path | None:
    """The file of the refused rows, where the last run left one."""
    path = folder_of(upload, settings) / REFUSED
    return path if upload.folder and upload.ended_at and path.is_file() else None


def folder_of(upload: Upload, settings: Settings) -> Path:
    return upload_files.place(settings) / (upload.folder or "none")


def pace(upload: Upload) -> Pace:
    """How fast it goes, from how far it has come."""
    seconds = max(1, int((clock.now() - upload.begun_at).total_seconds()))
    rest = upload.size - upload.bytes_read
    left = round(rest * seconds / upload.bytes_read) if upload.bytes_read else None
    return Pace(upload.rows_read // seconds, left)


def want(upload: Upload, who: str, *, rehearsed: bool, why: str = "") -> None:
    """An import or a rehearsal is to be run, after the ones that wait already."""
    what = "dry run asked for" if rehearsed else "import asked for"
    with auditing.did(who, what, "import", str(upload.id), why):
        if not uploads.want(upload, rehearsed=rehearsed):
            raise TooLate(sentence("It is on its way already, or over."))


def discard(upload: Upload, who: str, settings: Settings) -> None:
    """The files go; nothing is brought in."""
    with auditing.did(who, "discarded", "import", str(upload.id)):
        if not uploads.discard(upload):
            raise TooLate(sentence("It is running, or over."))
    upload_files.remove(folder_of(upload, settings))


def forget(settings: Settings) -> None:
    """Drop files that were kept long enough."""
    for upload in uploads.unused_since(clock.now() - timedelta(days=READY_DAYS)):
        if uploads.discard(upload, uploads.KEPT):  # not what was asked for at this moment
            upload_files.remove(folder_of(upload, settings))
    for upload in uploads.over_since(clock.now() - timedelta(days=REFUSED_DAYS)):
        upload_files.remove(folder_of(upload, settings))
        uploads.without_folder(upload)
    upload_files.sweep(settings, uploads.folders())
