"""The wizard's pages, seen by everybody: see looking.py."""

import pytest

from tests.browser import places, places_after
from tests.browser.looking import assert_for_everybody
from tests.browser.places import PLACES

OURS = [
    place for place in PLACES if place.come.__module__ in (places.__name__, places_after.__name__)
]


@pytest.mark.parametrize("place", OURS, ids=lambda place: place.name)
def test_a_page_of_the_wizard_is_for_everybody(place, page, stage, axe):
    assert_for_everybody(place, page, stage, axe)
