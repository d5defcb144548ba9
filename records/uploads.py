"""Uploads of the directory's files as rows: what was sent, what waits, how far it is."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from records import clock
from records.tables import Upload

# Of these the files are there, and something may be done with them.
KEPT = ("ready", "failed")


def add(key: str, who: str, folder: str, files: Mapping[str, Any], size: int, rows: int) -> Upload:
    """A new row; Duplicate where the key is taken."""
    said = json.dumps(files)
    return Upload.create(key=key, who=who, folder=folder, files=said, size=size, rows=rows)


def by_id(which: int) -> Upload | None:
    return Upload.get_or_none(Upload.id == which)


def by_key(key: str) -> Upload | None:
    return Upload.get_or_none(Upload.key == key)


def listed(before: int | None, limit: int) -> list[Upload]:
    """The newest first; `before`: only ones older than the one with this id."""
    query = Upload.select().order_by(Upload.id.desc()).limit(limit)
    return list(query.where(Upload.id < before) if before is not None else query)


def is_any_wanted() -> bool:
    return Upload.select().where(Upload.state.in_(("waiting", "running"))).exists()


def next_wanted() -> Upload | None:
    """What was interrupted, else what has waited longest; for whoever runs alone."""
    for state in ("running", "waiting"):
        in_state = Upload.select().where(Upload.state == state)
        # One that was put back has been tried: of two files the older must not be the last.
        if found := in_state.order_by(Upload.tries.desc(), Upload.begun_at, Upload.id).first():
            return found  # type: ignore[no-any-return]
    return None


def ahead_of(upload: Upload) -> int:
    """How many are done before this one, which waits."""
    earlier = (Upload.tries == upload.tries) & (Upload.begun_at < upload.begun_at)
    ahead = (Upload.state == "waiting") & (earlier | (Upload.tries > upload.tries))
    return int(Upload.select().where(ahead | (Upload.state == "running")).count())


def want(upload: Upload, *, rehearsed: bool) -> bool:
    """From now on it waits; False when it does already, or is over. `begun_at`: since when."""
    return _change(
        upload, KEPT, state="waiting", rehearsed=rehearsed, begun_at=clock.now(), ended_at=None,
        tries=0, bytes_read=0, rows_read=0, counts="{}", problem="",
    )  # fmt: skip


def begin(upload: Upload) -> bool:
    """It runs, from its start; False when it was taken back meanwhile."""
    return _change(
        upload, ("waiting", "running"), state="running", tries=upload.tries + 1,
        begun_at=clock.now(), bytes_read=0, rows_read=0,
    )  # fmt: skip


def put_back(upload: Upload) -> None:
    """Whoever ran it was asked to stop: it waits again."""
    _change(upload, ("running",), state="waiting")


def went_on(upload: Upload, bytes_read: int, rows_read: int) -> None:
    _change(upload, ("running",), bytes_read=bytes_read, rows_read=rows_read)


def end(upload: Upload, state: str, counts: Mapping[str, Any], problem: str = "") -> None:
    """It has come to its end, well or not."""
    said = json.dumps(counts)
    _change(
        upload, ("running",), state=state, counts=said, problem=problem, ended_at=clock.now()
    )  # fmt: skip


def discard(upload: Upload, states: tuple[str, ...] = (*KEPT, "waiting")) -> bool:
    """Nothing is done with it any more; False where it is in another state by now."""
    return _change(upload, states, state="discarded", ended_at=clock.now())


def without_folder(upload: Upload) -> None:
    _change(upload, (upload.state,), folder="")


def unused_since(moment: datetime) -> list[Upload]:
    """What was neither run nor discarded for so long."""
    old = (Upload.at < moment) & (Upload.ended_at.is_null() | (Upload.ended_at < moment))
    return list(Upload.select().where(Upload.state.in_(KEPT) & old))


def over_since(moment: datetime) -> list[Upload]:
    """What is done for so long, and still has its folder."""
    over = (Upload.state == "done") & (Upload.ended_at < moment)
    return list(Upload.select().where(over & (Upload.folder != "")))


def folders() -> dict[str, str]:
    """The folders that uploads have, and the state of each."""
    found = Upload.select(Upload.folder, Upload.state).where(Upload.folder != "")
    return {row.folder: row.state for row in found}


def _change(upload: Upload, states: tuple[str, ...], **values: Any) -> bool:
    mine = (Upload.id == upload.id) & Upload.state.in_(states)
    return bool(Upload.update(**values).where(mine).execute())
