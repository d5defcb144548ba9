"""The pages around the wizard, seen by everybody: see looking.py."""

import pytest
from playwright.sync_api import expect

from tests.browser import places_around, places_console, places_requests
from tests.browser.looking import assert_for_everybody
from tests.browser.places import PLACES

MODULES = (places_around.__name__, places_console.__name__, places_requests.__name__)
OURS = [place for place in PLACES if place.come.__module__ in MODULES]


@pytest.mark.parametrize("place", OURS, ids=lambda place: place.name)
def test_a_page_around_the_wizard_is_for_everybody(place, page, stage, axe):
    assert_for_everybody(place, page, stage, axe)


def test_a_mail_is_shown_as_its_reader_sees_it(page, stage):
    """Its style comes with it, under a policy that names just that."""
    places_around.message(page, stage)
    heading = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="Open as HTML").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
