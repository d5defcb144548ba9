"""The directory's import: batch after batch, each one transaction that leaves every count exact.

An import that was killed is run again from its start: rows that are stored already change nothing.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TextIO, TypeVar

from matching.sentences import Refused, Sentence, sentence
from provisioning import csv_files, orders
from provisioning.directory import BATCH, RULES
from provisioning.directory_files import check, lines, short
from provisioning.directory_rows import ORGANIZATIONS, SUBSCRIPTIONS, USERS, Kind
from records import directory, subscriptions
from records.database import db, is_postgresql
from records.directory import OrganizationRow, Saved, UserRow
from records.subscriptions import SubscriptionRow

Row = TypeVar("Row")
Progress = Callable[[int, int], None]  # bytes and rows that were read since it was last told
Refuse = Callable[[str, int, Sentence], None]  # a file's name, a line, what is wrong with it
Rows = list[tuple[int, str, Row]]  # line, ref of its organization, row
Before = Callable[[Kind[Any], Rows[Any]], None]  # told of each batch before it is stored


@dataclass
class Counts:
    """What became of one file's rows. `refused`: lines in the file of refused rows."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    def add(self, saved: Saved) -> None:
        self.added += saved.added
        self.changed += saved.changed
        self.unchanged += saved.unchanged


@dataclass(slots=True)
class Batch(Generic[Row]):
    """Lines in a row of one file: what they say or why they are refused, and their bytes."""

    rows: Rows[Row]
    refused: list[tuple[int, Refused]]
    lines: int = 0
    length: int = 0


@contextmanager
def _listing(path: Path) -> Iterator[Refuse]:
    """Lists refused rows in a file that is made for the first of them; an older list goes."""
    if path.is_file():
        path.unlink()
    with ExitStack() as stack:
        opened: list[TextIO] = []

        def refuse(file: str, line: int, reason: Sentence) -> None:
            if not opened:
                opened.append(stack.enter_context(open(path, "w", newline="", encoding="utf-8")))
                opened[0].write(csv_files.line(("file", "line", "reason")))
            opened[0].write(csv_files.line((file, line, reason)))

        yield refuse


@dataclass
class Source(Generic[Row]):
    """One file on its way in."""

    path: Path
    kind: Kind[Row]
    listed: Refuse | None
    progress: Progress | None
    before: Before | None = None
    counts: Counts = field(default_factory=Counts)

    def batches(self) -> Iterator[Rows[Row]]:
        """The file's good rows; what is wrong with the others is told."""
        reading = _read(self.path, self.kind)
        for batch in _ahead(reading) if is_postgresql() else reading:
            for line, refused in batch.refused:
                self.refuse(line, refused.sentence)
            if self.before:
                self.before(self.kind, batch.rows)
            yield batch.rows
            self.counts.read += batch.lines
            if self.progress:
                self.progress(batch.length, batch.lines)

    def refuse(self, line: int, reason: Sentence) -> None:
        self.counts.refused += 1
        if self.listed:
            self.listed(short(self.path.name), line, reason)


def _ahead(batches: Iterator[Batch[Row]]) -> Iterator[Batch[Row]]:
    """The same, each read by another thread while PostgreSQL stores the one before.

    Not on SQLite, where others write only while no batch is being stored: they need the moment.
    """
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def _read(path: Path, kind: Kind[Row]) -> Iterator[Batch[Row]]:
    batch = Batch[Row]([], [])
    read = kind.row
    for number, fields, length, _beginning in lines(path, kind.columns):
        batch.lines += 1
        batch.length += length
        try:
            if isinstance(fields, Refused):
                raise fields
            ref, row = read(fields)
            batch.rows.append((number, ref, row))
        except Refused as refused:
            batch.refused.append((number, refused))
        if batch.lines == BATCH:
            yield batch
            batch = Batch([], [])
    yield batch


def import_directory(
    organizations: Path | None,
    users: Path | None,
    subscriptions: Path | None,
    refused: Path,
    *,
    progress: Progress | None = None,
    before: Before | None = None,
    after: Callable[[], object] | None = None,
) -> dict[str, Counts]:
    """Bring in the files that are given, in this order; what became of their rows, by kind.

    Refused rows go to the file `refused`. Raises Refused, before anything is stored, when a file
    as a whole cannot be read. `after` is called once everything is in.
    """
    given: list[tuple[Path | None, Kind[Any], Callable[[Source[Any]], None]]] = [
        (organizations, ORGANIZATIONS, _organizations),
        (users, USERS, _users),
        (subscriptions, SUBSCRIPTIONS, _subscriptions),
    ]
    for path, kind, _bring_in in given:
        if path:
            check(path, kind.columns)
            _check_list(refused, path)
    counts = {}
    with _listing(refused) as listed:
        for path, kind, bring_in in given:
            if path:
                source = Source(path, kind, listed, progress, before)
                bring_in(source)
                counts[kind.name] = source.counts
    if after:
        after()
    return counts


def _check_list(refused: Path, given: Path) -> None:
    if not refused.parent.is_dir():
        name = short(str(refused.parent))
        raise Refused(
            sentence("There is no folder %(folder)s to list refused rows in.", folder=name)
        )
    if refused.exists() and refused.samefile(given):
        reason = "%(file)s is to be read; list refused rows in another file."
        raise Refused(sentence(reason, file=short(given.name)))


def _organizations(source: Source[OrganizationRow]) -> None:
    is_complete = True
    for batch in source.batches():
        with db.atomic():
            saved, unmanaged = directory.save_organizations([row for *_, row in batch], RULES)
        source.counts.add(saved)
        is_complete = is_complete and not unmanaged
    if not is_complete:
        _managers(source)


def _managers(source: Source[OrganizationRow]) -> None:
    """Once more, for organizations whose manager stands further down than themselves."""
    again = Source(source.path, source.kind, listed=None, progress=None)
    for batch in again.batches():
        with db.atomic():
            _saved, unmanaged = directory.save_organizations([row for *_, row in batch], RULES)
        for line, ref, row in batch:
            if ref in unmanaged:
                reason = "There is no organization %(ref)s to manage this one, which has none now."
                source.refuse(line, sentence(reason, ref=short(row.managed_by or "")))


def _users(source: Source[UserRow]) -> None:
    for batch in source.batches():
        with db.atomic():
            rows = [row._replace(organization=number) for number, row in _known(source, batch)]
            saved = directory.save_users(rows, RULES, keep_approved=True)
        orders.name_partners([row.email for row in rows])
        source.counts.add(saved)


def _subscriptions(source: Source[SubscriptionRow]) -> None:
    for batch in source.batches():
        with db.atomic():
            rows = [SubscriptionRow(number, *row[1:]) for number, row in _known(source, batch)]
            saved = subscriptions.save_subscriptions(rows)
        source.counts.add(saved)


def _known(source: Source[Row], batch: Rows[Row]) -> list[tuple[int, Row]]:
    """The rows with the ids of their organizations; those of unknown ones are refused."""
    ids = directory.ids_of({ref for _line, ref, _row in batch})
    known = []
    for line, ref, row in batch:
        number = ids.get(ref)
        if number is not None:
            known.append((number, row))
            continue
        reason = "There is no organization with the ref “%(ref)s”."
        source.refuse(line, sentence(reason, ref=short(ref)))
    return known
