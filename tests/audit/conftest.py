"""The stage that the crawl plays on, on SQLite alone: pages do not see the database."""

from collections.abc import Iterator

import pytest

from tests.support import databases
from tests.support.cast import Stage


@pytest.fixture(scope="module")
def database_url(tmp_path_factory) -> Iterator[str]:
    url = f"sqlite:///{tmp_path_factory.mktemp('database')}/homeport.db"
    with databases.migrated(url):
        yield url


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)
