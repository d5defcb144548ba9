"""A stage for an import: a database of its own, to which is copied what the import asks for."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peewee import Database

from records import bulk, directory
from records.database import connection, db, instead, made
from records.migrate import migrate

# Above every id of ours: what is new on the stage takes none of theirs.
_FIRST_NEW = 2**40
_ORGANIZATION = (
    "id, ref, name, kind, origin, created_on, last_active_on, unlisted, managed_by_id,"
    " users, admins, active_subscriptions"
)
_USER = "organization_id, email, name, full_admin, approved_here, added_here"
_SUBSCRIPTION = "organization_id, number, product, quantity, status, starts_on, ends_on"


class Stage:
    """While it stands, `db` is the stage; our own database is only read, inside `offstage`."""

    def __init__(self, ours: Database) -> None:
        self.ours = ours

    @contextmanager
    def offstage(self) -> Iterator[None]:
        """Inside, `db` is our own database again."""
        with instead(self.ours):
            yield

    def organizations(self, refs: Collection[str]) -> None:
        """Copy organizations, and whoever manages them, whoever manages those ..."""
        wanted: list[Any] = sorted(refs)
        seen: set[int] = set()
        by = "ref"
        while wanted:
            found = self._read(_ORGANIZATION, f"organization WHERE {by} IN", one_each(wanted))
            self._write("organization", _ORGANIZATION, found)
            seen.update(row[0] for row in found)
            wanted = sorted({row[8] for row in found if row[8] is not None} - seen)
            by = "id"

    def users(self, people: Iterable[tuple[str, str]]) -> None:
        """Copy users, by their organization's ref and their address."""
        known = list(people)
        with self.offstage():
            ids = directory.ids_of({ref for ref, _email in known})
        asked = sorted({(ids[ref], email) for ref, email in known if ref in ids})
        found = self._read(_USER, "user_account WHERE (organization_id, email) IN", asked)
        self._write("user_account", _USER, found)

    def subscriptions(self, numbers: Collection[str]) -> None:
        """Copy subscriptions, by their numbers."""
        asked = one_each(sorted(set(numbers)))
        found = self._read(_SUBSCRIPTION, "subscription WHERE number IN", asked)
        self._write("subscription", _SUBSCRIPTION, found)

    def _read(self, columns: str, where: str, asked: Sequence[Sequence[Any]]) -> list[Any]:
        with self.offstage():
            return bulk.read(f"SELECT {columns} FROM {where} (VALUES {{rows}})", asked)

    def _write(self, table: str, columns: str, found: Sequence[Sequence[Any]]) -> None:
        """What is on the stage already stays as the import has left it."""
        with db.atomic():
            bulk.write(
                f"INSERT INTO {table} ({columns}) VALUES {{rows}} ON CONFLICT DO NOTHING", found
            )


def one_each(values: Iterable[Any]) -> list[tuple[Any]]:
    return [(value,) for value in values]


@contextmanager
def stage(path: Path) -> Iterator[Stage]:
    """A stage in a new file, which the caller removes."""
    ours = db.obj
    with instead(made(f"sqlite:///{path}")), connection():
        migrate()
        # Nobody misses it after a crash, and it refers to orders that are not there.
        db.execute_sql("PRAGMA synchronous = OFF")
        db.execute_sql("PRAGMA foreign_keys = OFF")
        with db.atomic():
            bulk.insert(
                "organization",
                "id, ref, name, kind, origin, created_on, unlisted, users, admins,"
                " active_subscriptions",
                [(_FIRST_NEW, "", "", "", "", "2000-01-01", False, 0, 0, 0)],
            )
        yield Stage(ours)
