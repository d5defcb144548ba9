"""Uploads are brought in or rehearsed, by whoever runs alone; what was interrupted begins anew.

A rehearsal is the import itself, on a stage that only what it asks for is copied to: it says
exactly what the import would do, and touches nothing.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from config import Settings
from matching.sentences import Refused
from provisioning import decisions, upload_files
from provisioning.directory_import import Counts, Rows, import_directory
from provisioning.directory_rows import Kind
from provisioning.upload_files import KINDS, REFUSED
from provisioning.uploads import files_of, folder_of
from records import database, rehearsal, uploads
from records.database import Unavailable
from records.tables import Upload

MOST_TRIES = 10
TOLD_EVERY = 1.0  # seconds between two words on how far it is

log = logging.getLogger(__name__)


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
    except (SystemExit, Unavailable):
        # Who is told to stop in the middle of a statement may hear of it from the database.
        with suppress(Exception):  # whatever is running is begun anew all the same
            database.release_connection(failed=True)
            database.open_connection()
            uploads.put_back(upload)
        raise
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
