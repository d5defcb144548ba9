"""A backup holds everything, and whoever restores it sends no mail by that alone."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest

from provisioning import intake, orders
from records import backup, fence
from records.database import connect_to, connection, db, is_postgresql
from records.tables import Order, OutboxRow
from tests.commands.programs import environment, flask
from tests.support import postgresql


@pytest.fixture
def placed(app):
    said = {"number": "7", "contact_email": "j@acme.com"}
    lines = [{"sku": "M", "product": "Meetings", "quantity": "1"}]
    return orders.place(intake.read_order(said, lines), app.config["SETTINGS"], "test")


@pytest.fixture
def another(database_url, tmp_path, request):
    """The URL of a new, empty database of the same kind."""
    if not is_postgresql():
        yield f"sqlite:///{tmp_path}/restored.db"
        return
    server, name = database_url.rpartition("/")[0], f"restored_{os.getpid()}"
    yield postgresql.create_database(server, name)
    postgresql.drop_database(server, name)


@contextmanager
def instead(url: str, database_url: str) -> Iterator[None]:
    """Another database, unopened, and afterwards the test's own again."""
    db.close()
    connect_to(url)
    yield
    connect_to(database_url)
    db.connect()


def test_what_is_restored_is_all_there_and_sends_nothing_until_it_may(
    app, placed, database_url, another, tmp_path
):
    steps: list[tuple[int, int]] = []
    backup.back_up(tmp_path / "backup", lambda done, of: steps.append((done, of)))
    assert steps[-1][0] == steps[-1][1]
    assert not fence.standing(), "what goes on is not fenced"
    env = environment(tmp_path, DATABASE_URL=another, SECRET_KEY=app.config["SECRET_KEY"])
    assert flask("restore", str(tmp_path / "backup"), env=env).returncode == 0
    with instead(another, database_url), connection():
        assert [order.number for order in Order.select()] == ["7"]
        assert OutboxRow.get().sent_at is None
    refused = flask("mail", "deliver", "--once", env=env)
    assert (refused.returncode, "restored backup" in refused.stderr) == (2, True)
    assert "restored backup" in flask("check", env=env).stdout
    assert flask("mail", "resume", env=env).returncode == 0
    assert flask("mail", "deliver", "--once", env=env).stdout == "1 letters are done with.\n"
    again = flask("restore", str(tmp_path / "backup"), env=env)
    assert again.returncode == 2
    assert again.stderr.startswith("Error: ")


def test_a_file_is_never_overwritten_and_a_broken_one_is_refused(
    app, another, database_url, tmp_path
):
    file = tmp_path / "backup"
    file.write_text("something else")
    with pytest.raises(backup.CannotBackUp, match="exists already"):
        backup.back_up(file, lambda _done, _of: None)
    assert file.read_text() == "something else"
    with instead(another, database_url), pytest.raises(backup.CannotBackUp, match="no backup"):
        backup.restore(file, lambda _done, _of: None)


def test_without_postgresqls_programs_it_is_said(app, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(Path, "glob", lambda _path, _pattern: iter(()))
    if is_postgresql():
        with pytest.raises(backup.CannotBackUp, match="pg_dump, which is not installed"):
            backup.back_up(tmp_path / "backup", lambda _done, _of: None)
    else:
        backup.back_up(tmp_path / "backup", lambda _done, _of: None)
        with closing(apsw.Connection(str(tmp_path / "backup"))) as copy:
            assert copy.execute("SELECT why FROM fence").fetchall() == [(backup.WHY,)]
