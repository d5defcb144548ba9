"""The stage that the crawl plays on."""

import pytest

from tests.support.cast import Stage


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)
