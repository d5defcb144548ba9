"""Backups: the whole database as one file that carries a fence, and back."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO

import apsw

from records import clock
from records.database import connection, db, is_postgresql

# While this row is there no mail is sent: what waits in a backup was sent since, or should have
# been. It is in the file itself, so that every way of restoring it brings the fence along.
WHY = "this database is a restored backup."
_FENCE = f"DELETE FROM {{0}}fence; INSERT INTO {{0}}fence (since, why) VALUES ({{1}}, '{WHY}');"
_PAGES, _CHUNK = 1_000, 1 << 20
Progress = Callable[[int, int], None]  # (done, of)


class CannotBackUp(Exception):
    """The file or the database is not what it has to be; a sentence says why."""


def back_up(file: Path, progress: Progress) -> None:
    """Copy the database as it is at one moment, while everything goes on; CannotBackUp."""
    if file.exists():
        raise CannotBackUp(f"{file} exists already.")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        if is_postgresql():
            _dump(part, progress)
        else:
            _copy(db.connection(), part, progress)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


def restore(file: Path, progress: Progress) -> None:
    """Fill a new database from a backup; one that holds something is never touched."""
    if is_postgresql():
        with connection():
            is_new = not db.get_tables()
        if not is_new:
            raise CannotBackUp("The database is not empty: a backup is restored into a new one.")
        _load(file, progress)
        return
    target = Path(db.obj.database)
    if target.exists() and target.stat().st_size:
        raise CannotBackUp(f"{target} exists: move it away, a backup makes a new one.")
    try:
        with closing(apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)) as source:
            source.execute("PRAGMA quick_check").fetchall()
            source.execute("SELECT since FROM fence").fetchall()
            _copy(source, target, progress)
    except apsw.Error as error:
        raise CannotBackUp(f"{file} is no backup of Homeport: {error}") from None


def _copy(source: apsw.Connection, file: Path, progress: Progress) -> None:
    with closing(apsw.Connection(str(file))) as target:
        with target.backup("main", source, "main") as copying:
            while not copying.done:
                copying.step(_PAGES)
                progress(copying.page_count - copying.remaining, copying.page_count)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        target.execute(_fence())


def _dump(file: Path, progress: Progress) -> None:
    size = db.execute_sql("SELECT pg_database_size(current_database())").fetchone()[0]
    dump = [_program("pg_dump"), "--no-owner", "--no-privileges", _url()]
    with file.open("wb") as out, _running(dump, stdout=subprocess.PIPE) as program:
        done = 0
        while chunk := _pipe(program.stdout).read(_CHUNK):
            out.write(chunk)
            done += len(chunk)
            progress(min(done, size), size)
        _ended_well(program, "pg_dump")
        out.write(f"\n{_fence('public.')}\n".encode())
        progress(size, size)


def _load(file: Path, progress: Progress) -> None:
    size = file.stat().st_size
    psql = [_program("psql"), "--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet", _url()]
    with file.open("rb") as text:
        if not text.read(100).lstrip(b"-\n ").startswith(b"PostgreSQL database dump"):
            raise CannotBackUp(f"{file} is no backup of Homeport on PostgreSQL.")
        text.seek(0)
        options = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
        with _running(psql, **options) as program:
            done = 0
            try:
                while chunk := text.read(_CHUNK):
                    _pipe(program.stdin).write(chunk)
                    done += len(chunk)
                    progress(done, size)
                _pipe(program.stdin).close()
            except BrokenPipeError:
                pass  # it has ended, and says why
            _ended_well(program, "psql")


def _running(command: Sequence[str], **options: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload,no-any-return]  # noqa: S603


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise CannotBackUp("The program has no pipe.")
    return stream


def _ended_well(program: subprocess.Popen[bytes], name: str) -> None:
    said = _pipe(program.stderr).read().decode(errors="replace").strip()
    if program.wait():
        raise CannotBackUp(f"{name} failed: {said.splitlines()[0] if said else program.returncode}")


def _program(name: str) -> str:
    """PostgreSQL's own program, which reads a database better than we could."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    if found is None:
        raise CannotBackUp(f"This needs PostgreSQL's {name}, which is not installed here.")
    return found


def _url() -> str:
    return str(db.obj.homeport_url[0])


def _fence(schema: str = "") -> str:
    return _FENCE.format(schema, int(clock.now().timestamp()))
