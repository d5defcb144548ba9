"""The stage, and two of the seller's people, signed in through a link that was mailed to them."""

import pytest

from provisioning import operators
from tests.support.cast import OLGA, VERA, Stage
from tests.support.page_client import PageClient


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)


@pytest.fixture
def operator(stage) -> PageClient:
    """Olga's browser: she may change things."""
    operators.add(OLGA, "operator", "test")
    return stage.signed_in(OLGA)


@pytest.fixture
def viewer(stage) -> PageClient:
    """Vera's browser: she looks."""
    operators.add(VERA, "viewer", "test")
    return stage.signed_in(VERA)
