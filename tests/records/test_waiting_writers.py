"""SQLite has one writer at a time: who waits gets the next moment, or is told that it is busy."""

import threading
import time

import pytest

from records import database
from records.database import Unavailable, connect_to, connection, db
from records.migrate import migrate

UPSERT = (
    "INSERT INTO tally (what, who, since, count) VALUES ('x', 'x', 0, 1)"
    " ON CONFLICT (what, who, since) DO UPDATE SET count = tally.count + 1"
)


@pytest.fixture
def url(tmp_path):
    found = f"sqlite:///{tmp_path}/homeport.db"
    connect_to(found)
    with connection():
        migrate()
        yield found


def held(seconds: float, times: int, begun: threading.Event) -> threading.Thread:
    """Somebody else who writes for so long, so many times, with next to nothing in between."""

    def write() -> None:
        with connection():
            for _n in range(times):
                with db.atomic():
                    db.execute_sql(UPSERT)
                    begun.set()
                    time.sleep(seconds)
                time.sleep(0.01)

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait(10)
    return thread


def count() -> int:
    return int(db.execute_sql("SELECT count FROM tally").fetchone()[0])


def test_a_writer_comes_between_the_batches_of_another(url):
    other = held(0.05, 20, threading.Event())
    try:
        with db.atomic():
            db.execute_sql(UPSERT)
            assert count() < 20, "it had to wait for the very last of them"
    finally:
        other.join()
    assert count() == 21


def test_a_writer_that_never_gets_its_turn_is_told(url, monkeypatch):
    monkeypatch.setattr(database, "_LONGEST_WAIT", 0.1)
    other = held(0.6, 1, threading.Event())
    try:
        with pytest.raises(Unavailable, match="locked"), db.atomic():
            db.execute_sql(UPSERT)
    finally:
        other.join()
    assert count() == 1
