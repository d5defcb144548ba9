"""Uploads of the directory: taken in, wanted, brought in by whoever runs alone, dropped.

A rehearsal is the import itself, on a stage that only what it asks for is copied to: it says
exactly what the import would do, and touches nothing.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from config import Settings
from matching.sentences import Refused, TooLate, sentence
from provisioning import auditing, decisions, upload_files
from provisioning.directory_import import Counts, Rows, import_directory
from provisioning.directory_rows import Kind
from provisioning.upload_files import KINDS, REFUSED, Look
from records import clock, database, rehearsal, uploads
from records.database import Duplicate, Unavailable, db
from records.tables import Upload

READY_DAYS = 7  # that files are kept with which nothing is done
REFUSED_DAYS = 30  # that the refused rows of an import can be downloaded
MOST_TRIES = 5
TOLD_EVERY = 1.0  # seconds between two words on how far it is

log = logging.getLogger(__name__)


class Pace(NamedTuple):
    """Of something that runs: rows in a second, and seconds that are left if it goes on so."""

    rate: int
    left: int | None


def take_in(key: str, who: str, folder: Path, names: Mapping[str, str]) -> Upload:
    """Files that have arrived in a folder of their own; `names`: kind -> name as it was sent.

    Raises Refused, about the kind, when one cannot be read as a whole.
    """
    if not names:
        raise Refused(sentence("Choose at least one file."), "organizations")
    sizes, rows = {}, 0
    for kind in names:
        path = folder / kind
        rows += upload_files.rows_in(path, KINDS[kind])
        upload_files.store(path)
        sizes[kind] = path.stat().st_size
    files = {kind: [name, sizes[kind]] for kind, name in names.items()}
    try:
        with db.atomic():
            upload = uploads.add(key, who, folder.name, files, sum(sizes.values()), rows)
            auditing.looked(who, "import", str(upload.id), "uploaded")
    except Duplicate:  # the form was sent twice at the same moment
        upload_files.remove(folder)
        return uploads.by_key(key)  # type: ignore[return-value]
    return upload


def files_of(upload: Upload) -> dict[str, tuple[str, int]]:
    """kind -> name as it was sent, bytes."""
    return {kind: (name, size) for kind, (name, size) in json.loads(upload.files).items()}


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


def is_wanted(settings: Settings) -> bool:
    """Whether something waits that nobody is at."""
    if not uploads.is_any_wanted():
        return False
    with upload_files.alone(settings) as alone:
        return alone


def bring_in(settings: Settings) -> int:
    """Run what waits, one after the other, the interrupted first; how many came to their end.

    None while somebody else does.
    """
    done = 0
    with upload_files.alone(settings) as alone:
        while alone and (upload := uploads.next_wanted()):
            if uploads.begin(upload):
                _run(upload, settings)
                done += 1
    return done


def forget(settings: Settings) -> None:
    """Drop files that were kept long enough."""
    for upload in uploads.unused_since(clock.now() - timedelta(days=READY_DAYS)):
        if uploads.discard(upload):
            upload_files.remove(folder_of(upload, settings))
    for upload in uploads.over_since(clock.now() - timedelta(days=REFUSED_DAYS)):
        upload_files.remove(folder_of(upload, settings))
        uploads.without_folder(upload)
    upload_files.sweep(settings, uploads.folders())


def _run(upload: Upload, settings: Settings) -> None:
    folder = folder_of(upload, settings)
    state, counts, problem = "failed", dict[str, Counts](), ""
    try:
        if upload.tries >= MOST_TRIES:
            problem = f"It was begun {MOST_TRIES} times and broke off each time."
        else:
            run = _rehearse if upload.rehearsed else _import
            counts = run(upload, folder, settings)
            state = "ready" if upload.rehearsed else "done"
    except Refused as refused:
        problem = str(refused.sentence)
    except OSError as error:
        problem = f"A file cannot be read or written: {error.strerror or type(error).__name__}."
    except SystemExit:
        with suppress(Exception):  # begun anew all the same, only counted as a try
            database.release_connection(failed=True)
            database.open_connection()
            uploads.put_back(upload)
        raise
    except Unavailable:
        raise  # it runs on, from its start, once the database answers
    except Exception:
        log.exception("upload %d could not be brought in", upload.id)
        problem = "Something went wrong on our side. What it was stands in the log."
    uploads.end(upload, state, {kind: asdict(each) for kind, each in counts.items()}, problem)
    if state == "done":
        upload_files.remove(folder, but=REFUSED)


def _import(upload: Upload, folder: Path, settings: Settings) -> dict[str, Counts]:
    progress = _told(lambda *far: uploads.went_on(upload, *far))
    return _brought(
        upload, folder, progress=progress, after=lambda: decisions.resume_granted(settings)
    )


def _rehearse(upload: Upload, folder: Path, _settings: Settings) -> dict[str, Counts]:
    apart = folder / "stage"
    upload_files.remove(apart)
    apart.mkdir(mode=0o700)
    try:
        with rehearsal.stage(apart / "stage.db") as stage:

            def tell(bytes_read: int, rows_read: int) -> None:
                with stage.offstage():
                    uploads.went_on(upload, bytes_read, rows_read)

            return _brought(
                upload, folder, progress=_told(tell), before=lambda *batch: _copy(stage, *batch)
            )
    finally:
        upload_files.remove(apart)


def _brought(upload: Upload, folder: Path, **how: Any) -> dict[str, Counts]:
    organizations, users, subscriptions = (
        folder / kind if kind in files_of(upload) else None for kind in KINDS
    )
    return import_directory(organizations, users, subscriptions, folder / REFUSED, **how)


def _copy(stage: rehearsal.Stage, kind: Kind[Any], rows: Rows[Any]) -> None:
    """To the stage what the next rows are about."""
    refs = {ref for _line, ref, _row in rows}
    named = [row for *_, row in rows]
    if kind.name == "organizations":
        refs.update(row.managed_by for row in named if row.managed_by)
    stage.organizations(refs)
    if kind.name == "users":
        stage.users((ref, row.email) for _line, ref, row in rows)
    if kind.name == "subscriptions":
        stage.subscriptions([row.number for row in named])


def _told(tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Progress that is written down once in a while."""
    bytes_read = rows_read = 0
    next_time = 0.0

    def progress(length: int, rows: int) -> None:
        nonlocal bytes_read, rows_read, next_time
        bytes_read, rows_read = bytes_read + length, rows_read + rows
        if time.monotonic() >= next_time:
            tell(bytes_read, rows_read)
            next_time = time.monotonic() + TOLD_EVERY

    return progress
