"""Tests of records need a database and no pages."""

from collections.abc import Iterator

import pytest

from tests.support import databases


@pytest.fixture
def empty_database(database_url) -> Iterator[str]:
    """The module's database without rows, its connection open."""
    with databases.emptied(database_url):
        yield database_url
